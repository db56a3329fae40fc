#pragma once

#include <cstddef>
#include <cstdint>

namespace dank::decoders {

/// 16 bits to 8, rounded.
inline std::uint8_t toByte(std::uint32_t sample)
{
    return static_cast<std::uint8_t>((sample * 255u + 32895u) >> 16);
}

/// A sample of `alpha` of 255 laid over white.
inline std::uint8_t overWhite(std::uint32_t sample, std::uint32_t alpha)
{
    return static_cast<std::uint8_t>((sample * alpha + 255u * (255u - alpha) + 127u) / 255u);
}

/// A row of grey, grey and alpha, RGB or RGBA (1 … 4 channels) to RGB8 over white. `wide`: samples have 16 bits, the
/// high byte first. `to` has 3 × `pixels` bytes.
inline void layOverWhite(const std::uint8_t *from, std::size_t pixels, int channels, bool wide, std::uint8_t *to)
{
    const int size = wide ? 2 : 1;
    const auto sample = [&](int channel) -> std::uint8_t {
        const std::uint8_t *at = from + channel * size;
        return wide ? toByte(static_cast<std::uint32_t>(at[0]) << 8 | at[1]) : at[0];
    };
    const bool grey = channels < 3, hasAlpha = channels % 2 == 0;
    for (std::size_t i = 0; i < pixels; ++i, from += channels * size, to += 3) {
        const std::uint32_t alpha = hasAlpha ? sample(channels - 1) : 255;
        to[0] = overWhite(sample(0), alpha);
        to[1] = overWhite(sample(grey ? 0 : 1), alpha);
        to[2] = overWhite(sample(grey ? 0 : 2), alpha);
    }
}

}  // namespace dank::decoders
