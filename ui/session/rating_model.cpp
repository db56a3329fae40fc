#include "ui/session/rating_model.h"

#include <utility>

#include "core/store/model_file.h"
#include "ui/lanes/thumbnails.h"

namespace dank::ui {

void RatingModel::set(std::shared_ptr<const Model> next, bool pin)
{
    m_model = std::move(next);
    m_pinned = pin;
    m_pinnedDuring |= pin;
    m_place.notify(Change::Model);
}

void RatingModel::load(const std::filesystem::path &file, bool recent)
{
    const std::uint64_t asked = ++m_request;
    auto read = std::make_shared<std::shared_ptr<const Model>>();
    m_place.quietly([file, read](const CancelToken &) { *read = std::make_shared<const Model>(loadModel(file)); },
                    [this, asked, file, recent, read](const TaskResult &result) {
                        if (asked != m_request)
                            return;  // another was asked for meanwhile
                        if (result.outcome == TaskResult::Outcome::Failed) {
                            m_place.say(Message::Severity::Error, QString::fromStdString(result.text));
                            return;
                        }
                        if (result.outcome != TaskResult::Outcome::Finished)
                            return;
                        set(*read, true);
                        if (recent)
                            m_place.withLibrary([&](Library &l) { l.choices().addRecent("model", file.string()); });
                    });
}

void RatingModel::open(const QString &file)
{
    load(toPath(file), true);
}

void RatingModel::useRun(std::int64_t run)
{
    const Workplace::Telling telling(m_place);
    if (m_chart.isLive(run)) {
        m_pinned = false;
        m_pinnedDuring = false;
        ++m_request;
        if (m_snapshot)
            set(m_snapshot, false);
        return;
    }
    const RunRecord *record = m_runs.findReadable(run);
    if (!record)
        return;
    if (record->model.empty())
        m_place.say(Message::Severity::Info, tr("Run %1 has no model yet.").arg(run));
    else
        load(record->model, false);
}

void RatingModel::recall(std::shared_ptr<const Model> earlier)
{
    if (!m_pinned && !m_chart.live().live)
        set(std::move(earlier), false);
}

void RatingModel::trainingBegins()
{
    m_pinnedDuring = false;
    m_snapshot.reset();
    m_before = m_model;
}

void RatingModel::takeSnapshot(std::shared_ptr<const Model> taken)
{
    m_snapshot = std::move(taken);
    if (!m_pinned)
        set(m_snapshot, false);
}

void RatingModel::trainingEnds(const std::shared_ptr<const Model> &made)
{
    if (made && !m_pinnedDuring)
        set(made, false);
    m_snapshot.reset();
    m_before.reset();
}

void RatingModel::trainingAbandoned(std::int64_t run)
{
    if (run != 0 && m_model && m_model->run == run && !m_pinned)
        set(m_before, false);
    m_snapshot.reset();
    m_before.reset();
}

}  // namespace dank::ui
