#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/image.h"

namespace dank {

/// A part of a picture in pixels.
struct PixelRect {
    int x = 0, y = 0, width = 0, height = 0;

    bool operator==(const PixelRect &) const = default;
};

/// The coarse grid over a picture: what is covered first. 6 × 6, fewer where the picture has fewer pixels.
class OcclusionGrid {
public:
    static constexpr int kSide = 6;
    /// Of the coarse cells, so many of the strongest are looked at closer.
    static constexpr std::size_t kRefined = 7;

    OcclusionGrid(int width, int height);

    int rows() const { return m_rows; }
    int columns() const { return m_columns; }
    std::size_t size() const { return static_cast<std::size_t>(m_rows) * static_cast<std::size_t>(m_columns); }
    /// Row by row; they fill the picture without overlap, none is empty.
    PixelRect cell(std::size_t index) const;

private:
    int m_width, m_height, m_rows, m_columns;
};

/// A part in 2 × 2, row by row; nothing where a side has a single pixel.
std::vector<PixelRect> quarters(const PixelRect &rect);

/// The places of the `count` values that are greatest, the greatest first; the first of equal ones first.
std::vector<std::size_t> strongest(std::span<const double> values, std::size_t count);

/// The picture with those parts replaced by those of `fill`, which has its size.
Image covered(const Image &picture, const Image &fill, std::span<const PixelRect> parts);

/// As large as the picture, of its mean colour.
Image meanColour(const Image &picture);

}  // namespace dank
