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
#include "core/dataset/inspection.h"
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
void printLabels(const std::vector<LabelChoice> &choices)
{
    for (const LabelChoice &choice : choices) {
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

/// All but the rows that cannot be used.
Json documentOf(const Inspection &inspection, const Summary &summary, const Histogram &histogram)
{
    const FeedSource &source = inspection.file.source;
    Json mapping = Json::object(), tables = Json::array(), labels = Json::array(), edges = Json::array();
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = source.mapping.columns[f]; !column.empty())
            mapping[feedFieldName(static_cast<FeedField>(f))] = column;
    for (const FeedTable &table : source.tables)
        tables.push_back({{"name", table.name}, {"rows", table.rows}, {"read", table.read}});
    for (const LabelChoice &choice : inspection.labels)
        labels.push_back({{"column", choice.label.column},
                          {"classes", choice.label.classes},
                          {"counts", choice.counts},
                          {"unknown", choice.unknown}});
    for (const double edge : histogram.edges)
        edges.push_back(number(edge));
    Json document{{"rows", inspection.rows()},
                  {"usable", inspection.upvotes.size()},
                  {"layout", source.layout},
                  {"mapping", mapping},
                  {"tables", tables},
                  {"labels", labels},
                  {"upvotes",
                   {{"min", number(summary.min)},
                    {"median", number(summary.median)},
                    {"mean", number(summary.mean)},
                    {"max", number(summary.max)}}},
                  {"histogram", {{"edges", edges}, {"counts", histogram.counts}}}};
    if (!inspection.file.hasUpvotes)  // zeros would read as measured
        document["upvotes"] = document["histogram"] = nullptr;
    return document;
}

int inspect(Context &context, const InspectOptions &options)
{
    const Inspection inspection = inspectMemes(feedPath(options.feed->file), options.feed->options(), context.job());
    context.console().clear();
    const std::vector<double> &upvotes = inspection.upvotes;
    const Summary summary = summarize(upvotes);
    const Histogram histogram = makeHistogram(upvotes, static_cast<std::size_t>(options.bins),
                                              options.logBins ? BinScale::Log : BinScale::Linear);
    const SkippedRows &skipped = inspection.skipped;
    std::vector<Skipped> first;
    for (std::size_t i = 0; i < std::min(skipped.size(), Console::kSkippedShown); ++i)
        first.push_back(skipped[i]);
    context.console().skipped(first, skipped.size(), context.json());

    if (context.json()) {
        printJson(documentOf(inspection, summary, histogram), "skipped", skipped.size(),
                  [&](std::size_t place) { return toJson(skipped[place]); });
    } else {
        printLine(displayPath(inspection.file.path));
        printSource(inspection.file.source);
        printLine(plural(inspection.rows(), "row", "rows") + ", " + grouped(upvotes.size()) + " usable, "
                  + grouped(skipped.size()) + " skipped");
        printLabels(inspection.labels);
        if (!upvotes.empty() && inspection.file.hasUpvotes) {
            printLine("Upvotes: least " + grouped(summary.min) + ", median " + grouped(summary.median) + ", mean "
                      + grouped(summary.mean) + ", most " + grouped(summary.max));
            printLine();
            printHistogram(histogram);
        }
    }
    return options.strict && skipped.size() > 0 ? kSomeSkipped : kSuccess;
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
