#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/base/file_descriptor.h"
#include "core/base/job.h"

// What a download has on disk before it is whole; for core/weights alone.

namespace dank {

/// What a part is a part of. Kept beside it, so that it is gone on with for the same thing only.
struct PartOrigin {
    std::string url;
    std::string sha256;
    std::string etag;          ///< as the server sent it; may be empty
    std::string lastModified;  ///< as the server sent it; may be empty
};

/// The file `<target>.part`, open and locked against every other process and object, with `<target>.part.json`
/// beside it. Both stay when the object goes, unless they were installed or
/// discarded or nothing had arrived.
class DownloadPart {
public:
    /// Creates the folder and the part where they are missing. A part of another url or hash is emptied. Throws
    /// Error{File} when another download holds the part, or when it is a link or no regular file; Error{Disk}.
    DownloadPart(const std::filesystem::path &target, const std::string &url, const std::string &sha256);
    ~DownloadPart();
    DownloadPart(const DownloadPart &) = delete;
    DownloadPart &operator=(const DownloadPart &) = delete;

    std::uint64_t size() const { return m_size; }
    /// The server's marks of the file that the part is of.
    const PartOrigin &origin() const { return m_origin; }

    /// Empties the part and remembers the marks of the file that it will be of.
    void restart(const std::string &etag, const std::string &lastModified);
    void append(std::span<const std::byte> bytes);
    /// Throws Error{Disk} when the file system has less than that many bytes left.
    void needSpace(std::uint64_t bytes) const;
    std::string sha256(const JobContext &context) const;

    /// Flushes the part and gives it its name, over whatever had it, and flushes the folder.
    void install();
    /// Deletes the part.
    void discard();

private:
    void openLocked();
    void readOrigin();

    std::filesystem::path m_target, m_path, m_originPath;
    PartOrigin m_origin;
    FileDescriptor m_file;
    std::uint64_t m_size = 0;
};

}  // namespace dank
