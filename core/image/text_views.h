#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/image.h"

namespace dank {

/// A picture in shades of grey, 8 bits, row-major, no padding.
struct GreyImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> levels;  ///< [height, width]
};

/// The same picture as a text reader sees more in it, all of one size: no one of them shows every kind of text.
struct TextViews {
    double scale = 1;  ///< a view's side by the picture's
    /// Grey; inverted; black on white what is white, what is nearly white, what is nearly black.
    std::vector<GreyImage> images;
};

/// Twice as large as the picture, less where that would be more than `maxPixels` pixels or a side beyond 16,384. None
/// for a picture too small or too narrow to hold a letter. Throws Error{Memory}. Thread-safe.
TextViews textViews(const Image &picture, std::size_t maxPixels = 8'000'000);

}  // namespace dank
