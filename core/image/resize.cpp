#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "core/base/error.h"
#include "core/base/vectorised.h"

namespace dank {
namespace {

constexpr int kChannels = 3;
// Pillow's fixed point for 8-bit channels: 32 bits less 8 of the sample and 2 of headroom.
constexpr int kPrecisionBits = 32 - 8 - 2;
constexpr int kHalf = 1 << (kPrecisionBits - 1);
// A first pass may hold at most this many pixels; a sliver stretched sideways is shrunk downwards first.
constexpr std::int64_t kMaxIntermediatePixels = 64'000'000;

/// The weights of one output position: input samples first … first + count - 1.
struct Tap {
    int first = 0;
    int count = 0;
};

struct Kernel {
    int size = 0;                      ///< weights kept for each output position
    std::vector<Tap> taps;             ///< [out]
    std::vector<std::int32_t> weight;  ///< [out, size]
};

/// Pillow's precompute_coeffs() with the triangle filter of support 1.
Kernel makeKernel(int in, int out)
{
    const double scale = static_cast<double>(in) / out;
    const double filterScale = std::max(scale, 1.0);
    const double support = filterScale;

    Kernel kernel;
    kernel.size = std::min(static_cast<int>(std::ceil(support)) * 2 + 1, in);
    kernel.taps.resize(static_cast<std::size_t>(out));
    kernel.weight.resize(static_cast<std::size_t>(out) * static_cast<std::size_t>(kernel.size));
    std::vector<double> raw(static_cast<std::size_t>(kernel.size));
    for (int o = 0; o < out; ++o) {
        const double center = (o + 0.5) * scale;
        const int first = std::max(static_cast<int>(center - support + 0.5), 0);
        const int last = std::min(static_cast<int>(center + support + 0.5), in);
        const int count = std::min(last - first, kernel.size);
        double sum = 0;
        for (int i = 0; i < count; ++i) {
            const double x = std::abs((i + first - center + 0.5) / filterScale);
            raw[static_cast<std::size_t>(i)] = x < 1 ? 1 - x : 0;
            sum += raw[static_cast<std::size_t>(i)];
        }
        kernel.taps[static_cast<std::size_t>(o)] = {first, count};
        std::int32_t *weight =
            kernel.weight.data() + static_cast<std::size_t>(o) * static_cast<std::size_t>(kernel.size);
        for (int i = 0; i < count; ++i) {
            const double w = sum != 0 ? raw[static_cast<std::size_t>(i)] / sum : 0;
            weight[i] = static_cast<std::int32_t>(0.5 + w * (1 << kPrecisionBits));
        }
    }
    return kernel;
}

// Rows side by side, one in each lane: that way neighbouring pixels need no shuffling about.
constexpr int kLanes = 16;
using Bytes = std::uint8_t __attribute__((vector_size(kLanes)));

/// The first half of `from` dealt together with the second, vector by vector.
DANK_INLINED void deal(const Bytes (&from)[kLanes], Bytes (&to)[kLanes])
{
#pragma GCC unroll 16
    for (int i = 0; i < kLanes / 2; ++i) {
        const Bytes a = from[i], b = from[i + kLanes / 2];
        to[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        to[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
}

/// A square of bytes, its rows `fromStride` apart, turned over its diagonal.
DANK_INLINED void transpose(const std::uint8_t *from, std::size_t fromStride, std::uint8_t *to, std::size_t toStride)
{
    Bytes one[kLanes], other[kLanes];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kLanes; ++i)
        std::memcpy(&one[i], from + i * fromStride, kLanes);
    deal(one, other);
    deal(other, one);
    deal(one, other);
    deal(other, one);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kLanes; ++i)
        std::memcpy(to + i * toStride, &one[i], kLanes);
}

/// kLanes rows of `size` bytes, `stride` apart, into `size` columns of kLanes bytes.
DANK_INLINED void rowsToColumns(const std::uint8_t *rows, std::size_t stride, std::size_t size, std::uint8_t *columns)
{
    std::size_t x = 0;
    for (; x + kLanes <= size; x += kLanes)
        transpose(rows + x, stride, columns + x * kLanes, kLanes);
    for (; x < size; ++x)
        for (std::size_t row = 0; row < kLanes; ++row)
            columns[x * kLanes + row] = rows[row * stride + x];
}

DANK_INLINED void columnsToRows(const std::uint8_t *columns, std::size_t size, std::uint8_t *rows, std::size_t stride)
{
    std::size_t x = 0;
    for (; x + kLanes <= size; x += kLanes)
        transpose(columns + x * kLanes, kLanes, rows + x, stride);
    for (; x < size; ++x)
        for (std::size_t row = 0; row < kLanes; ++row)
            rows[row * stride + x] = columns[x * kLanes + row];
}

/// kLanes rows to another width. `before` and `after` hold kLanes bytes for each byte of a row.
DANK_INLINED void shrinkRows(const std::uint8_t *from, std::size_t fromStride, const Kernel &kernel, std::uint8_t *to,
                             std::size_t toStride, std::uint8_t *before, std::uint8_t *after)
{
    rowsToColumns(from, fromStride, fromStride, before);
    constexpr int kPixel = kChannels * kLanes;
    const std::int32_t *weight = kernel.weight.data();
    std::uint8_t *out = after;
    for (const Tap &tap : kernel.taps) {
        const std::uint8_t *pixel = before + static_cast<std::ptrdiff_t>(tap.first) * kPixel;
        std::int32_t sums[kPixel];
        std::fill(sums, sums + kPixel, kHalf);
        for (int i = 0; i < tap.count; ++i, pixel += kPixel) {
            const std::int32_t factor = weight[i];
            for (int lane = 0; lane < kPixel; ++lane)
                sums[lane] += pixel[lane] * factor;
        }
        for (int lane = 0; lane < kPixel; ++lane)  // never below 0: no weight is
            out[lane] = static_cast<std::uint8_t>(std::min(sums[lane] >> kPrecisionBits, 255));
        out += kPixel;
        weight += kernel.size;
    }
    columnsToRows(after, toStride, to, toStride);
}

Image horizontalPass(const Image &in, int width)
{
    const Kernel kernel = makeKernel(in.width, width);
    const std::size_t fromStride = static_cast<std::size_t>(in.width) * kChannels;
    const std::size_t toStride = static_cast<std::size_t>(width) * kChannels;
    const auto height = static_cast<std::size_t>(in.height);
    Image out{width, in.height, std::vector<std::uint8_t>(toStride * height)};
    std::vector<std::uint8_t> before(fromStride * kLanes), after(toStride * kLanes);
    std::size_t y = 0;
    for (; y + kLanes <= height; y += kLanes)
        vectorised<shrinkRows>(&in.rgb[y * fromStride], fromStride, kernel, &out.rgb[y * toStride], toStride,
                               before.data(), after.data());
    if (const std::size_t rest = height - y; rest > 0) {
        std::vector<std::uint8_t> from(fromStride * kLanes), to(toStride * kLanes);
        std::copy_n(&in.rgb[y * fromStride], rest * fromStride, from.data());
        vectorised<shrinkRows>(from.data(), fromStride, kernel, to.data(), toStride, before.data(), after.data());
        std::copy_n(to.data(), rest * toStride, &out.rgb[y * toStride]);
    }
    return out;
}

DANK_INLINED void addRow(const std::uint8_t *row, std::size_t size, std::int32_t weight, std::int32_t *sums)
{
    for (std::size_t x = 0; x < size; ++x)
        sums[x] += row[x] * weight;
}

DANK_INLINED void toBytes(const std::int32_t *sums, std::size_t size, std::uint8_t *out)
{
    for (std::size_t x = 0; x < size; ++x)
        out[x] = static_cast<std::uint8_t>(std::min(sums[x] >> kPrecisionBits, 255));
}

Image verticalPass(const Image &in, int height)
{
    const Kernel kernel = makeKernel(in.height, height);
    const std::size_t stride = static_cast<std::size_t>(in.width) * kChannels;
    Image out{in.width, height, {}};
    out.rgb.resize(stride * static_cast<std::size_t>(height));
    std::vector<std::int32_t> sums(stride);
    for (int y = 0; y < height; ++y) {
        const Tap tap = kernel.taps[static_cast<std::size_t>(y)];
        const std::int32_t *weight =
            kernel.weight.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(kernel.size);
        std::fill(sums.begin(), sums.end(), kHalf);
        for (int i = 0; i < tap.count; ++i)
            vectorised<addRow>(in.rgb.data() + stride * static_cast<std::size_t>(tap.first + i), stride, weight[i],
                               sums.data());
        vectorised<toBytes>(sums.data(), stride, out.rgb.data() + stride * static_cast<std::size_t>(y));
    }
    return out;
}

}  // namespace

Image resizeTriangle(const Image &image, int width, int height)
{
    if (!image.isWhole() || width <= 0 || height <= 0)
        throw Error(ErrorKind::Shape, "A picture to resize, and the size asked for, must have pixels.");
    try {
        if (static_cast<std::int64_t>(width) * image.height > kMaxIntermediatePixels && width > image.width) {
            const Image tall = height == image.height ? image : verticalPass(image, height);
            return horizontalPass(tall, width);
        }
        if (width == image.width)
            return height == image.height ? image : verticalPass(image, height);
        const Image wide = horizontalPass(image, width);
        return height == image.height ? wide : verticalPass(wide, height);
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to resize a picture.");
    }
}

Image thumbnail(const Image &image, int side)
{
    const int longer = std::max(image.width, image.height);
    if (longer <= side)
        return image;
    const auto scaled = [&](int length) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) * side / longer)));
    };
    return resizeTriangle(image, scaled(image.width), scaled(image.height));
}

Image ofAtMost(const Image &image, double pixels)
{
    const double area = static_cast<double>(image.width) * image.height;
    if (area <= pixels)
        return image;
    const double scale = std::sqrt(pixels / area);
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(length * scale)); };
    return resizeTriangle(image, scaled(image.width), scaled(image.height));
}

}  // namespace dank
