#pragma once

// Internal to core/nn.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.h"

namespace dank {

/// Which of a layer's activations dropout discards. Known before the layer is computed, so that what is discarded need
/// not be. Not thread-safe while it is drawn.
class DropoutMask {
public:
    /// Draws for `size` activations, each discarded with probability `dropout`.
    void draw(std::size_t size, double dropout, Random &random);

    /// Whether activation `i` stays. One draw serves two, its low half the first.
    bool keeps(std::size_t i) const { return (m_draws[i / 2] >> (i % 2 * 32) & 0xffffffffu) >= m_threshold; }

    /// ReLU, then inverted dropout: discarded values become 0, the others are multiplied by `scale`. NaN passes ReLU.
    void apply(std::span<float> values, float scale) const;

private:
    std::vector<std::uint64_t> m_draws;
    std::uint64_t m_threshold = 0;
};

}  // namespace dank
