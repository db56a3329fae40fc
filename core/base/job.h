#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "core/base/error.h"

namespace dank {

/// A flag shared by the one who may stop a job and the job itself. Copies share the flag.
/// Thread-safe; a set flag never clears.
class CancelToken {
public:
    CancelToken() : m_flag(std::make_shared<std::atomic_bool>(false)) {}

    void cancel() noexcept { m_flag->store(true, std::memory_order_relaxed); }
    bool isCancelled() const noexcept { return m_flag->load(std::memory_order_relaxed); }

    /// Throws Cancelled once cancel() was called.
    void check() const
    {
        if (isCancelled())
            throw Cancelled{};
    }

private:
    std::shared_ptr<std::atomic_bool> m_flag;
};

/// How far a stage of a job has come. `stage` is a literal such as "extract"; `total` is 0 while unknown.
struct Progress {
    std::string_view stage;
    std::size_t done = 0;
    std::size_t total = 0;
};

/// What every long call takes: a way to be stopped and a way to tell how far it is.
struct JobContext {
    CancelToken cancel;
    std::function<void(const Progress &)> progress;  ///< may be empty; called on the job's thread

    void report(std::string_view stage, std::size_t done, std::size_t total) const
    {
        if (progress)
            progress({stage, done, total});
    }
};

}  // namespace dank
