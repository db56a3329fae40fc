#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/file_descriptor.h"

namespace dank {

/// Held while a run's process works on it; the operating system lets go when the process ends, however it ends.
class RunLock {
public:
    RunLock() = default;
    explicit RunLock(FileDescriptor file) : m_file(std::move(file)) {}

private:
    FileDescriptor m_file;
};

/// Takes the lock of the run in `folder`, creating both; nothing when someone holds it, be it this very process
/// through another RunLock. Never waits. Throws Error{Disk|File}.
std::optional<RunLock> tryLockRun(const std::filesystem::path &folder);

/// Whether someone holds the lock. Asks without taking it, so it disturbs no one.
bool isRunLocked(const std::filesystem::path &folder);

}  // namespace dank
