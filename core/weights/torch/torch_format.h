#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.h"
#include "core/weights/torch/pickle.h"

// What the readers of PyTorch's two containers share; for core/weights alone.

namespace dank {

/// Memory that tensors' views point into.
using TensorBuffers = std::vector<std::unique_ptr<std::byte[]>>;

/// Which tensor of the pickle (an index into tensors()) has which name: the entries of the dict under "state_dict" or
/// "model" where there is one with tensors (beside it, a checkpoint may hold a tensor such as the best accuracy), else
/// of the dict that is the pickle's value. Throws BadFile.
std::map<std::string, std::uint32_t> namedTensors(const Pickle &pickle);

/// Checks every named tensor against its storage and makes its view: into the storage where it lies there in
/// row-major order, else into a copy that is added to `buffers`. `storages` holds the bytes of each storage that a
/// named tensor uses; `fileSize` bounds what is copied. Throws BadFile.
std::map<std::string, TensorView> viewTensors(const Pickle &pickle, const std::map<std::string, std::uint32_t> &names,
                                              std::span<const std::span<const std::byte>> storages,
                                              std::uint64_t fileSize, TensorBuffers &buffers);

struct TorchContents {
    std::map<std::string, TensorView> tensors;
    TensorBuffers buffers;
};
/// Both throw BadFile. What the zip reader returns lies in its buffers, what the other returns also in `bytes`.
TorchContents readTorchZip(std::span<const std::byte> bytes);
TorchContents readTorchLegacy(std::span<const std::byte> bytes);

}  // namespace dank
