// The batch lane: one job at a time, and the questions asked quietly between jobs.

#include <QLocale>

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

#include "core/base/file.h"
#include "ui/session/session_private.h"
#include "ui/session/stage_text.h"

namespace dank::ui {

namespace {

constexpr std::size_t kMaxArrivals = 40;
constexpr int kSampleRows = 400;
constexpr std::uint64_t kSampleSeed = 1;

QString rateText(double perSecond)
{
    return QLocale().toString(perSecond, 'f', perSecond < 10 ? 1 : 0);
}

/// Passes on at most a hundred reports a second, and always a stage's first and last one.
std::function<void(const Progress &)> throttled(std::function<void(const Progress &)> report)
{
    using Clock = std::chrono::steady_clock;
    return [report = std::move(report), last = Clock::time_point{},
            stage = std::string_view()](const Progress &progress) mutable {
        const auto now = Clock::now();
        if (progress.stage == stage && progress.done < progress.total && now - last < std::chrono::milliseconds(10))
            return;
        last = now;
        stage = progress.stage;
        report(progress);
    };
}

}  // namespace

bool isStable(qint64 elapsedMs, std::size_t done, std::size_t total)
{
    return elapsedMs >= 3000 && static_cast<double>(done) >= 0.05 * static_cast<double>(total);
}

// ---- One job at a time ----

void Session::Private::startJob(JobKind kind, const QString &verb, std::function<Apply(JobScope &)> work,
                                std::function<void()> retry, std::shared_ptr<TrainingLink> training)
{
    if (featureTask)
        featureTask->cancel();
    if (statusTask) {  // which may be hashing for minutes: asked again afterwards
        statusTask->cancel();
        statusStale = true;
    }
    stage = {};
    if (kind != JobKind::Load)
        openEngineOnLane();
    auto job = std::make_unique<Job>();
    const std::uint64_t n = job->number = ++lastNumber;
    job->kind = kind;
    job->retry = std::move(retry);
    job->training = std::move(training);
    status = {};
    status.kind = kind;
    status.state = JobState::Running;
    status.verb = verb;
    jobClock.start();
    auto left = std::make_shared<Apply>();
    current = std::move(job);
    current->task = std::make_unique<Task>(
        batch,
        [this, n, work = std::move(work), left](const CancelToken &cancel) {
            JobScope scope;
            scope.context.cancel = cancel;
            scope.post = [this, n](std::function<void()> item) {
                mailbox.post([this, n, item = std::move(item)] {
                    if (current && current->number == n && !current->muted)
                        item();
                });
            };
            scope.context.progress = throttled([post = scope.post, this](const Progress &progress) {
                post([this, progress] { showStage(progress); });
            });
            scope.engine = [this, cancel] { return engine.wait(cancel); };
            *left = work(scope);
        },
        [this, n, left](const TaskResult &result) {
            mailbox.post([this, n, left, result] { jobEnded(n, result, *left); });
        });
    notify(Change::Job);
}

void Session::Private::jobEnded(std::uint64_t n, const TaskResult &result, const Apply &apply)
{
    if (!current || current->number != n) {
        std::erase_if(retired, [n](const auto &job) { return job->number == n; });
        return;
    }
    const Telling telling(*this);
    const auto ended = std::move(current);
    status.secondsLeft.reset();
    notify(Change::Job);
    switch (result.outcome) {
    case TaskResult::Outcome::Finished:
        // What a stop came too late for is still of use where it took long to make.
        if (ended->muted && ended->kind != JobKind::Extract && ended->kind != JobKind::Train) {
            status = {};
        } else {
            status.state = JobState::Done;
            apply(*ended);
        }
        break;
    case TaskResult::Outcome::Cancelled:
        status = {};
        if (ended->kind == JobKind::Train)
            trainingAbandoned();
        break;
    case TaskResult::Outcome::Failed: jobFailed(*ended, result); break;
    }
    if (!current && (ended->kind == JobKind::Extract || ended->kind == JobKind::Train))
        refreshBackbones();
    // What a page shows of a job's state changes with its end.
    notify(ended->kind == JobKind::Train      ? Change::Training
           : ended->kind == JobKind::Extract  ? Change::Features
           : ended->kind == JobKind::Evaluate ? Change::Evaluation
                                              : Change::Dataset);
}

void Session::Private::jobFailed(Job &ended, const TaskResult &result)
{
    QString text = QString::fromStdString(result.text);
    status.state = JobState::Failed;
    status.detail = text;
    if (ended.kind == JobKind::Extract || (ended.kind == JobKind::Train && !live.live))
        featuresFailed = true;
    if (ended.kind == JobKind::Train)
        trainingBroke();

    const auto severity = Message::Severity::Error;
    const BackboneStatus *const asked = q.requested();
    const bool fixed = ended.training && ended.training->resumed;
    if (result.kind == ErrorKind::Weights && ended.retry && !fixed && ended.kind != JobKind::Evaluate && classic()
        && asked != classic()) {
        if (asked && asked->kind == BackboneKind::Network && asked->weights.empty() && request.weights.empty())
            text =
                Session::tr("There are no weights for %1 yet. Download them or choose a file on the Features page, or "
                            "take %2, which needs none.")
                    .arg(QString::fromStdString(asked->title), QString::fromStdString(classic()->title));
        say(severity, text, Session::tr("Use %1").arg(QString::fromStdString(classic()->title)),
            [this, retry = ended.retry] {
                if (!classic())
                    return;
                BackboneRequest without = request;
                without.backbone = classic()->id;
                without.weights.clear();
                q.setRequest(without);
                retry();
            });
    } else if (result.kind == ErrorKind::Diverged) {
        const double slower = live.config.learningRate * 0.1;
        say(severity, text, Session::tr("Retry at 0.1× learning rate"), [this, slower, used = live.config] {
            TrainConfig next = used;
            next.learningRate = slower;
            q.setTrainConfig(next);
            q.train();
        });
    } else if (ended.retry
               && (result.kind == ErrorKind::Disk || result.kind == ErrorKind::Library
                   || result.kind == ErrorKind::Device || result.kind == ErrorKind::Memory)) {
        say(severity, text, Session::tr("Try again"), ended.retry);
    } else {
        say(severity, text);
    }
}

void Session::Private::cancelJob()
{
    current->muted = true;
    current->task->cancel();
    status.state = JobState::Stopping;
    status.secondsLeft.reset();
    notify(Change::Job);
}

/// Whether a new job may start; says why not.
bool Session::Private::isFree(JobKind wanted)
{
    if (!current)
        return true;
    // A second click on the same button is not worth a message.
    if (current->kind != wanted)
        say(Message::Severity::Info, Session::tr("Wait until this has ended, or stop it first: %1.").arg(status.verb));
    return false;
}

// ---- Datasets ----

void Session::Private::load(JobKind kind, const QString &dbJson)
{
    const Telling telling(*this);
    if (current && current->kind != JobKind::Load && current->kind != JobKind::Sample) {
        say(Message::Severity::Info,
            current->kind == JobKind::Train
                ? Session::tr("Stop the training first, then open another dataset.")
                : Session::tr("Wait until this has ended, or stop it first: %1.").arg(status.verb));
        return;
    }
    if (current) {  // a newer wish replaces the load in progress
        cancelJob();
        retired.push_back(std::move(current));
    }
    if (kind == JobKind::Load) {
        startJob(kind, Session::tr("Opening %1").arg(toQString(toPath(dbJson).filename())),
                 [this, path = toPath(dbJson)](JobScope &scope) -> Apply {
                     std::error_code ignored;
                     const auto file = std::filesystem::is_directory(path, ignored) ? path / "db.json" : path;
                     auto loaded = std::make_shared<const Dataset>(Dataset::load(file, scope.context));
                     return [this, loaded](const Job &) { applyDataset(loaded); };
                 });
    } else {
        startJob(kind, Session::tr("Making the sample"), [this, asked = request](JobScope &scope) -> Apply {
            const auto sample = folder / "sample";
            const auto engineNow = scope.engine();
            if (!std::filesystem::exists(sample / "db.json")) {
                // Written beside and then renamed, so that a stop leaves no half sample behind.
                const auto beside = folder / "sample.part";
                std::error_code error;
                std::filesystem::remove_all(beside, error);
                createFolder(folder);
                engineNow->pictures().writeSample(beside, kSampleRows, kSampleSeed, scope.context);
                scope.context.cancel.check();
                std::filesystem::remove_all(sample, error);
                std::filesystem::rename(beside, sample, error);
                if (error)
                    throwErrno(error.value(), "write", sample);
            }
            auto loaded = std::make_shared<const Dataset>(Dataset::load(sample / "db.json", scope.context));
            // A first result rests on something real: what needs nothing stands in where weights are missing.
            BackboneRequest usable = asked;
            QString standIn;
            for (const BackboneStatus &known :
                 engineNow->extractor().backbones(nullptr, asked, folder, scope.context)) {
                const bool lacking = known.kind == BackboneKind::Network && known.weights.empty();
                if (known.id == asked.backbone && asked.weights.empty() && lacking)
                    usable.backbone.clear();
                if (known.isDefault && known.kind == BackboneKind::Classic)
                    standIn = QString::fromStdString(known.title);
            }
            return [this, loaded, asked, usable, standIn](const Job &) {
                applyDataset(loaded);
                if (!(usable == asked) && request == asked)
                    takeRequest(usable);
                const BackboneStatus *const now = q.requested();
                if (!standIn.isEmpty() && request.weights.empty()
                    && (request.backbone.empty() || (now && now->kind == BackboneKind::Classic)))
                    say(Message::Severity::Info,
                        Session::tr("There are no pretrained weights yet, so the sample uses %1, which needs none. "
                                    "Weights can be downloaded on the Features page.")
                            .arg(standIn));
            };
        });
    }
    notify(Change::Dataset);
}

void Session::Private::applyDataset(std::shared_ptr<const Dataset> loaded)
{
    base = std::move(loaded);
    excluded.clear();
    undo.clear();
    const std::string path = base->path().string();
    withLibrary([&](Library &l) {
        excluded = l.exclusions(path);
        l.addRecent("dataset", path);
    });
    resetFeatures();
    rebuildDataset();
    evaluation.reset();
    crossValidation.reset();
    evaluatedModel.reset();
    notify(Change::Evaluation);
    status.detail = Session::tr("%1 of %2 rows usable").arg(number(dataset->records().size()), number(dataset->rows()));
    refreshBackbones();
}

void Session::Private::rebuildDataset()
{
    dataset = excluded.empty() ? base : std::make_shared<const Dataset>(base->without(excluded));
    if (features && !featuresCoverDataset())
        features.reset();
    notify(Change::Dataset);
    notify(Change::Features);
}

// ---- Features ----

bool Session::Private::featuresCoverDataset() const
{
    std::unordered_set<MemeId> known(features->matrix.ids.begin(), features->matrix.ids.end());
    for (const Skipped &skipped : features->skipped)
        known.insert(skipped.id);
    return std::ranges::all_of(dataset->records(), [&](const MemeRecord &meme) { return known.contains(meme.id); });
}

bool Session::Private::featuresComplete() const
{
    if (features)
        return true;
    const BackboneStatus *const known = q.requested();
    return known && known->total > 0 && known->cached >= known->total;
}

void Session::Private::resetFeatures()
{
    features.reset();
    extraction = {};
    arrivals.clear();
    featuresFailed = false;
    if (featureTask)
        featureTask->cancel();
    notify(Change::Features);
}

void Session::Private::onExtract(const ExtractEvent &event)
{
    extraction.done = event.done;
    extraction.total = event.total;
    extraction.cached = event.cached;
    extraction.imagesPerSecond = event.imagesPerSecond;
    extraction.arrived = event.arrived;
    extraction.skipped.insert(extraction.skipped.end(), event.skipped.begin(), event.skipped.end());
    arrivals.insert(arrivals.end(), event.arrived.begin(), event.arrived.end());
    if (arrivals.size() > kMaxArrivals)
        arrivals.erase(arrivals.begin(), arrivals.end() - kMaxArrivals);

    status.verb = stageText("extract");
    QString detail = Session::tr("%1 of %2 images").arg(number(event.done), number(event.total));
    status.secondsLeft.reset();
    if (event.imagesPerSecond > 0) {
        detail += Session::tr(" · %1/s").arg(rateText(event.imagesPerSecond));
        if (isStable(jobClock.elapsed(), event.done, event.total) && event.total >= event.done)
            status.secondsLeft = static_cast<double>(event.total - event.done) / event.imagesPerSecond;
    }
    setProgress(event.done, event.total, detail);
    notify(Change::Features);
}

void Session::Private::refreshBackbones()
{
    if (!engine.get())
        return;  // asked once it is there
    if (statusTask) {
        statusStale = true;
        return;
    }
    statusStale = false;
    auto found = std::make_shared<std::vector<BackboneStatus>>();
    statusTask = std::make_unique<Task>(
        batch,
        [this, found, about = dataset, asked = request](const CancelToken &cancel) {
            *found = engine.wait(cancel)->extractor().backbones(about.get(), asked, folder, {cancel, {}});
        },
        [this, found](const TaskResult &result) {
            mailbox.post([this, found, result] {
                statusTask.reset();
                if (result.outcome == TaskResult::Outcome::Finished) {
                    backbones = std::move(*found);
                    settleDefault();
                    notify(Change::Features);
                } else if (result.outcome == TaskResult::Outcome::Failed) {
                    say(Message::Severity::Error, QString::fromStdString(result.text));
                }
                if (statusStale)
                    refreshBackbones();
            });
        });
}

/// After a training every feature is stored: read them, for the Features page and its list of skipped pictures.
void Session::Private::refreshFeatures()
{
    if (features || featureTask || !dataset || current)
        return;
    auto found = std::make_shared<std::shared_ptr<const ExtractReport>>();
    featureTask = std::make_unique<Task>(
        batch,
        [this, found, about = dataset, asked = request](const CancelToken &cancel) {
            *found = std::make_shared<const ExtractReport>(engine.wait(cancel)->extractor().extract(
                *about, asked, folder, {}, {.cancel = cancel, .progress = {}}));
        },
        [this, found, about = dataset, asked = request](const TaskResult &result) {
            mailbox.post([this, found, about, asked, result] {
                featureTask.reset();
                if (result.outcome != TaskResult::Outcome::Finished || about != dataset || !(asked == request))
                    return;
                features = *found;
                featuresFailed = false;
                notify(Change::Features);
            });
        });
}

// ---- What the user asks for ----

void Session::openDataset(const QString &dbJson)
{
    d->load(JobKind::Load, dbJson);
}

void Session::openSample()
{
    d->load(JobKind::Sample, {});
}

void Session::extract()
{
    const Private::Telling telling(*d);
    if (!d->dataset || !d->isFree(JobKind::Extract))
        return;
    d->resetFeatures();
    d->startJob(
        JobKind::Extract, tr("Extracting features"),
        [this, about = d->dataset, asked = d->request](JobScope &scope) -> Private::Apply {
            const auto observer = [this, post = scope.post](const ExtractEvent &event) {
                post([this, event] { d->onExtract(event); });
            };
            auto report = std::make_shared<const ExtractReport>(
                scope.engine()->extractor().extract(*about, asked, d->folder, observer, scope.context));
            return [this, report](const Private::Job &) {
                d->features = report;
                if (!d->featuresCoverDataset())  // something was brought back meanwhile
                    d->features.reset();
                d->status.done = d->status.total;
                d->status.detail =
                    tr("%1 ready, %2 skipped").arg(number(report->matrix.rows()), number(report->skipped.size()));
                d->notify(Change::Features);
            };
        },
        [this] { extract(); });
    d->status.detail = tr("loading the network…");
    d->notify(Change::Features);
}

}  // namespace dank::ui
