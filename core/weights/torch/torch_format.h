#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.h"

// PyTorch's two containers; for core/weights alone.

namespace dank {

/// Memory that tensors' views point into.
using TensorBuffers = std::vector<std::unique_ptr<std::byte[]>>;

struct TorchContents {
    std::map<std::string, TensorView> tensors;
    TensorBuffers buffers;
};
/// Both throw BadFile. What the zip reader returns lies in its buffers, what the other returns also in `bytes`.
TorchContents readTorchZip(std::span<const std::byte> bytes);
TorchContents readTorchLegacy(std::span<const std::byte> bytes);

}  // namespace dank
