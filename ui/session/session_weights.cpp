// Pretrained weights: which backbone is meant, downloads and installations on a lane of their own.

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/file.h"
#include "ui/session/session_private.h"

namespace dank::ui {

namespace {

/// At most about thirty reports a second, and every change of stage.
class Throttle {
public:
    bool pass(std::string_view stage)
    {
        const auto now = std::chrono::steady_clock::now();
        if (stage == m_stage && now - m_last < std::chrono::milliseconds(Mailbox::kIntervalMs))
            return false;
        m_stage = stage;
        m_last = now;
        return true;
    }

private:
    std::string m_stage = "none yet";
    std::chrono::steady_clock::time_point m_last;
};

}  // namespace

// ---- Which backbone ----

const BackboneStatus *Session::requested() const
{
    const auto &known = d->backbones;
    const auto found = std::ranges::find_if(known, [this](const BackboneStatus &status) {
        return d->request.backbone.empty() ? status.isDefault : status.id == d->request.backbone;
    });
    return found == known.end() ? nullptr : &*found;
}

QString Session::backboneTitle(const std::string &id) const
{
    const auto found = std::ranges::find(d->backbones, id, &BackboneStatus::id);
    return QString::fromStdString(found == d->backbones.end() || found->title.empty() ? id : found->title);
}

const BackboneStatus *Session::Private::classic() const
{
    const auto found = std::ranges::find(backbones, BackboneKind::Classic, &BackboneStatus::kind);
    return found == backbones.end() ? nullptr : &*found;
}

/// What an empty request means is written into it, so that it does not change under features that were made with it.
void Session::Private::settleDefault()
{
    if (!request.backbone.empty())
        return;
    if (const BackboneStatus *const meant = q.requested()) {
        request.backbone = meant->id;
        notify(Change::Settings);
    }
}

void Session::Private::takeRequest(const BackboneRequest &wanted)
{
    BackboneRequest sameResult = wanted;
    sameResult.batch = request.batch;
    const bool otherFeatures = !(sameResult == request);
    request = wanted;
    blockedModel.reset();
    notify(Change::Settings);
    if (otherFeatures) {
        resetFeatures();
        refreshBackbones();
    }
    pumpRating();
}

// ---- One at a time ----

void Session::Private::startWeights(WeightsJob job,
                                    std::function<void(const DownloadObserver &, const JobContext &)> work)
{
    openEngineOnLane();
    weights = std::move(job);
    weights.state = WeightsJob::State::Running;
    const auto throttle = std::make_shared<Throttle>();  // the lane's
    const auto tell = [this](const std::string &stage, const DownloadProgress &progress) {
        mailbox.post([this, stage, progress] { weightsProgress(stage, progress); });
    };
    weightsTask = std::make_unique<Task>(
        shelf,
        [tell, throttle, work = std::move(work)](const CancelToken &cancel) {
            JobContext context;
            context.cancel = cancel;
            context.progress = [tell, throttle](const Progress &progress) {
                if (throttle->pass(progress.stage))
                    tell(std::string(progress.stage), {.done = progress.done, .total = progress.total});
            };
            work([tell](const DownloadProgress &progress) { tell({}, progress); }, context);
        },
        [this, before = picks](const TaskResult &result) {
            mailbox.post([this, result, before] { weightsEnded(result, before); });
        });
    notify(Change::Weights);
}

void Session::Private::weightsProgress(const std::string &stage, const DownloadProgress &progress)
{
    weights.stage = stage;
    if (stage.empty() || progress.total > 0) {
        weights.done = progress.done;
        weights.total = progress.total;
    }
    weights.bytesPerSecond = progress.bytesPerSecond;
    if (stage.empty())
        weights.resumedFrom = progress.resumedFrom;
    notify(Change::Weights);
}

void Session::Private::weightsEnded(const TaskResult &result, int picksBefore)
{
    const Telling telling(*this);
    weightsTask.reset();
    weights.stage.clear();
    weights.bytesPerSecond = 0;
    notify(Change::Weights);
    switch (result.outcome) {
    case TaskResult::Outcome::Finished:
        weights.state = WeightsJob::State::Done;
        weightsInstalled(picksBefore);
        break;
    case TaskResult::Outcome::Cancelled: weights = {}; break;
    case TaskResult::Outcome::Failed:
        weights.state = WeightsJob::State::Failed;
        weights.error = QString::fromStdString(result.text);
        // A file that holds no weights holds none the second time either.
        if (weights.file.isEmpty() || result.kind == ErrorKind::File || result.kind == ErrorKind::Disk)
            say(Message::Severity::Error, weights.error, Session::tr("Try again"), weightsRetry);
        else
            say(Message::Severity::Error, weights.error);
        break;
    }
}

void Session::Private::weightsInstalled(int picksBefore)
{
    const QString title = q.backboneTitle(weights.backbone);
    // A model that lacked them may rate now.
    blockedModel.reset();
    interactive.post([open = openRating] { open->failedModel.reset(); });
    QString text = Session::tr("%1's weights are installed.").arg(title);
    if (!weights.file.isEmpty())
        text = Session::tr("%1 holds the weights of %2. They are installed.")
                   .arg(toQString(toPath(weights.file).filename()), title);
    BackboneRequest wanted = request;
    wanted.backbone = weights.backbone;
    wanted.weights.clear();
    const bool locked = current && (current->kind == JobKind::Train || current->kind == JobKind::Extract);
    if (wanted == request) {
        if (!locked)
            resetFeatures();  // other weights than before make other features
        say(Message::Severity::Info, text);
    } else if (picks == picksBefore && !locked) {
        takeRequest(wanted);
        say(Message::Severity::Info, text);
    } else {
        say(Message::Severity::Info, text, Session::tr("Use %1").arg(title), [this, id = weights.backbone] {
            BackboneRequest chosen = request;
            chosen.backbone = id;
            chosen.weights.clear();
            q.setRequest(chosen);
        });
    }
    refreshBackbones();
    pumpRating();
}

// ---- What the user asks for ----

const WeightsJob &Session::weightsJob() const
{
    return d->weights;
}

std::uint64_t Session::partialBytes(const WeightsEntry &entry) const
{
    if (entry.file.empty())
        return 0;
    std::error_code error;
    const auto size = std::filesystem::file_size(d->folder / "weights" / "downloads" / (entry.file + ".part"), error);
    return error ? 0 : size;
}

void Session::fetchWeights(const std::string &entry)
{
    const Private::Telling telling(*d);
    if (d->weightsTask) {
        d->say(Message::Severity::Info, tr("One download at a time: wait until this one has ended, or cancel it."));
        return;
    }
    WeightsJob job;
    job.id = job.backbone = entry;
    for (const BackboneStatus &known : d->backbones)
        for (const WeightsEntry &offer : known.offers)
            if (offer.id == entry) {
                job.backbone = known.id;
                job.total = offer.shownBytes();
                job.done = partialBytes(offer);
            }
    d->weightsRetry = [this, entry] { fetchWeights(entry); };
    d->startWeights(std::move(job), [this, entry](const DownloadObserver &observer, const JobContext &context) {
        d->engine.wait(context.cancel)->shelf().fetchWeights(entry, d->folder, observer, context);
    });
}

void Session::addWeights(const QString &file)
{
    const Private::Telling telling(*d);
    if (d->weightsTask) {
        d->say(Message::Severity::Info, tr("Wait until the download has ended, or cancel it, then add the file."));
        return;
    }
    WeightsJob job;
    job.file = file;
    job.stage = "check";
    d->weightsRetry = [this, file] { addWeights(file); };
    d->startWeights(std::move(job), [this, path = toPath(file)](const DownloadObserver &, const JobContext &context) {
        const std::string backbone = d->engine.wait(context.cancel)->shelf().addWeights(path, {}, d->folder, context);
        // Comes before the end, in the same order.
        d->mailbox.post([this, backbone] { d->weights.backbone = backbone; });
    });
}

void Session::cancelWeights()
{
    if (!d->weightsTask || d->weights.state == WeightsJob::State::Stopping)
        return;
    const Private::Telling telling(*d);
    d->weightsTask->cancel();
    d->weights.state = WeightsJob::State::Stopping;
    d->weights.bytesPerSecond = 0;
    d->notify(Change::Weights);
}

}  // namespace dank::ui
