#include "core/store/run_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/base/file.h"

// Open file description locks: like flock(2) they belong to the descriptor and end with the process, however it
// ends; unlike flock(2) they can be asked about without being taken.

namespace dank {
namespace {

struct flock wholeFile()
{
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return range;
}

}  // namespace

RunLock::RunLock(RunLock &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

RunLock &RunLock::operator=(RunLock &&other) noexcept
{
    if (this != &other) {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

RunLock::~RunLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::optional<RunLock> tryLockRun(const std::filesystem::path &folder)
{
    createFolder(folder);
    const std::filesystem::path path = folder / "lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0644);
    if (descriptor < 0)
        throwErrno(errno, "open", path);
    RunLock lock(descriptor);
    struct flock range = wholeFile();
    if (::fcntl(descriptor, F_OFD_SETLK, &range) == 0)
        return lock;
    if (errno == EAGAIN || errno == EACCES)
        return std::nullopt;
    throwErrno(errno, "lock", path);
}

bool isRunLocked(const std::filesystem::path &folder)
{
    const int descriptor = ::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor < 0)
        return false;
    struct flock range = wholeFile();
    const bool locked = ::fcntl(descriptor, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
    ::close(descriptor);
    return locked;
}

}  // namespace dank
