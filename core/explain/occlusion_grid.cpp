#include "core/explain/occlusion_grid.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace dank {

OcclusionGrid::OcclusionGrid(int width, int height)
    : m_width(width), m_height(height), m_rows(std::min(kSide, height)), m_columns(std::min(kSide, width))
{
}

PixelRect OcclusionGrid::cell(std::size_t index) const
{
    const auto at = [](std::int64_t i, int parts, int length) { return static_cast<int>(i * length / parts); };
    const auto row = static_cast<std::int64_t>(index) / m_columns,
               column = static_cast<std::int64_t>(index) % m_columns;
    const int x = at(column, m_columns, m_width), y = at(row, m_rows, m_height);
    return {x, y, at(column + 1, m_columns, m_width) - x, at(row + 1, m_rows, m_height) - y};
}

std::vector<PixelRect> quarters(const PixelRect &rect)
{
    if (rect.width < 2 || rect.height < 2)
        return {};
    const int left = rect.width / 2, top = rect.height / 2;
    return {{rect.x, rect.y, left, top},
            {rect.x + left, rect.y, rect.width - left, top},
            {rect.x, rect.y + top, left, rect.height - top},
            {rect.x + left, rect.y + top, rect.width - left, rect.height - top}};
}

std::vector<std::size_t> strongest(std::span<const double> values, std::size_t count)
{
    std::vector<std::size_t> places(values.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    places.resize(std::min(count, places.size()));
    return places;
}

Image covered(const Image &picture, const Image &fill, std::span<const PixelRect> parts)
{
    Image image = picture;
    for (const PixelRect &part : parts) {
        for (int y = part.y; y < part.y + part.height; ++y) {
            const std::size_t from = picture.offset(part.x, y);
            std::copy_n(fill.rgb.begin() + static_cast<std::ptrdiff_t>(from), part.width * 3,
                        image.rgb.begin() + static_cast<std::ptrdiff_t>(from));
        }
    }
    return image;
}

Image meanColour(const Image &picture)
{
    std::uint64_t sums[3] = {};
    for (std::size_t i = 0; i < picture.rgb.size(); ++i)
        sums[i % 3] += picture.rgb[i];
    const std::uint64_t pixels = picture.rgb.size() / 3;
    Image mean{picture.width, picture.height, std::vector<std::uint8_t>(picture.rgb.size())};
    for (std::size_t i = 0; i < mean.rgb.size(); ++i)
        mean.rgb[i] = static_cast<std::uint8_t>((sums[i % 3] + pixels / 2) / pixels);
    return mean;
}

}  // namespace dank
