#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace dank {

/// A flag shared by the one who may stop a job and the job itself. Copies share the flag.
/// Thread-safe; a set flag never clears.
class CancelToken {
public:
    CancelToken() : m_flag(std::make_shared<Flag>()) {}
    /// One of its own that also reads as cancelled once one of `others` does.
    static CancelToken anyOf(std::vector<CancelToken> others)
    {
        CancelToken token;
        token.m_flag->others = std::move(others);
        return token;
    }

    void cancel() noexcept { m_flag->set.store(true, std::memory_order_relaxed); }
    bool isCancelled() const noexcept
    {
        return m_flag->set.load(std::memory_order_relaxed)
               || std::any_of(m_flag->others.begin(), m_flag->others.end(),
                              [](const CancelToken &other) { return other.isCancelled(); });
    }

    /// Throws Cancelled once cancel() was called.
    void check() const
    {
        if (isCancelled())
            throw Cancelled{};
    }

private:
    struct Flag {
        std::atomic_bool set = false;
        std::vector<CancelToken> others;
    };
    std::shared_ptr<Flag> m_flag;
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
