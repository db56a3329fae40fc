#pragma once

#include <cstdint>

#include "core/base/image.h"

namespace dank {

/// Grows whenever the hash of some picture changes: stored hashes of two versions must never meet.
inline constexpr int kPerceptualHashVersion = 1;

/// The difference hash of an upright picture (N. Krawetz, "Kind of Like That", 2013): the picture's luma (BT.601) as
/// area means on a grid of 9 × 8, and for each of 8 × 8 neighbours in a row one bit, set where the left one is more
/// than one grey level brighter. Row by row from the top left, the first is the highest bit. The grey level to spare
/// keeps noise in flat parts, such as a white frame after JPEG, from deciding bits.
///
/// Rescaled and re-encoded copies differ in a few bits of 64; see core/dataset/duplicates.h for what counts as the
/// same. All in whole numbers: same picture, same bits on every machine. Pictures of any size, also under 9 × 8.
/// Thread-safe. Throws Error{Shape} for a picture without pixels.
std::uint64_t perceptualHash(const Image &upright);

}  // namespace dank
