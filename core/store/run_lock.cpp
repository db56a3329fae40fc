#include "core/store/run_lock.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "core/base/file.h"
#include "core/base/file_descriptor.h"

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

std::optional<RunLock> tryLockRun(const std::filesystem::path &folder)
{
    createFolder(folder);
    const std::filesystem::path path = folder / "lock";
    FileDescriptor file(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0644);
    if (!file)
        throwErrno(errno, "open", path);
    struct flock range = wholeFile();
    if (::fcntl(file.get(), F_OFD_SETLK, &range) == 0)
        return RunLock(std::move(file));
    if (errno == EAGAIN || errno == EACCES)
        return std::nullopt;
    throwErrno(errno, "lock", path);
}

bool isRunLocked(const std::filesystem::path &folder)
{
    const FileDescriptor file(folder / "lock", O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct flock range = wholeFile();
    return file && ::fcntl(file.get(), F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

}  // namespace dank
