#pragma once

#include <cstdint>
#include <vector>

namespace dank {

/// A picture: RGB, 8 bits each, row-major, no padding.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;  ///< [height, width, 3]

    bool empty() const { return rgb.empty(); }
};

}  // namespace dank
