#pragma once

#include <QCoreApplication>

#include <future>
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
    std::promise<std::shared_ptr<Engine>> m_opening;  ///< nullptr where it could not be opened
    const std::shared_future<std::shared_ptr<Engine>> m_opened{m_opening.get_future()};
    std::string m_failure;  ///< set before m_opening
    bool m_asked = false, m_failed = false;
    QString m_device;
    std::optional<EngineInfo> m_info;
};

}  // namespace dank::ui
