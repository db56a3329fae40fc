#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/runs_output.h"
#include "app/cli/text.h"
#include "app/cli/train_output.h"
#include "core/backbone/backbone_id.h"
#include "core/base/file.h"
#include "core/learn/split.h"
#include "core/store/model_file.h"
#include "core/store/run_export.h"

namespace dank::cli {

namespace {

constexpr std::size_t kMaxNote = 500;

struct RunsOptions {
    std::int64_t run = 0;
    std::vector<std::int64_t> runs;
    std::vector<std::string> words;
    std::string out, format, sort;
    bool all = false;
};

/// Of a run with its row lists: which memes it learns from, and which judge it. Empty where an id cannot be in a
/// manifest.
std::string splitHashOf(const RunRecord &run)
{
    try {
        return splitHash(run.trainIds, run.validationIds, run.testIds);
    } catch (const Error &) {
        return {};
    }
}

int list(Context &context, const RunsOptions &options)
{
    std::vector<RunRecord> runs;
    if (context.libraryExists())
        runs = context.readLibrary().runs().list(options.all ? RunStore::Which::All : RunStore::Which::Kept);
    sortRuns(runs, options.sort);
    if (options.format == "csv" && !context.json()) {
        printExact(runsCsv(runs));
        return kSuccess;
    }
    if (context.json()) {
        Json all = Json::array();
        for (const RunRecord &run : runs)
            all.push_back(toJson(run));
        printJson({{"runs", all}});
        return kSuccess;
    }
    if (runs.empty())
        printLine("No runs yet in " + displayPath(context.library()) + '.');
    else
        print(runsTable(runs, options.all));
    return kSuccess;
}

/// What its file has to be told of, in brackets behind its name.
std::string modelNote(const std::string &file)
{
    try {
        const std::string note = file.empty() ? "" : modelFileNote(file);
        return note.empty() ? "" : " (" + note + ')';
    } catch (const Error &) {
        return " (it cannot be read)";
    }
}

int show(Context &context, std::int64_t number)
{
    const Library library = context.readLibrary();
    const RunRecord run = library.runs().peek(number);
    const std::vector<EpochStats> curve = library.runs().epochs(number);
    const std::optional<Evaluation> evaluation = library.evaluations().get(number);
    const std::optional<CrossValidation> cross = library.evaluations().crossValidation(number);
    if (context.json()) {
        Json document = toJson(run);
        document["split_hash"] = splitHashOf(run);
        document["train_loss"] = lossesOf(curve, &EpochStats::trainLoss);
        document["validation_loss"] = lossesOf(curve, &EpochStats::validationLoss);
        if (evaluation)
            addEvaluation(document, *evaluation);
        if (cross)
            document["cross_validation"] = toJson(*cross);
        printJson({{"runs", Json::array({document})}});
        return kSuccess;
    }
    const auto line = [](const std::string &name, const std::string &text) {
        if (!text.empty())
            printLine(name + std::string(14 - name.size(), ' ') + text);
    };
    line("Run", std::to_string(run.run) + ", " + runStateName(run.state) + (run.locked ? ", locked" : "")
                    + (run.trashed.empty() ? "" : ", in the trash since " + run.trashed));
    line("Created", run.created);
    line("Dataset", displayPath(run.dataset));
    line("Backbone", run.backbone + (isUntrainedBackbone(run.backbone) ? " (untrained)" : ""));
    const bool readable = run.problem.empty();
    line("Epochs", std::to_string(run.epochs) + (readable ? " of " + std::to_string(run.config.epochs) : ""));
    if (run.bestEpoch > 0)
        line("Best", "epoch " + std::to_string(run.bestEpoch) + ", held-out loss " + fixed(run.bestValidationLoss, 5)
                         + "; predicting the mean " + fixed(run.meanPredictorLoss, 5));
    line("Split", splitHashOf(run));
    line("Model", run.model + modelNote(run.model));
    if (readable)
        line("Settings", trainConfigToJson(run.config));
    line("Note", sanitizeUtf8(run.note));
    line("Error", run.error);
    line("Problem", printable(run.problem));
    if (evaluation) {
        printLine();
        printEvaluation(*evaluation);
    }
    if (cross) {
        printLine();
        printCrossValidation(*cross);
        for (const std::string &told : cross->notes)
            printLine(sanitizeUtf8(told));
    }
    return kSuccess;
}

int diff(Context &context, const RunsOptions &options)
{
    if (options.runs.size() < 2)
        throw UsageError("Name two or more runs to compare, as in `dank runs diff 5 7`.");
    const Library library = context.readLibrary();
    std::vector<RunRecord> runs;
    for (const std::int64_t run : options.runs)
        runs.push_back(library.runs().get(run));
    const std::vector<RunDifference> settings = settingDifferences(runs), figures = figureDifferences(runs);
    if (context.json()) {
        const auto object = [](const std::vector<RunDifference> &rows) {
            Json all = Json::object();
            for (const RunDifference &row : rows)
                all[row.key] = row.values;
            return all;
        };
        Json all = Json::array();
        for (const RunRecord &run : runs)
            all.push_back(toJson(run));
        printJson({{"runs", all}, {"settings", object(settings)}, {"figures", object(figures)}});
        return kSuccess;
    }
    std::vector<std::vector<std::string>> rows{{""}};
    for (const RunRecord &run : runs)
        rows.front().push_back("run " + std::to_string(run.run));
    for (const auto *part : {&settings, &figures})
        for (const RunDifference &row : *part) {
            std::vector<std::string> cells{row.key};
            cells.insert(cells.end(), row.texts.begin(), row.texts.end());
            rows.push_back(std::move(cells));
        }
    print(textTable(rows));
    if (settings.empty())
        printLine("The settings are the same.");
    return kSuccess;
}

int exportRun(Context &context, const RunsOptions &options)
{
    const std::filesystem::path given = options.out;
    std::string ending = given.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
    if (options.format.empty() && ending != ".csv" && !ending.empty())
        throw UsageError("The ending of " + displayPath(given)
                         + " names no format. Use .csv, or say --format csv or --format tensorboard.");
    const bool tensorboard = options.format == "tensorboard" || (options.format.empty() && !given.has_extension());
    std::filesystem::path file = given;
    const Library library = context.readLibrary();
    const RunRecord run = library.runs().peek(options.run);
    const std::vector<EpochStats> curve = library.runs().epochs(options.run);
    if (tensorboard) {
        file = eventPath(given, run);
        createFolder(file.parent_path());
        writeFileAtomically(file, runEvents(run, curve));
    } else {
        checkOutput(given);
        writeFileAtomically(file, curveCsv(curve));
    }
    return context.answer({{"runs", Json::array({toJson(run)})},
                           {"file", displayPath(file)},
                           {"format", tensorboard ? "tensorboard" : "csv"}},
                          plural(run.epochs, "epoch", "epochs") + " written to " + displayPath(file));
}

/// Does something to a run and tells it. `key`: its number under that key of the JSON.
int change(Context &context, std::int64_t number, const char *key, const std::string &told,
           const std::function<void(Library &)> &work)
{
    Library library = context.openLibrary();
    const RunRecord before = library.runs().peek(number);
    work(library);
    const bool gone = std::string(key) == "deleted";
    return context.answer({{"runs", Json::array({toJson(gone ? before : library.runs().peek(number))})}, {key, number}},
                          "Run " + std::to_string(number) + ' ' + told);
}

int note(Context &context, const RunsOptions &options)
{
    std::string text;
    for (const std::string &word : options.words)
        text += (text.empty() ? "" : " ") + word;
    text = sanitizeUtf8(text);
    if (text.size() > kMaxNote)
        throw UsageError("The note is longer than " + std::to_string(kMaxNote) + " bytes.");
    return change(context, options.run, "noted", text.empty() ? "has no note any more." : "is noted: " + text,
                  [&](Library &library) { library.runs().setNote(options.run, text); });
}

int emptyTrash(Context &context)
{
    const std::size_t gone =
        context.libraryExists() ? context.openLibrary().runs().purgeTrash(std::chrono::seconds(0)) : 0;
    return context.answer({{"deleted", gone}}, plural(gone, "run", "runs") + " deleted from the trash.");
}

}  // namespace

Action declareRuns(CLI::App &app)
{
    auto options = std::make_shared<RunsOptions>();
    auto chosen = std::make_shared<Action>([options](Context &context) { return list(context, *options); });
    app.require_subcommand(0, 1);
    const auto addListOptions = [&](CLI::App &to) {
        to.add_option("--sort", options->sort, "By run (newest first), or the best first by one of the others")
            ->check(CLI::IsMember(runSortKeys()))
            ->type_name("KEY");
        to.add_flag("--all", options->all, "With the runs in the trash");
        to.add_option("--format", options->format, "table, or csv with every setting")
            ->check(CLI::IsMember({"table", "csv"}))
            ->type_name("FORMAT");
    };
    const auto add = [&](const char *name, const char *summary, bool takesRun, Action action) {
        CLI::App *sub = app.add_subcommand(name, summary);
        if (takesRun)
            sub->add_option("RUN", options->run, "Its number")->required()->check(checkCount);
        sub->callback([chosen, action = std::move(action)] { *chosen = action; });
        return sub;
    };
    const auto addChange = [&](const char *name, const char *summary, const char *key, const char *told,
                               void (*work)(Library &, std::int64_t)) {
        add(name, summary, true, [options, key, told, work](Context &context) {
            return change(context, options->run, key, told, [&](Library &library) { work(library, options->run); });
        });
    };
    addListOptions(app);
    addListOptions(*add("list", "The library's runs, newest first (also without a word)", false, *chosen));
    add("show", "All about one run", true, [options](Context &context) { return show(context, options->run); });
    add("diff", "What runs do not have in common, settings and figures", false,
        [options](Context &context) { return diff(context, *options); })
        ->add_option("RUN", options->runs, "Their numbers, two or more")
        ->required()
        ->check(checkCount);
    add("note", "Write a note to a run; an empty one takes it away", true,
        [options](Context &context) { return note(context, *options); })
        ->add_option("TEXT", options->words, "The note")
        ->required();
    addChange("lock", "Keep a run from being trashed, deleted and gone on with", "locked", "is locked.",
              [](Library &library, std::int64_t run) { library.runs().setLocked(run, true); });
    addChange("unlock", "Undo lock", "unlocked", "is unlocked.",
              [](Library &library, std::int64_t run) { library.runs().setLocked(run, false); });
    CLI::App *exported = add("export", "Write a run's losses as CSV, or for TensorBoard", true,
                             [options](Context &context) { return exportRun(context, *options); });
    exported->add_option("--out", options->out, "The file to write; for TensorBoard the log folder")
        ->required()
        ->type_name("FILE.csv|DIR");
    exported->add_option("--format", options->format, "csv or tensorboard; else by the ending: none means tensorboard")
        ->check(CLI::IsMember({"csv", "tensorboard"}))
        ->type_name("FORMAT");
    addChange("trash", "Hide a run; it is kept for 30 days", "trashed",
              "is in the trash, where it is kept for 30 days.",
              [](Library &library, std::int64_t run) { library.runs().trash(run); });
    addChange("restore", "Take a run out of the trash", "restored", "is restored.",
              [](Library &library, std::int64_t run) { library.runs().restore(run); });
    add("empty-trash", "Delete the runs in the trash for good", false, emptyTrash);
    addChange("delete", "Remove a run, its checkpoints and its model for good", "deleted", "is deleted.",
              [](Library &library, std::int64_t run) { library.runs().remove(run); });
    return [chosen](Context &context) { return (*chosen)(context); };
}

}  // namespace dank::cli
