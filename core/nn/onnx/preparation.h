#pragma once

// Internal to core/nn/onnx. Includes LibTorch.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/nn/onnx/operators.h"

namespace dank {

using OnnxSlot = std::int32_t;  ///< where a value lies in a run
constexpr OnnxSlot kNoSlot = -1;

/// An operator, or what was made of several with what is known of them. Thread-safe.
using OnnxComputation = std::function<Tensors(const OnnxCall &call)>;

/// A node as it is run.
struct OnnxStep {
    const OnnxNode *node = nullptr;
    OnnxComputation run;
    std::vector<OnnxSlot> inputs, outputs;  ///< kNoSlot: left out
    std::vector<bool> isLast;               ///< of each input: no later step takes it
};

/// Makes steps quick whose weights are constant: convolutions and products get them packed, with bias and ReLU in the
/// same pass; GELU and layer norm that were written out become one step. Results change by rounding alone. `steps` are
/// in order; `constants` by slot, undefined where a run computes them. What cannot be made quicker stays as it is.
void prepareSteps(std::vector<OnnxStep> &steps, const Tensors &constants, const std::vector<OnnxSlot> &outputs,
                  std::int64_t opset, const Placement &placement);

/// `known` has a constant weight for its second input and, where there is one, a constant bias for its third; its first
/// input is not known yet. A computation of the first one alone, or none where nothing can be packed. Throws BadNode.
OnnxComputation packedConvolution(const OnnxCall &known, bool relu);
/// The last axis of x [..., inputs] through weight [inputs, outputs], and bias [outputs] where it is defined. Likewise.
OnnxComputation packedProduct(const at::Tensor &weight, const at::Tensor &bias, bool relu, const Placement &placement);

}  // namespace dank
