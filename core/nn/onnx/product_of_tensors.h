#pragma once

// Internal to core/nn/onnx. Includes LibTorch.

#include <ATen/core/Tensor.h>

namespace dank {

/// at::matmul(), which LibTorch without MKL leaves to a BLAS whose threads get into the way of everybody else's:
/// float32 products of many small matrices on the CPU go to oneDNN, where it is there. Throws what at::matmul() throws.
at::Tensor productOf(const at::Tensor &a, const at::Tensor &b);

}  // namespace dank
