#include "core/image/perceptual_hash.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/error.h"

namespace dank {

namespace {

constexpr int kColumns = 9;
constexpr int kRows = 8;
constexpr std::int64_t kMillesPerLevel = 1000;  // luma is kept in thousandths of a grey level

/// How much of sample `at` lies in cell `cell` of `cells` along `length` samples, in 1 / cells of a sample.
std::int64_t overlap(std::int64_t at, std::int64_t cell, std::int64_t cells, std::int64_t length)
{
    const std::int64_t first = std::max(at * cells, cell * length);
    const std::int64_t end = std::min((at + 1) * cells, (cell + 1) * length);
    return std::max<std::int64_t>(end - first, 0);
}

}  // namespace

std::uint64_t perceptualHash(const Image &upright)
{
    if (!upright.isWhole())
        throw Error(ErrorKind::Shape, "A picture to compare must have pixels.");
    const std::int64_t width = upright.width, height = upright.height;

    // Sums of luma × overlap: every cell's weights add up to width × height, so that sums compare like means.
    std::array<std::array<std::int64_t, kColumns>, kRows> sums{};
    for (std::int64_t y = 0; y < height; ++y) {
        const std::uint8_t *line = upright.rgb.data() + static_cast<std::size_t>(y * width) * 3;
        std::array<std::int64_t, kColumns> across{};
        for (std::int64_t column = 0; column < kColumns; ++column) {
            const std::int64_t end = ((column + 1) * width + kColumns - 1) / kColumns;
            for (std::int64_t x = column * width / kColumns; x < end; ++x) {
                const std::uint8_t *pixel = line + x * 3;
                const std::int64_t luma = 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
                across[static_cast<std::size_t>(column)] += luma * overlap(x, column, kColumns, width);
            }
        }
        for (std::int64_t row = y * kRows / height; row < kRows && row * height < (y + 1) * kRows; ++row)
            for (std::size_t column = 0; column < kColumns; ++column)
                sums[static_cast<std::size_t>(row)][column] += across[column] * overlap(y, row, kRows, height);
    }
    const std::int64_t level = kMillesPerLevel * width * height;
    std::uint64_t hash = 0;
    for (const auto &row : sums)
        for (std::size_t column = 0; column + 1 < kColumns; ++column)
            hash = hash << 1 | (row[column] > row[column + 1] + level ? 1u : 0u);
    return hash;
}

}  // namespace dank
