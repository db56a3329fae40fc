#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dank::ui {

/// One worker thread that runs what it is given, first come first served. Two queues: the ordinary one and a low one
/// that is served when the ordinary one is empty, and once after every kFairness ordinary entries, so that a long
/// pile of work never starves it. post() and postLow() may be called from any thread; what runs must not throw.
class Lane {
public:
    using Entry = std::function<void()>;
    static constexpr int kFairness = 4;

    Lane();
    /// As end().
    ~Lane();
    Lane(const Lane &) = delete;
    Lane &operator=(const Lane &) = delete;

    void post(Entry entry);
    void postLow(Entry entry);
    /// Forgets the low entries that have not begun, runs what else is still queued (cancelled tasks end at once), then
    /// joins. Nothing may be posted afterwards.
    void end();

private:
    void run();

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Entry> m_queue;  ///< guarded by m_mutex
    std::deque<Entry> m_low;    ///< guarded by m_mutex
    bool m_ending = false;      ///< guarded by m_mutex
    std::thread m_thread;       ///< last, so that it starts when everything above is there
};

}  // namespace dank::ui
