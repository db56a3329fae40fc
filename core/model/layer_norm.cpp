#include "core/model/layer_norm.h"

#include <cmath>
#include <cstddef>

namespace dank {

void normaliseRow(std::span<const float> in, std::span<float> out)
{
    // In lanes, which the compiler turns into vector instructions.
    constexpr std::size_t kLanes = 8;
    const auto sum = [&](auto &&term) {
        double sums[kLanes] = {};
        std::size_t i = 0;
        for (; i + kLanes <= in.size(); i += kLanes)
            for (std::size_t lane = 0; lane < kLanes; ++lane)
                sums[lane] += term(in[i + lane]);
        double total = 0;
        for (const double lane : sums)
            total += lane;
        for (; i < in.size(); ++i)
            total += term(in[i]);
        return total;
    };
    const auto size = static_cast<double>(in.size());
    const double mean = sum([](float value) { return static_cast<double>(value); }) / size;
    const double variance = sum([mean](float value) { return (value - mean) * (value - mean); }) / size;
    const double scale = 1.0 / std::sqrt(variance + 1e-5);
    for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = static_cast<float>((in[i] - mean) * scale);
}

}  // namespace dank
