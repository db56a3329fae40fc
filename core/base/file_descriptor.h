#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include <sys/types.h>

namespace dank {

/// What `call` gives once no signal breaks it off: a system call that fails with EINTR is made again. Calls of the
/// system that a signal can break off go through this, or through FileDescriptor, and nowhere past both.
template <typename Call>
auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

/// An open file of the operating system, closed when it goes. Calls that a signal breaks off are made again. Where a
/// call takes a `path`, that is the one to name in errors; they are throwErrno()'s.
class FileDescriptor {
public:
    FileDescriptor() = default;  ///< none
    /// open(2), never to be inherited by another program. None, with errno set, where it fails.
    FileDescriptor(const std::filesystem::path &path, int flags, mode_t mode = 0);
    ~FileDescriptor() { close(); }
    FileDescriptor(FileDescriptor &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    FileDescriptor &operator=(FileDescriptor &&other) noexcept
    {
        if (this != &other)
            close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
        return *this;
    }

    /// Opens a regular file to read. Throws Error{File} for anything else; a pipe that nobody writes to cannot hang it.
    static FileDescriptor openRegular(const std::filesystem::path &path);

    explicit operator bool() const { return m_descriptor >= 0; }
    int get() const { return m_descriptor; }
    bool isRegular() const;
    /// In bytes, as it is now.
    std::uint64_t size(const std::filesystem::path &path) const;

    /// Fills `bytes` from `offset` on; how many there were before the file ended.
    std::size_t read(std::span<std::byte> bytes, std::uint64_t offset, const std::filesystem::path &path) const;
    /// Writes all of `bytes` at `offset`.
    void write(std::span<const std::byte> bytes, std::uint64_t offset, const std::filesystem::path &path) const;
    /// Cuts the file off or makes it longer by zeros.
    void resize(std::uint64_t size, const std::filesystem::path &path) const;
    /// Has the disk keep room for `size` bytes, so that writing them cannot find it full; the file is that long then.
    void reserve(std::uint64_t size, const std::filesystem::path &path) const;
    /// Has all that was written reach the disk, where the file system can.
    void flush(const std::filesystem::path &path) const;
    /// The errno of close(2), or 0: a network or quota file system may report a lost write only here.
    int close() noexcept;

private:
    int m_descriptor = -1;
};

/// Has a rename or a new file in `folder` reach the disk. A folder that cannot be read is left alone.
void flushFolder(const std::filesystem::path &folder);

}  // namespace dank
