#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "core/weights/tensor_file.h"

namespace dank {

/// A file that PyTorch's `torch.save` wrote, in either of its containers (a zip archive since 1.6, pickles and raw
/// bytes before): a state dict, that is a dict of named tensors, or a dict with one under "state_dict" or "model";
/// other entries are passed over. Nothing in the file is ever run, looked up or written to disk: what a state dict
/// does not use is refused by name. Checked whole before any tensor is handed out: checksums (zip), every storage
/// there, used, and of the size announced, every tensor inside its storage, nothing after the last. Tensors that do not
/// lie in row-major order are copied into it. What it allocates is bounded by the file's size times a small factor.
/// Throws Error{File} or Error{Format} naming the file and the reason.
TensorFile openTorchFile(const std::filesystem::path &path);
/// The same on bytes in memory; `name` stands for the path in messages. What the result needs is copied.
TensorFile parseTorchFile(std::span<const std::byte> bytes, const std::filesystem::path &name = "memory");

}  // namespace dank
