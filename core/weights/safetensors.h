#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dank {

enum class DType { F32, F16, BF16, F64, I64, I32, I16, I8, U8, Bool };
std::size_t dtypeSize(DType type) noexcept;
const char *dtypeName(DType type) noexcept;  ///< as in the format: "F32", "BF16", …

/// One tensor inside a file: a view that lives as long as its TensorFile.
struct TensorView {
    DType type = DType::F32;
    std::vector<std::int64_t> shape;       ///< may be empty (a scalar)
    std::span<const std::byte> bytes;      ///< little-endian, row-major; exactly the shape's size

    std::int64_t elements() const;
    /// F32 read as it is; F16 and BF16 converted exactly, F64 rounded. Throws Error{Format} for integer types.
    std::vector<float> toFloat() const;
};

/// A safetensors file, memory-mapped and checked whole before any tensor is handed out: header length, JSON
/// depth and size, known types, shapes without overflow, offsets inside the file, no overlap, no hole, no
/// duplicate name, nothing after the last tensor. Immutable; safe to share between threads.
class TensorFile {
public:
    /// Throws Error{File} or Error{Format} naming the file and the reason.
    static TensorFile open(const std::filesystem::path &path);
    /// The same checks on bytes in memory; `name` stands for the path in messages. The bytes are copied.
    static TensorFile parse(std::span<const std::byte> bytes, const std::filesystem::path &name = "memory");

    const std::filesystem::path &path() const;
    const std::map<std::string, TensorView> &tensors() const;
    /// nullptr when there is none of that name.
    const TensorView *find(const std::string &name) const;
    /// The header's `__metadata__`.
    const std::map<std::string, std::string> &metadata() const;

private:
    struct State;
    TensorFile() = default;
    std::shared_ptr<const State> m_state;
};

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
/// The bytes of a whole safetensors file: encodeSafetensorsHeader() and the tensors.
std::vector<std::byte> encodeSafetensors(std::span<const TensorToWrite> tensors,
                                         const std::map<std::string, std::string> &metadata);
/// encodeSafetensors() to a file, atomically.
void writeSafetensors(const std::filesystem::path &path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata);

}  // namespace dank
