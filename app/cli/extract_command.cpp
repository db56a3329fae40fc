#include <chrono>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "core/store/merge/merge_libraries.h"

namespace dank::cli {

namespace {

struct ExtractOptions {
    std::shared_ptr<FeedChoice> feed;
    std::shared_ptr<BackboneRequest> request;
    std::string out, shard;
    bool strict = false;
};

std::string withNote(const std::string &text, const std::string &note)
{
    return note.empty() ? text : text + " (" + note + ")";
}

/// A check for the parser, which prints what it returns.
std::string checkShard(const std::string &text)
{
    try {
        Shard::parse(text);
        return {};
    } catch (const Error &error) {
        return error.what();
    }
}

int extract(Context &context, const ExtractOptions &options)
{
    checkOutput(options.out);
    const auto started = std::chrono::steady_clock::now();
    const Shard shard = options.shard.empty() ? Shard() : Shard::parse(options.shard);
    if (!options.shard.empty())
        requireLocalLibrary(context.library());
    const Dataset dataset = context.loadDataset(options.feed->file, options.feed->options());
    Engine &engine = context.engine();
    const ExtractObserver observer = showExtraction(context.console());
    const ExtractReport report =
        options.shard.empty()
            ? engine.extractor().extract(dataset, *options.request, context.library(), observer, context.observedJob())
            : engine.parts().extractShard(dataset, *options.request, shard, context.library(), observer,
                                          context.observedJob());
    if (!options.out.empty())
        writeNpy(report.matrix, options.out);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    context.console().clear();
    context.console().skipped(report.skipped, context.json());

    if (context.json()) {
        Json document{{"backbone", report.matrix.backbone},
                      {"shape", {report.matrix.rows(), report.matrix.columns}},
                      {"computed", report.computed},
                      {"cached", report.cached},
                      {"skipped", toJson(report.skipped)},
                      {"images_per_second", number(report.imagesPerSecond)},
                      {"device", report.device},
                      {"device_note", report.deviceNote},
                      {"precision", report.precision},
                      {"precision_note", report.precisionNote},
                      {"untrained", report.untrained},
                      {"seconds", number(seconds.count())}};
        if (!options.shard.empty())
            document["shard"] = shard.text();
        if (!options.out.empty())
            document["out"] = options.out;
        printJson(document);
    } else {
        printLine("Features    " + grouped(report.matrix.rows()) + " × " + grouped(report.matrix.columns) + ", "
                  + plural(report.computed, "picture", "pictures") + " computed, " + grouped(report.cached)
                  + " kept from before");
        if (!options.shard.empty())
            printLine("Part        " + shard.text() + " of the pictures. `dank merge` joins the parts' libraries");
        printLine("Backbone    " + report.matrix.backbone);
        if (report.untrained)
            printLine("            untrained: seeded random weights");
        printLine("Device      " + withNote(report.device, report.deviceNote));
        printLine("Precision   " + withNote(report.precision, report.precisionNote));
        if (report.computed > 0)
            printLine("Speed       " + fixed(report.imagesPerSecond, 1) + " images/s");
        if (!options.out.empty())
            printLine("Written     " + options.out);
    }
    return options.strict && !report.skipped.empty() ? kSomeSkipped : kSuccess;
}

}  // namespace

Action declareExtract(CLI::App &app)
{
    auto options = std::make_shared<ExtractOptions>();
    options->feed = addFeed(app);
    options->request = addExtractOptions(app, "--batch");
    app.add_option("--out", options->out, "Also write the matrix as NPY, with FILE.ids.txt beside it")
        ->type_name("FILE.npy");
    app.add_option("--shard", options->shard,
                   "Only the I-th of N parts of the pictures, I from 1 to N, for N machines or processes, each\n"
                   "with a --library of its own. By the pictures' bytes: copies land together, and each\n"
                   "machine deals alike. `dank merge` joins the libraries")
        ->check(checkShard)
        ->type_name("I/N");
    app.add_flag("--strict", options->strict, "Exit with 3 when a row cannot be used");
    return [options](Context &context) { return extract(context, *options); };
}

}  // namespace dank::cli
