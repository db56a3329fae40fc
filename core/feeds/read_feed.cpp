#include "core/feeds/read_feed.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/feeds/csv_feed.h"
#include "core/feeds/feed_builder.h"
#include "core/feeds/feed_text.h"
#include "core/feeds/json_feed.h"
#include "core/feeds/json_repair.h"

namespace dank {

namespace {

constexpr std::size_t kMostDocument = 2ull << 30;
constexpr std::string_view kBlank = " \t\r\n";

/// Is the first line an object by itself, and is there another behind it?
bool isJsonLines(std::string_view start)
{
    const std::size_t from = start.find_first_not_of(kBlank);
    const std::size_t end = start.find('\n', from);
    if (start[from] != '{' || end == std::string_view::npos)
        return false;
    const std::size_t next = start.find_first_not_of(kBlank, end);
    if (next == std::string_view::npos || start[next] != '{')
        return false;
    std::string line(start.substr(from, end - from));
    repairJson(line);
    return nlohmann::json::accept(line);
}

void readLines(FeedText &text, std::string begun, FeedBuilder &into)
{
    into.table("");
    FeedLines lines(text, std::move(begun));
    std::string line;
    bool tooLong = false;
    for (std::size_t number = 1; lines.next(line, tooLong); ++number) {
        if (!tooLong && line.find_first_not_of(kBlank) == std::string::npos)
            continue;
        RawRow row;
        if (tooLong)
            row.problem = "its line is longer than 16 MB";
        else
            row = readJsonLine(std::move(line));
        row.key = std::to_string(number);
        into.row(std::move(row));
    }
}

/// Tells the layout and hands on the rows.
void readRows(FeedText &text, const std::filesystem::path &path, FeedBuilder &builder, const JobContext &job)
{
    std::string start;
    bool more = text.more(start);
    while (more && start.find_first_not_of(kBlank) == std::string::npos && start.size() < kMostDocument)
        more = text.more(start);
    const std::size_t first = start.find_first_not_of(kBlank);
    if (first == std::string::npos)
        throw Error(ErrorKind::Format,
                    "'" + displayPath(path) + "' is empty. It should be a TinyDB db.json or another list of memes.",
                    path);
    job.cancel.check();

    const std::string packed = *text.packing() ? std::string(", ") + text.packing() : "";
    if (isJsonLines(start)) {
        builder.begin("JSON lines" + packed, true);
        return readLines(text, std::move(start), builder);
    }
    const char delimiter = csvDelimiter(std::string_view(start).substr(first, start.find('\n', first) - first));
    if (std::string_view("{[<").find(start[first]) == std::string_view::npos && delimiter != '\0') {
        builder.begin((delimiter == '\t'  ? "TSV"
                       : delimiter == ';' ? "CSV with semicolons"
                       : delimiter == '|' ? "CSV with bars"
                                          : "CSV")
                          + packed,
                      true);
        return readCsvRows(text, std::move(start), delimiter, path, builder);
    }
    while (more && start.size() <= kMostDocument) {
        job.cancel.check();
        more = text.more(start);
    }
    if (start.size() > kMostDocument)
        throw Error(ErrorKind::File,
                    "'" + displayPath(path)
                        + "' is larger than 2 GB, the most that is read of one JSON document. Write "
                          "it as JSON lines, one row a line.",
                    path);
    readJsonRows(std::move(start), path, packed, builder);
}

}  // namespace

bool hasFeedName(const std::filesystem::path &file)
{
    std::string extension = file.extension().native();
    if (extension == ".gz" || extension == ".zst")
        extension = file.stem().extension().native();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    constexpr std::string_view kExtensions[] = {".json", ".ndjson", ".jsonl", ".csv", ".tsv"};
    return std::ranges::find(kExtensions, extension) != std::end(kExtensions);
}

std::filesystem::path feedPath(const std::filesystem::path &given)
{
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::is_directory(given, failed))
        return given;
    if (fs::exists(given / "db.json", failed))
        return given / "db.json";
    std::vector<fs::path> feeds;
    for (fs::directory_iterator entry(given, failed); !failed && entry != fs::directory_iterator();
         entry.increment(failed))
        if (hasFeedName(entry->path()))
            feeds.push_back(entry->path());
    return feeds.size() == 1 ? feeds.front() : given / "db.json";
}

Feed readFeed(const std::filesystem::path &path, const FeedOptions &options, const JobContext &job)
{
    FeedBuilder builder(options.map, path, job);
    FeedText text(path);
    readRows(text, path, builder, job);
    return builder.finish();
}

Feed readFeed(const std::filesystem::path &path, const FeedOptions &options, const JobContext &job,
              const OnFeedRow &onRow)
{
    constexpr std::size_t kBetweenReports = 64;
    FeedBuilder builder(options.map, path, job);
    FeedText text(path);
    std::size_t done = 0;
    builder.handOn([&](const Feed &feed, FeedRow &&row) {
        if (done % kBetweenReports == 0) {
            job.cancel.check();
            std::size_t total = 0;  // of the tables, which are known once all was read
            for (const FeedTable &table : feed.tables)
                total += table.read;
            if (feed.tables.empty())
                total = static_cast<std::size_t>(static_cast<double>(builder.rowCount())
                                                 / std::max(text.portionRead(), 1e-6));
            job.report("load", done, total);
        }
        ++done;
        onRow(feed, std::move(row));
    });
    readRows(text, path, builder, job);
    Feed feed = builder.finish();
    job.report("load", done, done);
    return feed;
}

FeedSample readFeedSample(const std::filesystem::path &path, const JobContext &job)
{
    FeedBuilder builder({}, path, job);
    builder.sampleOnly();
    bool whole = true;
    try {
        FeedText text(path);
        readRows(text, path, builder, job);
    } catch (const FeedBuilder::SampleIsFull &) {
        whole = false;
    }
    FeedSample sample = builder.takeSample();
    sample.whole = whole;
    return sample;
}

}  // namespace dank
