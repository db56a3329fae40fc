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
    /// Ends after the current batch and keeps the best epoch; what follows the epochs ends where it is.
    void stopAndKeep()
    {
        {
            std::lock_guard lock(m_mutex);
            m_stop.cancel();
        }
        m_changed.notify_all();
    }
    bool isPaused() const
    {
        std::lock_guard lock(m_mutex);
        return m_paused;
    }
    bool isStopping() const { return m_stop.isCancelled(); }
    /// Cancelled by stopAndKeep() or with `cancel`: for what follows the epochs, where there is nothing more to keep.
    CancelToken anyStop(const CancelToken &cancel) const { return CancelToken::anyOf({m_stop, cancel}); }

    /// For the training thread: returns at once unless paused; while paused waits, calling `onPause(true)` once
    /// before and `onPause(false)` after. Returns false when training should stop and keep. Throws Cancelled.
    template <typename OnPause>
    bool waitWhilePaused(const CancelToken &cancel, OnPause &&onPause)
    {
        std::unique_lock lock(m_mutex);
        if (m_paused && !isStopping() && !cancel.isCancelled()) {
            lock.unlock();
            onPause(true);
            lock.lock();
            while (m_paused && !isStopping() && !cancel.isCancelled())
                m_changed.wait_for(lock, std::chrono::milliseconds(50));
            lock.unlock();
            onPause(false);
            lock.lock();
        }
        cancel.check();
        return !isStopping();
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_paused = false;
    CancelToken m_stop;
};

}  // namespace dank
