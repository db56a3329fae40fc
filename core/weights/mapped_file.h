#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace dank {

/// A regular file's bytes, memory-mapped for reading as long as a copy of `owner` lives; null for an empty file.
struct MappedFile {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
};

/// The size is taken once: if someone shortens the file in place while it is mapped, reading the lost part raises
/// SIGBUS. Files are replaced by rename everywhere in this program, which is safe. Throws Error{File} for what cannot
/// be opened or is no regular file.
MappedFile mapFile(const std::filesystem::path &path);

}  // namespace dank
