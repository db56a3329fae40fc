#pragma once

// Internal to core/nn. Includes LibTorch.

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include "core/nn/networks/network.h"

namespace dank {

/// How a convolution's window goes over a picture, by height and width.
struct WindowSteps {
    std::vector<std::int64_t> stride{1, 1}, padding{0, 0}, dilation{1, 1};
    std::int64_t groups = 1;
};

/// A convolution's weights laid out once as oneDNN reads them: `weight` [outputs, inputs / groups, height, width] and
/// `bias` [outputs], which may be undefined; with ReLU where `relu`. `typicalInput` [batch, inputs, height, width] is
/// what it will be quickest for. Nothing where this LibTorch, device or type has no such convolution.
std::optional<c10::IValue> packConvolution(const at::Tensor &weight, const at::Tensor &bias, const WindowSteps &steps,
                                           std::vector<std::int64_t> typicalInput, bool relu,
                                           const Placement &placement);

/// Of x [batch, inputs, height, width] of any size, quickest channels-last, as its output then is. Thread-safe.
at::Tensor runPacked(const c10::IValue &packed, const at::Tensor &x);

}  // namespace dank
