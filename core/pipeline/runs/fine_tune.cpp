#include "core/pipeline/runs/fine_tune.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/rows.h"
#include "core/nn/tuning/tune.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/pipeline/runs/recorded_run.h"
#include "core/pipeline/runs/run_head.h"
#include "core/pipeline/runs/tuning_inputs.h"
#include "core/pipeline/runs/tuning_room.h"
#include "core/store/checkpoint.h"
#include "core/store/fine_tuned_run.h"
#include "core/store/model_file.h"
#include "core/store/run_dataset.h"
#include "core/weights/weights_file.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char *kInputs = "activations";  ///< in the run's folder
constexpr int kTimedBatches = 3;
constexpr std::size_t kTimedPictures = 24;

/// What a run's record says of it besides what a training's says.
struct TuningPlan {
    std::int64_t from = 0;
    int threads = 1;  ///< that it began with: they show in the last digits
    TuneConfig config;
};

TuningPlan planOf(const RunRecord &record)
{
    const nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    try {
        const nlohmann::json &tuning = made.at("fine_tune");
        return {tuning.at("from").get<std::int64_t>(), tuning.at("threads").get<int>(),
                tuneConfigFromJson(tuning.at("config").dump())};
    } catch (const nlohmann::json::exception &) {
        throw Error(ErrorKind::Library, "The library's record of this fine-tuning is damaged.");
    }
}

/// One fine-tuning at work.
class TuningRun {
public:
    TuningRun(RunRecord record, Library &library, const PipelineContext &context, const TrainingObserver &observer,
              TrainingControl &control, const JobContext &job)
        : m_record(std::move(record)), m_plan(planOf(m_record)), m_library(library), m_context(context),
          m_observer(observer), m_control(control), m_job(job), m_folder(library.runFolder(m_record.run)),
          m_frozenRecord(library.runs().get(m_plan.from)), m_frozen(loadModel(m_frozenRecord.model)),
          m_device(chooseDevice(deviceOf(m_record)))
    {
    }

    TrainReport go()
    {
        m_data = rejoinRun(m_record, m_library, m_context, m_observer.extract, m_job, m_extracted);
        m_library.runs().setState(m_record.run, RunState::Running);
        m_library.runs().setMeanPredictorLoss(m_record.run, m_data.meanPredictorLoss);
        TrainingState state;
        NetworkChanges changes;
        try {
            state = trained();
            changes = std::move(m_changes);
        } catch (const Error &error) {
            m_library.runs().setState(m_record.run, RunState::Failed, error.what());
            throw;
        }
        m_report.run = m_record.run;
        m_report.features = m_extracted;
        m_report.notes.insert(m_report.notes.end(), m_data.notes.begin(), m_data.notes.end());
        const bool stopped = m_control.isStopping() && state.epoch < m_plan.config.epochs;
        m_report.stoppedByUser = stopped;
        m_report.stoppedEarly = !stopped && state.epoch < m_plan.config.epochs;
        if (stopped)
            keepFrozen();
        else
            compare(state, std::move(changes));
        m_library.runs().setState(m_record.run, stopped ? RunState::Interrupted : RunState::Done);
        if (!stopped) {
            std::error_code ignored;
            std::filesystem::remove(m_folder / kInputs, ignored);
        }
        return std::move(m_report);
    }

private:
    std::vector<TuningInputs::Picture> pictures() const
    {
        std::vector<TuningInputs::Picture> pictures(m_data.features.values.size() / m_data.features.columns);
        for (std::size_t row = m_data.records.size(); row-- > 0;)
            pictures[pictureOf(row)] = {m_data.records[row].image, m_extracted.pictureHashes[row]};
        return pictures;
    }
    std::uint32_t pictureOf(std::size_t row) const
    {
        return m_data.features.vectorOf.empty() ? static_cast<std::uint32_t>(row) : m_data.features.vectorOf[row];
    }

    TuningData tuningData(std::span<const std::byte> inputs, std::span<const std::uint32_t> pictureOf,
                          const BackboneSpec &spec, const TunableNetwork &network) const
    {
        TuningData data{inputs, pictureOf, m_data.targets, m_data.split, m_data.groupIndexes, m_data.groups};
        if (network.takesPictures())
            data.augment = [side = spec.inputSide](TuningRow picture, std::span<std::byte> altered,
                                                   std::uint64_t seed) {
                augmentPicture(picture, side, altered, seed);
            };
        return data;
    }

    /// The state at the end of the epochs; m_changes and m_head are those of its best one.
    TrainingState trained()
    {
        const auto headState = CheckpointFile(m_library.runFolder(m_plan.from)).load();
        if (!headState || headState->best.empty())
            throw Error(ErrorKind::Library, "The checkpoint of run " + std::to_string(m_plan.from)
                                                + " is gone, so its head cannot go on. Train anew.");
        const BackboneId id = BackboneId::parse(m_record.backbone);
        const BackboneChoice choice =
            chooseBackbone(requestOf(m_record), m_context.library, m_context.backbones.names());
        std::optional<TensorFile> weights;
        if (!choice.isUntrained())
            weights = openWeightsFile(choice.weights);
        const std::uint64_t before = residentMemory();
        m_job.report("network", 0, 0);
        const auto network = TunableNetwork::make(
            choice.spec, weights, seedOf(choice.weightsId), m_device, id.precision, m_plan.config.depth,
            {m_record.config, headState->best, headState->featureMean, headState->featureScale});
        weights.reset();

        TrainingState state = CheckpointFile(m_folder).load().value_or(TrainingState{});
        std::vector<TuningInputs::Picture> all = pictures();
        m_estimate = measured(*network, choice.spec, id.resize, all, before);
        if (m_observer.estimated)
            m_observer.estimated(m_estimate);
        requireRoom(m_estimate, m_context.library, m_folder / kInputs);

        const std::string key = m_record.backbone + ' ' + tuneDepthName(m_plan.config.depth) + ' ' + m_record.request;
        const TuningInputs inputs(m_folder / kInputs, key, all, *network, choice.spec, id.resize,
                                  m_device.isCuda() ? 1 : m_context.threads, m_job);
        std::vector<std::uint32_t> pictureOfRow;
        for (std::size_t row = 0; row < m_data.records.size(); ++row)
            pictureOfRow.push_back(pictureOf(row));
        TrainConfig shown = m_record.config;
        shown.epochs = m_plan.config.epochs;
        if (m_observer.started)
            m_observer.started(m_record.run, shown, m_data.meanPredictorLoss, m_data.split.train.size(),
                               m_data.split.validation.size() + m_data.split.test.size());
        if (state.epoch > 0)  // killed between the checkpoint and the library's row for it
            m_library.runs().addEpoch(m_record.run, state.curve.back());
        for (const EpochStats &stats : state.curve)
            if (m_observer.epoch)
                m_observer.epoch(stats, state.bestEpoch);
        CheckpointFile checkpoint(m_folder);
        state = tuneNetwork(*network, tuningData(inputs.rows(), pictureOfRow, choice.spec, *network), m_record.config,
                            m_plan.config, std::move(state), m_control, hooks(checkpoint), m_job, m_plan.threads,
                            m_device.isCuda());
        checkpoint.sync();
        if (!state.best.empty()) {
            m_changes = network->changes(state.best, m_record.backbone);
            const auto columns = static_cast<int>(m_data.features.columns);
            m_head.config = m_record.config;
            setNetwork(m_head, std::span(state.best).first(network->headParameters()), columns, m_record.config);
            m_head.featureMean = headState->featureMean;
            m_head.featureScale = headState->featureScale;
        }
        return state;
    }

    TrainingHooks hooks(CheckpointFile &checkpoint)
    {
        TrainingHooks hooks;
        hooks.onEpoch = [this, &checkpoint](const EpochStats &stats, const TrainingState &state) {
            checkpoint.save(state);
            m_library.runs().addEpoch(m_record.run, stats);
            if (m_observer.epoch)
                m_observer.epoch(stats, state.bestEpoch);
        };
        hooks.onPause = [this, &checkpoint](bool paused, int savedEpoch) {
            checkpoint.sync();
            m_library.runs().setState(m_record.run, paused ? RunState::Paused : RunState::Running);
            if (m_observer.paused)
                m_observer.paused(paused, savedEpoch);
        };
        return hooks;
    }

    TuningEstimate measured(TunableNetwork &network, const BackboneSpec &spec, ResizeRule resize,
                            std::span<const TuningInputs::Picture> all, std::uint64_t before)
    {
        m_job.report("estimate", 0, 0);
        const std::size_t count = std::min(kTimedPictures, all.size());
        std::vector<std::byte> rows(count * network.rowBytes());
        setIntraOpThreads(m_context.threads);
        const Clock::time_point start = Clock::now();
        for (std::size_t i = 0; i < count; i += 8) {
            std::vector<Image> images;
            for (std::size_t k = i; k < std::min(i + 8, count); ++k)
                images.push_back(tuningPicture(all[k], spec, resize));
            network.prepare(images, std::span(rows).subspan(i * network.rowBytes(), images.size() * network.rowBytes()),
                            m_job.cancel);
        }
        const double front = std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(count);
        std::vector<std::uint32_t> pictureOfRow;
        for (std::size_t row = 0; row < m_data.records.size(); ++row)
            pictureOfRow.push_back(static_cast<std::uint32_t>(row % count));
        const double step = timeTuning(network, tuningData(rows, pictureOfRow, spec, network), m_record.config,
                                       m_plan.config, kTimedBatches, m_job, m_plan.threads, m_device.isCuda());
        TuningEstimate estimate;
        const std::uint64_t parameters = network.parameters().size(), bytes = parameters * sizeof(float);
        estimate.parameters = parameters;
        estimate.memes = m_data.split.train.size();
        const double batches = std::ceil(static_cast<double>(estimate.memes) / m_plan.config.batch);
        // What is held out goes forward only, which takes a third of a step.
        const double held = static_cast<double>(m_data.split.validation.size()) / m_plan.config.batch / 3;
        estimate.secondsPerEpoch = step * (batches + held);
        // Features are made before and after, the second time by the whole network.
        estimate.seconds =
            estimate.secondsPerEpoch * m_plan.config.epochs + 2 * front * static_cast<double>(all.size());
        // Held by now: the network, its gradient and activations; to come: the best epoch and the checkpoint's copies.
        estimate.memory = residentMemory() - std::min(before, residentMemory()) + 5 * bytes;
        estimate.disk = TuningInputs::size(all.size(), network.rowBytes()) + 2 * 4 * bytes + bytes
                        + all.size() * m_data.features.columns * sizeof(float);
        return estimate;
    }

    /// The model of the frozen run stays, as this run's too.
    void keepFrozen()
    {
        saveModel(m_frozen, m_library.modelPath(m_record.run));
        m_library.runs().setModel(m_record.run, m_library.modelPath(m_record.run).string());
        m_report.modelPath = m_library.modelPath(m_record.run);
        m_report.model = std::make_shared<const Model>(m_frozen);
        if (auto evaluation = m_library.evaluations().get(m_plan.from))
            m_report.evaluation = std::move(*evaluation);
        if (m_observer.snapshot)
            m_observer.snapshot(m_report.model);
    }

    void compare(const TrainingState &state, NetworkChanges changes)
    {
        if (state.best.empty())
            throw Error(ErrorKind::Diverged, "Fine-tuning ended before its first epoch did.");
        const std::vector<double> frozen = answersFor(m_frozen, m_data.features, m_data.split.test, m_data.captions);
        RunData tunedData = tunedFeatures(std::make_shared<const NetworkChanges>(std::move(changes)));
        addWords(m_head, headData(tunedData), m_job, m_context.threads);
        auto model = std::make_shared<Model>(m_head);
        describeRun(*model, m_record, tunedData, m_extracted.untrained, splitHashOf(tunedData));
        model->epoch = state.bestEpoch;
        model->epochsRun = state.epoch;
        model->curve = state.curve;
        const std::vector<double> tuned = fillReference(*model, tunedData, tunedData.records.size());

        TuningOutcome outcome = outcomeOf(frozen, tuned);
        if (outcome.keptTuned)
            keepTuned(*model, tunedData, tuned);
        else
            keepFrozen();
        m_report.evaluation.verdict.reason += ' ' + sentenceOn(outcome);
        attempt(m_report.notes, "This evaluation is not kept. ",
                [&] { m_library.evaluations().put(m_record.run, m_report.evaluation); });
        m_report.tuning = std::move(outcome);
    }

    /// The run's data with features of the tuned network.
    RunData tunedFeatures(const std::shared_ptr<const NetworkChanges> &changes)
    {
        m_head.changes = changes;
        const Dataset dataset = datasetOf(m_record, m_job);
        ExtractReport extracted =
            extractFeatures(dataset, requestOf(m_record), m_context, m_observer.extract, m_job, changes);
        keepSides(extracted, m_record.trainIds, m_record.validationIds, m_record.testIds);
        if (extracted.matrix.ids != m_data.features.ids)
            throw Error(ErrorKind::Mismatch, "Pictures were changed or removed while the network was fine-tuned.");
        RunData data = m_data;
        data.features = std::move(extracted.matrix);
        return data;
    }

    TuningOutcome outcomeOf(const std::vector<double> &frozen, const std::vector<double> &tuned) const
    {
        const std::vector<std::size_t> &rows = m_data.split.test;
        const auto floats = picked<float>(m_data.targets, rows);
        const std::vector<double> actual(floats.begin(), floats.end());
        std::vector<std::int64_t> upvotes;
        for (const std::size_t row : rows)
            upvotes.push_back(m_data.records[row].upvotes);
        const auto groups = picked<std::string>(m_data.groups, rows);
        const auto clusters = picked<std::size_t>(m_data.clusters, rows);
        TuningOutcome outcome;
        outcome.frozenRun = m_plan.from;
        outcome.estimate = m_estimate;
        outcome.frozen = computeMetrics(frozen, actual, upvotes);
        outcome.tuned = computeMetrics(tuned, actual, upvotes);
        outcome.within = std::ranges::any_of(groups, [](const std::string &group) { return !group.empty(); });
        const Resamples resamples(rows.size(), clusters, {}, m_job);
        outcome.comparison = pairedDifference({frozen, actual, upvotes, groups, clusters}, tuned,
                                              {Figure::Spearman, outcome.within}, resamples, m_job);
        outcome.keptTuned = outcome.comparison && outcome.comparison->secondIsBetter();
        return outcome;
    }

    std::string sentenceOn(const TuningOutcome &outcome) const
    {
        if (!outcome.comparison)
            return "Fine-tuning could not be compared with the frozen network, which is kept.";
        const PairedDifference &found = *outcome.comparison;
        std::string text = "Fine-tuned, Spearman is " + figureText(found.second)
                           + " on the same held-out memes, with the " + "frozen network of run "
                           + std::to_string(m_plan.from) + " " + figureText(found.first) + ": a difference of "
                           + figureText(found.difference);
        if (found.interval)
            text +=
                " (95 % interval " + figureText(found.interval->low) + " to " + figureText(found.interval->high) + ")";
        return text
               + (outcome.keptTuned ? ". The fine-tuned network is kept."
                                    : ". That is not better beyond luck, so the frozen network is kept.");
    }

    void keepTuned(Model &model, const RunData &data, const std::vector<double> &answers)
    {
        model.range = trainingRangeOf(model, data);
        model.trainPictures = trainPicturesOf(data, m_extracted.pictureHashes, m_record.dataset, model.readsTitles());
        const std::filesystem::path path = m_library.modelPath(m_record.run);
        saveModel(model, path);
        m_library.runs().setModel(m_record.run, path.string());
        const JobContext judging{m_control.anyStop(m_job.cancel), m_job.progress};
        try {
            Controls controls =
                trainControls(data, m_record.config, std::max(1, model.epoch), m_control, judging, m_context.threads);
            model.shuffled = controls.shuffled;
            m_report.evaluation = judgeRun(model, data, answers, std::move(controls.baselines), judging);
        } catch (const Cancelled &) {
            m_report.evaluation = judgeRunAlone(model, data, answers);
        } catch (const Error &error) {
            m_report.evaluation.verdict.headline = "It could not be judged.";
            m_report.evaluation.verdict.reason = error.what();
        }
        model.judgement = judgementOf(m_report.evaluation, lossFixesHeight(m_record.config.loss),
                                      displayPath(std::filesystem::path(m_record.dataset).parent_path().filename()));
        saveModel(model, path);
        m_report.modelPath = path;
        m_report.model = std::make_shared<const Model>(model);
        if (m_observer.snapshot)
            m_observer.snapshot(m_report.model);
    }

    const RunRecord m_record;
    const TuningPlan m_plan;
    Library &m_library;
    const PipelineContext &m_context;
    const TrainingObserver &m_observer;
    TrainingControl &m_control;
    const JobContext &m_job;
    const std::filesystem::path m_folder;
    const RunRecord m_frozenRecord;
    const Model m_frozen;
    const Device m_device;
    ExtractReport m_extracted;
    RunData m_data;
    TuningEstimate m_estimate;
    NetworkChanges m_changes;
    Model m_head;
    TrainReport m_report;
};

}  // namespace

TrainReport fineTuneRun(std::int64_t from, const TuneConfig &tuning, const PipelineContext &context,
                        const TrainingObserver &observer, TrainingControl &control, const JobContext &job)
{
    tuning.validate();
    Library library = Library::open(context.library, job.cancel);
    RunRecord record = library.runs().get(from);
    const std::string name = "Run " + std::to_string(from);
    if (record.state != RunState::Done || record.model.empty())
        throw Error(ErrorKind::Library, name + " is not finished, so nothing can go on from it. `dank resume "
                                            + std::to_string(from) + "` finishes it.");
    if (isFineTuning(record))
        throw Error(ErrorKind::Library, name + " is a fine-tuning itself. Go on from the run that it went on from.");
    const BackboneId id = BackboneId::parse(record.backbone);
    if (!findNetworkSpec(id.network))
        throw Error(ErrorKind::Format, name + " was made with " + id.network
                                           + ", which cannot be fine-tuned. Train with one of the networks "
                                             "(`dank weights list`) first.");
    nlohmann::json made = nlohmann::json::parse(record.request, nullptr, false);
    made["fine_tune"] = {{"from", from},
                         {"threads", std::max(2, context.threads)},
                         {"config", nlohmann::json::parse(tuneConfigToJson(tuning))}};
    record.request = made.dump();
    record.model.clear();
    record.note.clear();
    record.created.clear();
    auto [run, lock] = library.runs().create(record);
    try {
        createFolder(library.runFolder(run));
        return TuningRun(library.runs().get(run), library, context, observer, control, job).go();
    } catch (const Cancelled &) {
        discardRun(library, run, lock);
        throw;
    } catch (const Error &) {
        if (library.runs().epochs(run).empty())  // it could not begin: nothing to go on with
            discardRun(library, run, lock);
        throw;
    }
}

TrainReport resumeFineTuning(RunRecord record, Library &library, const PipelineContext &context,
                             const TrainingObserver &observer, TrainingControl &control, const JobContext &job)
{
    const std::int64_t run = record.run;
    try {
        return TuningRun(std::move(record), library, context, observer, control, job).go();
    } catch (const Cancelled &) {
        library.runs().setState(run, RunState::Interrupted);
        throw;
    }
}

}  // namespace dank
