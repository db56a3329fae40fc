#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dank {

/// A picture: RGB, 8 bits each, row-major, no padding.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;  ///< [height, width, 3]

    bool empty() const { return rgb.empty(); }
    /// It has pixels, and as many as its size says.
    bool isWhole() const { return width > 0 && height > 0 && rgb.size() == offset(0, height); }
    /// Where a pixel's bytes begin in `rgb`.
    std::size_t offset(int x, int y) const
    {
        return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
    }
};

}  // namespace dank
