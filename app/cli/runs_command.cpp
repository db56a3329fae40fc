#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/base/file.h"

namespace dank::cli {

namespace {

struct RunsOptions {
    std::int64_t run = 0;
    std::string out;
};

/// An existing library; asking for runs makes none.
Library openExisting(const Context &context)
{
    if (!context.libraryExists())
        throw Error(ErrorKind::Library, "There is no run: " + displayPath(context.library()) + " holds no library yet.",
                    context.library());
    return Library::open(context.library());
}

Json toJson(const RunRecord &run)
{
    return {{"run", run.run},
            {"state", runStateName(run.state)},
            {"created", run.created},
            {"epochs", run.epochs},
            {"model", run.model},
            {"dataset", run.dataset},
            {"backbone", run.backbone},
            {"untrained", isUntrained(run.backbone)},
            {"planned_epochs", run.config.epochs},
            {"best_epoch", run.bestEpoch},
            {"best_validation_loss", run.bestEpoch > 0 ? number(run.bestValidationLoss) : Json(nullptr)},
            {"mean_predictor_loss", run.epochs > 0 ? number(run.meanPredictorLoss) : Json(nullptr)},
            {"config", Json::parse(trainConfigToJson(run.config))},
            {"note", run.note},
            {"error", run.error}};
}

int list(Context &context)
{
    std::vector<RunRecord> runs;
    if (context.libraryExists())
        runs = Library::open(context.library()).runs();
    if (context.json()) {
        Json all = Json::array();
        for (const RunRecord &run : runs)
            all.push_back(toJson(run));
        printJson({{"runs", all}});
        return kSuccess;
    }
    if (runs.empty()) {
        printLine("No runs yet in " + displayPath(context.library()) + '.');
        return kSuccess;
    }
    std::vector<std::vector<std::string>> rows{{"run", "state", "created", "epochs", "best loss", "preset", "dataset"}};
    for (const RunRecord &run : runs)
        rows.push_back({std::to_string(run.run), runStateName(run.state), run.created,
                        std::to_string(run.epochs) + '/' + std::to_string(run.config.epochs),
                        run.bestEpoch > 0 ? fixed(run.bestValidationLoss, 5) : "–", run.config.preset,
                        displayPath(std::filesystem::path(run.dataset).parent_path().filename())});
    print(table(rows));
    return kSuccess;
}

int show(Context &context, std::int64_t number)
{
    const Library library = openExisting(context);
    const RunRecord run = library.run(number);
    const std::vector<EpochStats> curve = library.epochs(number);
    if (context.json()) {
        Json document = toJson(run);
        document["train_loss"] = Json::array();
        document["validation_loss"] = Json::array();
        for (const EpochStats &stats : curve) {
            document["train_loss"].push_back(cli::number(stats.trainLoss));
            document["validation_loss"].push_back(cli::number(stats.validationLoss));
        }
        printJson({{"runs", Json::array({document})}});
        return kSuccess;
    }
    const auto line = [](const std::string &name, const std::string &text) {
        if (!text.empty())
            printLine(name + std::string(14 - name.size(), ' ') + text);
    };
    line("Run", std::to_string(run.run) + ", " + runStateName(run.state));
    line("Created", run.created);
    line("Dataset", displayPath(run.dataset));
    line("Backbone", run.backbone + (isUntrained(run.backbone) ? " (untrained)" : ""));
    line("Epochs", std::to_string(run.epochs) + " of " + std::to_string(run.config.epochs));
    if (run.bestEpoch > 0)
        line("Best", "epoch " + std::to_string(run.bestEpoch) + ", held-out loss " + fixed(run.bestValidationLoss, 5)
                         + "; predicting the mean " + fixed(run.meanPredictorLoss, 5));
    line("Model", run.model);
    line("Settings", trainConfigToJson(run.config));
    line("Note", run.note);
    line("Error", run.error);
    return kSuccess;
}

int exportRun(Context &context, const RunsOptions &options)
{
    checkOutput(options.out);
    const Library library = openExisting(context);
    const RunRecord run = library.run(options.run);
    writeFileAtomically(options.out, curveCsv(library.epochs(options.run)));
    if (context.json())
        printJson({{"runs", Json::array({toJson(run)})}, {"file", options.out}});
    else
        printLine(plural(static_cast<std::size_t>(run.epochs), "epoch", "epochs") + " written to " + options.out);
    return kSuccess;
}

int deleteRun(Context &context, std::int64_t number)
{
    Library library = openExisting(context);
    const RunRecord run = library.run(number);
    library.deleteRun(number);
    if (context.json())
        printJson({{"runs", Json::array({toJson(run)})}, {"deleted", number}});
    else
        printLine("Run " + std::to_string(number) + " is deleted.");
    return kSuccess;
}

}  // namespace

Action declareRuns(CLI::App &app)
{
    auto options = std::make_shared<RunsOptions>();
    auto chosen = std::make_shared<Action>(list);
    app.require_subcommand(0, 1);
    const auto add = [&](const char *name, const char *summary, bool takesRun, Action action) {
        CLI::App *sub = app.add_subcommand(name, summary);
        if (takesRun)
            sub->add_option("RUN", options->run, "Its number")->required()->check(CLI::PositiveNumber);
        sub->callback([chosen, action = std::move(action)] { *chosen = action; });
        return sub;
    };
    add("list", "The library's runs, newest first (also without a word)", false, list);
    add("show", "All about one run", true, [options](Context &context) { return show(context, options->run); });
    add("export", "Write a run's losses as CSV", true,
        [options](Context &context) { return exportRun(context, *options); })
        ->add_option("--out", options->out, "The file to write")
        ->required()
        ->type_name("FILE.csv");
    add("delete", "Remove a run, its checkpoints and its model", true,
        [options](Context &context) { return deleteRun(context, options->run); });
    return [chosen](Context &context) { return (*chosen)(context); };
}

}  // namespace dank::cli
