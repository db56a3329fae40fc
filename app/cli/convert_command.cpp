#include <string>
#include <unordered_set>

#include "app/cli/commands.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/dataset/meme_maker.h"
#include "core/feeds/read_feed.h"

namespace dank::cli {

namespace {

struct ConvertOptions {
    std::shared_ptr<FeedChoice> feed;
    std::string out;
};

/// A row as TinyDB keeps it.
Json toTinyRow(const FeedRow &row, const ColumnTable &columns, const std::string &label)
{
    Json tiny{{"id", row.id.empty() ? row.key : row.id}};
    if (row.upvotes)
        tiny["ups"] = *row.upvotes;
    else if (const std::string &value = columns.value(label, row.columnsRow); !value.empty())
        tiny["label"] = value;  // the name by which it is found again
    for (const auto &[name, value] : {std::pair("title", &row.title), {"author", &row.author}, {"media", &row.image}})
        if (!value->empty())
            tiny[name] = *value;
    if (row.created != 0)
        tiny["created_utc"] = row.created;
    for (const std::string &column : columns.names())
        if (const std::string &value = columns.value(column, row.columnsRow); !value.empty() && !tiny.contains(column))
            tiny[column] = value;
    return tiny;
}

int convert(Context &context, const ConvertOptions &options)
{
    checkOutput(options.out);
    const Feed feed = readFeed(feedPath(options.feed->file), options.feed->options(), context.job());
    std::string table;  // a document of its own for each row: one for all would look each key up
    std::size_t rows = 0;
    std::vector<Skipped> skipped;
    std::unordered_set<std::string> ids;
    const bool areUpvotesTold = tellsUpvotes(feed.mapping);
    for (std::size_t i = 0; i < feed.rows.size(); ++i) {
        const FeedRow &row = feed.rows[i];
        const std::string id = row.id.empty() ? row.key : row.id, place = "row " + std::to_string(i + 1);
        if (!row.problem.empty()) {
            skipped.push_back({id, SkipReason::RowMalformed, place + ": " + row.problem});
        } else if (!areUpvotesTold && !row.hasLabel) {
            skipped.push_back({id, SkipReason::LabelMissing, place + " has no label"});
        } else if (!row.hasUpvotes && areUpvotesTold) {
            skipped.push_back({id, SkipReason::UpvotesMissing, place + " has no upvotes"});
        } else if (!row.upvotes && areUpvotesTold) {
            skipped.push_back({id, SkipReason::UpvotesInvalid, place + ": its upvotes are " + row.upvotesText});
        } else if (!ids.insert(id).second) {
            skipped.push_back({id, SkipReason::DuplicateId, place + ": an earlier row has this id"});
        } else {
            ++rows;
            table += (rows == 1 ? "\"" : ",\n\"") + std::to_string(rows)
                     + "\": " + toTinyRow(row, *feed.columns, printable(feed.mapping.column(FeedField::Label))).dump();
        }
    }
    if (rows == 0)
        throw Error(
            ErrorKind::Dataset,
            "No row of '" + displayPath(options.feed->file)
                + "' has upvotes that can be used, so nothing was written. `dank inspect` lists the rows; --map "
                  "says which column is which.");
    writeFileAtomically(options.out, "{\"_default\": {\n" + table + "\n}}\n");
    context.console().clear();
    context.console().skipped(skipped, context.json());
    return context.answer({{"rows", rows}, {"skipped", toJson(skipped)}, {"layout", feed.layout}, {"out", options.out}},
                          plural(rows, "row", "rows") + " of " + feed.layout + " written to " + options.out + ", "
                              + grouped(skipped.size()) + " skipped. Pictures are looked for beside it, in memes/.");
}

}  // namespace

Action declareConvert(CLI::App &app)
{
    auto options = std::make_shared<ConvertOptions>();
    options->feed = addFeed(app);
    app.add_option("OUT", options->out, "The db.json to write")->required()->type_name("OUT.json");
    return [options](Context &context) { return convert(context, *options); };
}

}  // namespace dank::cli
