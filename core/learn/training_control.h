#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "core/base/job.h"

namespace dank {

/// The knobs on a running training: shared by its thread and whoever steers it. Thread-safe.
/// Stop-and-discard is the job's CancelToken; everything here keeps what was learnt.
class TrainingControl {
public:
    void pause()
    {
        std::lock_guard lock(m_mutex);
        m_paused = true;
    }
    void resume()
    {
        {
            std::lock_guard lock(m_mutex);
            m_paused = false;
        }
        m_changed.notify_all();
    }
    /// Ends after the current batch and keeps the best epoch.
    void stopAndKeep()
    {
        {
            std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        m_changed.notify_all();
    }
    bool isPaused() const
    {
        std::lock_guard lock(m_mutex);
        return m_paused;
    }
    bool isStopping() const
    {
        std::lock_guard lock(m_mutex);
        return m_stop;
    }

    /// For the training thread: returns at once unless paused; while paused waits, calling `onPause(true)` once
    /// before and `onPause(false)` after. Returns false when training should stop and keep. Throws Cancelled.
    template <typename OnPause>
    bool waitWhilePaused(const CancelToken &cancel, OnPause &&onPause)
    {
        std::unique_lock lock(m_mutex);
        if (m_paused && !m_stop && !cancel.isCancelled()) {
            lock.unlock();
            onPause(true);
            lock.lock();
            while (m_paused && !m_stop && !cancel.isCancelled())
                m_changed.wait_for(lock, std::chrono::milliseconds(50));
            lock.unlock();
            onPause(false);
            lock.lock();
        }
        cancel.check();
        return !m_stop;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_paused = false;
    bool m_stop = false;
};

}  // namespace dank
