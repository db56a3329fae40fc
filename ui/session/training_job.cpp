#include "ui/session/training_job.h"

#include <QLocale>

#include <atomic>
#include <utility>

#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

QString epochDetail(int epoch, int epochs, double perSecond)
{
    QString detail = TrainingJob::tr("epoch %1 of %2").arg(groupedNumber(epoch), groupedNumber(epochs));
    if (perSecond > 0)
        detail += TrainingJob::tr(" · %1 epochs/s").arg(QLocale().toString(perSecond, 'f', perSecond < 100 ? 1 : 0));
    return detail;
}

QString epochsText(int count)
{
    return countOf(count, TrainingJob::tr("epoch"), TrainingJob::tr("epochs"));
}

/// What a fine-tuning came to.
QString outcomeText(const TuningOutcome &outcome)
{
    if (!outcome.comparison)
        return TrainingJob::tr("Fine-tuning could not be compared with the frozen network, which is kept.");
    const auto figure = [](double value) { return QLocale().toString(value, 'f', 2); };
    const PairedDifference &found = *outcome.comparison;
    const QString figures = TrainingJob::tr("Spearman is %1 fine-tuned and %2 frozen, on the same held-out memes.")
                                .arg(figure(found.second), figure(found.first));
    return figures + QLatin1Char(' ')
           + (outcome.keptTuned ? TrainingJob::tr("The fine-tuned network is kept.")
                                : TrainingJob::tr("That is not better beyond luck, so the frozen network is kept."));
}

}  // namespace

struct TrainingJob::Link {
    TrainingControl control;
    std::atomic_bool started{false};  ///< the run is recorded: from here a stop can keep something
};

void TrainingJob::start(const Start &how)
{
    m_failed = false;
    m_estimate.reset();
    m_parts.features.forgetProgress();
    m_parts.rater.trainingBegins();
    m_link = std::make_shared<Link>();
    m_parts.jobs.start(
        {.kind = JobKind::Train,
         .verb = tr("Getting ready to train"),
         .work = [this, link = m_link, how, about = m_parts.data.dataset(), asked = m_parts.features.request(),
                  used = m_parts.choices.config(), folder = m_parts.place.folder()](JobScope &scope) -> JobPlan::Apply {
             const TrainingObserver observer = observerFor(scope);
             // What the observer tells nothing of: the stages before the first epoch, and those that judge the run.
             const auto otherStages = [this, post = scope.post,
                                       show = scope.context.progress](const Progress &progress) {
                 if (progress.stage == "controls")
                     post([this] { comparing(tr("the same head on random features, and on shuffled labels")); });
                 else if (progress.stage == "baselines" && progress.done <= 1)
                     post([this] { comparing(tr("the mean, the nearest meme, a linear head, titles")); });
                 else if (progress.stage == "tune")
                     post([this, progress] { tuningGoesOn(progress); });
                 else if (progress.stage != "baselines" && !stageText(progress.stage).isEmpty())
                     show(progress);
             };
             const JobContext context{scope.context.cancel, otherStages};
             const auto engine = scope.engine();
             auto report = std::make_shared<TrainReport>(
                 how.resumed ? engine->trainer().resume(how.resumed, folder, observer, link->control, context)
                 : how.tuned
                     ? engine->trainer().fineTune(how.tuned, how.tuning, folder, observer, link->control, context)
                     : engine->trainer().train(*about, asked, used, folder, observer, link->control, context));
             return [this, report, how, about, asked](bool discarded) {
                 // The stop came too late for the engine: finish what was asked. A run that was resumed stays: what it
                 // learnt before is in the same model as what it has learnt since.
                 if (discarded && !how.resumed) {
                     m_parts.place.withLibrary([&](Library &l) { l.runs().remove(report->run); });
                     m_parts.jobs.amend([](JobStatus &status) { status = {}; });
                     abandoned();
                     return;
                 }
                 finished(*report);
                 if (!how.resumed && !how.tuned)
                     m_parts.features.takeSummary(report->features, about, asked);
             };
         },
         .retry =
             [this, how] {
                 how.resumed ? resumeRun(how.resumed) : how.tuned ? fineTune(how.tuned, how.tuning) : train();
             },
         .keep = [this] { return keep(); },
         .abandoned = [this] { abandoned(); },
         .failed = [this, how](const TaskResult &result) { return broke(result, how); },
         .over = [this] { m_parts.features.refreshStatuses(); }});
    m_parts.place.notify(Change::Training);
}

TrainingObserver TrainingJob::observerFor(const JobScope &scope)
{
    TrainingObserver observer;
    const auto post = scope.post;
    observer.started = [this, post, link = m_link](std::int64_t run, const TrainConfig &used, double meanLoss,
                                                   std::size_t trainRows, std::size_t heldOutRows) {
        link->started = true;
        post([=, this] { started(run, used, meanLoss, trainRows, heldOutRows); });
    };
    observer.epoch = [this, post](const EpochStats &stats, int best) { post([=, this] { epoch(stats, best); }); };
    observer.paused = [this, post](bool isPaused, int saved) { post([=, this] { paused(isPaused, saved); }); };
    observer.warned = [this, post](const std::string &warning) {
        post([this, warning] { m_parts.place.say(Message::Severity::Warning, QString::fromStdString(warning)); });
    };
    observer.estimated = [this, post](const TuningEstimate &found) {
        post([this, found] {
            m_estimate = found;
            m_parts.place.notify(Change::Training);
        });
    };
    observer.snapshot = [this, post](std::shared_ptr<const Model> taken) {
        post([this, taken = std::move(taken)] {
            if (!taken)
                return;
            m_parts.chart.setUntrained(taken->untrainedBackbone);
            if (taken->blend && taken->config.loss == std::vector{LossTerm{}})
                m_parts.chart.setBlendLoss(taken->blend->loss);
            m_parts.rater.takeSnapshot(taken);
        });
    };
    observer.extract = [this, post](const ExtractEvent &event) {
        post([this, event] { m_parts.features.onExtract(event); });
    };
    observer.crossValidation = [this, post](const CrossValidationStep &step) {
        post([this, step] { crossValidating(step); });
    };
    return observer;
}

// ---- What arrives ----

void TrainingJob::startClock()
{
    m_epochClock.start();
    m_epochsAtClock = m_parts.chart.live().lastEpoch();
}

void TrainingJob::started(std::int64_t run, const TrainConfig &used, double meanLoss, std::size_t trainRows,
                          std::size_t heldOutRows)
{
    m_parts.runs.refresh();
    TrainingView view;
    if (const RunRecord *record = m_parts.runs.find(run)) {
        view = m_parts.runs.viewOf(*record);  // a resumed run brings its epochs along
    } else if (const auto dataset = m_parts.data.dataset()) {
        view.datasetName = dataset->name();
        view.datasetHash = dataset->contentHash();
        view.backbone = m_parts.features.request().backbone;
        view.untrained = m_parts.features.request().weights == "none";
    }
    view.run = run;
    view.config = used;
    view.meanPredictorLoss = meanLoss;
    view.trainRows = trainRows;
    view.validationRows = heldOutRows;
    m_parts.chart.begin(std::move(view));
    startClock();

    m_parts.jobs.amend([](JobStatus &status) {
        status.verb = tr("Training");
        status.secondsLeft.reset();
    });
    if (m_parts.jobs.status().state != JobState::Stopping)
        m_parts.jobs.setProgress(static_cast<std::size_t>(m_epochsAtClock), static_cast<std::size_t>(used.epochs),
                                 epochDetail(m_epochsAtClock, used.epochs, 0));
    m_parts.place.notify(Change::Features);
}

void TrainingJob::epoch(const EpochStats &stats, int best)
{
    m_parts.chart.addEpoch(stats, best);
    const int epochs = m_parts.chart.live().config.epochs;
    m_parts.jobs.amend([&](JobStatus &status) {
        status.done = static_cast<std::size_t>(stats.epoch);
        status.total = static_cast<std::size_t>(epochs);
        if (status.state != JobState::Running)
            return;
        const double seconds = static_cast<double>(m_epochClock.elapsed()) / 1000;
        const int since = stats.epoch - m_epochsAtClock;
        const double perSecond = seconds > 0.2 && since > 0 ? since / seconds : 0;
        status.detail = epochDetail(stats.epoch, epochs, perSecond);
        status.secondsLeft.reset();
        if (seconds >= 3 && perSecond > 0 && since * 20 >= epochs)
            status.secondsLeft = (epochs - stats.epoch) / perSecond;
    });
}

/// An epoch of a network may take hours: the bar moves within it.
void TrainingJob::tuningGoesOn(const Progress &progress)
{
    m_parts.jobs.amend([&](JobStatus &status) {
        if (status.state != JobState::Running)
            return;
        status.done = progress.done;
        status.total = progress.total;
    });
}

void TrainingJob::paused(bool paused, int savedEpoch)
{
    m_parts.chart.notePause(paused, savedEpoch);
    if (!paused)
        startClock();
    else if (m_parts.jobs.status().state == JobState::Paused)
        m_parts.jobs.amend(
            [&](JobStatus &status) { status.detail = tr("Paused at epoch %1, saved").arg(groupedNumber(savedEpoch)); });
}

/// The run has its model: what comes now judges it. A pause that came too late would hold that up, unseen.
void TrainingJob::beginJudging()
{
    if (m_parts.jobs.status().judging)
        return;
    m_parts.jobs.amend([this](JobStatus &status) {
        status.judging = true;
        if (status.state == JobState::Paused) {
            m_link->control.resume();
            status.state = JobState::Running;
        }
        status.secondsLeft.reset();
    });
    m_parts.place.notify(Change::Training);
}

void TrainingJob::comparing(const QString &detail)
{
    beginJudging();
    if (m_parts.jobs.status().state != JobState::Running)
        return;  // what the stopping says stays
    m_parts.jobs.amend([](JobStatus &status) { status.verb = stageText("baselines"); });
    m_parts.jobs.setProgress(0, 0, detail);
}

void TrainingJob::crossValidating(const CrossValidationStep &step)
{
    beginJudging();
    if (m_parts.jobs.status().state != JobState::Running)
        return;
    const QString verb = tr("Cross-validating");
    if (m_parts.jobs.status().verb != verb)
        m_crossClock.start();
    QStringList where;
    if (step.fold > 0 && step.folds > 1)
        where << tr("fold %1 of %2").arg(step.fold).arg(step.folds);
    if (step.fold > 0 && step.seeds > 1)
        where << tr("seed %1 of %2").arg(step.seed).arg(step.seeds);
    m_parts.jobs.amend([&](JobStatus &status) {
        status.verb = verb;
        status.secondsLeft.reset();
        if (step.done > 0 && step.total >= step.done && isStable(m_crossClock.elapsed(), step.done, step.total))
            status.secondsLeft = static_cast<double>(m_crossClock.elapsed()) / 1000
                                 * static_cast<double>(step.total - step.done) / static_cast<double>(step.done);
    });
    m_parts.jobs.setProgress(step.done, step.total,
                             where.isEmpty() ? tr("judging the answers") : where.join(QStringLiteral(", ")));
}

// ---- How it ends ----

void TrainingJob::finished(const TrainReport &report)
{
    const TrainingView &live = m_parts.chart.live();
    m_parts.chart.end(report.run, report.model ? report.model->epoch : live.bestEpoch);
    if (report.model) {
        m_parts.chart.setUntrained(report.model->untrainedBackbone);
        m_parts.evaluations.show(
            std::make_shared<const Evaluation>(report.evaluation),
            report.crossValidation ? std::make_shared<const CrossValidation>(*report.crossValidation) : nullptr,
            report.model);
        QStringList notes;
        for (const std::string &note : report.notes)
            notes << QString::fromStdString(note);
        if (report.tuning)
            m_parts.place.say(Message::Severity::Info,
                              tr("Run %1: %2").arg(QString::number(report.run), outcomeText(*report.tuning)));
        if (!notes.isEmpty())
            m_parts.place.say(Message::Severity::Info,
                              tr("Run %1: %2").arg(QString::number(report.run), notes.join(u' ')));
    } else {
        m_parts.place.say(Message::Severity::Info,
                          tr("Stopped before the first epoch ended: there is no model to keep."));
    }
    m_parts.rater.trainingEnds(report.model);
    m_parts.jobs.amend([&](JobStatus &status) {
        status.verb = tr("Training");
        status.detail =
            report.stoppedByUser ? tr("Stopped at epoch %1, best was %2").arg(live.lastEpoch()).arg(live.bestEpoch)
            : report.stoppedEarly
                ? tr("No better for %1; best was epoch %2").arg(epochsText(live.config.patience)).arg(live.bestEpoch)
                : tr("%1, best was epoch %2").arg(epochsText(live.lastEpoch())).arg(live.bestEpoch);
    });
    m_parts.runs.refresh();
}

/// Stopped without keeping: as if it had never begun.
void TrainingJob::abandoned()
{
    const std::int64_t run = m_parts.chart.live().live ? m_parts.chart.live().run : 0;
    m_parts.rater.trainingAbandoned(run);
    if (run != 0)
        m_parts.chart.forget(run);
    m_parts.runs.refresh();
    m_parts.place.notify(Change::Training);
}

/// What was learnt until then stays.
bool TrainingJob::broke(const TaskResult &result, const Start &how)
{
    const TrainingView &live = m_parts.chart.live();
    m_failed = live.live;
    if (!m_failed)
        m_parts.features.setFailed();
    m_parts.chart.end(live.run, live.bestEpoch);
    m_parts.rater.trainingEnds(nullptr);
    m_parts.runs.refresh();
    if (how.tuned)
        return false;
    if (!how.resumed && m_parts.features.offerClassic(result, [this] { train(); }))
        return true;
    if (result.kind != ErrorKind::Diverged)
        return false;
    m_parts.place.say(Message::Severity::Error, QString::fromStdString(result.text), tr("Retry at 0.1× learning rate"),
                      [this, next = live.config]() mutable {
                          next.learningRate *= 0.1;
                          m_parts.choices.setConfig(next);
                          train();
                      });
    return true;
}

// ---- What the user asks for ----

void TrainingJob::train()
{
    const Workplace::Telling telling(m_parts.place);
    if (!m_parts.data.dataset() || !m_parts.jobs.isFree(JobKind::Train))
        return;
    if (const QString hindrance = m_parts.choices.hindrance(); !hindrance.isEmpty())
        m_parts.place.say(Message::Severity::Error, hindrance);
    else
        start({});
}

void TrainingJob::resumeRun(std::int64_t run)
{
    const Workplace::Telling telling(m_parts.place);
    if (m_parts.runs.findReadable(run) && m_parts.jobs.isFree(JobKind::Train))
        start({.resumed = run, .tuned = 0, .tuning = {}});
}

void TrainingJob::fineTune(std::int64_t run, const TuneConfig &tuning)
{
    const Workplace::Telling telling(m_parts.place);
    if (m_parts.runs.findReadable(run) && m_parts.jobs.isFree(JobKind::Train))
        start({.resumed = 0, .tuned = run, .tuning = tuning});
}

void TrainingJob::pause()
{
    const JobStatus &now = m_parts.jobs.status();
    if (!m_parts.jobs.isRunning(JobKind::Train) || now.state != JobState::Running || !m_parts.chart.live().live
        || now.judging)
        return;
    const Workplace::Telling telling(m_parts.place);
    m_link->control.pause();
    m_parts.jobs.amend([](JobStatus &status) {
        status.state = JobState::Paused;
        status.detail = tr("Pausing after this epoch…");
        status.secondsLeft.reset();
    });
    m_parts.place.notify(Change::Training);
}

void TrainingJob::resume()
{
    if (m_parts.jobs.status().state != JobState::Paused)
        return;
    const Workplace::Telling telling(m_parts.place);
    m_link->control.resume();
    startClock();
    m_parts.jobs.amend([this](JobStatus &status) {
        status.state = JobState::Running;
        status.detail = epochDetail(m_epochsAtClock, m_parts.chart.live().config.epochs, 0);
    });
    m_parts.place.notify(Change::Training);
}

/// The best epoch, unless there is no run yet.
bool TrainingJob::keep()
{
    if (!m_link->started)
        return false;
    m_link->control.stopAndKeep();
    m_parts.jobs.amend([](JobStatus &status) {
        status.detail = status.judging ? tr("The run is kept; its judging ends here")
                                       : tr("Finishing this batch, keeping the best epoch");
    });
    return true;
}

}  // namespace dank::ui
