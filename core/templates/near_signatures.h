#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/templates/picture_signature.h"

namespace dank {

/// Two pictures and how far they are apart: signatureDistance().
struct SignaturePair {
    int distance = 0;
    std::uint32_t first = 0, second = 0;  ///< first < second

    auto operator<=>(const SignaturePair &) const = default;
};

/// Which pictures are near which.
struct NearSignatures {
    /// Ascending by distance, then by pictures; each pair once; none at kFarthest.
    std::vector<SignaturePair> pairs;
    /// [pictures] distance to the nearest picture that was found, at most kFarthest.
    std::vector<int> nearest;
};

/// Finds for each picture those near it, without comparing all with all. A multi-index (Norouzi, Punjani and Fleet
/// 2012): of each window a coarse hash of 128 bits, whose eight pieces of 16 bits come from bands and directions, so
/// that words in two of four bands leave pieces whole. Pieces that differ in at most one bit make candidates; of those
/// with the nearest coarse hashes, at most 32 for each picture, the signatures are compared, and the 16 nearest kept.
///
/// Time grows with the pictures times a budget for each; memory is about 3 KB a picture beside the signatures. Same
/// pictures, same pairs, whatever the threads. Reports stage "templates". Throws Error{Shape} for a signature without
/// windows, Error{Memory}, Cancelled.
NearSignatures nearSignatures(std::span<const PictureSignature> pictures, int threads, const JobContext &job = {});

}  // namespace dank
