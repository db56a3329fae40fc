#include "app/cli/train_output.h"

#include <atomic>
#include <cerrno>
#include <memory>

#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/store/model_file.h"
#include "core/store/run_export.h"

namespace dank::cli {

CurveLog::CurveLog(std::filesystem::path file) : m_file(std::move(file))
{
    if (m_file.empty())
        return;
    // Opened now, so that a place that cannot be written is told before hours of work; emptied only when there is
    // something to put there.
    m_stream.open(m_file, std::ios::binary | std::ios::app);
    if (!m_stream)
        throwErrno(errno, "write", m_file);
}

void CurveLog::add(const EpochStats &stats)
{
    if (m_file.empty())
        return;
    if (m_curve.empty()) {
        m_stream.close();
        m_stream.open(m_file, std::ios::binary | std::ios::trunc);
        m_stream << curveCsvHeader();
    }
    m_curve.push_back(stats);
    m_stream << curveCsvLine(stats) << std::flush;
}

void CurveLog::finish()
{
    if (m_curve.empty())
        return;
    m_stream.close();
    writeFileAtomically(m_file, curveCsv(m_curve));
}

namespace {

std::string duration(double seconds)
{
    return seconds < 120    ? fixed(seconds, 0) + " s"
           : seconds < 7200 ? fixed(seconds / 60, 0) + " min"
                            : fixed(seconds / 3600, 1) + " hours";
}

}  // namespace

TrainReport runTraining(Context &context, CurveLog &log,
                        const std::function<TrainReport(const TrainingObserver &, TrainingControl &)> &work)
{
    // Shared with the handler, which outlives this call.
    struct State {
        TrainingControl control;
        std::atomic_bool started = false;
    };
    auto state = std::make_shared<State>();
    Console &console = context.console();
    int planned = 0;

    TrainingObserver observer;
    observer.extract = showExtraction(console);
    observer.started = [&, state](std::int64_t run, const TrainConfig &config, double meanPredictorLoss,
                                  std::size_t trainRows, std::size_t validationRows) {
        state->started = true;
        planned = config.epochs;
        console.note("Run " + std::to_string(run) + ": " + plural(trainRows, "meme", "memes") + " to learn from, "
                     + grouped(validationRows) + " held out; predicting the mean has a loss of "
                     + fixed(meanPredictorLoss, 5));
    };
    observer.epoch = [&](const EpochStats &stats, int bestEpoch) {
        log.add(stats);
        console.progress("train", static_cast<std::size_t>(stats.epoch), static_cast<std::size_t>(planned),
                         "loss " + fixed(stats.trainLoss, 5) + ", held out " + fixed(stats.validationLoss, 5)
                             + ", best epoch " + std::to_string(bestEpoch),
                         {{"epoch", stats.epoch},
                          {"train_loss", number(stats.trainLoss)},
                          {"validation_loss", number(stats.validationLoss)},
                          {"best_epoch", bestEpoch},
                          {"seconds", number(stats.seconds)}});
    };
    observer.estimated = [&](const TuningEstimate &estimate) {
        console.note("Fine-tuning " + grouped(estimate.parameters) + " numbers on "
                     + plural(estimate.memes, "meme", "memes") + " will take at most " + duration(estimate.seconds)
                     + " (" + duration(estimate.secondsPerEpoch) + " an epoch), " + megabytes(estimate.memory)
                     + " of memory and " + megabytes(estimate.disk) + " of disk.");
        if (estimate.memes < kTuningNeeds)
            console.note(kTuningIsDoubtful);
    };
    observer.warned = [&](const std::string &warning) { console.note(warning); };
    CancelToken cancel = context.interrupt().cancel();
    observer.crossValidation = [&](const CrossValidationStep &step) {
        const std::string what =
            step.fold == 0
                ? "comparing"
                : (step.folds > 1 ? "fold " + std::to_string(step.fold) + " of " + std::to_string(step.folds) + ", "
                                  : std::string())
                      + "seed " + std::to_string(step.seed) + " of " + std::to_string(step.seeds);
        console.progress("cross-validate", step.done, step.total, what,
                         {{"fold", step.fold}, {"folds", step.folds}, {"seed", step.seed}, {"seeds", step.seeds}});
    };
    context.interrupt().onStop([state, cancel]() mutable {
        state->control.stopAndKeep();
        if (!state->started)
            cancel.cancel();
    });

    TrainReport report = work(observer, state->control);
    log.finish();
    console.clear();
    return report;
}

namespace {

std::string withInterval(const std::optional<double> &value, const std::optional<Interval> &interval)
{
    std::string text = fixed(value, 3);
    if (value && interval)
        text += " (" + fixed(interval->low, 2) + " to " + fixed(interval->high, 2) + ")";
    return text;
}

/// Of the model beside its baselines. `spread`: the figures' standard deviations over seeds, empty for one.
void printFigures(const Evaluation &evaluation, const SeedFigures &spread, const SeedFigures &spreadWithin)
{
    const bool within = evaluation.within.has_value();
    std::vector<std::vector<std::string>> rows{{""}};
    if (within)
        rows.front().push_back("Spearman within");
    for (const char *column : {"Spearman", "R²", "MAE"})
        rows.front().emplace_back(column);
    const auto row = [&](const std::string &name, const Metrics &pooled, const std::optional<Metrics> &inside,
                         const std::optional<Interval> &interval, const std::optional<Interval> &insideInterval) {
        std::vector<std::string> cells{name};
        if (within)
            cells.push_back(inside ? withInterval(inside->spearman, insideInterval) : "–");
        cells.push_back(withInterval(pooled.spearman, interval));
        cells.push_back(fixed(pooled.r2, 3));
        cells.push_back(fixed(pooled.mae, 4));
        rows.push_back(std::move(cells));
    };
    row("model", evaluation.model, evaluation.within, intervalOf(evaluation.intervals, Figure::Spearman),
        intervalOf(evaluation.withinIntervals, Figure::Spearman));
    if (!spread.empty()) {
        const auto sd = [](const SeedFigures &figures, Figure figure, int digits) {
            const auto found = figures.find(figure);
            return found == figures.end() || !found->second.sd ? std::string("–")
                                                               : "± " + fixed(*found->second.sd, digits);
        };
        std::vector<std::string> cells{"  spread over seeds"};
        if (within)
            cells.push_back(sd(spreadWithin, Figure::Spearman, 3));
        cells.insert(cells.end(),
                     {sd(spread, Figure::Spearman, 3), sd(spread, Figure::R2, 3), sd(spread, Figure::Mae, 4)});
        rows.push_back(std::move(cells));
    }
    for (const BaselineResult &baseline : evaluation.baselines)
        row(baseline.title, baseline.pooled,
            baseline.name == "group" ? std::nullopt : baseline.within,  // it orders nothing inside a group
            baseline.spearman, baseline.withinSpearman);
    print(textTable(rows));
}

/// What a class figure is called in a table, and a group's share of errors.
constexpr const char *kClassTitles[kClassFigures] = {
    "AUC",   "PR-AUC",   "balanced accuracy", "recall at 90 % precision",
    "Brier", "Spearman", "quadratic kappa",   "classes off"};

std::string share(std::size_t part, std::size_t whole)
{
    return whole == 0 ? "–" : fixed(100 * static_cast<double>(part) / static_cast<double>(whole), 0) + " %";
}

/// In place of the table of order and height, where classes were learnt.
void printClasses(const ClassEvaluation &classes)
{
    const auto figures = classFiguresOf(classes.label.classes.size());
    std::vector<std::vector<std::string>> rows{{""}};
    for (const ClassFigure figure : figures)
        rows.front().emplace_back(kClassTitles[static_cast<std::size_t>(figure)]);
    const auto row = [&](const std::string &name, const ClassMetrics &metrics, const std::optional<Interval> &first) {
        std::vector<std::string> cells{name};
        for (const ClassFigure figure : figures)
            cells.push_back(figure == figures.front() ? withInterval(metrics.of(figure), first)
                                                      : fixed(metrics.of(figure), 3));
        rows.push_back(std::move(cells));
    };
    const auto found = classes.intervals.find(figures.front());
    row("model", classes.model, found == classes.intervals.end() ? std::nullopt : std::optional(found->second));
    for (const ClassBaseline &baseline : classes.baselines)
        row(baseline.title, baseline.metrics, baseline.interval);
    print(textTable(rows));
    if (figures.size() > 3)
        printLine("PR-AUC of guessing is the base rate, " + fixed(classes.model.baseRate(), 3)
                  + "; balanced accuracy at " + fixed(classes.threshold, 3) + ", the training memes' base rate.");
    if (classes.groups.size() < 2)
        return;
    printLine();
    printLine("Errors by group, at the same threshold:");
    std::vector<std::vector<std::string>> errors{{"", "memes", "wrongly flagged", "missed"}};
    constexpr std::size_t kShown = 12;
    for (std::size_t i = 0; i < std::min(classes.groups.size(), kShown); ++i) {
        const GroupErrors &group = classes.groups[i];
        errors.push_back({group.group, std::to_string(group.positive + group.negative),
                          share(group.flagged, group.negative), share(group.missed, group.positive)});
    }
    print(textTable(errors));
    if (classes.groups.size() > kShown)
        printLine("… and " + std::to_string(classes.groups.size() - kShown) + " more (--json has them).");
}

}  // namespace

void printCrossValidation(const CrossValidation &cross)
{
    const Evaluation &evaluation = cross.evaluation;
    const std::string seeds = plural(cross.seeds.size(), "seed", "seeds");
    printLine(cross.folds > 0 ? "Cross-validation, " + plural(cross.folds, "fold", "folds") + " with " + seeds + ':'
                              : "With " + seeds + ':');
    printLine(evaluation.verdict.headline + ' ' + evaluation.verdict.reason);
    printLine();
    printLine("On " + evaluation.subset
              + (evaluation.classes ? "; the seeds' mean answer, with 95 % intervals over memes:"
                                    : "; means over the seeds, with 95 % intervals over memes and seeds:"));
    evaluation.classes ? printClasses(*evaluation.classes)
                       : printFigures(evaluation, cross.seeds.size() > 1 ? cross.metrics : SeedFigures{}, cross.within);
}

void printEvaluation(const Evaluation &evaluation)
{
    printLine(evaluation.verdict.headline + ' ' + evaluation.verdict.reason);
    printLine();
    printLine("On " + evaluation.subset + ", with 95 % intervals"
              + (evaluation.within ? "; \"within\" is inside each " + evaluation.groupName : std::string()) + ":");
    evaluation.classes ? printClasses(*evaluation.classes) : printFigures(evaluation, {}, {});
}

Json lossesOf(const std::vector<EpochStats> &curve, double EpochStats::*member)
{
    Json list = Json::array();
    for (const EpochStats &stats : curve)
        list.push_back(number(stats.*member));
    return list;
}

void addTuning(Json &document, const TuningOutcome &tuning)
{
    document["frozen"] = toJson(tuning.frozen);
    document["fine_tuned"] = toJson(tuning.tuned);
    document["frozen_run"] = tuning.frozenRun;
    document["kept"] = tuning.keptTuned ? "fine_tuned" : "frozen";
    document["estimate"] = {{"seconds", number(tuning.estimate.seconds)},
                            {"seconds_per_epoch", number(tuning.estimate.secondsPerEpoch)},
                            {"memory_bytes", tuning.estimate.memory},
                            {"disk_bytes", tuning.estimate.disk},
                            {"parameters", tuning.estimate.parameters}};
    if (!tuning.comparison)
        return;
    const PairedDifference &found = *tuning.comparison;
    document["difference"] = {
        {"figure", "spearman"},
        {"within", tuning.within},
        {"frozen", number(found.first)},
        {"fine_tuned", number(found.second)},
        {"value", number(found.difference)},
        {"interval", found.interval ? Json{number(found.interval->low), number(found.interval->high)} : Json(nullptr)}};
}

/// The parts of a head and how much each counts.
Json headJson(const Blend &blend)
{
    const BlendWeights &weights = blend.withBoth;
    return {{"parts",
             {{{"name", "network"}, {"weight", number(weights.network)}},
              {{"name", "line"}, {"weight", number(weights.line)}},
              {{"name", "title"}, {"weight", number(weights.title)}},
              {{"name", "text"}, {"weight", number(weights.text)}}}},
            {"loss", number(blend.loss)}};
}

std::string headWords(const Blend &blend)
{
    const BlendWeights &weights = blend.withBoth;
    return "Head: " + fixed(weights.network, 2) + " network + " + fixed(weights.line, 2)
           + " straight line through the features + " + fixed(weights.title, 2) + " title's words + "
           + fixed(weights.text, 2) + " words in the picture.";
}

int finishTraining(Context &context, const TrainReport &report, const std::filesystem::path &out, bool strict)
{
    const std::string run = std::to_string(report.run);
    if (!report.model) {
        context.console().note("Run " + run + " was stopped before its first epoch ended; `dank resume " + run
                               + "` goes on.");
        return kStopped;
    }
    const Model &model = *report.model;
    std::filesystem::path path = report.modelPath;
    if (!out.empty()) {
        path = std::filesystem::absolute(out).lexically_normal();
        saveModel(model, path);
    }
    context.console().skipped(report.features.skipped, context.json());
    if (!context.json())
        for (const std::string &note : report.notes)
            context.console().note(note);

    if (context.json()) {
        Json document{{"run", report.run},
                      {"model", displayPath(path)},
                      {"epochs", model.epochsRun},
                      {"best_epoch", model.epoch},
                      {"train_loss", lossesOf(model.curve, &EpochStats::trainLoss)},
                      {"validation_loss", lossesOf(model.curve, &EpochStats::validationLoss)},
                      {"mean_predictor_loss", number(model.meanPredictorLoss)}};
        document["captions"] = captionsName(model.readsTitles() ? model.readsText() ? Captions::Both : Captions::Title
                                            : model.readsText() ? Captions::Text
                                                                : Captions::None);
        if (model.blend)
            document["head"] = headJson(*model.blend);
        addEvaluation(document, report.evaluation);
        if (report.crossValidation)
            document["cross_validation"] = toJson(*report.crossValidation);
        if (report.tuning)
            addTuning(document, *report.tuning);
        document["untrained"] = model.untrainedBackbone;
        document["backbone"] = model.backbone;
        document["stopped_early"] = report.stoppedEarly;
        document["stopped_by_user"] = report.stoppedByUser;
        document["device"] = report.features.device;
        document["precision"] = report.features.precision;
        document["notes"] = report.notes;
        document["skipped"] = toJson(report.features.skipped);
        printJson(document);
    } else {
        printLine("Run " + run + " · " + model.backbone
                  + (model.untrainedBackbone ? " · untrained features (seeded random weights)" : ""));
        printLine(plural(model.epochsRun, "epoch", "epochs") + ", the best is epoch " + std::to_string(model.epoch)
                  + (report.stoppedEarly ? "; stopped since the held-out loss no longer fell" : ""));
        printLine();
        printEvaluation(report.evaluation);
        printLine();
        if (report.crossValidation) {
            printCrossValidation(*report.crossValidation);
            printLine();
        }
        if (model.blend)
            printLine(headWords(*model.blend));
        printLine("Model: " + displayPath(path));
    }
    if (report.stoppedByUser) {
        context.console().note("Stopped; what was learnt is kept in " + displayPath(path) + ". `dank resume " + run
                               + "` goes on.");
        return kStopped;
    }
    if (report.crossValidationStopped)
        return kStopped;
    return strict && !report.features.skipped.empty() ? kSomeSkipped : kSuccess;
}

}  // namespace dank::cli
