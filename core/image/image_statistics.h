#pragma once

#include <array>
#include <cstddef>

#include "core/base/image.h"

namespace dank {

/// Grows whenever a number of some picture changes: stored ones of two versions must never meet.
inline constexpr int kImageStatisticsVersion = 1;

/// How many numbers imageStatistics() gives.
inline constexpr std::size_t kImageStatistics = 154;
using ImageStatistics = std::array<float, kImageStatistics>;

/// What a picture looks like from afar, without any idea of what it shows: in this order
/// - 144: its luma (BT.601, 0..1) on a grid of 12 × 12, row by row (resizeTriangle());
/// - 6: colour by HSV: the mean of cos and sin of the hue weighted by saturation, mean and deviation of saturation and
///   of value, all in -1..1;
/// - 4: the natural logarithms of the side of a square with as many pixels, of width by height, of the file's bytes and
///   of bytes by pixels.
/// `upright` may be decoded smaller; `pixels` and `bytes` are the file's. Always finite. Thread-safe. Throws
/// Error{Shape} for a picture without pixels.
ImageStatistics imageStatistics(const Image &upright, double pixels, std::size_t bytes);

}  // namespace dank
