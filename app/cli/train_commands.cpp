#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "app/cli/train_output.h"
#include "core/base/file.h"
#include "core/dataset/grouping.h"
#include "core/store/model_file.h"

namespace dank::cli {

namespace {

struct TrainOptions {
    std::string db;
    std::shared_ptr<BackboneRequest> request;
    std::string preset = "standard";
    std::optional<int> epochs, batch, patience, folds, seeds;
    std::optional<double> learningRate, dropout, holdOut;
    std::optional<std::vector<int>> hidden;
    std::optional<std::string> target, split, loss, group, initialisation, optimiser, schedule;
    std::optional<std::string> output;
    std::optional<double> weightDecay, momentum, gradientClip, scheduleFactor;
    std::optional<int> scheduleEvery;
    std::optional<std::uint64_t> seed;
    std::optional<bool> within, layerNorm, standardise;
    std::string out, log;
    bool strict = false;
};

/// A flag with its opposite ("--x,!--no-x") that leaves `value` empty where neither is given, which CLI11's own for an
/// optional does not.
void addSwitch(CLI::App &app, const std::string &names, std::optional<bool> &value, const std::string &help)
{
    app.add_flag_function(
        names, [&value](std::int64_t count) { value = count > 0; }, help);
}

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
    if (config.hidden == std::vector<int>{0})
        config.hidden.clear();
    set(config.seed, options.seed);
    set(config.folds, options.folds);
    set(config.seeds, options.seeds);
    set(config.group, options.group);
    set(config.weightDecay, options.weightDecay);
    set(config.momentum, options.momentum);
    set(config.gradientClip, options.gradientClip);
    set(config.scheduleEvery, options.scheduleEvery);
    set(config.scheduleFactor, options.scheduleFactor);
    set(config.within, options.within);
    set(config.layerNorm, options.layerNorm);
    set(config.standardise, options.standardise);
    if (options.within.value_or(false) && config.group.empty())
        throw UsageError("--within measures upvotes within groups: name them with --group, as in --group author, "
                         "--group month or --group rows:1-902,903-1773.");
    try {
        if (options.target)
            config.target = targetKindFromName(*options.target);
        if (options.split)
            config.split = splitKindFromName(*options.split);
        if (options.loss)
            config.loss = lossFromText(*options.loss);
        if (options.initialisation)
            config.initialisation = initialisationFromName(*options.initialisation);
        if (options.optimiser)
            config.optimiser = optimiserFromName(*options.optimiser);
        if (options.schedule)
            config.schedule = scheduleFromName(*options.schedule);
        if (options.output)
            config.output = outputFromName(*options.output);
        GroupSpec::parse(config.group);
        config.validate();
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
    return config;
}

int train(Context &context, const TrainOptions &options)
{
    const TrainConfig config = configOf(options);
    checkOutput(options.out);
    checkOutput(options.log);
    const Dataset dataset = context.loadDataset(options.db);
    Engine &engine = context.engine();
    CurveLog log(options.log);
    const TrainReport report =
        runTraining(context, log, [&](const TrainingObserver &observer, TrainingControl &control) {
            return engine.trainer().train(dataset, *options.request, config, context.library(), observer, control,
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
            return engine.trainer().resume(options.run, context.library(), observer, control, context.observedJob());
        });
    return finishTraining(context, report, options.out, options.strict);
}

struct EvalOptions {
    std::string model, db;
    std::optional<std::string> group;
    BackboneRequest request;
    bool strict = false;
};

GroupSpec groupOf(const std::string &text)
{
    try {
        return GroupSpec::parse(text);
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
}

int evalModel(Context &context, const EvalOptions &options)
{
    const Model model = loadModel(options.model);
    const Dataset dataset = context.loadDataset(options.db);
    if (options.group) {
        const GroupSpec spec = groupOf(*options.group);
        if (spec.kind != GroupKind::None)
            groupsOf(dataset.records(), spec, {&dataset, {}, true});  // told before hours of extraction
    }
    const Evaluation evaluation = context.engine().trainer().evaluate(
        model, dataset, options.request, options.group ? &*options.group : nullptr, context.library(), context.job());
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
        document["group"] = options.group.value_or(model.config.group);
        document["split_hash"] = model.splitHash.empty() ? Json(nullptr) : Json(model.splitHash);
        document["untrained"] = model.untrainedBackbone;
        document["skipped"] = toJson(skipped);
        printJson(document);
    } else {
        printLine(model.name + ", epoch " + std::to_string(model.epoch)
                  + (model.untrainedBackbone ? " · untrained features (seeded random weights)" : ""));
        if (!model.splitHash.empty())
            printLine("Split " + model.splitHash);
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
    std::vector<std::string> presets;
    std::string presetWords;
    for (const TrainPreset &preset : trainPresets()) {
        presets.emplace_back(preset.name);
        presetWords += (presetWords.empty() ? "" : "\n") + std::string(preset.name) + ": " + preset.summary;
    }
    app.add_option("--preset", options->preset, presetWords)
        ->check(CLI::IsMember(presets))
        ->type_name("PRESET")
        ->capture_default_str();
    app.add_option("--epochs", options->epochs, "At most this many passes over the memes")->type_name("N");
    app.add_option("--batch", options->batch, "Memes of one step")->type_name("N");
    app.add_option("--lr", options->learningRate, "Adam's learning rate")->type_name("X");
    app.add_option("--hidden", options->hidden, "Widths of the hidden layers, as in 512,256,128,32,8; 0: none")
        ->delimiter(',')
        ->type_name("N,N,…");
    app.add_option("--dropout", options->dropout, "Probability of dropping, after every hidden layer")->type_name("P");
    app.add_option("--patience", options->patience, "Stop after this many epochs without a better one; 0: never")
        ->type_name("N");
    app.add_option("--loss", options->loss,
                   "mse, huber, bce (of percentiles), ranknet (pairs within the group),\nor a weighted sum, as in "
                   "bce+0.5ranknet")
        ->type_name("LOSS");
    app.add_option("--optimiser,--optimizer", options->optimiser, "adam, adamw or sgd")
        ->check(CLI::IsMember({"adam", "adamw", "sgd"}))
        ->type_name("NAME");
    app.add_option("--momentum", options->momentum, "Of sgd")->type_name("X");
    app.add_option("--weight-decay", options->weightDecay, "Pulls weights towards 0")->type_name("X");
    app.add_option("--schedule", options->schedule, "How the learning rate goes: constant, step or cosine")
        ->check(CLI::IsMember({"constant", "step", "cosine"}))
        ->type_name("NAME");
    app.add_option("--schedule-every", options->scheduleEvery, "Epochs from one step to the next, of step")
        ->type_name("N");
    app.add_option("--schedule-factor", options->scheduleFactor,
                   "What each step multiplies the learning rate by, of step")
        ->type_name("X");
    app.add_option("--clip", options->gradientClip, "Most that the gradient's norm may be; 0: no bound")
        ->type_name("X");
    app.add_option("--init", options->initialisation, "How weights start: kaiming, xavier or standard_normal")
        ->check(CLI::IsMember({"kaiming", "xavier", "standard_normal"}))
        ->type_name("NAME");
    app.add_option("--output", options->output, "What the network ends with: sigmoid or linear")
        ->check(CLI::IsMember({"sigmoid", "linear"}))
        ->type_name("NAME");
    addSwitch(app, "--layer-norm,!--no-layer-norm", options->layerNorm, "Normalise each row's features");
    addSwitch(app, "--standardise,!--no-standardise", options->standardise,
              "Features to mean 0 and deviation 1, fitted on the training memes");
    app.add_option("--target", options->target, "What upvotes become: max, log or percentile")
        ->check(CLI::IsMember({"max", "log", "percentile"}))
        ->type_name("TARGET");
    addSwitch(app, "--within,!--no-within", options->within, "Measure upvotes within the group (needs --group)");
    app.add_option("--split", options->split,
                   "How memes are held out: author, duplicates, time (newest last), or random (optimistic)")
        ->check(CLI::IsMember({"author", "duplicates", "time", "random"}))
        ->type_name("SPLIT");
    app.add_option("--hold-out", options->holdOut,
                   "Share of the memes held out to choose the epoch, and as many again to judge it")
        ->type_name("F");
    app.add_option("--group", options->group,
                   "What memes are compared within: a column such as subreddit, author, month, template,\n"
                   "file:PATH (lines of id,group) or rows:1-902,903-1773 (row numbers of the db.json)")
        ->type_name("GROUP");
    app.add_option("--seed", options->seed, "Same seed, same numbers")->check(checkSeed)->type_name("S");
    app.add_option(
           "--folds", options->folds,
           "Judge every meme once, by one of K more trainings that did not learn from it,\nas in --folds 5 --seeds 5")
        ->type_name("K");
    app.add_option("--seeds", options->seeds, "Train with N seeds in a row and tell the mean and the spread")
        ->type_name("N");
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
    app.add_option("--backbone", options->request.backbone, "Refuse a model that was made with another one")
        ->type_name("ID");
    app.add_option("--group", options->group,
                   "What memes are compared within, as for train; without it what the model was trained with")
        ->type_name("GROUP");
    addWeightsOption(app, options->request.weights);
    addDeviceOption(app, options->request.device);
    app.add_flag("--strict", options->strict, "Exit with 3 when a row cannot be used");
    return [options](Context &context) { return evalModel(context, *options); };
}

}  // namespace dank::cli
