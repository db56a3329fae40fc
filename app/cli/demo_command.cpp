#include <algorithm>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/rate_output.h"
#include "app/cli/real_network/real_network.h"
#include "app/cli/text.h"
#include "app/cli/train_output.h"
#include "core/backbone/convention.h"
#include "core/base/file.h"
#include "core/dataset/histogram.h"

namespace dank::cli {

namespace {

/// How many held-out memes are rated at the end.
constexpr std::size_t kRated = 12;

struct DemoOptions {
    std::string folder;
    std::shared_ptr<BackboneRequest> request = std::make_shared<BackboneRequest>();
    int count = 400;
    std::uint64_t seed = 1;
    bool real = false;
};

/// Prints what a step does; with --json only the last document goes to stdout.
class Steps {
public:
    explicit Steps(bool quiet) : m_quiet(quiet) {}
    void begin(const std::string &title)
    {
        if (!m_quiet)
            printLine((m_number ? "\n" : "") + std::to_string(m_number + 1) + ". " + title);
        ++m_number;
        std::fflush(stdout);
    }
    void say(const std::string &text) const
    {
        if (!m_quiet)
            printLine("   " + text);
        std::fflush(stdout);
    }

private:
    const bool m_quiet;
    int m_number = 0;
};

Dataset makeSample(Context &context, const DemoOptions &options, const std::filesystem::path &folder, Steps &steps)
{
    steps.begin("A dataset: made-up memes whose upvotes follow a planted rule");
    std::error_code ignored;
    if (std::filesystem::exists(folder / "db.json", ignored)) {
        steps.say("It is there already: " + displayPath(folder / "db.json"));
    } else {
        const SampleReport report =
            context.engine().pictures().writeSample(folder, options.count, options.seed, context.job());
        context.console().clear();
        steps.say(plural(report.images, "picture", "pictures") + " in " + displayPath(folder / "memes"));
    }
    Dataset dataset = context.loadDataset(folder);
    context.console().clear();

    steps.begin("Inspect: what can be used");
    std::vector<double> upvotes;
    for (const MemeRecord &record : dataset.records())
        upvotes.push_back(static_cast<double>(record.upvotes));
    const Summary summary = summarize(upvotes);
    steps.say(plural(dataset.rows(), "row", "rows") + ", " + grouped(upvotes.size()) + " usable, "
              + grouped(static_cast<double>(dataset.skipped().size())) + " broken on purpose");
    steps.say("Upvotes from " + grouped(summary.min) + " to " + grouped(summary.max) + ", median "
              + grouped(summary.median));
    return dataset;
}

TrainReport extractAndTrain(Context &context, const DemoOptions &options, const Dataset &dataset, Steps &steps)
{
    steps.begin("Extract: pictures become numbers");
    Engine &engine = context.engine();
    const ExtractReport features = engine.extractor().extract(dataset, *options.request, context.library(),
                                                              showExtraction(context.console()), context.observedJob());
    context.console().clear();
    steps.say(grouped(features.matrix.rows()) + " × " + grouped(features.matrix.columns) + " numbers, "
              + plural(features.computed, "picture", "pictures") + " computed, " + grouped(features.cached)
              + " kept from before, on " + features.device + " in " + features.precision);
    steps.say("Backbone " + features.matrix.backbone);
    if (features.untrained)
        steps.say("The network has seeded random weights: everything below is marked untrained.");

    steps.begin("Train: numbers become dankness");
    CurveLog noLog{{}};
    TrainReport report = runTraining(context, noLog, [&](const TrainingObserver &observer, TrainingControl &control) {
        return engine.trainer().train(dataset, *options.request, TrainConfig::automatic(), context.library(), observer,
                                      control, context.observedJob());
    });
    if (report.stoppedByUser || !report.model)
        throw Cancelled{};
    steps.say(plural(report.model->epochsRun, "epoch", "epochs") + ", the best is epoch "
              + std::to_string(report.model->epoch));
    if (!context.json())
        printEvaluation(report.evaluation);
    return report;
}

std::vector<Score> rateHeldOut(Context &context, const DemoOptions &options, const Dataset &dataset,
                               const TrainReport &report, Steps &steps)
{
    steps.begin("Rate: memes that it has not learned from");
    const auto session = context.engine().rater().openRating(report.model, options.request->weights,
                                                             options.request->device, context.library());
    const JobContext job = context.job();
    std::vector<Score> scores;
    const auto &heldOut = report.model->testIds;
    for (std::size_t i = 0; i < std::min(kRated, heldOut.size()); ++i) {
        job.cancel.check();
        if (const MemeRecord *record = dataset.find(heldOut[i]))
            scores.push_back(session->rate(record->image));
    }
    if (!context.json()) {
        const auto output = makeRateOutput("table", *report.model, false, false);
        for (const Score &score : scores)
            output->add(score, {});
    }
    return scores;
}

int demo(Context &context, const DemoOptions &options)
{
    const std::filesystem::path folder = options.folder.empty()
                                             ? context.library() / "sample"
                                             : std::filesystem::absolute(options.folder).lexically_normal();
    Steps steps(context.json());
    if (options.real) {
        steps.begin("A network: an Inception V3 that was really trained, from the npm package nsfwjs (MIT)");
        options.request->backbone = "inception_v3";
        options.request->weights = realNetwork(context).string();
        options.request->convention = conventionName(Convention::Unit);  // as it was taught
        steps.say("It is there: " + displayPath(options.request->weights));
    }
    const Dataset dataset = makeSample(context, options, folder, steps);
    const TrainReport report = extractAndTrain(context, options, dataset, steps);
    const std::vector<Score> scores = rateHeldOut(context, options, dataset, report, steps);

    if (context.json()) {
        Json document{{"scores", Json::array()}};
        for (const Score &score : scores)
            document["scores"].push_back(toJson(score, *report.model));
        document["model"] = displayPath(report.modelPath);
        document["run"] = report.run;
        document["db"] = displayPath(dataset.path());
        document["library"] = displayPath(context.library());
        document["untrained"] = report.model->untrainedBackbone;
        addEvaluation(document, report.evaluation);
        printJson(document);
        return kSuccess;
    }
    printLine("\nThe dataset   " + displayPath(dataset.path()));
    printLine("The model     " + displayPath(report.modelPath));
    printLine("The library   " + displayPath(context.library()));
    printLine("\nRate your own: dank rate " + displayPath(report.modelPath) + " PICTURE");
    return kSuccess;
}

}  // namespace

Action declareDemo(CLI::App &app)
{
    auto options = std::make_shared<DemoOptions>();
    app.add_option("DIR", options->folder, "Where the sample is written; default: sample in the library");
    addNumber(app, "--count", options->count, "Rows of the sample", CLI::Range(10, 100'000));
    addNumber(app, "--seed", options->seed, "The sample's seed", checkSeed, "S");
    addBackboneOption(app, options->request->backbone);
    addWeightsOption(app, options->request->weights);
    addConventionOption(app, options->request->convention);
    addDeviceOption(app, options->request->device);
    app.add_flag("--real", options->real,
                 "With a network that was really trained, fetched once by npm (22 MB): Inception V3\n"
                 "of the package nsfwjs, fine-tuned from ImageNet")
        ->excludes("--backbone")
        ->excludes("--weights")
        ->excludes("--convention");
    return [options](Context &context) { return demo(context, *options); };
}

}  // namespace dank::cli
