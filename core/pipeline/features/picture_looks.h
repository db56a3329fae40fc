#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/dataset/meme.h"
#include "core/image/decode.h"
#include "core/image/image_statistics.h"

namespace dank {

class Library;

/// What a picture tells beside its features.
struct PictureLook {
    std::uint64_t hash = 0;      ///< perceptualHash()
    ImageStatistics statistics;  ///< imageStatistics()
};

/// Of a picture's file; `whole`: what decodeImage() made of it. Of a large JPEG it decodes a smaller picture beside
/// that, which is quicker than to look at all of the whole one, and is what stored looks were made of. Empty where the
/// decoder refuses it. Thread-safe. Throws Error{Memory}.
std::optional<PictureLook> lookAt(std::span<const std::byte> bytes, const Image &whole);

/// The pictures whose looks the library has, by hashFile().
std::set<std::string> picturesLookedAt(const Library &library);

/// A look by its picture's hash; without one these bytes are no picture.
using KnownLook = std::pair<std::string, std::optional<PictureLook>>;
/// Throws Error{Disk|Library}.
void keepLooks(Library &library, std::span<const KnownLook> looks);

/// What the looks at all pictures of a dataset tell.
struct PictureLooks {
    std::vector<std::optional<std::uint64_t>> hashes;  ///< [rows] perceptualHash(); nothing where there is no picture
    /// imageStatistics(), a row for each record, a vector for each picture; nothing where one is missing.
    std::optional<FeatureMatrix> statistics;
    std::size_t unreadable = 0;  ///< records whose picture could not be read or decoded
};

/// Of each record's picture, each picture once. `hashes`: hashFile() of each record's picture. What the library has is
/// taken from there, the rest is computed on `threads` threads and kept, but for files that cannot be read now. Reports
/// stage "look". Throws Error{Disk|Library|Memory}, Cancelled.
PictureLooks lookAtPictures(std::span<const MemeRecord> records, std::span<const std::string> hashes, Library &library,
                            int threads, const JobContext &job);

}  // namespace dank
