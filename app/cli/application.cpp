#include <cstdio>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <system_error>

#include "app/cli/commands.h"
#include "core/base/file.h"
#include "core/base/instruction_set.h"
#include "core/base/version.h"
#include "core/engine/loader.h"

namespace dank::cli {

namespace {

constexpr Command kCommands[] = {
    {"sample", "Write a synthetic dataset with a planted, documented rule", "dank sample ~/sample --count 200 --seed 7",
     declareSample},
    {"inspect", "Tell what is in a dataset and which rows cannot be used", "dank inspect memes/db.json --json",
     declareInspect},
    {"convert", "Write any file of memes as a TinyDB db.json", "dank convert posts.ndjson.zst memes/db.json",
     declareConvert},
    {"fetch", "Download the pictures that a feed names and that are missing, after saying how many and from whom",
     "dank fetch posts.csv --images pictures", declareFetch},
    {"extract", "Compute the features of a dataset's pictures",
     "dank extract memes/db.json --backbone inception_v3 --out features.npy", declareExtract},
    {"merge", "Join libraries, such as those of an extraction in parts", "dank merge part-1 part-2 --into ~/library",
     declareMerge},
    {"train", "Learn upvotes from pictures: extracts what is missing, trains, records the run",
     "dank train memes/db.json --backbone inception_v3 --preset standard --model memes.dankmodel", declareTrain},
    {"resume", "Go on with a run that was interrupted", "dank resume 7", declareResume},
    {"eval", "Judge a model on a dataset", "dank eval memes.dankmodel other/db.json", declareEval},
    {"rate", "Rate pictures and folders", "dank rate memes.dankmodel picture.jpg folder/ --format csv", declareRate},
    {"explain", "Tell which parts of a picture and which words moved its score",
     "dank explain memes.dankmodel picture.jpg --out why.png", declareExplain},
    {"read", "Find the words in pictures and keep them", "dank read memes/db.json --language eng+deu --format csv",
     declareRead},
    {"search", "Find memes by words of their titles and of what was read in their pictures",
     "dank search memes/db.json 'one does not' --format json", declareSearch},
    {"templates", "Find memes that share a picture under other words, and tell which template one is",
     "dank templates memes/db.json --min 3", declareTemplates},
    {"runs", "List, show, compare, note, lock, export and delete training runs", "dank runs diff 5 7", declareRuns},
    {"reproduce", "Run the paper's own training loop again, beside its table", "dank reproduce --seeds 3",
     declareReproduce},
    {"library", "Tell how much is stored, of what, and free what was used least",
     "dank library prune --unused-for 90 --dry-run", declareLibrary},
    {"weights", "List, fetch, add, verify and convert pretrained weights", "dank weights fetch inception_v3",
     declareWeights},
    {"bench", "Measure what this machine does", "dank bench --what extract", declareBench},
    {"selftest", "Hold a device's numbers against exact ones", "dank selftest --device cuda", declareSelftest},
    {"doctor", "Tell versions, devices, library and weights, for a bug report", "dank doctor", declareDoctor},
    {"demo", "The whole main job on the sample dataset", "dank demo", declareDemo},
};

constexpr const char *kGlobalHelp =
    "Everywhere: --library DIR, --threads N, --progress auto|plain|ndjson|none, --json\n";

/// Says a sentence of ours without taking memory, of which there may be none left.
int reportPlain(const char *message, int code)
{
    std::fputs("dank: ", stderr);
    std::fputs(message, stderr);
    std::fputc('\n', stderr);
    return code;
}

int report(const std::string &message, int code)
{
    return reportPlain(printableLines(message).c_str(), code);
}

int codeOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Shape: return kBug;
    case ErrorKind::Diverged: return kDiverged;
    default: return kFailure;
    }
}

/// The command line's one catch site.
int guarded(const std::function<int()> &work)
{
    try {
        return work();
    } catch (const UsageError &error) {
        return report(error.what(), kUsage);
    } catch (const Cancelled &) {
        return report("stopped", kStopped);
    } catch (const Error &error) {
        return report(error.what(), codeOf(error.kind()));
    } catch (const std::bad_alloc &) {
        return reportPlain("There is not enough memory. Close other programs, or lower --batch or --threads.",
                           kFailure);
    } catch (const std::system_error &error) {
        if (error.code() == std::errc::resource_unavailable_try_again || error.code() == std::errc::not_enough_memory)
            return reportPlain(
                "The system has no thread or no memory left for this. Close other programs, raise the limits "
                "of this account (ulimit -u, ulimit -v), or lower --threads.",
                kFailure);
        return report(std::string("This is a bug: ") + error.what(), kBug);
    } catch (const std::exception &error) {
        return report(std::string("This is a bug: ") + error.what(), kBug);
    } catch (...) {
        return report("This is a bug: an unknown exception.", kBug);
    }
}

int runAction(const Action &action, const Globals &globals)
{
    forceInstructionSet();
    Context context(globals);
    const int code = action(context);
    context.console().clear();
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        return report("The output could not be written: is the disk full?", kFailure);
    return code;
}

void declareGlobals(CLI::App &app, Globals &globals)
{
    static const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::Automatic},
                                                             {"plain", ProgressStyle::Plain},
                                                             {"ndjson", ProgressStyle::Ndjson},
                                                             {"none", ProgressStyle::None}};
    app.add_option("--library", globals.library, "The folder for features, runs and models")->type_name("DIR");
    app.add_option("--threads", globals.threads, "Compute threads; 0: one per core")
        ->check(CLI::Range(0, 1024))
        ->type_name("N");
    app.add_option_function<std::string>(
           "--progress", [&globals](const std::string &name) { globals.progress = styles.at(name); },
           "How progress is shown on stderr: auto, plain, ndjson or none")
        ->check(CLI::IsMember({"auto", "plain", "ndjson", "none"}))
        ->type_name("STYLE");
    app.add_flag("--json", globals.json, "Print the result as one JSON document");
}

/// Parses the command line, runs the command, and returns the exit code.
int runApplication(int argc, char **argv)
{
    CLI::App app("Learns from memes and their upvotes, and rates how dank others are.", "dank");
    app.set_version_flag("--version", std::string("dank ") + DANK_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer("`dank COMMAND --help` tells more and shows an example.");

    Globals globals;
    declareGlobals(app, globals);
    Action action;
    for (const Command &command : kCommands) {
        CLI::App *sub = app.add_subcommand(command.name, command.summary);
        sub->footer(std::string(kGlobalHelp) + "\nExample:\n  " + command.example);
        const Action declared = command.declare(*sub);
        sub->callback([&action, declared] { action = declared; });
    }

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &help) {
        return app.exit(help);
    } catch (const CLI::ParseError &error) {
        const auto chosen = app.get_subcommands();
        const std::string command = chosen.empty() ? "dank" : "dank " + chosen.front()->get_name();
        if (chosen.empty() && !app.remaining().empty())
            return report("There is no command \"" + app.remaining().front() + "\".\nTry `dank --help`.", kUsage);
        return report(std::string(error.what()) + "\nTry `" + command + " --help`.", kUsage);
    }
    return runAction(action, globals);
}

}  // namespace

}  // namespace dank::cli

int main(int argc, char **argv)
{
    dank::letThreadsSleep();
    return dank::cli::guarded([&] { return dank::cli::runApplication(argc, argv); });
}
