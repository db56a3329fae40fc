#include "ui/session/text_jobs.h"

#include "ui/widgets/text_format.h"

namespace dank::ui {

TextJobs::TextJobs(Workplace &place, EngineDoor &engine, JobRunner &jobs, const DatasetState &data)
    : m_place(place), m_engine(engine), m_jobs(jobs), m_data(data)
{
    m_place.react([this](const ChangeEvent &change) {
        if (change == Change::Engine)
            refresh();
        else if (change == Change::Dataset && m_data.dataset() != m_dataset)
            takeDataset();
        else if (change == Change::Job && m_jobs.isRunning() && m_task) {
            m_task->cancel();  // it may be hashing for minutes: asked again afterwards
            m_stale = true;
        } else if (change == Change::Job && !m_jobs.isRunning() && m_stale) {
            refresh();
        }
    });
}

void TextJobs::end()
{
    if (m_task)
        m_task->cancel();
}

void TextJobs::takeDataset()
{
    m_dataset = m_data.dataset();
    m_status.reset();
    m_refused = 0;
    m_place.notify(Change::Texts);
    refresh();
}

void TextJobs::refresh()
{
    if (!m_engine.get() || !m_dataset)
        return;  // asked once they are there
    if (m_task || m_jobs.isRunning()) {
        m_stale = true;
        return;
    }
    m_stale = false;
    auto found = std::make_shared<ReadStatus>();
    m_task = std::make_unique<Task>(
        m_jobs.lane(),
        [this, found, about = m_dataset, asked = m_request, folder = m_place.folder()](const CancelToken &cancel) {
            *found = m_engine.wait(cancel)->words().readStatus(*about, asked, folder, {cancel, {}});
        },
        [this, found, about = m_dataset](const TaskResult &result) {
            m_place.mailbox().post([this, found, about, result] {
                const Workplace::Telling telling(m_place);
                m_task.reset();
                if (about != m_dataset) {
                    m_stale = true;
                } else if (result.outcome == TaskResult::Outcome::Finished) {
                    m_status = std::move(*found);
                    m_problem.clear();
                    m_place.notify(Change::Texts);
                } else if (result.outcome == TaskResult::Outcome::Failed) {
                    m_problem = QString::fromStdString(result.text);  // no message: nobody has asked to read
                    m_place.notify(Change::Texts);
                }
                if (m_stale)
                    refresh();
            });
        });
}

void TextJobs::read()
{
    const Workplace::Telling telling(m_place);
    if (!m_dataset || !m_jobs.isFree(JobKind::Read))
        return;
    m_jobs.start(
        {.kind = JobKind::Read,
         .verb = tr("Reading the text"),
         .work = [this, about = m_dataset, asked = m_request,
                  folder = m_place.folder()](JobScope &scope) -> JobPlan::Apply {
             std::vector<std::filesystem::path> files;
             for (const MemeRecord &meme : about->records())
                 files.push_back(meme.image);
             const ReadReport report = scope.engine()->words().read(files, asked, folder, scope.context);
             return [this, about, read = report.computed, refused = report.refused](bool) {
                 if (about == m_dataset)
                     m_refused = refused;
                 m_jobs.amend([&](JobStatus &status) {
                     status.detail =
                         tr("%1 read, %2 refused").arg(groupedNumber(qint64(read)), groupedNumber(qint64(refused)));
                 });
             };
         },
         .retry = [this] { this->read(); },
         .over = [this] { refresh(); }});
    m_place.notify(Change::Texts);
}

}  // namespace dank::ui
