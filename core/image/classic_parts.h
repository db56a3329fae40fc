#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/image.h"

// The families behind classicFeatures(). Each appends its groups' numbers in the order of docs/classic.md. OpenCV's
// exceptions leave them and are translated by classicFeatures().
namespace dank::classic {

/// Takes the numbers in order.
class Row {
public:
    explicit Row(std::span<float> out) : m_out(out) {}

    /// Not-a-number and infinity, which no formula should give, become 0.
    void put(double value)
    {
        if (m_at < m_out.size())
            m_out[m_at] = std::isfinite(value) ? static_cast<float>(value) : 0.0f;
        ++m_at;
    }
    std::size_t written() const { return m_at; }

private:
    std::span<float> m_out;
    std::size_t m_at = 0;
};

/// One byte a pixel, row-major.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> values;

    const std::uint8_t *row(int y) const
    {
        return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
    std::size_t pixels() const { return values.size(); }
};

/// What the families look at.
struct Picture {
    const Image *original;
    Image work;     ///< at most kWorkPixels
    Plane luma;     ///< of `work`
    Plane square;   ///< luma of `work` warped to kSquare × kSquare
    Plane reading;  ///< luma of a copy of at most kReadingPixels, for text
};

// OpenCV's colour conversions share work out from 98,304 pixels, and its 16-bit labels hold 65,535 components: 230,400
// pixels can have no more than about 58,000 that touch nowhere.
inline constexpr int kWorkPixels = 65'536;
inline constexpr int kReadingPixels = 230'400;
inline constexpr int kLongestSide = 2'048;
inline constexpr int kSquare = 64;
inline constexpr int kGrid = 4;

/// Luma of ITU-R BT.601 in whole numbers.
inline std::uint8_t luma(const std::uint8_t *rgb)
{
    return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}
Plane lumaPlane(const Image &image);

/// Cell `i` of `n` along `length` samples: first and one behind the last. Never empty; cells of a short side overlap.
inline std::pair<int, int> cell(int i, int n, int length)
{
    const int first = static_cast<int>(static_cast<std::int64_t>(i) * length / n);
    const int end = static_cast<int>(static_cast<std::int64_t>(i + 1) * length / n);
    return {first, std::max(first + 1, end)};
}

/// -Σ p log2 p of a histogram, in bits; 0 for an empty one.
double entropyBits(std::span<const std::uint32_t> histogram);

void putColour(const Picture &picture, Row &row);   ///< rgb … grid_contrast
void putEdges(const Picture &picture, Row &row);    ///< hog … layout
void putTexture(const Picture &picture, Row &row);  ///< lbp … spectrum
void putText(const Picture &picture, Row &row);     ///< text
void putFrame(const Picture &picture, Row &row);    ///< frame, panels

}  // namespace dank::classic
