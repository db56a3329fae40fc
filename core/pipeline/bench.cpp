#include "core/pipeline/bench.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/dataset/histogram.h"
#include "core/image/encode.h"
#include "core/image/meme_painter.h"
#include "core/nn/training/practice_data.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/backbones/backbone_table.h"
#include "core/pipeline/runs/rating.h"
#include "core/pipeline/sample.h"
#include "core/store/library.h"

namespace dank {

namespace {

namespace fs = std::filesystem;

constexpr const char *kNetwork = "inception_v3";  // the paper's

double secondsOf(auto &&work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        std::string name = (fs::temp_directory_path() / "dank-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throwErrno(errno, "make", name);
        m_path = name;
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    const fs::path &path() const { return m_path; }

private:
    fs::path m_path;
};

class Bench {
public:
    Bench(const Device &device, const PipelineContext &context, const JobContext &job)
        : m_device(device), m_context(context), m_job(job)
    {
    }

    void extract()
    {
        const TemporaryFolder folder;
        constexpr int kMemes = 56;
        step();
        writeSample(folder.path() / "sample", kMemes, 7, quiet());
        const Dataset dataset = Dataset::load(folder.path() / "sample" / "db.json");
        for (const Precision precision : precisions())
            extractWith(dataset, kNetwork, precision, folder.path());
        extractWith(dataset, std::string(kClassicId), Precision::Float32, folder.path());
        for (const Precision precision : precisions())
            forward(precision);
    }

    void train()
    {
        constexpr std::size_t kRows = 3338, kColumns = 2048;  // the paper's
        const auto [matrix, targets, split] = makePracticeData(kRows, kColumns);
        for (TrainConfig config : {TrainConfig::standard(), TrainConfig::paper()}) {
            step();
            config.epochs = 5;
            config.patience = 0;
            TrainingControl control;
            std::vector<double> seconds;
            for (const EpochStats &stats :
                 trainRegressor({matrix, targets, split}, config, {}, control, {}, quiet(), m_context.threads).curve)
                seconds.push_back(stats.seconds);
            add("train_" + config.preset, "training on 3,338 memes, preset " + config.preset,
                1 / summarize(seconds).median, "epochs/s");
        }
    }

    void rate()
    {
        const TemporaryFolder folder;
        Library::open(folder.path());
        const BackboneSpec &spec = backboneSpec(kNetwork);
        const Precision precision = precisions().back();
        auto model = std::make_shared<Model>();
        model->name = "bench";
        model->backbone = BackboneId{kNetwork, ResizeRule::Warp, precision, "seed-1"}.text();
        model->untrainedBackbone = true;
        model->reference = {0, 1};
        model->layers = {{spec.columns, 1, std::vector<float>(static_cast<std::size_t>(spec.columns), 0.001f), {0.0f}}};
        const PipelineContext context{m_context.backbones, m_context.threads, folder.path()};
        step();
        const auto session = openRatingSession(model, {}, m_device.name, context);
        session->prepare();
        constexpr int kRounds = 8;
        std::vector<double> first, again;
        for (int round = -1; round < kRounds; ++round) {
            m_job.cancel.check();
            const auto jpeg = encodeJpeg(paintMeme({1080, 1080, 0, 0, 0, "when the first score", "comes at once",
                                                    static_cast<std::uint64_t>(round + 1000)}),
                                         90);
            const double computed = secondsOf([&] { (void)session->rate(jpeg, "picture"); });
            const double stored = secondsOf([&] { (void)session->rate(jpeg, "picture"); });
            if (round < 0)
                continue;  // warms up
            first.push_back(computed);
            again.push_back(stored);
        }
        add("rate_first", "first score of a JPEG of 1080 pixels", 1e3 * summarize(first).median, "ms");
        add("rate_again", "score of a picture that the library knows", 1e3 * summarize(again).median, "ms");
    }

    std::vector<Precision> precisions() const
    {
        std::vector<Precision> all{Precision::Float32};
        if (m_device.isCuda() || cpuHasNativeBFloat16())
            all.push_back(Precision::BFloat16);
        return all;
    }

    std::vector<BenchItem> items;
    std::size_t total = 0;  ///< items in all, for whom it is told

private:
    /// What is measured reports its own steps; here only whole items count.
    JobContext quiet() const { return {m_job.cancel, {}}; }
    void step() const
    {
        m_job.cancel.check();
        m_job.report("bench", items.size(), total);
    }
    void add(std::string name, std::string title, double value, std::string unit)
    {
        items.push_back({std::move(name), std::move(title), value, std::move(unit)});
        step();
    }

    void extractWith(const Dataset &dataset, const std::string &network, Precision precision, const fs::path &folder)
    {
        step();
        BackboneRequest request;
        request.backbone = network;
        request.weights = network == kClassicId ? "" : "none";
        request.device = m_device.name;
        request.precision = precisionName(precision);
        request.batch = 8;
        const PipelineContext context{m_context.backbones, m_context.threads,
                                      folder / ("library-" + extractItem(network, precision))};
        const ExtractReport report = extractFeatures(dataset, request, context, {}, quiet());
        add(extractItem(network, precision),
            "pictures to features, " + backboneSpec(network).title
                + (network == kClassicId ? std::string() : std::string(", ") + precisionName(precision)),
            report.imagesPerSecond, "images/s");
    }

    void forward(Precision precision)
    {
        step();
        const BackboneSpec &spec = backboneSpec(kNetwork);
        const auto network = m_context.backbones.get({spec, {}, "seed-1"}, precision, m_device);
        constexpr std::size_t kBatch = 8;
        const Image grey{spec.inputSide, spec.inputSide,
                         std::vector<std::uint8_t>(static_cast<std::size_t>(spec.inputSide * spec.inputSide * 3), 128)};
        const std::vector<Image> images(kBatch, grey);
        std::vector<float> out(kBatch * static_cast<std::size_t>(spec.columns));
        setIntraOpThreads(m_context.threads);
        std::vector<double> passes;
        for (int pass = -1; pass < 6; ++pass) {
            m_job.cancel.check();
            const double seconds = secondsOf([&] { network->extract(images, out, m_job.cancel); });
            if (pass >= 0)
                passes.push_back(seconds);
        }
        add(std::string("forward_") + kNetwork + '_' + precisionName(precision),
            "forward passes alone, " + spec.title + ", " + precisionName(precision), kBatch / summarize(passes).median,
            "images/s");
    }

    const Device &m_device;
    const PipelineContext &m_context;
    const JobContext &m_job;
};

}  // namespace

std::string benchKey(const std::string &item, const std::string &device)
{
    return "bench/" + item + '@' + device;
}

std::string extractItem(const std::string &network, Precision precision)
{
    return "extract_" + network + '_' + precisionName(precision);
}

BenchReport benchmark(const std::string &what, const std::string &device, const PipelineContext &context,
                      const JobContext &job)
{
    const Device chosen = chooseDevice(device);
    Bench bench(chosen, context, job);
    struct Part {
        const char *name;
        std::size_t items;
        void (Bench::*measure)();
    };
    const Part parts[] = {{"extract", 2 * bench.precisions().size() + 1, &Bench::extract},
                          {"train", 2, &Bench::train},
                          {"rate", 2, &Bench::rate}};
    const auto isAsked = [&](const Part &part) { return what == "all" || what == part.name; };
    for (const Part &part : parts)
        bench.total += isAsked(part) ? part.items : 0;
    if (bench.total == 0)
        throw Error(ErrorKind::Format,
                    "There is no benchmark \"" + sanitizeUtf8(what) + "\"; choose extract, train, rate or all.");
    for (const Part &part : parts)
        if (isAsked(part))
            (bench.*part.measure)();

    std::error_code ignored;
    if (fs::exists(context.library / "library.sqlite", ignored)) {
        std::map<std::string, std::string> facts;
        for (const BenchItem &item : bench.items)
            facts[benchKey(item.name, chosen.name)] = std::to_string(item.value);
        Library::open(context.library).facts().set(facts);
    }
    return {chosen.name, chosen.note, context.threads, std::move(bench.items)};
}

}  // namespace dank
