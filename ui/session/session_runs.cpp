// Runs of the library: show, rate with, evaluate, keep, clone, delete.

#include <algorithm>

#include "core/backbone/backbone_id.h"
#include "core/store/model_file.h"
#include "ui/session/session_private.h"

namespace dank::ui {

namespace {

/// How a run's features were made. Weights of a program are not named: the library knows whether the user allowed it.
BackboneRequest requestOfRun(const RunRecord &record, BackboneRequest request)
{
    const std::optional<BackboneId> id = BackboneId::tryParse(record.backbone);
    if (!id)
        return request;
    const bool program = id->network == kTorchScriptId;
    request.backbone = program ? record.weightsFile : id->network;
    if (id->resize != ResizeRule::Whole)  // not for asking: such a backbone takes pictures as they are
        request.resize = resizeRuleName(id->resize);
    request.precision = precisionName(id->precision);
    request.weights = id->isUntrained() ? "none" : program ? std::string() : record.weightsFile;
    return request;
}

QString featureWords(const Session &session, const BackboneRequest &request)
{
    const QString title = session.backboneTitle(request.backbone);
    return request.weights == "none" ? Session::tr("%1, untrained").arg(title) : title;
}

}  // namespace

TrainingView Session::Private::viewOfRun(const RunRecord &record)
{
    TrainingView view;
    view.run = record.run;
    view.config = record.config;
    view.bestEpoch = record.bestEpoch;
    view.meanPredictorLoss = record.meanPredictorLoss;
    view.datasetName = std::filesystem::path(record.dataset).parent_path().filename().string();
    view.datasetHash = record.datasetHash;
    view.backbone = record.backbone;
    view.untrained = isUntrainedBackbone(record.backbone);
    withLibrary([&](Library &l) { view.curve = l.epochs(record.run); });
    return view;
}

/// The counts of rows are in the model file only.
void Session::Private::completeView(std::int64_t run, const std::string &modelFile)
{
    auto rows = std::make_shared<std::pair<std::size_t, std::size_t>>();
    quietly(
        [modelFile, rows](const CancelToken &) {
            const Model read = loadModel(modelFile);
            *rows = {read.trainIds.size(), read.validationIds.size() + read.testIds.size()};
        },
        [this, run, rows](const TaskResult &result) {
            if (result.outcome != TaskResult::Outcome::Finished || shown.run != run)
                return;  // the chart is fine without them
            shown.trainRows = rows->first;
            shown.validationRows = rows->second;
            notify(Change::Training);
        });
}

void Session::Private::evaluateOnLane(const RunRecord &record)
{
    startJob(
        JobKind::Evaluate, Session::tr("Evaluating run %1").arg(record.run),
        [this, file = record.model, about = dataset, asked = requestOfRun(record, request), run = record.run,
         own = record.figures && record.datasetHash == dataset->contentHash()](JobScope &scope) -> Apply {
            const auto judged = std::make_shared<const Model>(loadModel(file));
            std::optional<Evaluation> stored;
            std::shared_ptr<const CrossValidation> cross;
            if (own) {
                // One that cannot be read is computed anew; what stands beside it needs many trainings and is not.
                runGuarded([&] { stored = Library::open(folder).runEvaluation(run); });
                runGuarded([&] {
                    if (auto kept = stored ? Library::open(folder).runCrossValidation(run) : std::nullopt)
                        cross = std::make_shared<const CrossValidation>(std::move(*kept));
                });
            }
            auto found = std::make_shared<const Evaluation>(
                stored ? std::move(*stored)
                       : scope.engine()->trainer().evaluate(*judged, *about, asked, nullptr, folder, scope.context));
            return [this, judged, found, cross](const Job &) {
                evaluation = found;
                crossValidation = cross;
                evaluatedModel = judged;
                status.detail = QString::fromStdString(found->subset);
                notify(Change::Evaluation);
            };
        },
        [this, run = record.run] { q.evaluateRun(run); });
}

void Session::showRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (run == d->live.run && run != 0) {
        d->showLive = true;
    } else if (const RunRecord *record = d->findRun(run)) {
        d->shown = d->viewOfRun(*record);
        d->showLive = false;
        if (!record->model.empty())
            d->completeView(run, record->model);
    } else {
        return;
    }
    d->notify(Change::Training);
    d->notify(Change::Epochs);
}

void Session::rateWithRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (d->live.live && d->live.run == run) {  // follow its snapshots again
        d->pinned = false;
        d->pinnedDuring = false;
        ++d->modelRequest;
        if (d->snapshot)
            d->setModel(d->snapshot, false);
        return;
    }
    const RunRecord *record = d->findRun(run);
    if (!record)
        return;
    if (record->model.empty())
        d->say(Message::Severity::Info, tr("Run %1 has no model yet.").arg(run));
    else
        d->loadModelOnLane(record->model, false);
}

void Session::evaluateRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    const RunRecord *record = d->findRun(run);
    if (!record || !d->dataset || !d->isFree(JobKind::Evaluate))
        return;
    if (record->model.empty())
        d->say(Message::Severity::Info, tr("Run %1 has no model yet.").arg(run));
    else
        d->evaluateOnLane(*record);
}

void Session::deleteRun(std::int64_t run)
{
    const Private::Telling telling(*d);
    if (d->live.live && d->live.run == run) {
        d->say(Message::Severity::Info, tr("Run %1 is being trained. Stop and discard it instead.").arg(run));
        return;
    }
    if (!d->withLibrary([&](Library &library) { library.deleteRun(run); }))
        return;
    d->runGone(run);
    d->refreshRuns();
}

/// It is no longer to be seen: what shows it is empty.
void Session::Private::runGone(std::int64_t run)
{
    if (live.run == run)
        live = {};
    if (shown.run == run) {
        shown = {};
        showLive = true;
    }
    notify(Change::Training);
    notify(Change::Epochs);
}

void Session::emptyTrash()
{
    const Private::Telling telling(*d);
    d->withLibrary([](Library &library) { library.purgeTrash(std::chrono::seconds(0)); });
    d->refreshRuns();
}

void Session::setRunNote(std::int64_t run, const QString &note)
{
    const Private::Telling telling(*d);
    d->withLibrary([&](Library &library) { library.setRunNote(run, note.toStdString()); });
    d->refreshRuns();
}

void Session::setRunLocked(std::int64_t run, bool locked)
{
    const Private::Telling telling(*d);
    d->withLibrary([&](Library &library) { library.setRunLocked(run, locked); });
    d->refreshRuns();
}

void Session::cloneSettings(std::int64_t run)
{
    const Private::Telling telling(*d);
    const RunRecord *record = d->findRun(run);
    if (!record)
        return;
    const TrainConfig before = d->config, wanted = record->config;
    setTrainConfig(wanted);
    if (d->config != wanted)
        return;  // refused, and told why
    // The features are chosen on their own page, and their weights may not be here: they stay, and that is said.
    const BackboneRequest made = requestOfRun(*record, {});
    const std::string mine = requested() ? requested()->id : d->request.backbone;
    const bool other =
        !mine.empty() && (made.backbone != mine || (made.weights == "none") != (d->request.weights == "none"));
    const QString told =
        other
            ? tr("The next training has the settings of run %1. Its features were those of %2; yours stay those of %3.")
                  .arg(QString::number(run), featureWords(*this, made),
                       featureWords(*this, {.backbone = mine, .weights = d->request.weights}))
            : tr("The next training has the settings of run %1.").arg(run);
    d->say(Message::Severity::Info, told, tr("Undo"), [this, before] { setTrainConfig(before); });
}

std::vector<EpochStats> Session::runCurve(std::int64_t run) const
{
    if (d->live.run == run && run != 0)
        return d->live.curve;
    if (d->shown.run == run && run != 0)
        return d->shown.curve;
    std::vector<EpochStats> curve;
    d->withLibrary([&](Library &library) { curve = library.epochs(run); });
    return curve;
}

}  // namespace dank::ui
