#pragma once

#include <span>

namespace dank {

/// A row to mean 0 and deviation 1: layer normalisation (Ba et al. 2016) before its scale and shift, with epsilon 1e-5
/// and the biased variance, as torch.nn.LayerNorm has them. In and out may be the same.
void normaliseRow(std::span<const float> in, std::span<float> out);

}  // namespace dank
