#pragma once

#include <filesystem>
#include <optional>

namespace dank {

/// Held while a run's process works on it; the operating system lets go when the process ends, however it ends.
class RunLock {
public:
    RunLock() = default;
    explicit RunLock(int descriptor) : m_descriptor(descriptor) {}
    RunLock(RunLock &&other) noexcept;
    RunLock &operator=(RunLock &&other) noexcept;
    ~RunLock();

private:
    int m_descriptor = -1;
};

/// Takes the lock of the run in `folder`, creating both; nothing when someone holds it, be it this very process
/// through another RunLock. Never waits. Throws Error{Disk|File}.
std::optional<RunLock> tryLockRun(const std::filesystem::path &folder);

/// Whether someone holds the lock. Asks without taking it, so it disturbs no one.
bool isRunLocked(const std::filesystem::path &folder);

}  // namespace dank
