#include <chrono>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"

namespace dank::cli {

namespace {

struct ExtractOptions {
    std::shared_ptr<FeedChoice> feed;
    std::shared_ptr<BackboneRequest> request;
    std::string out;
    bool strict = false;
};

std::string withNote(const std::string &text, const std::string &note)
{
    return note.empty() ? text : text + " (" + note + ")";
}

int extract(Context &context, const ExtractOptions &options)
{
    checkOutput(options.out);
    const auto started = std::chrono::steady_clock::now();
    const Dataset dataset = context.loadDataset(options.feed->file, options.feed->options());
    const ExtractReport report = context.engine().extractor().extract(
        dataset, *options.request, context.library(), showExtraction(context.console()), context.observedJob());
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
        if (!options.out.empty())
            document["out"] = options.out;
        printJson(document);
    } else {
        printLine("Features    " + grouped(report.matrix.rows()) + " × " + grouped(report.matrix.columns) + ", "
                  + plural(report.computed, "picture", "pictures") + " computed, " + grouped(report.cached)
                  + " kept from before");
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
    app.add_flag("--strict", options->strict, "Exit with 3 when a row cannot be used");
    return [options](Context &context) { return extract(context, *options); };
}

}  // namespace dank::cli
