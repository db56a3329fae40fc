#include "core/engine/engine.h"

#include <algorithm>
#include <thread>

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/engine/engine_abi.h"
#include "core/engine/loader.h"
#include "core/fetch/fetch_pictures.h"
#include "core/image/decode.h"
#include "core/image/resize.h"
#include "core/nn/device.h"
#include "core/nn/self_check.h"
#include "core/nn/used_instructions.h"
#include "core/pipeline/backbones/backbone_status.h"
#include "core/pipeline/backbones/library_shelf.h"
#include "core/pipeline/bench.h"
#include "core/pipeline/features/compute_pictures.h"
#include "core/pipeline/features/extract.h"
#include "core/pipeline/features/extract_shard.h"
#include "core/pipeline/features/picture_signatures.h"
#include "core/pipeline/runs/evaluate_model.h"
#include "core/pipeline/runs/fine_tune.h"
#include "core/pipeline/runs/map_file.h"
#include "core/pipeline/runs/rating.h"
#include "core/pipeline/runs/reproduce.h"
#include "core/pipeline/runs/train_run.h"
#include "core/pipeline/sample.h"
#include "core/pipeline/words/read_pictures.h"
#include "core/words/tesseract_reader.h"

namespace dank {

namespace {

class TorchEngine final : public Engine,
                          Extractor,
                          Trainer,
                          Rater,
                          LibraryShelf,
                          Machine,
                          Pictures,
                          WordReading,
                          Parts {
public:
    explicit TorchEngine(const EngineOptions &options) : m_threads(threadsToBeHad(wanted(options)))
    {
        if (m_threads < wanted(options))
            setIntraOpThreads(m_threads);
    }

    Extractor &extractor() override { return *this; }
    Trainer &trainer() override { return *this; }
    Rater &rater() override { return *this; }
    WeightsShelf &shelf() override { return *this; }
    Machine &machine() override { return *this; }
    Pictures &pictures() override { return *this; }
    WordReading &words() override { return *this; }
    Parts &parts() override { return *this; }

private:
    static int wanted(const EngineOptions &options)
    {
        return options.threads > 0 ? options.threads
                                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }

    EngineInfo info() const override
    {
        EngineInfo info;
        info.versions = {
            {"LibTorch", torchVersion()}, {"Tesseract", tesseractVersion()}, {"Vectors", usedInstructions()}};
        for (const Device &device : availableDevices())
            info.devices.emplace_back(device.name, device.description);
        const Device automatic = chooseDevice("auto");
        info.autoDevice = automatic.name;
        info.autoNote = automatic.note;
        info.nativeBFloat16 = cpuHasNativeBFloat16();
        return info;
    }

    BenchReport bench(const std::string &what, const std::string &device, const std::filesystem::path &library,
                      const JobContext &job) override
    {
        return benchmark(what, device, context(library), job);
    }

    std::vector<SelfCheck> selfTest(const std::string &device, const JobContext &job) const override
    {
        const Device chosen = chooseDevice(device);
        job.report("selftest", 0, 2);
        setIntraOpThreads(m_threads);
        std::vector<SelfCheck> checks = checkFeatures(chosen, *findNetworkSpec("inception_v3"), job);
        job.report("selftest", 1, 2);
        for (SelfCheck &check : checkTrainingStep())
            checks.push_back(std::move(check));
        return checks;
    }

    std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                          const std::filesystem::path &library, const JobContext &job) const override
    {
        return backboneStatuses(dataset, request, context(library), job);
    }

    ExtractReport extract(const Dataset &dataset, const BackboneRequest &request, const std::filesystem::path &library,
                          const ExtractObserver &observer, const JobContext &job) override
    {
        return extractFeatures(dataset, request, context(library), observer, job);
    }

    ExtractReport extractShard(const Dataset &dataset, const BackboneRequest &request, const Shard &shard,
                               const std::filesystem::path &library, const ExtractObserver &observer,
                               const JobContext &job) override
    {
        return dank::extractShard(dataset, request, shard, context(library), observer, job);
    }

    std::vector<ComputedPicture> compute(std::span<const std::filesystem::path> files, const std::string &backbone,
                                         const std::string &weights, const std::string &device,
                                         const std::filesystem::path &library, const JobContext &job) override
    {
        return computePictures(files, backbone, weights, device, context(library), job);
    }

    TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                      const std::filesystem::path &library, const TrainingObserver &observer, TrainingControl &control,
                      const JobContext &job) override
    {
        const FreedMemoryReleaser releaser;
        return trainRun(dataset, request, config, context(library), observer, control, job);
    }

    TrainReport resume(std::int64_t run, const std::filesystem::path &library, const TrainingObserver &observer,
                       TrainingControl &control, const JobContext &job) override
    {
        const FreedMemoryReleaser releaser;
        return resumeRun(run, context(library), observer, control, job);
    }

    TrainReport fineTune(std::int64_t run, const TuneConfig &tuning, const std::filesystem::path &library,
                         const TrainingObserver &observer, TrainingControl &control, const JobContext &job) override
    {
        const FreedMemoryReleaser releaser;
        return fineTuneRun(run, tuning, context(library), observer, control, job);
    }

    Reproduction reproduce(const Dataset *dataset, int epochs, int seeds, const ReproductionObserver &observer,
                           const JobContext &job) const override
    {
        return reproducePaper(dataset, epochs, seeds, m_threads, observer, job);
    }

    Evaluation evaluate(const Model &model, const Dataset &dataset, const BackboneRequest &request,
                        const std::string *group, const std::filesystem::path &library, const JobContext &job) override
    {
        return evaluateModel(model, dataset, request, group, context(library), job);
    }

    std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &weights,
                                              const std::string &device, const std::filesystem::path &library) override
    {
        return openRatingSession(std::move(model), weights, device, context(library));
    }

    Image thumbnail(const std::filesystem::path &file, int side, std::string &problem) const override
    {
        const Decoded decoded = decodeImageFile(file, side / 2);
        if (decoded.problem == SkipReason::ImageUnreadable)
            throw Error(ErrorKind::File, decoded.detail, file);
        problem = decoded.problem ? decoded.detail : std::string();
        return decoded.problem ? Image{} : dank::thumbnail(decoded.image, side);
    }

    void writeMap(const Explanation &explanation, const std::filesystem::path &file) const override
    {
        dank::writeMap(explanation, file);
    }

    PictureSignatures signatures(std::span<const std::filesystem::path> files, const std::filesystem::path &library,
                                 const JobContext &job) override
    {
        return signaturesOf(files, library, m_threads, job);
    }

    FetchReport fetch(const FetchPlan &plan, const FetchSettings &settings, const JobContext &job) const override
    {
        return fetchPictures(plan, settings, job);
    }

    SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed,
                             const JobContext &job) override
    {
        return dank::writeSample(folder, count, seed, job);
    }

    std::vector<std::string> readers(const std::filesystem::path &library) const override
    {
        return readerNames(library);
    }

    ReadStatus readStatus(const Dataset &dataset, const ReadRequest &request, const std::filesystem::path &library,
                          const JobContext &job) const override
    {
        return dank::readStatus(dataset, request, library, m_threads, job);
    }

    ReadReport read(std::span<const std::filesystem::path> files, const ReadRequest &request,
                    const std::filesystem::path &library, const JobContext &job) override
    {
        const FreedMemoryReleaser releaser;
        return readPictures(files, request, library, m_threads, job);
    }

    PipelineContext context(const std::filesystem::path &library) const { return {m_backbones, m_threads, library}; }

    mutable BackboneCache m_backbones;
    const int m_threads;
};

}  // namespace

}  // namespace dank

extern "C" __attribute__((visibility("default"))) int dankEngineAbi()
{
    return dank::kEngineAbi;
}

extern "C" __attribute__((visibility("default"))) dank::Engine *dankMakeEngine(const dank::EngineOptions *options)
{
    dank::keepFreedMemory();
    return new dank::TorchEngine(*options);
}
