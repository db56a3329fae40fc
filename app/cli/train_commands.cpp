#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "app/cli/train_output.h"
#include "core/base/file.h"
#include "core/store/model_file.h"

namespace dank::cli {

namespace {

struct TrainOptions {
    std::string db;
    std::shared_ptr<BackboneRequest> request;
    std::string preset = "standard";
    std::optional<int> epochs, batch, patience;
    std::optional<double> learningRate, dropout, holdOut;
    std::optional<std::vector<int>> hidden;
    std::optional<std::string> target, split;
    std::optional<std::uint64_t> seed;
    std::string loss = "mse", group;
    std::string out, log;
    bool strict = false;
};

/// The preset with what the command line says on top.
TrainConfig configOf(const TrainOptions &options)
{
    TrainConfig config = TrainConfig::fromPreset(options.preset);
    const auto set = [](auto &member, const auto &value) {
        if (value)
            member = *value;
    };
    set(config.epochs, options.epochs);
    set(config.batch, options.batch);
    set(config.patience, options.patience);
    set(config.learningRate, options.learningRate);
    set(config.dropout, options.dropout);
    set(config.validationFraction, options.holdOut);
    set(config.hidden, options.hidden);
    set(config.seed, options.seed);
    if (options.target)
        config.target = targetKindFromName(*options.target);
    if (options.split)
        config.split = splitKindFromName(*options.split);
    try {
        config.validate();
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
    return config;
}

int train(Context &context, const TrainOptions &options)
{
    if (!options.group.empty())
        throw UsageError("--group: this version knows no groups besides authors (--split author).");
    const TrainConfig config = configOf(options);
    checkOutput(options.out);
    checkOutput(options.log);
    const Dataset dataset = context.loadDataset(options.db);
    Engine &engine = context.engine();
    CurveLog log(options.log);
    const TrainReport report =
        runTraining(context, log, [&](const TrainingObserver &observer, TrainingControl &control) {
            return engine.train(dataset, *options.request, config, context.library(), observer, control,
                                context.observedJob());
        });
    return finishTraining(context, report, options.out, options.strict);
}

struct ResumeOptions {
    std::int64_t run = 0;
    std::string out, log;
    bool strict = false;
};

int resume(Context &context, const ResumeOptions &options)
{
    checkOutput(options.out);
    checkOutput(options.log);
    CurveLog log(options.log);
    Engine &engine = context.engine();
    const TrainReport report =
        runTraining(context, log, [&](const TrainingObserver &observer, TrainingControl &control) {
            return engine.resume(options.run, context.library(), observer, control, context.observedJob());
        });
    return finishTraining(context, report, options.out, options.strict);
}

struct EvalOptions {
    std::string model, db;
    BackboneRequest request;
    bool strict = false;
};

int evalModel(Context &context, const EvalOptions &options)
{
    const Model model = loadModel(options.model);
    const Dataset dataset = context.loadDataset(options.db);
    const Evaluation evaluation =
        context.engine().evaluate(model, dataset, options.request, context.library(), context.job());
    context.console().clear();
    const std::vector<Skipped> &skipped = evaluation.skipped;
    context.console().skipped(skipped, context.json());
    if (context.json()) {
        Json document;
        addEvaluation(document, evaluation);
        document["rows"] = evaluation.memes.size();
        document["subset"] = evaluation.subset;
        document["model"] = options.model;
        document["epoch"] = model.epoch;
        document["untrained"] = model.untrainedBackbone;
        document["skipped"] = toJson(skipped);
        printJson(document);
    } else {
        printLine(model.name + ", epoch " + std::to_string(model.epoch)
                  + (model.untrainedBackbone ? " · untrained features (seeded random weights)" : ""));
        printEvaluation(evaluation);
    }
    return options.strict && !skipped.empty() ? kSomeSkipped : kSuccess;
}

void addOutputs(CLI::App &app, std::string &model, std::string &log, bool &strict)
{
    app.add_option("--model", model, "Also write the model here")->type_name("OUT.dankmodel");
    app.add_option("--log", log, "Write each epoch's losses here")->type_name("METRICS.csv");
    app.add_flag("--strict", strict, "Exit with 3 when a row cannot be used");
}

}  // namespace

Action declareTrain(CLI::App &app)
{
    auto options = std::make_shared<TrainOptions>();
    app.add_option("DB", options->db, "A db.json, or the folder that holds it")->required();
    options->request = addExtractOptions(app, "--extract-batch");
    app.add_option("--preset", options->preset, "standard: made to learn; paper: as published")
        ->check(CLI::IsMember({"standard", "paper"}))
        ->type_name("PRESET")
        ->capture_default_str();
    app.add_option("--epochs", options->epochs, "At most this many passes over the memes")->type_name("N");
    app.add_option("--batch", options->batch, "Memes of one step")->type_name("N");
    app.add_option("--lr", options->learningRate, "Adam's learning rate")->type_name("X");
    app.add_option("--hidden", options->hidden, "Widths of the hidden layers, as in 512,256,128,32,8")
        ->delimiter(',')
        ->type_name("N,N,…");
    app.add_option("--dropout", options->dropout, "Probability of dropping, after every hidden layer")->type_name("P");
    app.add_option("--patience", options->patience, "Stop after this many epochs without a better one; 0: never")
        ->type_name("N");
    app.add_option("--loss", options->loss, "mse (squared error)")->check(CLI::IsMember({"mse"}))->type_name("LOSS");
    app.add_option("--target", options->target, "What upvotes become: max, log or percentile")
        ->check(CLI::IsMember({"max", "log", "percentile"}))
        ->type_name("TARGET");
    app.add_option("--split", options->split, "How memes are held out: author or random")
        ->check(CLI::IsMember({"author", "random"}))
        ->type_name("SPLIT");
    app.add_option("--hold-out", options->holdOut, "Share of the memes held out to choose the epoch, and as many again to judge it")->type_name("F");
    app.add_option("--group", options->group, "Not in this version")->type_name("COLUMN");
    app.add_option("--seed", options->seed, "Same seed, same numbers")->check(checkSeed)->type_name("S");
    addOutputs(app, options->out, options->log, options->strict);
    return [options](Context &context) { return train(context, *options); };
}

Action declareResume(CLI::App &app)
{
    auto options = std::make_shared<ResumeOptions>();
    app.add_option("RUN", options->run, "Its number, from `dank runs`")->required()->check(CLI::PositiveNumber);
    addOutputs(app, options->out, options->log, options->strict);
    return [options](Context &context) { return resume(context, *options); };
}

Action declareEval(CLI::App &app)
{
    auto options = std::make_shared<EvalOptions>();
    app.add_option("MODEL", options->model, "A .dankmodel file")->required();
    app.add_option("DB", options->db, "A db.json, or the folder that holds it")->required();
    app.add_option("--backbone", options->request.backbone, "Refuse a model that was made with another one")->type_name("ID");
    addWeightsOption(app, options->request.weights);
    addDeviceOption(app, options->request.device);
    app.add_flag("--strict", options->strict, "Exit with 3 when a row cannot be used");
    return [options](Context &context) { return evalModel(context, *options); };
}

}  // namespace dank::cli
