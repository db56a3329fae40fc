#include "ui/lanes/engine_door.h"

#include <algorithm>
#include <chrono>
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
        m_failure = result.text;
        m_opening.set_value(m_failure.empty() ? std::move(opened) : nullptr);
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
    const auto opened = m_opened;  // a copy for each thread
    while (opened.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
        cancel.check();
    cancel.check();
    if (!opened.get())
        throw Error(ErrorKind::Engine, m_failure);
    return opened.get();
}

std::shared_ptr<Engine> EngineDoor::get() const
{
    const auto opened = m_opened;
    return opened.wait_for(std::chrono::seconds(0)) == std::future_status::ready ? opened.get() : nullptr;
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
