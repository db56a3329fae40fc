#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "app/cli/train_output.h"
#include "core/base/file.h"
#include "core/dataset/grouping.h"
#include "core/store/library.h"
#include "core/store/model_file.h"

namespace dank::cli {

namespace {

struct TrainOptions {
    std::shared_ptr<FeedChoice> feed;
    std::shared_ptr<BackboneRequest> request;
    std::string preset = trainPresets().front().name;
    std::vector<std::function<void(TrainConfig &)>> changes;  ///< of the preset, one for each option that was given
    std::optional<bool> within;
    std::string label;  ///< what is learnt in place of upvotes
    const CLI::Option *target = nullptr, *loss = nullptr;
    std::optional<TuneConfig> tuning;
    std::vector<std::function<void(TuneConfig &)>> tuningChanges;
    std::int64_t from = 0;  ///< the run that a fine-tuning goes on from; 0: the one that is trained first
    std::string out, log;
    bool strict = false;
};

/// The settings of a fine-tuning, where one is asked for.
std::optional<TuneConfig> tuningOf(const TrainOptions &options)
{
    if (!options.tuning) {
        if (options.from > 0 || !options.tuningChanges.empty())
            throw UsageError("--from, --backbone-lr, --head-lr and --tune-epochs belong to a fine-tuning: say how much "
                             "of the network with --fine-tune last, last2 or all.");
        return std::nullopt;
    }
    try {
        TuneConfig tuning = *options.tuning;
        for (const auto &change : options.tuningChanges)
            change(tuning);
        tuning.validate();
        return tuning;
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
}

/// The preset with what the command line says on top.
TrainConfig configOf(const TrainOptions &options)
{
    try {
        TrainConfig config = TrainConfig::fromPreset(options.preset);
        for (const auto &change : options.changes)
            change(config);
        if (config.hidden == std::vector<int>{0})
            config.hidden.clear();
        config.within = options.within.value_or(config.within);
        if (const Label label = Label::parse(options.label); !label.empty()) {
            if (options.within.value_or(false) || options.target->count() > 0)
                throw UsageError("--label learns classes by their place: leave out --target and --within.");
            config.learnLabel(label, options.loss->count() == 0);
        }
        if (options.within.value_or(false) && config.group.empty())
            throw UsageError("--within measures upvotes within groups: name them with --group, as in --group author, "
                             "--group month or --group rows:1-902,903-1773.");
        GroupSpec::parse(config.group);
        config.validate();
        return config;
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
}

/// The memes; of a file that tells no upvotes those that have the label.
Dataset loadLearnt(Context &context, const FeedChoice &choice, const std::string &labelText)
{
    FeedOptions feed = choice.options();
    Dataset dataset = context.loadDataset(choice.file, feed);
    std::string &label = feed.map.column(FeedField::Label);
    const FeedMapping &read = dataset.source().mapping;
    const std::string column = Label::parse(labelText).column;
    if (column.empty() || !label.empty() || !read.column(FeedField::Upvotes).empty()
        || read.column(FeedField::Label) == column)
        return dataset;
    label = column;
    return context.loadDataset(choice.file, feed);
}

int train(Context &context, const TrainOptions &options)
{
    const TrainConfig config = configOf(options);
    const std::optional<TuneConfig> tuning = tuningOf(options);
    checkOutput(options.out);
    checkOutput(options.log);
    const Dataset dataset = loadLearnt(context, *options.feed, options.label);
    if (options.from > 0 && context.openLibrary().runs().get(options.from).datasetHash != dataset.contentHash())
        throw UsageError("Run " + std::to_string(options.from) + " learnt from another dataset than "
                         + displayPath(dataset.path()) + ".");
    Engine &engine = context.engine();
    CurveLog log(options.log);
    TrainReport report;
    if (options.from == 0)
        report = runTraining(context, log, [&](const TrainingObserver &observer, TrainingControl &control) {
            return engine.trainer().train(dataset, *options.request, config, context.library(), observer, control,
                                          context.observedJob());
        });
    if (tuning && (options.from > 0 || (report.model && !report.stoppedByUser && !report.crossValidationStopped))) {
        const std::int64_t from = options.from > 0 ? options.from : report.run;
        CurveLog none({});
        report = runTraining(context, options.from > 0 ? log : none,
                             [&](const TrainingObserver &observer, TrainingControl &control) {
                                 return engine.trainer().fineTune(from, *tuning, context.library(), observer, control,
                                                                  context.observedJob());
                             });
    }
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
    std::string model;
    std::shared_ptr<FeedChoice> feed;
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
    const Dataset dataset = loadLearnt(context, *options.feed, model.config.label);
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
    const std::string fileNote = modelFileNote(options.model);
    if (context.json()) {
        Json document;
        addEvaluation(document, evaluation);
        document["checksum"] = fileNote.empty();
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
        if (!fileNote.empty())
            context.console().note("The model is " + fileNote + '.');
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
    options->feed = addFeed(app);
    options->request = addExtractOptions(app, "--extract-batch");
    // What an option does to the configuration: it sets a member to what `read` makes of what was given. An empty text,
    // as of a shell's unset variable, is nothing.
    const auto change = [options](auto member, auto read) {
        return [=](const auto &given) {
            if (given)
                options->changes.push_back([=](TrainConfig &config) { config.*member = read(*given); });
        };
    };
    const auto add = [&](const char *names, auto TrainConfig::*member, const std::string &help, const char *type) {
        using Value = std::optional<std::remove_cvref_t<decltype(TrainConfig().*member)>>;
        return app.add_option_function<Value>(names, change(member, std::identity()), help)->type_name(type);
    };
    const auto addWord = [&](const char *names, auto member, auto *read, const std::string &help, const char *type) {
        return app.add_option_function<std::optional<std::string>>(names, change(member, read), help)->type_name(type);
    };
    const auto addSwitch = [&](const char *names, bool TrainConfig::*member, const std::string &help) {
        app.add_flag_function(
            names, [set = change(member, std::identity())](std::int64_t count) { set(std::optional(count > 0)); },
            help);
    };
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
    add("--epochs", &TrainConfig::epochs, "At most this many passes over the memes", "N");
    add("--batch", &TrainConfig::batch, "Memes of one step", "N");
    add("--lr", &TrainConfig::learningRate, "Adam's learning rate", "X");
    add("--hidden", &TrainConfig::hidden, "Widths of the hidden layers, as in 512,256,128,32,8; 0: none", "N,N,…")
        ->delimiter(',');
    add("--dropout", &TrainConfig::dropout, "Probability of dropping, after every hidden layer", "P");
    add("--patience", &TrainConfig::patience, "Stop after this many epochs without a better one; 0: never", "N");
    addSwitch("--blend,!--no-blend", &TrainConfig::blend, "Straight lines beside the network, stacked with it");
    addWord(
        "--captions", &TrainConfig::captions, captionsFromName,
        "Which words may count: none, title, text (in the pictures, once read), both, or\nauto (what most memes have); "
        "needs the blend",
        "WORDS");
    options->loss =
        addWord("--loss", &TrainConfig::loss, lossFromText,
                "mse, huber, bce (of percentiles), ranknet (pairs within the group),\nor a weighted sum, as in "
                "bce+0.5ranknet",
                "LOSS");
    addWord("--optimiser,--optimizer", &TrainConfig::optimiser, optimiserFromName, "adam, adamw or sgd", "NAME")
        ->check(CLI::IsMember({"adam", "adamw", "sgd"}));
    add("--momentum", &TrainConfig::momentum, "Of sgd", "X");
    add("--weight-decay", &TrainConfig::weightDecay, "Pulls weights towards 0", "X");
    addWord("--schedule", &TrainConfig::schedule, scheduleFromName,
            "How the learning rate goes: constant, step or cosine", "NAME")
        ->check(CLI::IsMember({"constant", "step", "cosine"}));
    add("--schedule-every", &TrainConfig::scheduleEvery, "Epochs from one step to the next, of step", "N");
    add("--schedule-factor", &TrainConfig::scheduleFactor, "What each step multiplies the learning rate by, of step",
        "X");
    add("--clip", &TrainConfig::gradientClip, "Most that the gradient's norm may be; 0: no bound", "X");
    addWord("--init", &TrainConfig::initialisation, initialisationFromName,
            "How weights start: kaiming, xavier or standard_normal", "NAME")
        ->check(CLI::IsMember({"kaiming", "xavier", "standard_normal"}));
    addWord("--output", &TrainConfig::output, outputFromName, "What the network ends with: sigmoid or linear", "NAME")
        ->check(CLI::IsMember({"sigmoid", "linear"}));
    addSwitch("--layer-norm,!--no-layer-norm", &TrainConfig::layerNorm, "Normalise each row's features");
    addSwitch("--standardise,!--no-standardise", &TrainConfig::standardise,
              "Features to mean 0 and deviation 1, fitted on the training memes");
    options->target = addWord("--target", &TrainConfig::target, targetKindFromName,
                              "What upvotes become: max, log or percentile", "TARGET")
                          ->check(CLI::IsMember({"max", "log", "percentile"}));
    app.add_option("--label", options->label,
                   "Learn classes of a column in place of upvotes: hateful, or in their order\n"
                   "humour=not_funny<funny<very_funny")
        ->type_name("COLUMN");
    app.add_flag_function(
        "--within,!--no-within", [options](std::int64_t count) { options->within = count > 0; },
        "Measure upvotes within the group (needs --group)");
    addWord("--split", &TrainConfig::split, splitKindFromName,
            "How memes are held out: author, duplicates, time (newest last), or random (optimistic)", "SPLIT")
        ->check(CLI::IsMember({"author", "duplicates", "time", "random"}));
    add("--hold-out", &TrainConfig::validationFraction,
        "Share of the memes held out to choose the epoch, and as many again to judge it", "F");
    add("--group", &TrainConfig::group,
        "What memes are compared within: a column such as subreddit, author, month, template,\n"
        "file:PATH (lines of id,group) or rows:1-902,903-1773 (row numbers of the db.json)",
        "GROUP");
    add("--seed", &TrainConfig::seed, "Same seed, same numbers", "S")->check(checkSeed);
    add("--folds", &TrainConfig::folds,
        "Judge every meme once, by one of K more trainings that did not learn from it,\nas in --folds 5 --seeds 5",
        "K");
    add("--seeds", &TrainConfig::seeds, "Train with N seeds in a row and tell the mean and the spread", "N");
    app.add_option_function<std::string>(
           "--fine-tune",
           [options](const std::string &depth) {
               options->tuning.emplace();
               options->tuning->depth = tuneDepthFromName(depth);
           },
           "Then let the network's last block, its last two or all of it learn too; the result is kept\nonly where it "
           "is better on held-out memes. Says first what it will take")
        ->check(CLI::IsMember({"last", "last2", "all"}))
        ->type_name("DEPTH");
    app.add_option("--from", options->from, "Fine-tune that finished run instead of training one first")
        ->check(checkCount)
        ->type_name("RUN");
    const auto tune = [&](const char *name, auto TuneConfig::*member, const char *help, const char *type) {
        using Value = std::remove_cvref_t<decltype(TuneConfig().*member)>;
        app.add_option_function<Value>(
               name,
               [options, member](const Value &value) {
                   options->tuningChanges.push_back([=](TuneConfig &tuning) { tuning.*member = value; });
               },
               help)
            ->check(std::is_integral_v<Value> ? checkCount : checkAboveZero)
            ->type_name(type);
    };
    tune("--backbone-lr", &TuneConfig::networkRate,
         "The network's learning rate in a fine-tuning; else a hundredth of the head's", "X");
    tune("--head-lr", &TuneConfig::headRate, "The head's in a fine-tuning; else that of its training", "X");
    tune("--tune-epochs", &TuneConfig::epochs, "At most this many passes of a fine-tuning (20)", "N");
    tune("--tune-patience", &TuneConfig::patience, "Stop it after this many epochs without a better order", "N");
    addOutputs(app, options->out, options->log, options->strict);
    return [options](Context &context) { return train(context, *options); };
}

Action declareResume(CLI::App &app)
{
    auto options = std::make_shared<ResumeOptions>();
    app.add_option("RUN", options->run, "Its number, from `dank runs`")->required()->check(checkCount);
    addOutputs(app, options->out, options->log, options->strict);
    return [options](Context &context) { return resume(context, *options); };
}

Action declareEval(CLI::App &app)
{
    auto options = std::make_shared<EvalOptions>();
    app.add_option("MODEL", options->model, "A .dankmodel file")->required();
    options->feed = addFeed(app);
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
