#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <new>
#include <vector>

#include "core/base/error.h"

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
    int size = 0;                    ///< weights kept for each output position
    std::vector<Tap> taps;           ///< [out]
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
        std::int32_t *weight = kernel.weight.data() + static_cast<std::size_t>(o) * static_cast<std::size_t>(kernel.size);
        for (int i = 0; i < count; ++i) {
            const double w = sum != 0 ? raw[static_cast<std::size_t>(i)] / sum : 0;
            weight[i] = static_cast<std::int32_t>(0.5 + w * (1 << kPrecisionBits));
        }
    }
    return kernel;
}

std::uint8_t toByte(std::int32_t sum)
{
    return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

Image horizontalPass(const Image &in, int width)
{
    const Kernel kernel = makeKernel(in.width, width);
    Image out{width, in.height, {}};
    out.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(in.height) * kChannels);
    for (int y = 0; y < in.height; ++y) {
        const std::uint8_t *row = in.rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(in.width) * kChannels;
        std::uint8_t *to = out.rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * kChannels;
        const std::int32_t *weight = kernel.weight.data();
        for (int x = 0; x < width; ++x, weight += kernel.size, to += kChannels) {
            const Tap tap = kernel.taps[static_cast<std::size_t>(x)];
            const std::uint8_t *from = row + static_cast<std::size_t>(tap.first) * kChannels;
            std::int32_t r = kHalf, g = kHalf, b = kHalf;
            for (int i = 0; i < tap.count; ++i, from += kChannels) {
                r += from[0] * weight[i];
                g += from[1] * weight[i];
                b += from[2] * weight[i];
            }
            to[0] = toByte(r);
            to[1] = toByte(g);
            to[2] = toByte(b);
        }
    }
    return out;
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
        const std::int32_t *weight = kernel.weight.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(kernel.size);
        std::fill(sums.begin(), sums.end(), kHalf);
        for (int i = 0; i < tap.count; ++i) {
            const std::uint8_t *from = in.rgb.data() + stride * static_cast<std::size_t>(tap.first + i);
            const std::int32_t w = weight[i];
            for (std::size_t x = 0; x < stride; ++x)
                sums[x] += from[x] * w;
        }
        std::uint8_t *to = out.rgb.data() + stride * static_cast<std::size_t>(y);
        for (std::size_t x = 0; x < stride; ++x)
            to[x] = toByte(sums[x]);
    }
    return out;
}

}  // namespace

Image resizeTriangle(const Image &image, int width, int height)
{
    if (image.width <= 0 || image.height <= 0 || width <= 0 || height <= 0
        || image.rgb.size() != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * kChannels)
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

}  // namespace dank
