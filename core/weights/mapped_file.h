#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace dank {

/// A regular file's bytes, memory-mapped for reading. The size is taken once: if someone shortens the file in place
/// while it is mapped, reading the lost part raises SIGBUS. Files are replaced by rename everywhere in this program,
/// which is safe.
class MappedFile {
public:
    /// Throws Error{File} for what cannot be opened or is no regular file. An empty file has no bytes.
    static std::shared_ptr<const MappedFile> open(const std::filesystem::path &path);
    ~MappedFile();
    MappedFile(const MappedFile &) = delete;
    MappedFile &operator=(const MappedFile &) = delete;

    std::span<const std::byte> bytes() const { return m_bytes; }

private:
    MappedFile() = default;
    std::span<const std::byte> m_bytes;
};

}  // namespace dank
