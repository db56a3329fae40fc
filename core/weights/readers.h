#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the readers of weights files share; for core/weights alone.

namespace dank {

inline constexpr std::uint64_t kMaxHeader = 100'000'000;  // as in the reference implementation
inline constexpr std::size_t kMaxTensors = 100'000;
inline constexpr std::size_t kMaxMetadata = 10'000;
inline constexpr std::size_t kMaxDimensions = 16;
inline constexpr std::int64_t kMaxDimension = std::int64_t{1} << 48;
inline constexpr const char *kMetadataKey = "__metadata__";

/// Why a file is refused, as the end of a sentence without its full stop. The readers throw it inside; who knows the
/// file's name catches it and makes an Error of it, so that it never leaves core/weights.
struct BadFile {
    std::string why;
};

[[noreturn]] inline void refuse(std::string why)
{
    throw BadFile{std::move(why)};
}

/// Bytes that a shape takes, or nothing when that does not fit 63 bits.
std::optional<std::uint64_t> shapeBytes(const std::vector<std::int64_t> &shape, std::size_t elementSize);

/// A name from a file, made fit for a message: short and printable.
std::string shownName(std::string_view name);

}  // namespace dank
