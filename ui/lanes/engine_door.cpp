#include "ui/lanes/engine_door.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/engine/loader.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

EngineDoor::EngineDoor(Workplace &place, std::shared_ptr<Engine> given, int threads)
    : m_place(place), m_given(std::move(given)), m_threads(threads), m_device(tr("engine starting…"))
{
}

void EngineDoor::open()
{
    if (std::exchange(m_asked, true))
        return;
    m_place.interactive().post([this, given = m_given, threads = m_threads] {
        EngineInfo info;
        std::shared_ptr<Engine> opened;
        const TaskResult result = runGuarded([&] {
            opened = given ? given : openEngine({.threads = threads});
            info = opened->machine().info();
        });
        {
            std::lock_guard lock(m_mutex);
            m_failure = result.text;
            if (m_failure.empty())
                m_engine = std::move(opened);
        }
        m_changed.notify_all();
        m_place.mailbox().post([this, info, result] {
            if (result.outcome == TaskResult::Outcome::Finished) {
                ready(info);
                return;
            }
            m_failed = true;
            m_device = tr("no engine");
            m_place.notify(Change::Engine);
            m_place.say(Message::Severity::Error, tr("%1 Datasets and runs can be browsed; nothing can be computed.")
                                                      .arg(QString::fromStdString(result.text)));
        });
    });
}

std::shared_ptr<Engine> EngineDoor::wait(const CancelToken &cancel) const
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

std::shared_ptr<Engine> EngineDoor::get() const
{
    std::lock_guard lock(m_mutex);
    return m_engine;
}

void EngineDoor::ready(const EngineInfo &info)
{
    m_info = info;
    if (info.autoDevice.empty() || info.autoDevice == "cpu") {
        const int threads =
            m_threads > 0 ? m_threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        m_device = tr("CPU · %1").arg(countOf(threads, tr("thread"), tr("threads")));
    } else {
        m_device = QString::fromStdString(info.autoDevice);
        for (const auto &[name, description] : info.devices)
            if (name == info.autoDevice && !description.empty())
                m_device = QString::fromStdString(description);
    }
    m_place.notify(Change::Engine);
}

}  // namespace dank::ui
