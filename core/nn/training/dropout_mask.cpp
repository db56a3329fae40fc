#include "core/nn/training/dropout_mask.h"

#include <cmath>

#include "core/base/vectorised.h"

namespace dank {

namespace {

DANK_VECTORISED
void reluDropout(std::span<float> values, std::span<const std::uint64_t> draws, std::uint64_t threshold, float scale)
{
    float *const value = values.data();
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        const std::uint64_t draw = draws[i / 2];
        value[i] = (draw & 0xffffffffu) < threshold || value[i] <= 0.0f ? 0.0f : value[i] * scale;
        value[i + 1] = (draw >> 32) < threshold || value[i + 1] <= 0.0f ? 0.0f : value[i + 1] * scale;
    }
    if (values.size() % 2 != 0) {
        float &last = values.back();
        last = (draws.back() & 0xffffffffu) < threshold || last <= 0.0f ? 0.0f : last * scale;
    }
}

}  // namespace

void DropoutMask::draw(std::size_t size, double dropout, Random &random)
{
    m_threshold = static_cast<std::uint64_t>(std::llround(dropout * 0x1.0p32));
    m_draws.resize((size + 1) / 2);
    for (std::uint64_t &draw : m_draws)
        draw = random.next();
}

void DropoutMask::apply(std::span<float> values, float scale) const
{
    reluDropout(values, m_draws, m_threshold, scale);
}

}  // namespace dank
