#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace dank {

/// XXH3-128 of the bytes as 32 lower-case hex digits. Names content; not for security.
std::string hashBytes(std::span<const std::byte> bytes);
std::string hashText(std::string_view text);

/// hashBytes() of pieces put together.
std::string hashPieces(std::span<const std::span<const std::byte>> pieces);

/// hashBytes() of a file's contents, read in pieces. Throws Error{File}.
std::string hashFile(const std::filesystem::path &path);

/// XXH3-64, for seeds and checksums.
std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace dank
