#pragma once

#include <filesystem>
#include <optional>

#include "core/store/library.h"

namespace dank {

/// Takes the lock of the run in `folder`, creating both; nothing when someone holds it, be it this very process
/// through another RunLock. Never waits. Throws Error{Disk|File}.
std::optional<RunLock> tryLockRun(const std::filesystem::path &folder);

/// Whether someone holds the lock. Asks without taking it, so it disturbs no one.
bool isRunLocked(const std::filesystem::path &folder);

}  // namespace dank
