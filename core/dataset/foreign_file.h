#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace dank {

/// How many of a file's first bytes the functions below like to see; fewer do.
inline constexpr std::size_t kForeignHead = 512;

/// One clause for a picture or a film of a kind that cannot be read, by its first bytes: "it is an AVIF picture, …".
/// Empty for all else.
std::optional<std::string> foreignPicture(std::span<const std::byte> head);

/// One clause for any file that is none of the readable pictures.
std::string describeForeign(std::span<const std::byte> head);

/// Whether a file is called like a picture or a film, readable or not: also "pic.jpg_large", "pic.jpg?width=640",
/// "pic.jpg.part" and "pic.jpg.1". What lies beside a picture ("pic.jpg.json") is not.
bool isNamedLikePicture(const std::filesystem::path &path);

}  // namespace dank
