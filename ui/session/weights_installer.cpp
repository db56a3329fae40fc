#include "ui/session/weights_installer.h"

#include <utility>

#include "ui/lanes/thumbnails.h"

namespace dank::ui {

WeightsInstaller::WeightsInstaller(Workplace &place, EngineDoor &engine, const JobRunner &jobs, FeatureJobs &features,
                                   RatingBoard &board)
    : m_place(place), m_engine(engine), m_jobs(jobs), m_features(features), m_board(board)
{
}

void WeightsInstaller::end()
{
    if (m_task)
        m_task->cancel();
}

std::uint64_t WeightsInstaller::partialBytes(const WeightsEntry &entry) const
{
    if (entry.file.empty())
        return 0;
    std::error_code error;
    const auto size =
        std::filesystem::file_size(m_place.folder() / "weights" / "downloads" / (entry.file + ".part"), error);
    return error ? 0 : size;
}

void WeightsInstaller::start(WeightsJob job, std::function<void(const DownloadObserver &, const JobContext &)> work)
{
    m_engine.open();
    m_job = std::move(job);
    m_job.state = WeightsJob::State::Running;
    const auto tell = [this](const std::string &stage, const DownloadProgress &progress) {
        m_place.mailbox().post([this, stage, progress] { progressed(stage, progress); });
    };
    m_task = std::make_unique<Task>(
        m_lane,
        [tell, work = std::move(work)](const CancelToken &cancel) {
            const auto staged = [tell](const Progress &progress) {
                tell(std::string(progress.stage), {.done = progress.done, .total = progress.total});
            };
            work([tell](const DownloadProgress &progress) { tell({}, progress); }, {cancel, staged});
        },
        [this, before = m_features.picks()](const TaskResult &result) {
            m_place.mailbox().post([this, result, before] { ended(result, before); });
        });
    m_place.notify(Change::Weights);
}

void WeightsInstaller::progressed(const std::string &stage, const DownloadProgress &progress)
{
    m_job.stage = stage;
    if (stage.empty() || progress.total > 0) {
        m_job.done = progress.done;
        m_job.total = progress.total;
    }
    m_job.bytesPerSecond = progress.bytesPerSecond;
    if (stage.empty())
        m_job.resumedFrom = progress.resumedFrom;
    m_place.notify(Change::Weights);
}

void WeightsInstaller::ended(const TaskResult &result, int picksBefore)
{
    m_task.reset();
    m_job.stage.clear();
    m_job.bytesPerSecond = 0;
    m_place.notify(Change::Weights);
    m_job.end(result);
    if (m_job.state == SideJob::State::Idle)
        m_job = {};
    else if (m_job.state == SideJob::State::Done)
        installed(picksBefore);
    // A file that holds no weights holds none the second time either.
    else if (m_job.file.isEmpty() || result.kind == ErrorKind::File || result.kind == ErrorKind::Disk)
        m_place.say(Message::Severity::Error, m_job.error, tr("Try again"), m_retry);
    else
        m_place.say(Message::Severity::Error, m_job.error);
}

void WeightsInstaller::installed(int picksBefore)
{
    const QString title = m_features.titleOf(m_job.backbone);
    const QString text = m_job.file.isEmpty() ? tr("%1's weights are installed.").arg(title)
                                              : tr("%1 holds the weights of %2. They are installed.")
                                                    .arg(toQString(toPath(m_job.file).filename()), title);
    BackboneRequest wanted = m_features.request();
    wanted.backbone = m_job.backbone;
    wanted.weights.clear();
    const bool same = wanted == m_features.request();
    if (!same && (m_features.picks() != picksBefore || m_jobs.isLocked())) {
        m_place.say(Message::Severity::Info, text, tr("Use %1").arg(title), [this, id = m_job.backbone] {
            BackboneRequest chosen = m_features.request();
            chosen.backbone = id;
            chosen.weights.clear();
            m_features.setRequest(chosen);
        });
    } else {
        if (!same)
            m_features.takeRequest(wanted);
        else if (!m_jobs.isLocked())
            m_features.reset();  // other weights than before make other features
        m_place.say(Message::Severity::Info, text);
    }
    m_features.refreshStatuses();
    m_board.unblock();
}

void WeightsInstaller::fetch(const std::string &entry)
{
    if (m_task) {
        m_place.say(Message::Severity::Info,
                    tr("One download at a time: wait until this one has ended, or cancel it."));
        return;
    }
    WeightsJob job;
    job.id = job.backbone = entry;
    for (const BackboneStatus &known : m_features.statuses())
        for (const WeightsEntry &offer : known.offers)
            if (offer.id == entry) {
                job.backbone = known.id;
                job.total = offer.shownBytes();
                job.done = partialBytes(offer);
            }
    m_retry = [this, entry] { fetch(entry); };
    start(std::move(job), [this, entry](const DownloadObserver &observer, const JobContext &context) {
        m_engine.wait(context.cancel)->shelf().fetchWeights(entry, m_place.folder(), observer, context);
    });
}

void WeightsInstaller::add(const QString &file)
{
    if (m_task) {
        m_place.say(Message::Severity::Info, tr("Wait until the download has ended, or cancel it, then add the file."));
        return;
    }
    WeightsJob job;
    job.file = file;
    job.stage = "check";
    m_retry = [this, file] { add(file); };
    start(std::move(job), [this, path = toPath(file)](const DownloadObserver &, const JobContext &context) {
        const std::string backbone =
            m_engine.wait(context.cancel)->shelf().addWeights(path, {}, m_place.folder(), context, {});
        // Comes before the end, in the same order.
        m_place.mailbox().post([this, backbone] { m_job.backbone = backbone; });
    });
}

void WeightsInstaller::cancel()
{
    if (!m_task || m_job.state == WeightsJob::State::Stopping)
        return;
    m_task->cancel();
    m_job.state = WeightsJob::State::Stopping;
    m_job.bytesPerSecond = 0;
    m_place.notify(Change::Weights);
}

}  // namespace dank::ui
