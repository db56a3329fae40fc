#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.h"

namespace dank {

/// A safetensors file, memory-mapped and checked whole before any tensor is handed out: header length, JSON
/// depth and size, known types, shapes without overflow, offsets inside the file, no overlap, no hole, no
/// duplicate name, nothing after the last tensor. Throws Error{File} or Error{Format} naming the file and the reason.
TensorFile openSafetensors(const std::filesystem::path &path);
/// The same checks on bytes in memory; `name` stands for the path in messages. The bytes are copied unless there is an
/// `owner` that keeps them.
TensorFile parseSafetensors(std::span<const std::byte> bytes, const std::filesystem::path &name = "memory",
                            std::shared_ptr<const void> owner = nullptr);

/// A tensor to be written; `bytes` must stay alive until the write ends.
struct TensorToWrite {
    std::string name;
    DType type = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

/// The length and header of a safetensors file, padded so that the data begins at a multiple of 8; the tensors'
/// bytes follow it in the order given, without gaps. Same input, same bytes. Throws Error{Shape} for a repeated
/// name or bytes that do not fit their shape, Error{Format} for text that is not UTF-8.
std::vector<std::byte> encodeSafetensorsHeader(std::span<const TensorToWrite> tensors,
                                               const std::map<std::string, std::string> &metadata);
/// Both to a file, atomically and without copying them together.
void writeSafetensors(const std::filesystem::path &path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata);

}  // namespace dank
