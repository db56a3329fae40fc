#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/dataset/meme.h"

namespace dank {

class Library;

/// What one look at each picture tells.
struct PictureLooks {
    std::vector<std::optional<std::uint64_t>> hashes;  ///< perceptualHash(); nothing where it cannot be decoded
    std::optional<FeatureMatrix>
        statistics;              ///< imageStatistics(), a row for each record; nothing where one is missing
    std::size_t unreadable = 0;  ///< records whose picture could not be read or decoded
};

/// Of each record's picture; it is decoded once for both. `hashes`: hashFile() of each picture.
/// What the library has is taken from there, the rest is computed on `threads` threads and kept. Reports stage "look".
/// Throws Error{Disk|Library|Memory}, Cancelled.
PictureLooks lookAtPictures(std::span<const MemeRecord> records, std::span<const std::string> hashes, Library &library,
                            int threads, const JobContext &job);

}  // namespace dank
