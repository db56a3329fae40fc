#include "ui/fetch/picture_fetch.h"

#include <algorithm>
#include <utility>

namespace dank::ui {

PictureFetch::PictureFetch(EngineDoor &engine, std::filesystem::path file, FeedOptions options, QObject *parent)
    : QObject(parent), m_engine(engine), m_file(std::move(file)), m_options(std::move(options)),
      m_mailbox([](const Mailbox::Item &runAll) { runAll(); })
{
    look();
}

PictureFetch::~PictureFetch()
{
    m_task.reset();
    m_lane.end();
}

void PictureFetch::look()
{
    const auto made = std::make_shared<std::shared_ptr<const FetchPlan>>();
    m_state = State::Planning;
    m_task = std::make_unique<Task>(
        m_lane,
        [this, made](const CancelToken &cancel) {
            *made = std::make_shared<const FetchPlan>(
                planFetch(m_file, m_options, AddressRules::fromEnvironment(), JobContext{cancel, {}}));
        },
        [this, made](const TaskResult &result) { m_mailbox.post([this, made, result] { planned(result, *made); }); });
}

void PictureFetch::planned(const TaskResult &result, std::shared_ptr<const FetchPlan> plan)
{
    m_task.reset();
    if (m_isEnding)
        return;
    if (!plan)
        return failed(result);
    m_plan = std::move(plan);
    m_state = State::Planned;
    emit changed();
}

void PictureFetch::fetch()
{
    if (!m_plan || m_plan->wanted.empty() || m_task)
        return;
    if (m_state == State::Done) {
        auto rest = std::make_shared<FetchPlan>(*m_plan);
        std::erase_if(rest->wanted, [this](const WantedPicture &picture) {
            return std::ranges::find(m_report.failed, picture.id, &MissedPicture::id) == m_report.failed.end();
        });
        m_plan = rest;
    }
    m_engine.open();
    m_state = State::Fetching;
    m_done = 0;
    m_report = {};
    const auto made = std::make_shared<FetchReport>();
    m_task = std::make_unique<Task>(
        m_lane,
        [this, made, plan = m_plan](const CancelToken &cancel) {
            const JobContext context{cancel, [this](const Progress &progress) {
                                         m_mailbox.post([this, done = progress.done] {
                                             m_done = done;
                                             emit changed();
                                         });
                                     }};
            *made = m_engine.wait(cancel)->pictures().fetch(*plan, FetchSettings{}, context);
        },
        [this, made](const TaskResult &result) {
            m_mailbox.post([this, made, result] { ended(result, std::move(*made)); });
        });
    emit changed();
}

void PictureFetch::stop()
{
    if (m_state != State::Fetching)
        return;
    m_task->cancel();
    m_state = State::Stopping;
    emit changed();
}

void PictureFetch::end()
{
    m_isEnding = true;
    if (m_task) {
        m_task->cancel();
        m_task->join();
        m_mailbox.drain();
    }
}

void PictureFetch::ended(const TaskResult &result, FetchReport report)
{
    m_task.reset();
    const bool isWhole = result.outcome == TaskResult::Outcome::Finished;
    m_mayHaveCome = m_mayHaveCome || (isWhole ? !report.fetched.empty() : m_done > 0);
    if (m_isEnding)
        return;
    if (result.outcome == TaskResult::Outcome::Failed)
        return failed(result);
    if (isWhole)
        m_state = State::Done;
    else
        look();  // what came meanwhile is not wanted any more
    m_report = std::move(report);
    emit changed();
}

void PictureFetch::failed(const TaskResult &result)
{
    if (result.outcome == TaskResult::Outcome::Cancelled)
        return;  // it goes away
    m_state = State::Failed;
    m_error = QString::fromStdString(result.text);
    emit changed();
}

}  // namespace dank::ui
