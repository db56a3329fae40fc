// Training: start, pause, go on, stop, and what arrives while it runs.

#include <QLocale>

#include <algorithm>
#include <utility>

#include "ui/session/session_private.h"
#include "ui/session/stage_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

QString trainingDetail(int epoch, int epochs, double perSecond)
{
    QString detail = Session::tr("epoch %1 of %2").arg(number(epoch), number(epochs));
    if (perSecond > 0)
        detail += Session::tr(" · %1 epochs/s").arg(QLocale().toString(perSecond, 'f', perSecond < 100 ? 1 : 0));
    return detail;
}

}  // namespace

void Session::Private::startTraining(std::int64_t resumed)
{
    trainingFailed = false;
    featuresFailed = false;
    pinnedDuring = false;
    snapshot.reset();
    modelBefore = model;
    extraction = {};
    arrivals.clear();
    const auto link = std::make_shared<TrainingLink>();
    link->resumed = resumed != 0;
    startJob(
        JobKind::Train, Session::tr("Getting ready to train"),
        [this, link, resumed, about = dataset, asked = request, used = config](JobScope &scope) -> Apply {
            const TrainingObserver observer = observerFor(scope, link);
            const JobContext context{scope.context.cancel, otherStages(scope)};
            const auto engineNow = scope.engine();
            auto report = std::make_shared<TrainReport>(
                resumed ? engineNow->trainer().resume(resumed, folder, observer, link->control, context)
                        : engineNow->trainer().train(*about, asked, used, folder, observer, link->control, context));
            return [this, report, resumed](const Job &ended) { trainingFinished(ended, *report, resumed != 0); };
        },
        [this, resumed] { resumed ? q.resumeRun(resumed) : q.train(); }, link);
    notify(Change::Training);
}

TrainingObserver Session::Private::observerFor(const JobScope &scope, const std::shared_ptr<TrainingLink> &link)
{
    TrainingObserver observer;
    const auto post = scope.post;
    observer.started = [this, post, link](std::int64_t run, const TrainConfig &used, double meanLoss,
                                          std::size_t trainRows, std::size_t validationRows) {
        link->started = true;
        post([=, this] { trainingStarted(run, used, meanLoss, trainRows, validationRows); });
    };
    observer.epoch = [this, post](const EpochStats &stats, int best) {
        post([this, stats, best] { trainingEpoch(stats, best); });
    };
    observer.paused = [this, post](bool paused, int savedEpoch) {
        post([this, paused, savedEpoch] { trainingPaused(paused, savedEpoch); });
    };
    observer.snapshot = [this, post](std::shared_ptr<const Model> taken) {
        post([this, taken = std::move(taken)] { trainingSnapshot(taken); });
    };
    observer.extract = [this, post](const ExtractEvent &event) { post([this, event] { onExtract(event); }); };
    observer.crossValidation = [this, post](const CrossValidationStep &step) {
        post([this, step] { crossValidating(step); });
    };
    return observer;
}

/// What the observer tells nothing of: the stages before the first epoch, and those that judge the run.
std::function<void(const Progress &)> Session::Private::otherStages(const JobScope &scope)
{
    return [this, post = scope.post, show = scope.context.progress](const Progress &progress) {
        if (progress.stage == "controls")
            post([this] { comparing(Session::tr("the same head on random features, and on shuffled labels")); });
        else if (progress.stage == "baselines" && progress.done <= 1)
            post([this] { comparing(Session::tr("the mean, the nearest meme, a linear head, titles")); });
        else if (progress.stage != "baselines" && !stageText(progress.stage).isEmpty())
            show(progress);
    };
}

// ---- What arrives ----

void Session::Private::setProgress(std::size_t done, std::size_t total, const QString &detail)
{
    status.done = done;
    status.total = total;
    if (!detail.isEmpty())
        status.detail = detail;
    else if (total > 0)
        status.detail = Session::tr("%1 of %2").arg(number(done), number(total));
    notify(Change::Job);
}

/// A step that its job tells no more about.
void Session::Private::showStage(const Progress &progress)
{
    if (status.state != JobState::Running)
        return;  // what the stopping says stays
    if (progress.stage != stage) {
        stage = progress.stage;
        stageClock.start();
        status.detail.clear();
    }
    if (const QString text = stageText(stage); !text.isEmpty())
        status.verb = text;
    status.secondsLeft.reset();
    if (progress.done > 0 && progress.done <= progress.total
        && isStable(stageClock.elapsed(), progress.done, progress.total))
        status.secondsLeft = static_cast<double>(stageClock.elapsed()) / 1000
                             * static_cast<double>(progress.total - progress.done) / static_cast<double>(progress.done);
    setProgress(progress.done, progress.total, {});
}

void Session::Private::trainingStarted(std::int64_t run, const TrainConfig &used, double meanLoss,
                                       std::size_t trainRows, std::size_t validationRows)
{
    refreshRuns();
    live = {};
    if (const RunRecord *record = findRun(run)) {
        live = viewOfRun(*record);  // a resumed run brings its epochs along
    } else if (dataset) {
        live.datasetName = dataset->name();
        live.datasetHash = dataset->contentHash();
        live.backbone = request.backbone;
        live.untrained = request.weights == "none";
    }
    live.run = run;
    live.config = used;
    live.meanPredictorLoss = meanLoss;
    live.trainRows = trainRows;
    live.validationRows = validationRows;
    live.live = true;
    showLive = true;

    const int epoch = live.curve.empty() ? 0 : live.curve.back().epoch;
    status.verb = Session::tr("Training");
    status.secondsLeft.reset();
    if (status.state != JobState::Stopping)
        setProgress(static_cast<std::size_t>(epoch), static_cast<std::size_t>(used.epochs),
                    trainingDetail(epoch, used.epochs, 0));
    epochClock.start();
    epochsAtClock = epoch;
    notify(Change::Training);
    notify(Change::Epochs);
    notify(Change::Features);
}

void Session::Private::trainingEpoch(const EpochStats &stats, int bestEpoch)
{
    while (!live.curve.empty() && live.curve.back().epoch >= stats.epoch)
        live.curve.pop_back();
    live.curve.push_back(stats);
    live.bestEpoch = bestEpoch;
    status.done = static_cast<std::size_t>(stats.epoch);
    status.total = static_cast<std::size_t>(live.config.epochs);
    if (status.state == JobState::Running) {
        const double seconds = static_cast<double>(epochClock.elapsed()) / 1000;
        const int since = stats.epoch - epochsAtClock;
        const double perSecond = seconds > 0.2 && since > 0 ? since / seconds : 0;
        status.detail = trainingDetail(stats.epoch, live.config.epochs, perSecond);
        status.secondsLeft.reset();
        if (seconds >= 3 && perSecond > 0 && since * 20 >= live.config.epochs)
            status.secondsLeft = (live.config.epochs - stats.epoch) / perSecond;
    }
    if (showLive)
        notify(Change::Epochs);
    notify(Change::Job);
}

void Session::Private::trainingPaused(bool paused, int savedEpoch)
{
    if (paused) {
        live.pauses.emplace_back(savedEpoch, savedEpoch);
        if (status.state == JobState::Paused)
            status.detail = Session::tr("Paused at epoch %1, saved").arg(number(savedEpoch));
    } else {
        if (!live.pauses.empty())
            live.pauses.back().second = savedEpoch;
        epochClock.start();
        epochsAtClock = live.curve.empty() ? 0 : live.curve.back().epoch;
    }
    notify(Change::Training);
    notify(Change::Job);
}

/// The run has its model: what comes now judges it. A pause that came too late would hold that up, unseen.
void Session::Private::beginJudging()
{
    if (status.judging)
        return;
    status.judging = true;
    if (status.state == JobState::Paused) {
        current->training->control.resume();
        status.state = JobState::Running;
    }
    status.secondsLeft.reset();
    notify(Change::Training);
}

void Session::Private::comparing(const QString &detail)
{
    beginJudging();
    if (status.state != JobState::Running)
        return;  // what the stopping says stays
    status.verb = stageText("baselines");
    setProgress(0, 0, detail);
}

void Session::Private::crossValidating(const CrossValidationStep &step)
{
    beginJudging();
    if (status.state != JobState::Running)
        return;
    const QString verb = Session::tr("Cross-validating");
    if (status.verb != verb)
        crossClock.start();
    status.verb = verb;
    QStringList where;
    if (step.fold > 0 && step.folds > 1)
        where << Session::tr("fold %1 of %2").arg(step.fold).arg(step.folds);
    if (step.fold > 0 && step.seeds > 1)
        where << Session::tr("seed %1 of %2").arg(step.seed).arg(step.seeds);
    status.secondsLeft.reset();
    if (step.done > 0 && step.total >= step.done && isStable(crossClock.elapsed(), step.done, step.total))
        status.secondsLeft = static_cast<double>(crossClock.elapsed()) / 1000
                             * static_cast<double>(step.total - step.done) / static_cast<double>(step.done);
    setProgress(step.done, step.total,
                where.isEmpty() ? Session::tr("judging the answers") : where.join(QStringLiteral(", ")));
}

void Session::Private::trainingSnapshot(std::shared_ptr<const Model> taken)
{
    if (!taken)
        return;
    live.untrained = taken->untrainedBackbone;
    snapshot = std::move(taken);
    if (!pinned)
        setModel(snapshot, false);
}

// ---- How it ends ----

void Session::Private::trainingFinished(const Job &ended, const TrainReport &report, bool resumed)
{
    if (ended.discard) {  // the stop came too late for the engine: finish what was asked
        withLibrary([&](Library &l) { l.deleteRun(report.run); });
        status = {};
        trainingAbandoned();
        return;
    }
    live.live = false;
    live.run = report.run;
    status.verb = Session::tr("Training");
    if (report.model) {
        live.bestEpoch = report.model->epoch;
        live.untrained = report.model->untrainedBackbone;
        evaluation = std::make_shared<const Evaluation>(report.evaluation);
        evaluatedModel = report.model;
        crossValidation =
            report.crossValidation ? std::make_shared<const CrossValidation>(*report.crossValidation) : nullptr;
        notify(Change::Evaluation);
        if (!pinnedDuring)
            setModel(report.model, false);
    } else {
        say(Message::Severity::Info, Session::tr("Stopped before the first epoch ended: there is no model to keep."));
    }
    QStringList notes;
    for (const std::string &note : report.notes)
        notes << QString::fromStdString(note);
    if (report.model && !notes.isEmpty())
        say(Message::Severity::Info, Session::tr("Run %1: %2").arg(QString::number(report.run), notes.join(u' ')));
    const int epochs = live.curve.empty() ? 0 : live.curve.back().epoch;
    status.detail =
        report.stoppedByUser  ? Session::tr("Stopped at epoch %1, best was %2").arg(epochs).arg(live.bestEpoch)
        : report.stoppedEarly ? Session::tr("No better for %1; best was epoch %2")
                                    .arg(countOf(live.config.patience, Session::tr("epoch"), Session::tr("epochs")))
                                    .arg(live.bestEpoch)
                              : Session::tr("%1, best was epoch %2")
                                    .arg(countOf(epochs, Session::tr("epoch"), Session::tr("epochs")))
                                    .arg(live.bestEpoch);
    snapshot.reset();
    modelBefore.reset();
    refreshRuns();
    if (!resumed)
        refreshFeatures();
    notify(Change::Training);
}

/// Stopped without keeping: as if it had never begun.
void Session::Private::trainingAbandoned()
{
    if (live.live) {
        if (model && model->run == live.run && !pinned)
            setModel(modelBefore, false);
        live = {};
        notify(Change::Epochs);
    }
    snapshot.reset();
    modelBefore.reset();
    refreshRuns();
    notify(Change::Training);
}

/// Failed: what was learnt until then stays.
void Session::Private::trainingBroke()
{
    trainingFailed = live.live;
    live.live = false;
    snapshot.reset();
    modelBefore.reset();
    refreshRuns();
    notify(Change::Training);
}

// ---- What the user asks for ----

void Session::train()
{
    const Private::Telling telling(*d);
    if (!d->dataset || !d->isFree(JobKind::Train))
        return;
    if (!d->trainProblem.isEmpty()) {
        d->say(Message::Severity::Error, d->trainProblem);
        return;
    }
    const TaskResult sensible = runGuarded([this] { d->config.validate(); });
    if (sensible.outcome != TaskResult::Outcome::Finished) {
        d->say(Message::Severity::Error, QString::fromStdString(sensible.text));
        return;
    }
    d->startTraining(0);
}

void Session::resumeRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (d->findRun(run) && d->isFree(JobKind::Train))
        d->startTraining(run);
}

void Session::pause()
{
    const bool can = d->current && d->current->kind == JobKind::Train && d->status.state == JobState::Running
                     && d->live.live && !d->status.judging;
    if (!can)
        return;
    const Private::Telling telling(*d);
    d->current->training->control.pause();
    d->status.state = JobState::Paused;
    d->status.detail = tr("Pausing after this epoch…");
    d->status.secondsLeft.reset();
    d->notify(Change::Job);
    d->notify(Change::Training);
}

void Session::resume()
{
    if (!d->current || d->status.state != JobState::Paused)
        return;
    const Private::Telling telling(*d);
    d->current->training->control.resume();
    d->status.state = JobState::Running;
    const int epoch = d->live.curve.empty() ? 0 : d->live.curve.back().epoch;
    d->status.detail = trainingDetail(epoch, d->live.config.epochs, 0);
    d->epochClock.start();
    d->epochsAtClock = epoch;
    d->notify(Change::Job);
    d->notify(Change::Training);
}

void Session::stopAndKeep()
{
    if (!d->current || d->status.state == JobState::Stopping)
        return;
    const Private::Telling telling(*d);
    if (d->current->training && d->current->training->started) {
        d->current->training->control.stopAndKeep();
        d->status.state = JobState::Stopping;
        d->status.detail = d->status.judging ? tr("The run is kept; its judging ends here")
                                             : tr("Finishing this batch, keeping the best epoch");
        d->status.secondsLeft.reset();
        d->notify(Change::Job);
        d->notify(Change::Training);
    } else {
        d->cancelJob();
    }
}

void Session::stopAndDiscard()
{
    if (!d->current || d->current->muted)
        return;
    const Private::Telling telling(*d);
    d->current->discard = d->current->kind == JobKind::Train;
    d->cancelJob();
    if (d->current->discard)
        d->notify(Change::Training);
}

}  // namespace dank::ui
