#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

enum class DType { F32, F16, BF16, F64, I64, I32, I16, I8, U8, Bool };
std::size_t dtypeSize(DType type) noexcept;
const char *dtypeName(DType type) noexcept;  ///< as safetensors writes it: "F32", "BF16", …
std::optional<DType> dtypeOf(std::string_view name);

/// One tensor inside a file: a view that lives as long as its TensorFile.
struct TensorView {
    DType type = DType::F32;
    std::vector<std::int64_t> shape;   ///< may be empty (a scalar)
    std::span<const std::byte> bytes;  ///< little-endian, row-major; exactly the shape's size, at any alignment
    std::string source = {};           ///< what the file calls it, where that is another name; for messages

    std::int64_t elements() const;
    /// F32 read as it is; F16 and BF16 converted exactly, F64 rounded. Throws Error{Format} for integer types.
    std::vector<float> toFloat() const;
};

/// Named tensors as one file held them, whatever its container; its reader has checked it whole. Immutable, cheap to
/// copy, safe to share between threads.
class TensorFile {
public:
    /// `owner` keeps alive what the views point into. For the containers' readers, and for tests.
    TensorFile(std::filesystem::path path, std::map<std::string, TensorView> tensors,
               std::map<std::string, std::string> metadata, std::shared_ptr<const void> owner);

    const std::filesystem::path &path() const { return m_state->path; }
    const std::map<std::string, TensorView> &tensors() const { return m_state->tensors; }
    /// nullptr when there is none of that name.
    const TensorView *find(const std::string &name) const;
    /// What a safetensors header's `__metadata__` says; empty for other containers.
    const std::map<std::string, std::string> &metadata() const { return m_state->metadata; }

private:
    struct State {
        std::filesystem::path path;
        std::map<std::string, TensorView> tensors;
        std::map<std::string, std::string> metadata;
        std::shared_ptr<const void> owner;
    };
    std::shared_ptr<const State> m_state;
};

}  // namespace dank
