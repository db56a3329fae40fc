#pragma once

#include <array>
#include <cmath>

#include "core/base/random.h"
#include "core/templates/picture_signature.h"

namespace dank {

/// The signature of an invented picture: waves of a seed, seen through the nine windows. `noise`: grey levels by which
/// each mean is off, seeded apart.
inline PictureSignature madeSignature(std::uint64_t seed, double noise = 0, std::uint64_t noiseSeed = 0)
{
    constexpr std::size_t kWaves = 12;
    Random random(mixSeed(seed, 5)), noises(mixSeed(seed, 1000 + noiseSeed));
    std::array<std::array<double, 4>, kWaves> waves{};
    for (auto &[across, down, phase, height] : waves) {
        across = random.uniform(-45, 45);
        down = random.uniform(-45, 45);
        phase = random.uniform(0, 2 * M_PI);
        height = random.uniform(5, 25);
    }
    PictureSignature signature;
    constexpr std::size_t kSide = SignatureWindow::kMeans;
    const std::array<std::array<double, 2>, 3> cuts{{{0, 1}, {0.1, 1}, {0, 0.9}}};
    for (const auto &[left, right] : cuts)
        for (const auto &[top, bottom] : cuts) {
            std::array<double, kSide * kSide> means{};
            for (std::size_t i = 0; i < means.size(); ++i) {
                const double x = left + (right - left) * (static_cast<double>(i % kSide) + 0.5) / kSide;
                const double y = top + (bottom - top) * (static_cast<double>(i / kSide) + 0.5) / kSide;
                means[i] = 128 + noise * noises.normal();
                for (const auto &[across, down, phase, height] : waves)
                    means[i] += height * std::cos(across * x + down * y + phase);
            }
            signature.windows.push_back(SignatureWindow::of(means));
        }
    return signature;
}

}  // namespace dank
