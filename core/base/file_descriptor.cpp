#include "core/base/file_descriptor.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"

namespace fs = std::filesystem;

namespace dank {

FileDescriptor::FileDescriptor(const fs::path &path, int flags, mode_t mode)
    : m_descriptor(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); }))
{
}

FileDescriptor FileDescriptor::openRegular(const fs::path &path)
{
    FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
    if (!file)
        throwErrno(errno, "open", path);
    if (!file.isRegular())
        throw Error(ErrorKind::File, "Cannot read '" + displayPath(path) + "': it is not a regular file.", path);
    return file;
}

bool FileDescriptor::isRegular() const
{
    struct stat status {};
    return uninterrupted([&] { return ::fstat(m_descriptor, &status); }) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t FileDescriptor::size(const fs::path &path) const
{
    struct stat status {};
    if (uninterrupted([&] { return ::fstat(m_descriptor, &status); }) != 0)
        throwErrno(errno, "read", path);
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileDescriptor::read(std::span<std::byte> bytes, std::uint64_t offset, const fs::path &path) const
{
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = uninterrupted([&] {
            return ::pread(m_descriptor, bytes.data() + filled, bytes.size() - filled,
                           static_cast<off_t>(offset + filled));
        });
        if (got < 0)
            throwErrno(errno, "read", path);
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

void FileDescriptor::write(std::span<const std::byte> bytes, std::uint64_t offset, const fs::path &path) const
{
    while (!bytes.empty()) {
        const ssize_t count = uninterrupted(
            [&] { return ::pwrite(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
        if (count <= 0)
            throwErrno(count < 0 ? errno : ENOSPC, "write", path);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void FileDescriptor::resize(std::uint64_t size, const fs::path &path) const
{
    if (uninterrupted([&] { return ::ftruncate(m_descriptor, static_cast<off_t>(size)); }) != 0)
        throwErrno(errno, "write", path);
}

void FileDescriptor::reserve(std::uint64_t size, const fs::path &path) const
{
    int failed = 0;  // unlike other calls it returns the error
    do
        failed = ::posix_fallocate(m_descriptor, 0, static_cast<off_t>(size));
    while (failed == EINTR);
    if (failed != 0)
        throwErrno(failed, "write", path);
}

void FileDescriptor::flush(const fs::path &path) const
{
    // Some file systems cannot flush this kind of file; there is nothing more to do then.
    if (uninterrupted([&] { return ::fsync(m_descriptor); }) != 0 && errno != EINVAL && errno != ENOTSUP
        && errno != EROFS)
        throwErrno(errno, "write", path);
}

int FileDescriptor::close() noexcept
{
    if (m_descriptor < 0)
        return 0;
    return ::close(std::exchange(m_descriptor, -1)) != 0 && errno != EINTR ? errno : 0;
}

void flushFolder(const fs::path &folder)
{
    const FileDescriptor opened(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);
    if (opened)
        opened.flush(folder);
}

}  // namespace dank
