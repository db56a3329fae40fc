#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include <signal.h>

#include "core/base/job.h"

namespace dank::cli {

/// Turns SIGINT and SIGTERM into a stop. The first one calls the handler in force (at the start: cancel the job) on
/// a thread of its own; the second ends the process at once with code 130. Where the system has no thread left, both
/// stay as deadly as they are by default. Make one before any other thread, since threads inherit that the two signals
/// are not delivered to them.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;

    /// Set by the first signal unless onStop() has put something else in its place.
    const CancelToken &cancel() const { return m_cancel; }
    /// What the first signal does from now on; called at once when it has come already.
    void onStop(std::function<void()> handler);

private:
    void wait();

    sigset_t m_signals{};
    CancelToken m_cancel;
    std::mutex m_mutex;
    std::function<void()> m_handler;  ///< guarded by m_mutex
    std::atomic_bool m_stopped = false;
    std::atomic_bool m_done = false;
    std::thread m_thread;
};

}  // namespace dank::cli
