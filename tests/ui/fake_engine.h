#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "core/engine/engine.h"
#include "core/store/library.h"

namespace dank::test {

/// An engine that computes nothing but behaves: it can be slowed down, stopped, paused and made to fail.
/// Set its members before the call they are about; counters may be read at any time.
class FakeEngine : public Engine {
public:
    std::atomic<int> epochMs{1};              ///< how long an epoch takes
    std::atomic<int> imageMs{0};              ///< how long one picture takes to extract
    std::atomic<int> rateMs{0};
    std::atomic<bool> ignoresCancel{false};   ///< goes on to the end, as an engine between two checks does
    std::function<void()> onExtract, onTrain, onOpenRating;   ///< may throw; called first
    std::function<void(int epoch)> onEpoch;                   ///< may throw
    std::atomic<int> extractions{0}, trainings{0}, discarded{0}, kept{0}, opened{0}, rated{0}, thumbnails{0}, samples{0};
    std::atomic<int> running{0};

    static Model tinyModel(std::int64_t run, int epoch)
    {
        Model model;
        model.name = "run " + std::to_string(run);
        model.run = run;
        model.epoch = model.epochsRun = epoch;
        for (int e = 1; e <= epoch; ++e)
            model.curve.push_back({.epoch = e, .trainLoss = 1.0 / e, .validationLoss = 1.1 / e, .seconds = 0});
        model.backbone = "inception_v3/warp/fp32/seed-1";
        model.untrainedBackbone = true;
        model.layers = {{.inputs = 1, .outputs = 1, .weight = {1}, .bias = {0}}};
        return model;
    }

    EngineInfo info() const override { return {.versions = {}, .devices = {{"cpu", "CPU"}}, .autoDevice = "cpu", .autoNote = {}}; }

    std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &,
                                          const std::filesystem::path &library) const override
    {
        BackboneStatus status;
        status.id = "inception_v3";
        status.title = "Inception V3";
        status.columns = 2;
        status.expectedAt = library / "weights/inception_v3.safetensors";
        status.total = dataset ? dataset->records().size() : 0;
        status.cached = extractions > 0 ? status.total : 0;
        return {status};
    }

    ExtractReport extract(const Dataset &dataset, const BackboneRequest &request, const std::filesystem::path &,
                          const ExtractObserver &observer, const JobContext &job) override
    {
        const Running here(running);
        if (onExtract)
            onExtract();
        ExtractReport report;
        report.untrained = request.weights == "none";
        report.matrix.backbone = request.backbone;
        report.matrix.columns = 2;
        const std::size_t total = dataset.records().size();
        for (const MemeRecord &meme : dataset.records()) {
            if (!ignoresCancel)
                job.cancel.check();
            sleep(imageMs);
            report.matrix.ids.push_back(meme.id);
            report.matrix.values.insert(report.matrix.values.end(), {0.f, 1.f});
            if (observer)
                observer({.done = report.matrix.rows(), .total = total, .cached = 0, .imagesPerSecond = 50,
                          .arrived = {meme.id}, .skipped = {}});
        }
        ++extractions;
        return report;
    }

    TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                      const std::filesystem::path &folder, const TrainingObserver &observer, TrainingControl &control,
                      const JobContext &job) override
    {
        ++trainings;
        const Running here(running);
        if (onTrain)
            onTrain();
        extract(dataset, request, folder, observer.extract, job);
        Library library = Library::open(folder);
        RunRecord record;
        record.dataset = dataset.path().string();
        record.backbone = "inception_v3/warp/fp32/seed-1";
        record.config = config;
        auto [run, lock] = library.createRun(record);
        if (observer.started)
            observer.started(run, config, 0.08, 8, 2);
        TrainReport report;
        report.run = run;
        try {
            loop(run, 0, config, library, observer, control, job, report);
        } catch (const Cancelled &) {
            lock = {};
            library.deleteRun(run);
            ++discarded;
            throw;
        } catch (const Error &error) {
            library.setRunState(run, RunState::Failed, error.what());
            throw;
        }
        ++kept;
        library.setRunState(run, RunState::Done);
        return report;
    }

    TrainReport resume(std::int64_t run, const std::filesystem::path &folder, const TrainingObserver &observer,
                       TrainingControl &control, const JobContext &job) override
    {
        const Running here(running);
        Library library = Library::open(folder);
        const RunRecord record = library.run(run);
        if (observer.started)
            observer.started(run, record.config, 0.08, 8, 2);
        TrainReport report;
        report.run = run;
        loop(run, record.epochs, record.config, library, observer, control, job, report);
        library.setRunState(run, RunState::Done);
        return report;
    }

    Evaluation evaluate(const Model &, const Dataset &, const BackboneRequest &, const std::filesystem::path &,
                        const JobContext &) override
    {
        return {};
    }

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &,
                                              const std::string &, const std::filesystem::path &) override
    {
        if (onOpenRating)
            onOpenRating();
        ++opened;
        return std::make_unique<Rating>(*this, std::move(model));
    }

    Image thumbnail(const std::filesystem::path &file, int side, std::string &) const override
    {
        ++const_cast<FakeEngine *>(this)->thumbnails;
        {
            std::lock_guard lock(m_mutex);
            m_thumbnailOrder.push_back(file.filename().string());
        }
        if (file.filename().string().starts_with("broken"))
            return {};
        return {side, side / 2, std::vector<std::uint8_t>(static_cast<std::size_t>(side) * (side / 2) * 3, 128)};
    }
    std::vector<std::string> thumbnailOrder() const
    {
        std::lock_guard lock(m_mutex);
        return m_thumbnailOrder;
    }

    std::function<SampleReport(const std::filesystem::path &folder)> makeSample;
    SampleReport writeSample(const std::filesystem::path &folder, int, std::uint64_t, const JobContext &) override
    {
        ++samples;
        return makeSample(folder);
    }

private:
    struct Running {
        explicit Running(std::atomic<int> &c) : count(c) { ++count; }
        ~Running() { --count; }
        std::atomic<int> &count;
    };

    class Rating : public RatingSession {
    public:
        Rating(FakeEngine &engine, std::shared_ptr<const Model> model) : m_engine(engine), m_model(std::move(model)) {}
        const Model &model() const override { return *m_model; }
        Score rate(const std::filesystem::path &file) const override { return score(file.string()); }
        Score rate(std::span<const std::byte>, const std::string &name) const override { return score(name); }

    private:
        Score score(const std::string &path) const
        {
            sleep(m_engine.rateMs);
            ++m_engine.rated;
            Score score;
            score.path = path;
            if (path.find("broken") != std::string::npos)
                score.skipped = "image truncated";
            else
                score.dankness = 0.5;
            return score;
        }
        FakeEngine &m_engine;
        std::shared_ptr<const Model> m_model;
    };

    static void sleep(int ms)
    {
        if (ms > 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    }

    void loop(std::int64_t run, int from, const TrainConfig &config, Library &library, const TrainingObserver &observer,
              TrainingControl &control, const JobContext &job, TrainReport &report)
    {
        int epoch = from;
        while (epoch < config.epochs) {
            const auto onPause = [&](bool paused) {
                if (observer.paused)
                    observer.paused(paused, epoch);
            };
            if (!control.waitWhilePaused(ignoresCancel ? CancelToken() : job.cancel, onPause)) {
                report.stoppedByUser = true;
                break;
            }
            sleep(epochMs);
            ++epoch;
            if (onEpoch)
                onEpoch(epoch);
            const EpochStats stats{.epoch = epoch, .trainLoss = 1.0 / epoch, .validationLoss = 1.1 / epoch, .seconds = 0};
            if (epochMs > 0)
                library.addEpoch(run, stats);
            if (observer.epoch)
                observer.epoch(stats, epoch);
            if (observer.snapshot && epoch % 10 == 0)
                observer.snapshot(std::make_shared<const Model>(tinyModel(run, epoch)));
        }
        report.model = std::make_shared<const Model>(tinyModel(run, epoch));
        report.evaluation.verdict.kind = VerdictKind::NoEvidence;
    }

    mutable std::mutex m_mutex;
    mutable std::vector<std::string> m_thumbnailOrder;
};

}  // namespace dank::test
