#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "core/engine/engine.h"
#include "core/store/library.h"
#include "tests/ui/fake_reading.h"
#include "tests/ui/fake_results.h"

namespace dank::test {

/// An engine that computes nothing but behaves: it can be slowed down, stopped, paused and made to fail.
/// Set its members before the call they are about; counters may be read at any time.
class FakeEngine : public FakeResults,
                   public Engine,
                   public Extractor,
                   public Trainer,
                   public Rater,
                   public WeightsShelf,
                   public Machine,
                   public Pictures,
                   public FakeReading {
public:
    Extractor &extractor() override { return *this; }
    Trainer &trainer() override { return *this; }
    Rater &rater() override { return *this; }
    WeightsShelf &shelf() override { return *this; }
    Machine &machine() override { return *this; }
    Pictures &pictures() override { return *this; }
    WordReading &words() override { return *this; }

    std::atomic<int> epochMs{1};  ///< how long an epoch takes
    std::atomic<int> imageMs{0};  ///< how long one picture takes to extract
    std::atomic<int> rateMs{0};
    std::atomic<bool> ignoresCancel{false};  ///< goes on to the end, as an engine between two checks does
    std::function<void()> onExtract, onTrain, onOpenRating;  ///< may throw; called first
    std::function<void(int epoch)> onEpoch;                  ///< may throw
    std::atomic<const char *> holdStage{""};  ///< stands at this step of an extraction until it is another
    std::atomic<int> holdJudgeAt{-1};  ///< stands at the controls (0) or a training of the folds (1…) until it is -1
    std::atomic<int> judgeMs{0};       ///< how long a training of the folds takes
    std::vector<std::string> notes;    ///< of a training's report
    std::optional<Judgement> judgement;  ///< of a training's model
    std::atomic<int> extractions{0}, trainings{0}, discarded{0}, kept{0}, opened{0}, rated{0}, thumbnails{0},
        samples{0}, evaluations{0};
    std::atomic<int> running{0};
    std::atomic<int> fetchMs{0};                                      ///< how long a hundredth of a download takes
    std::atomic<int> holdFetchAt{-1};                                 ///< stands at this hundredth until it is -1
    std::function<void(int percent)> onFetch;                         ///< may throw
    std::function<std::string(const std::filesystem::path &)> onAdd;  ///< whose weights a file holds; may throw
    std::atomic<int> fetches{0};
    mutable std::atomic<int> fetching{0}, hashing{0};

    EngineInfo info() const override
    {
        return {
            .versions = {}, .devices = {{"cpu", "CPU"}}, .autoDevice = "cpu", .autoNote = "no CUDA device was found"};
    }

    std::atomic<bool> holdHashing{false};  ///< of a dataset's pictures, until it is false or the job is cancelled
    std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                          const std::filesystem::path &library, const JobContext &job) const override
    {
        const Running here(hashing);
        for (; dataset && holdHashing; sleep(1))
            job.cancel.check();
        std::vector<BackboneStatus> known;
        const auto add = [&](BackboneKind kind, const char *id, const char *title) {
            BackboneStatus status;
            status.kind = kind;
            status.id = id;
            status.title = title;
            status.columns = 2;
            status.total = dataset ? dataset->records().size() : 0;
            if (kind == BackboneKind::Network) {
                status.inputSide = 224;
                status.expectedAt = library / "weights" / (std::string(id) + ".safetensors");
                status.offers = {offer(id)};
                if (isInstalled(id))
                    status.weights = status.expectedAt;
            }
            known.push_back(status);
        };
        add(BackboneKind::Classic, "classic", "Classic");
        add(BackboneKind::Network, "inception_v3", "Inception V3");
        add(BackboneKind::Network, "resnet50", "ResNet-50");
        if (request.backbone.find('/') != std::string::npos)
            add(request.backbone.ends_with(".onnx") ? BackboneKind::Onnx : BackboneKind::TorchScript,
                request.backbone.c_str(), "My network");
        bool settled = false;
        for (BackboneStatus &status : known)
            if (!settled && status.kind == BackboneKind::Network && !status.weights.empty())
                status.isDefault = settled = true;
        known.front().isDefault = !settled;
        for (BackboneStatus &status : known) {
            const bool asked = request.backbone.empty() ? status.isDefault : status.id == request.backbone;
            status.cached = asked && extractions > 0 ? status.total : 0;
        }
        return known;
    }

    bool isInstalled(const std::string &backbone) const
    {
        std::lock_guard lock(m_mutex);
        return m_installed.contains(backbone);
    }
    void setInstalled(const std::string &backbone)
    {
        std::lock_guard lock(m_mutex);
        m_installed.insert(backbone);
    }

    std::atomic<int> holdBenchAt{-1};                           ///< stands after so many measurements until it is -1
    std::atomic<bool> deviceIsWrong{false};                     ///< its features differ too much
    std::function<void(const std::string &device)> onSelfTest;  ///< may throw
    std::atomic<int> benching{0};
    BenchReport bench(const std::string &, const std::string &, const std::filesystem::path &,
                      const JobContext &job) override
    {
        const Running here(benching);
        BenchReport report{"cpu", "LibTorch here has no CUDA", 2, {}};
        const std::vector<BenchItem> items{
            {"extract_inception_v3_fp32", "pictures to features, Inception V3, fp32", 15.71, "images/s"},
            {"extract_inception_v3_bf16", "pictures to features, Inception V3, bf16", 28.02, "images/s"},
            {"extract_classic_fp32", "pictures to features, Classic", 211, "images/s"},
            {"forward_inception_v3_fp32", "forward passes alone, Inception V3, fp32", 18.8, "images/s"},
            {"forward_inception_v3_bf16", "forward passes alone, Inception V3, bf16", 36.6, "images/s"},
            {"train_standard", "training on 3,338 memes, preset standard", 6.25, "epochs/s"},
            {"train_paper", "training on 3,338 memes, preset paper", 3.82, "epochs/s"},
            {"rate_first", "first score of a JPEG of 1080 pixels", 70.1, "ms"},
            {"rate_again", "score of a picture that the library knows", 0.81, "ms"}};
        for (const BenchItem &item : items) {
            do {
                job.cancel.check();
                job.report("bench", report.items.size(), items.size());
                sleep(holdBenchAt == static_cast<int>(report.items.size()) ? 1 : 0);
            } while (holdBenchAt == static_cast<int>(report.items.size()));
            report.items.push_back(item);
        }
        return report;
    }
    std::vector<SelfCheck> selfTest(const std::string &device, const JobContext &job) const override
    {
        job.report("selftest", 0, 2);
        if (onSelfTest)
            onSelfTest(device);
        return {{"features inception_v3 fp32", 2.13e-6, 1e-4, true},
                {"features inception_v3 bf16, 1 - cosine", deviceIsWrong ? 0.31 : 1.2e-4, 0.01, !deviceIsWrong},
                {"training step, gradient", 8.7e-8, 1e-5, true},
                {"training step, parameters", 3.1e-8, 1e-6, true}};
    }
    std::vector<WeightsStatus> weights(const std::filesystem::path &) const override { return {}; }
    std::filesystem::path fetchWeights(const std::string &id, const std::filesystem::path &library,
                                       const DownloadObserver &observer, const JobContext &job) override
    {
        ++fetches;
        const Running here(fetching);
        for (int percent = 0; percent <= 100; ++percent) {
            if (onFetch)
                onFetch(percent);
            if (observer)
                observer({.done = static_cast<std::uint64_t>(percent) * 1'040'000,
                          .total = 104'000'000,
                          .bytesPerSecond = 5.2e6,
                          .resumedFrom = 0});
            do {
                if (!ignoresCancel)
                    job.cancel.check();
                sleep(std::max<int>(fetchMs, holdFetchAt == percent ? 1 : 0));
            } while (holdFetchAt == percent);
        }
        job.report("install", 0, 0);
        setInstalled(id);
        return library / "weights" / (id + ".safetensors");
    }
    std::string addWeights(const std::filesystem::path &file, const std::string &backbone,
                           const std::filesystem::path &, const JobContext &job, const std::string &) override
    {
        job.cancel.check();
        const std::string whose = onAdd ? onAdd(file) : backbone.empty() ? "inception_v3" : backbone;
        setInstalled(whose);
        return whose;
    }
    std::vector<WeightsCheck> verifyWeights(const std::filesystem::path &, const JobContext &) const override
    {
        return {};
    }
    std::size_t convertWeights(const std::filesystem::path &, const std::filesystem::path &,
                               const JobContext &) const override
    {
        return 0;
    }
    std::vector<std::filesystem::path> removeWeights(const std::string &, const std::filesystem::path &) override
    {
        return {};
    }
    std::atomic<int> paperEpochMs{0};                  ///< how long an epoch of the paper's loop takes
    std::function<void(const Dataset *)> onReproduce;  ///< may throw
    mutable std::atomic<int> reproducing{0};
    static double paperLoss(std::size_t seed, int epoch)
    {
        return 1e14 * static_cast<double>(seed + 1) / (1.0 + epoch * epoch);
    }
    Reproduction reproduce(const Dataset *dataset, int epochs, int seeds, const ReproductionObserver &observer,
                           const JobContext &job) const override
    {
        const Running here(reproducing);
        if (onReproduce)
            onReproduce(dataset);
        Reproduction result;
        result.rows = dataset ? dataset->records().size() : kPaperRows;
        result.seededTargets = !dataset;
        result.predictMean = 0.32;
        result.seconds = 42;
        result.curves.resize(static_cast<std::size_t>(seeds));
        for (int seed = 1; seed <= seeds; ++seed)
            result.seeds.push_back(static_cast<std::uint64_t>(seed));
        for (int epoch = 1; epoch <= epochs; ++epoch)
            for (std::size_t seed = 0; seed < result.curves.size(); ++seed) {
                job.cancel.check();
                sleep(paperEpochMs);
                result.curves[seed].push_back(paperLoss(seed, epoch));
                observer(seed, epoch, result.curves[seed].back());
            }
        return result;
    }

    ExtractReport extract(const Dataset &dataset, const BackboneRequest &request, const std::filesystem::path &folder,
                          const ExtractObserver &observer, const JobContext &job) override
    {
        const Running here(running);
        if (onExtract)
            onExtract();
        for (const char *stage : {"hash", "read", "look", "duplicates"})  // wherever a job's other steps come
            for (bool held = true; held; held = holdStage.load() == std::string_view(stage)) {
                if (!ignoresCancel)
                    job.cancel.check();
                job.report(stage, 3, 10);
                sleep(1);
            }
        ExtractReport report;
        report.untrained = request.weights == "none";
        report.asMade = request;
        if (request.backbone.empty()) {
            const auto known = backbones(nullptr, request, folder, {});
            report.asMade.backbone = std::ranges::find(known, true, &BackboneStatus::isDefault)->id;
        }
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
                observer({.done = report.matrix.rows(),
                          .total = total,
                          .cached = 0,
                          .imagesPerSecond = 50,
                          .arrived = {meme.id},
                          .skipped = {}});
        }
        ++extractions;
        report.rows = report.matrix.rows();
        report.columns = report.matrix.columns;
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
        const FeatureSummary features = extract(dataset, request, folder, observer.extract, job);
        Library library = Library::open(folder);
        RunRecord record;
        record.dataset = dataset.path().string();
        record.datasetHash = dataset.contentHash();
        record.backbone = fullId(request);
        record.config = config;
        auto [run, lock] = library.runs().create(record);
        if (observer.started)
            observer.started(run, config, 0.08, 8, 2);
        TrainReport report;
        report.run = run;
        report.features = features;
        try {
            loop(run, 0, config, library, observer, control, job, report);
        } catch (const Cancelled &) {
            lock = {};
            library.runs().remove(run);
            ++discarded;
            throw;
        } catch (const Error &error) {
            library.runs().setState(run, RunState::Failed, error.what());
            throw;
        }
        judge(config, observer, control, job, report);
        ++kept;
        library.runs().setState(run, RunState::Done);
        return report;
    }

    TrainReport fineTune(std::int64_t run, const TuneConfig &, const std::filesystem::path &folder,
                         const TrainingObserver &observer, TrainingControl &control, const JobContext &job) override
    {
        return resume(run, folder, observer, control, job);
    }

    TrainReport resume(std::int64_t run, const std::filesystem::path &folder, const TrainingObserver &observer,
                       TrainingControl &control, const JobContext &job) override
    {
        const Running here(running);
        Library library = Library::open(folder);
        const RunRecord record = library.runs().get(run);
        if (observer.started)
            observer.started(run, record.config, 0.08, 8, 2);
        TrainReport report;
        report.run = run;
        loop(run, record.epochs, record.config, library, observer, control, job, report);
        judge(record.config, observer, control, job, report);
        library.runs().setState(run, RunState::Done);
        return report;
    }

    Evaluation evaluate(const Model &, const Dataset &, const BackboneRequest &, const std::string *,
                        const std::filesystem::path &, const JobContext &) override
    {
        ++evaluations;
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

    std::function<void()> onThumbnail;  ///< may throw
    Image thumbnail(const std::filesystem::path &file, int side, std::string &) const override
    {
        ++const_cast<FakeEngine *>(this)->thumbnails;
        if (onThumbnail)
            onThumbnail();
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

    std::function<FetchReport(const FetchPlan &plan, const JobContext &job)> fetchMissing;
    FetchReport fetch(const FetchPlan &plan, const FetchSettings &, const JobContext &job) const override
    {
        return fetchMissing(plan, job);
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
        using Text = const std::string &;
        Score rate(const std::filesystem::path &at, Text said) const override { return captioned(score(at), said); }
        Score rate(std::span<const std::byte>, Text to, Text said) const override { return captioned(score(to), said); }

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
        const auto model = [&, hash = library.runs().get(run).datasetHash](std::optional<Judgement> known) {
            auto made = std::make_shared<Model>(tinyModel(run, epoch));
            made->judgement = std::move(known);
            return made->datasetHash = hash, made;
        };
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
            const EpochStats stats{
                .epoch = epoch, .trainLoss = 1.0 / epoch, .validationLoss = 1.1 / epoch, .seconds = 0};
            if (epochMs > 0)
                library.runs().addEpoch(run, stats);
            if (observer.epoch)
                observer.epoch(stats, epoch);
            if (observer.snapshot && epoch % 10 == 0)
                observer.snapshot(model(notJudgedYet()));
        }
        report.model = model(judgement);
        report.evaluation.verdict.kind = VerdictKind::NoEvidence;
    }

    /// What follows the epochs: the controls, and the cross-validation where it is asked for.
    void judge(const TrainConfig &config, const TrainingObserver &observer, TrainingControl &control,
               const JobContext &job, TrainReport &report)
    {
        const auto stopped = [&](int step) {
            const auto over = [&] { return control.isStopping() || job.cancel.isCancelled(); };
            while (holdJudgeAt == step && !over())
                sleep(1);
            return over();
        };
        report.notes = notes;
        if (!report.stoppedByUser)
            job.report("controls", 0, 2);
        stopped(0);
        job.report("baselines", 1, 6);
        const int folds = std::max(1, config.folds);
        if (report.stoppedByUser || folds * config.seeds == 1)
            return;
        CrossValidationStep step{0, static_cast<std::size_t>(folds * config.seeds), 0, folds, 0, config.seeds};
        for (step.fold = 1; step.fold <= folds; ++step.fold)
            for (step.seed = 1; step.seed <= config.seeds; ++step.seed, ++step.done) {
                observer.crossValidation(step);
                sleep(judgeMs);
                if (stopped(static_cast<int>(step.done) + 1)) {
                    report.crossValidationStopped = true;
                    report.notes.push_back("The cross-validation was stopped; the run itself is whole and kept.");
                    return;
                }
            }
        step.fold = step.seed = 0;
        observer.crossValidation(step);
        report.crossValidation.emplace();
        report.crossValidation->folds = config.folds;
        for (int seed = 0; seed < config.seeds; ++seed)
            report.crossValidation->seeds.push_back(config.seed + static_cast<std::uint64_t>(seed));
        report.crossValidation->evaluation.verdict.kind = VerdictKind::LearnedSomething;
    }

    mutable std::mutex m_mutex;
    std::set<std::string> m_installed;  ///< guarded by m_mutex
    mutable std::vector<std::string> m_thumbnailOrder;
};

}  // namespace dank::test
