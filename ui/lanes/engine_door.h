#pragma once

#include <QCoreApplication>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "core/engine/engine.h"
#include "ui/lanes/workplace.h"

namespace dank::ui {

/// Opens the engine late, on the interactive lane, and tells Change::Engine when it is there or cannot be. GUI thread
/// only, except wait() and get().
class EngineDoor {
    Q_DECLARE_TR_FUNCTIONS(EngineDoor)
public:
    /// `given`: used in place of the shared library's (tests); empty: openEngine().
    EngineDoor(Workplace &place, std::shared_ptr<Engine> given, int threads);

    /// Unless it is open or opening.
    void open();
    /// For lanes: waits for it. Throws Cancelled, or Error{Engine} when it could not be opened.
    std::shared_ptr<Engine> wait(const CancelToken &cancel) const;
    /// The engine if it is there.
    std::shared_ptr<Engine> get() const;
    bool hasFailed() const { return m_failed; }
    QString deviceText() const { return m_device; }  ///< "CPU · 2 threads", "engine starting…"
    const EngineInfo *info() const { return m_info ? &*m_info : nullptr; }  ///< nullptr until it is open
    int threads() const { return m_threads; }                               ///< 0: one per core

private:
    void ready(const EngineInfo &info);

    Workplace &m_place;
    std::shared_ptr<Engine> m_given;
    int m_threads;
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    std::shared_ptr<Engine> m_engine;  ///< guarded by m_mutex
    std::string m_failure;             ///< guarded by m_mutex
    bool m_asked = false, m_failed = false;
    QString m_device;
    std::optional<EngineInfo> m_info;
};

}  // namespace dank::ui
