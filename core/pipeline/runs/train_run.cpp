#include "core/pipeline/runs/train_run.h"

#include <chrono>
#include <optional>

#include "core/base/file.h"
#include "core/base/rows.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/cross_validate.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/fine_tune.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/pipeline/runs/recorded_run.h"
#include "core/pipeline/runs/run_data.h"
#include "core/pipeline/runs/run_head.h"
#include "core/store/checkpoint.h"
#include "core/store/fine_tuned_run.h"
#include "core/store/library.h"
#include "core/store/model_file.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

/// Live models are made at most this often: each one scores its reference set.
constexpr auto kSnapshotInterval = std::chrono::seconds(1);
/// And on at most this many held-out rows, so that they cost training little.
constexpr std::size_t kSnapshotReferenceRows = 100;

/// Throws what is wrong with the groups before hours of extraction. Templates are known only once pictures are
/// compared.
void checkGroups(const Dataset &dataset, const TrainConfig &config)
{
    const GroupSpec spec = GroupSpec::parse(config.group);
    if (spec.kind != GroupKind::None && spec.kind != GroupKind::Template)
        (void)groupsOf(dataset, spec);
}

/// One run at work: keeps library, checkpoint and observers in step with the trainer.
class RunSession {
public:
    /// `splits`: of the cross-validation, made before there is a run: what cannot be is told before hours of work.
    RunSession(RunRecord record, RunData data, std::vector<Split> splits, const ExtractReport &extracted,
               Library &library, int threads, const TrainingObserver &observer)
        : m_record(std::move(record)), m_data(std::move(data)), m_extracted(extracted), m_library(library),
          m_threads(threads), m_observer(observer), m_splitHash(splitHashOf(m_data)),
          m_checkpoint(library.runFolder(m_record.run)), m_splits(std::move(splits))
    {
    }

    /// Trains from `state` to the end and returns the report; leaves the run in the state that its end deserves.
    TrainReport go(TrainingState state, TrainingControl &control, const JobContext &job)
    {
        const std::int64_t run = m_record.run;
        const TrainConfig &config = m_record.config;
        m_library.runs().setState(run, RunState::Running);
        m_library.runs().setMeanPredictorLoss(run, m_data.meanPredictorLoss);
        if (state.epoch > 0)  // killed between the checkpoint and the library's row for it
            m_library.runs().addEpoch(run, state.curve.back());
        if (m_observer.started)
            m_observer.started(run, config, m_data.meanPredictorLoss, m_data.split.train.size(),
                               m_data.split.validation.size() + m_data.split.test.size());
        for (const EpochStats &stats : state.curve)
            if (m_observer.epoch)
                m_observer.epoch(stats, state.bestEpoch);
        m_last = state;
        try {
            const TrainingData data{m_data.features, m_data.targets, m_data.split, m_data.groupIndexes};
            state = trainRegressor(data, config, std::move(state), control, hooks(config, job), job, m_threads);
        } catch (const Error &error) {
            // The library or the disk may be what failed: that must not hide the first error.
            try {
                keepBest();
                m_library.runs().setState(run, RunState::Failed, error.what());
            } catch (const Error &) {
                // The run's lock goes with this process, so it will read as interrupted.
            }
            throw;
        }
        m_last = std::move(state);
        m_checkpoint.sync();
        return finish(control.isStopping() && m_last.epoch < config.epochs, control, job);
    }

private:
    TrainingHooks hooks(const TrainConfig &config, const JobContext &job)
    {
        TrainingHooks hooks;
        hooks.onEpoch = [this, &config, &job](const EpochStats &stats, const TrainingState &state) {
            m_checkpoint.save(state);
            m_library.runs().addEpoch(m_record.run, stats);
            const bool better = state.bestEpoch != m_last.bestEpoch;
            m_last.bestEpoch = state.bestEpoch;
            m_last.epoch = state.epoch;
            m_last.curve.push_back(stats);
            if (better) {
                m_last.best = state.best;
                m_last.featureMean = state.featureMean;
                m_last.featureScale = state.featureScale;
                m_snapshotDue = true;
            }
            job.report("train", static_cast<std::size_t>(stats.epoch), static_cast<std::size_t>(config.epochs));
            if (m_observer.epoch)
                m_observer.epoch(stats, state.bestEpoch);
            if (m_snapshotDue && m_observer.snapshot && Clock::now() - m_snapshotAt >= kSnapshotInterval)
                sendSnapshot();
        };
        hooks.onCollapse = [this, &config](int epoch) {
            if (m_observer.warned)
                m_observer.warned(collapseWarning(config, epoch));
        };
        hooks.onPause = [this](bool paused, int savedEpoch) {
            m_checkpoint.sync();
            m_library.runs().setState(m_record.run, paused ? RunState::Paused : RunState::Running);
            if (m_observer.paused)
                m_observer.paused(paused, savedEpoch);
            if (paused && m_snapshotDue && m_observer.snapshot)
                sendSnapshot();
        };
        return hooks;
    }

    void tell(std::shared_ptr<Model> model) const
    {
        model->judgement = notJudgedYet();
        m_observer.snapshot(std::move(model));
    }

    void sendSnapshot()
    {
        tell(makeModel(kSnapshotReferenceRows));
        m_snapshotDue = false;
        m_snapshotAt = Clock::now();
    }

    /// The best epoch so far as a model that scores against up to `referenceRows` held-out memes.
    std::shared_ptr<Model> makeModel(std::size_t referenceRows)
    {
        auto model =
            std::make_shared<Model>(m_head ? *m_head : perceptronOf(m_record.config, m_last, m_data.features.columns));
        describeRun(*model, m_record, m_data, m_extracted.untrained, m_splitHash);
        model->epoch = m_last.bestEpoch;
        model->epochsRun = m_last.epoch;
        model->curve = m_last.curve;
        m_answers = fillReference(*model, m_data, referenceRows);
        if (!m_range)  // the same at every epoch
            m_range = trainingRangeOf(*model, m_data);
        model->range = *m_range;
        return model;
    }

    /// Saves the best epoch's model, which nobody has judged yet; nullptr when no epoch was finished.
    std::shared_ptr<Model> keepBest()
    {
        if (m_last.best.empty())
            return nullptr;
        auto model = makeModel(m_data.records.size());
        // Not in live models: opening one would read the features of all of them from the library.
        model->trainPictures =
            trainPicturesOf(m_data, m_extracted.pictureHashes, m_record.dataset, model->readsTitles());
        const auto path = m_library.modelPath(m_record.run);
        saveModel(*model, path);
        m_library.runs().setModel(m_record.run, path.string());
        return model;
    }

    /// The same model with its verdict and what an explanation is held against, in its file too.
    std::shared_ptr<const Model> withVerdict(const Model &kept, std::shared_ptr<const Model> shuffled,
                                             TrainReport &report) const
    {
        auto model = std::make_shared<Model>(kept);
        model->shuffled = std::move(shuffled);
        model->judgement = judgementOf(report.evaluation, lossFixesHeight(m_record.config.loss),
                                       displayPath(std::filesystem::path(m_record.dataset).parent_path().filename()));
        attempt(report.notes, "The model's file does not tell its verdict. ",
                [&] { saveModel(*model, report.modelPath); });
        return model;
    }

    TrainReport finish(bool stoppedByUser, TrainingControl &control, const JobContext &job)
    {
        TrainReport report;
        report.run = m_record.run;
        report.stoppedByUser = stoppedByUser;
        report.stoppedEarly = !stoppedByUser && m_last.epoch < m_record.config.epochs;
        report.features = m_extracted;
        report.notes = m_data.notes;
        if (m_record.config.blend && !m_last.best.empty()) {
            Model head = perceptronOf(m_record.config, m_last, m_data.features.columns);
            completeHead(head, headData(m_data), m_last.bestEpoch, control, job, m_threads);
            m_head = std::move(head);
            m_range.reset();  // it may have another scale
        }
        if (const std::shared_ptr<Model> model = keepBest()) {
            if (m_observer.snapshot)
                tell(model);
            // Who has stopped the epochs waits for what needs no training; who stops now, for nothing.
            const JobContext judging{stoppedByUser ? job.cancel : control.anyStop(job.cancel), job.progress};
            if (!m_record.config.blend
                && answersAreFlat(std::vector<float>(m_answers.begin(), m_answers.end()),
                                  picked<float>(m_data.targets, m_data.split.test)))
                report.notes.push_back(collapseWarning(m_record.config, 0));
            report.modelPath = m_library.modelPath(m_record.run);
            std::shared_ptr<const Model> shuffled;
            report.evaluation = judged(*model, stoppedByUser, control, judging, report.notes, shuffled);
            report.model = withVerdict(*model, std::move(shuffled), report);
            if (!report.evaluation.memes.empty())
                attempt(report.notes, "This evaluation is not kept. ",
                        [&] { m_library.evaluations().put(m_record.run, report.evaluation); });
            if (!stoppedByUser && !m_splits.empty())
                addCrossValidation(report, control, judging);
        }
        // Last: killed before, the run reads as interrupted, and resuming it does what is left.
        m_library.runs().setState(m_record.run, stoppedByUser ? RunState::Interrupted : RunState::Done);
        return report;
    }

    /// Whatever becomes of it, the run is trained and kept. `job` ends with whatever ends the judging.
    Evaluation judged(const Model &model, bool stoppedByUser, TrainingControl &control, const JobContext &job,
                      std::vector<std::string> &notes, std::shared_ptr<const Model> &shuffled) const
    {
        try {
            try {
                Controls controls;
                if (!stoppedByUser)
                    controls = trainControls(m_data, m_record.config, model.epoch, control, job, m_threads);
                shuffled = controls.shuffled;
                return judgeRun(model, m_data, m_answers, std::move(controls.baselines), job);
            } catch (const Cancelled &) {
                return judgeRunAlone(model, m_data, m_answers);
            }
        } catch (const Error &error) {
            notes.push_back(std::string("The run is kept, but it could not be judged. ") + error.what());
            Evaluation evaluation;
            evaluation.verdict.headline = "It could not be judged.";
            evaluation.verdict.reason = error.what();
            return evaluation;
        }
    }

    /// Whatever becomes of it, the run is trained and kept.
    void addCrossValidation(TrainReport &report, TrainingControl &control, const JobContext &job)
    {
        try {
            job.cancel.check();
            attempt(report.notes, "The run is kept, but not cross-validated. ", [&] {
                report.crossValidation = crossValidate(m_data, m_record.config, m_splits, m_threads,
                                                       m_observer.crossValidation, control, job);
            });
        } catch (const Cancelled &) {
            report.crossValidationStopped = true;
            report.notes.push_back("The cross-validation was stopped; the run itself is whole and kept.");
        }
        if (!report.crossValidation)
            return;
        report.notes.insert(report.notes.end(), report.crossValidation->notes.begin(),
                            report.crossValidation->notes.end());
        attempt(report.notes, "This cross-validation is not kept. ",
                [&] { m_library.evaluations().putCrossValidation(m_record.run, *report.crossValidation); });
    }

    const RunRecord m_record;
    const RunData m_data;
    const ExtractReport &m_extracted;
    Library &m_library;
    const int m_threads;
    const TrainingObserver &m_observer;
    const std::string m_splitHash;
    std::optional<std::optional<TrainingRange>> m_range;  ///< empty: not measured yet
    CheckpointFile m_checkpoint;
    const std::vector<Split> m_splits;  ///< of the cross-validation; empty where there is none
    std::vector<double> m_answers;      ///< of the model made last, for the test rows
    std::optional<Model> m_head;        ///< the whole head, once its blend is fitted
    TrainingState m_last;               ///< best parameters, curve and epoch as of the last hook
    bool m_snapshotDue = false;
    Clock::time_point m_snapshotAt = Clock::now();
};

}  // namespace

TrainReport trainRun(const Dataset &memes, const BackboneRequest &request, const TrainConfig &asked,
                     const PipelineContext &context, const TrainingObserver &observer, TrainingControl &control,
                     const JobContext &job)
{
    asked.validate();
    TrainConfig config = asked;
    config.group = GroupSpec::parse(asked.group).absolute().text;  // a run is resumed from any folder
    if (const Label label = Label::parse(asked.label); !label.empty())
        config.label = resolveLabel(memes.records(), label).label.text();
    const Dataset dataset = learntFrom(memes, config);
    checkGroups(dataset, config);
    checkRowsToTrain(dataset.records().size());  // before it takes hours to extract them
    ExtractReport extracted = extractFeatures(dataset, request, context, observer.extract, job);
    const std::string backbone = extracted.matrix.backbone;
    Library library = Library::open(context.library, job.cancel);
    RunData data = joinRunData(dataset, extracted, config, std::nullopt, library, context.threads, job);

    std::vector<Split> splits = crossValidationSplits(data, config);

    RunRecord record;
    record.dataset = dataset.path().string();
    record.datasetHash = dataset.contentHash();
    record.backbone = backbone;
    record.weightsFile = extracted.weightsFile;
    record.config = config;
    rememberRun(record, dataset, data, extracted);
    auto [run, lock] = library.runs().create(record);
    record.run = run;
    RunSession session(std::move(record), std::move(data), std::move(splits), extracted, library, context.threads,
                       observer);
    try {
        return session.go({}, control, job);
    } catch (const Cancelled &) {
        discardRun(library, run, lock);
        throw;
    }
}

TrainReport resumeRun(std::int64_t run, const PipelineContext &context, const TrainingObserver &observer,
                      TrainingControl &control, const JobContext &job)
{
    Library library = Library::open(context.library, job.cancel);
    const RunLock lock = library.runs().take(run);  // before reading: another process may be about to finish it
    RunRecord record = library.runs().get(run);
    if (record.state == RunState::Done)
        throw Error(ErrorKind::Library, "Run " + std::to_string(run) + " is finished; there is nothing to resume.");
    if (isFineTuning(record))
        return resumeFineTuning(std::move(record), library, context, observer, control, job);
    ExtractReport extracted;
    RunData data = rejoinRun(record, library, context, observer.extract, job, extracted);

    std::vector<Split> splits = crossValidationSplits(data, record.config);
    TrainingState state = CheckpointFile(library.runFolder(run)).load().value_or(TrainingState{});
    RunSession session(std::move(record), std::move(data), std::move(splits), extracted, library, context.threads,
                       observer);
    try {
        return session.go(std::move(state), control, job);
    } catch (const Cancelled &) {
        library.runs().setState(run, RunState::Interrupted);  // what it learnt before this call stays
        throw;
    }
}

}  // namespace dank
