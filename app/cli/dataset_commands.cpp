#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/dataset/histogram.h"
#include "core/dataset/label.h"
#include "core/feeds/read_feed.h"

namespace dank::cli {

namespace {

struct SampleOptions {
    std::string folder;
    int count = 400;
    std::uint64_t seed = 1;
};

int sample(Context &context, const SampleOptions &options)
{
    const SampleReport report =
        context.engine().pictures().writeSample(options.folder, options.count, options.seed, context.job());
    return context.answer({{"rows", report.rows}, {"images", report.images}, {"db", displayPath(report.db)}},
                          plural(report.rows, "row", "rows") + ", " + plural(report.images, "picture", "pictures")
                              + ": " + displayPath(report.db));
}

struct InspectOptions {
    std::shared_ptr<FeedChoice> feed;
    int bins = 20;
    bool logBins = false;
    bool strict = false;
};

/// One bar a bin, the longest forty characters.
void printHistogram(const Histogram &histogram)
{
    constexpr double kLongest = 40;
    const std::size_t most =
        histogram.counts.empty() ? 0 : *std::max_element(histogram.counts.begin(), histogram.counts.end());
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i)
        rows.push_back(
            {"", grouped(histogram.edges[i]) + " – " + grouped(histogram.edges[i + 1]), grouped(histogram.counts[i])});
    const std::string text = textTable(rows);
    std::size_t from = 0;
    for (const std::size_t count : histogram.counts) {
        const std::size_t to = text.find('\n', from);
        const auto length =
            static_cast<std::size_t>(std::ceil(kLongest * static_cast<double>(count) / static_cast<double>(most)));
        std::string bar;
        for (std::size_t i = 0; i < length; ++i)
            bar += "█";
        printLine(text.substr(from, to - from) + "  " + bar);
        from = to + 1;
    }
}

/// What could be learnt besides upvotes.
void printLabels(const Dataset &dataset)
{
    for (const LabelChoice &choice : labelChoices(dataset.records())) {
        std::string classes;
        for (std::size_t i = 0; i < choice.counts.size(); ++i)
            classes += (i == 0 ? "" : " < ") + choice.label.classes[i] + " (" + grouped(choice.counts[i]) + ")";
        printLine("Label " + choice.label.column + ": " + classes);
    }
}

/// How the file was read: nothing is guessed silently.
void printSource(const FeedSource &source)
{
    std::string mapping;
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = source.mapping.columns[f]; !column.empty()) {
            const std::string field = feedFieldName(static_cast<FeedField>(f));
            mapping += (mapping.empty() ? ": " : ", ") + (field == column ? field : field + " = " + printable(column));
        }
    printLine(source.layout + mapping);
    for (const FeedTable &table : source.tables)
        if (source.tables.size() > 1)
            printLine("Table " + printable(table.name) + ": "
                      + (table.read > 0 ? plural(table.rows, "row", "rows")
                                        : "left out, its " + plural(table.rows, "row is", "rows are") + " no memes"));
}

int inspect(Context &context, const InspectOptions &options)
{
    const Dataset dataset = Dataset::load(feedPath(options.feed->file), context.job(), options.feed->options());
    context.console().clear();
    std::vector<double> upvotes;
    for (const MemeRecord &record : dataset.records())
        upvotes.push_back(static_cast<double>(record.upvotes));
    const Summary summary = summarize(upvotes);
    const Histogram histogram = makeHistogram(upvotes, static_cast<std::size_t>(options.bins),
                                              options.logBins ? BinScale::Log : BinScale::Linear);
    const std::vector<Skipped> skipped(dataset.skipped().begin(), dataset.skipped().end());

    context.console().skipped(skipped, context.json());
    if (context.json()) {
        Json edges = Json::array();
        for (const double edge : histogram.edges)
            edges.push_back(number(edge));
        Json mapping = Json::object(), tables = Json::array();
        for (std::size_t f = 0; f < kFeedFields; ++f)
            if (const std::string &column = dataset.source().mapping.columns[f]; !column.empty())
                mapping[feedFieldName(static_cast<FeedField>(f))] = column;
        for (const FeedTable &table : dataset.source().tables)
            tables.push_back({{"name", table.name}, {"rows", table.rows}, {"read", table.read}});
        Json labels = Json::array();
        for (const LabelChoice &choice : labelChoices(dataset.records()))
            labels.push_back({{"column", choice.label.column},
                              {"classes", choice.label.classes},
                              {"counts", choice.counts},
                              {"unknown", choice.unknown}});
        Json document{{"rows", dataset.rows()},
                      {"usable", upvotes.size()},
                      {"layout", dataset.source().layout},
                      {"mapping", mapping},
                      {"tables", tables},
                      {"labels", labels},
                      {"skipped", toJson(skipped)},
                      {"upvotes",
                       {{"min", number(summary.min)},
                        {"median", number(summary.median)},
                        {"mean", number(summary.mean)},
                        {"max", number(summary.max)}}},
                      {"histogram", {{"edges", edges}, {"counts", histogram.counts}}}};
        if (!dataset.hasUpvotes())  // zeros would read as measured
            document["upvotes"] = document["histogram"] = nullptr;
        printJson(document);
    } else {
        printLine(displayPath(dataset.path()));
        printSource(dataset.source());
        printLine(plural(dataset.rows(), "row", "rows") + ", " + grouped(upvotes.size()) + " usable, "
                  + grouped(skipped.size()) + " skipped");
        printLabels(dataset);
        if (!upvotes.empty() && dataset.hasUpvotes()) {
            printLine("Upvotes: least " + grouped(summary.min) + ", median " + grouped(summary.median) + ", mean "
                      + grouped(summary.mean) + ", most " + grouped(summary.max));
            printLine();
            printHistogram(histogram);
        }
    }
    return options.strict && !skipped.empty() ? kSomeSkipped : kSuccess;
}

}  // namespace

Action declareSample(CLI::App &app)
{
    auto options = std::make_shared<SampleOptions>();
    app.add_option("DIR", options->folder, "The folder to write db.json and memes/ into")->required();
    addNumber(app, "--count", options->count, "Rows", CLI::Range(10, 100'000));
    addNumber(app, "--seed", options->seed, "Same seed, same bytes", checkSeed, "S");
    return [options](Context &context) { return sample(context, *options); };
}

Action declareInspect(CLI::App &app)
{
    auto options = std::make_shared<InspectOptions>();
    options->feed = addFeed(app);
    addNumber(app, "--bins", options->bins, "Bins of the upvote histogram", CLI::Range(1, 10'000));
    app.add_flag("--log", options->logBins, "Bins of equal width on the logarithm");
    app.add_flag("--strict", options->strict, "Exit with 3 when a row cannot be used");
    return [options](Context &context) { return inspect(context, *options); };
}

}  // namespace dank::cli
