#include "core/base/folder_lock.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

#include "core/base/error.h"

namespace dank {

FileDescriptor lockFolder(const std::filesystem::path &folder, const std::string &busy)
{
    constexpr auto kPatience = std::chrono::seconds(5);
    FileDescriptor lock(folder, O_RDONLY | O_DIRECTORY);
    const auto since = std::chrono::steady_clock::now();
    while (lock && uninterrupted([&] { return ::flock(lock.get(), LOCK_EX | LOCK_NB); }) != 0 && errno == EWOULDBLOCK) {
        if (std::chrono::steady_clock::now() - since > kPatience)
            throw Error(ErrorKind::Library, busy, folder);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return lock;
}

}  // namespace dank
