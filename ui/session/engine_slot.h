#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/base/job.h"
#include "core/engine/engine.h"

namespace dank::ui {

/// Where lanes wait for the engine that another lane is opening. Thread-safe.
class EngineSlot {
public:
    void set(std::shared_ptr<Engine> engine)
    {
        {
            std::lock_guard lock(m_mutex);
            m_engine = std::move(engine);
        }
        m_changed.notify_all();
    }
    void fail(std::string reason)
    {
        {
            std::lock_guard lock(m_mutex);
            m_failure = std::move(reason);
        }
        m_changed.notify_all();
    }
    /// Waits for it. Throws Cancelled, or Error{Engine} when it could not be opened.
    std::shared_ptr<Engine> wait(const CancelToken &cancel) const
    {
        std::unique_lock lock(m_mutex);
        while (!m_engine && m_failure.empty()) {
            cancel.check();
            m_changed.wait_for(lock, std::chrono::milliseconds(20));
        }
        cancel.check();
        if (!m_engine)
            throw Error(ErrorKind::Engine, m_failure);
        return m_engine;
    }
    /// The engine if it is there.
    std::shared_ptr<Engine> get() const
    {
        std::lock_guard lock(m_mutex);
        return m_engine;
    }

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    std::shared_ptr<Engine> m_engine;
    std::string m_failure;
};

}  // namespace dank::ui
