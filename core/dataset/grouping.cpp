#include "core/dataset/grouping.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/rows.h"
#include "core/dataset/group_file.h"

namespace dank {

namespace {

constexpr std::size_t kMaxRanges = 1000;
constexpr std::size_t kNamesShown = 5;
constexpr std::size_t kColumnsShown = 12;
constexpr double kYear10000 = 253402300800;  // seconds since 1970

std::string counted(std::size_t count, const std::string &one, const std::string &many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string listed(const std::vector<std::string> &names, std::size_t most)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        text += (i == 0 ? "'" : ", '") + names[i] + "'";
    return names.size() > most ? text + ", \xe2\x80\xa6" : text;
}

std::string rangeName(const RowRange &range)
{
    return std::to_string(range.first) + "-" + std::to_string(range.last);
}

// ---- the text

std::uint64_t rowOf(std::string_view text, std::string_view range)
{
    text = trimmed(text);
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number == 0)
        throw Error(ErrorKind::Format, "'" + printable(sanitizeUtf8(range.substr(0, 40)))
                                           + "' is not a range of rows. Rows count from 1, as in rows:1-902,903-1773.");
    return number;
}

std::vector<RowRange> rangesOf(std::string_view text)
{
    std::vector<RowRange> ranges;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        const std::string_view part = text.substr(at, comma - at);
        at = comma + 1;
        const std::size_t dash = part.find('-');
        RowRange range;
        range.first = rowOf(part.substr(0, dash), part);
        range.last = dash == std::string_view::npos ? range.first : rowOf(part.substr(dash + 1), part);
        if (range.last < range.first)
            throw Error(ErrorKind::Format,
                        "The range of rows " + rangeName(range) + " holds no row: it ends before it begins.");
        if (ranges.size() == kMaxRanges)
            throw Error(ErrorKind::Format, "There are more than " + std::to_string(kMaxRanges)
                                               + " ranges of rows. Use a side file: file:groups.csv.");
        ranges.push_back(range);
    }
    std::sort(ranges.begin(), ranges.end(), [](const RowRange &a, const RowRange &b) { return a.first < b.first; });
    for (std::size_t i = 1; i < ranges.size(); ++i)
        if (ranges[i].first <= ranges[i - 1].last)
            throw Error(ErrorKind::Format, "The ranges of rows " + rangeName(ranges[i - 1]) + " and "
                                               + rangeName(ranges[i]) + " overlap, so a row would be in two groups.");
    return ranges;
}

// ---- each kind

std::string monthOf(double created)
{
    if (!(created > 0 && created < kYear10000))
        return {};
    using namespace std::chrono;
    const auto day = floor<days>(sys_seconds(seconds(static_cast<std::int64_t>(created))));
    const year_month_day date(day);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()));
    return text.data();
}

bool hasColumn(std::span<const MemeRecord> records, std::string_view column)
{
    const auto tables = tablesOf(records);
    return std::any_of(tables.begin(), tables.end(), [&](const ColumnTable *table) { return table->has(column); });
}

[[noreturn]] void throwNoColumn(std::span<const MemeRecord> records, const std::string &column)
{
    std::set<std::string> names, varied;
    for (const ColumnTable *table : tablesOf(records)) {
        for (const std::string &name : table->names())
            names.insert(name);
        varied.insert(table->tooVaried().begin(), table->tooVaried().end());
    }
    const std::string shown = printable(column);
    std::string advice = names.empty() ? "It has no other column to group by"
                                       : "It has " + listed({names.begin(), names.end()}, kColumnsShown);
    advice += "; author and month are there as well, and groups can be given by a side file (file:groups.csv) or by "
              "rows (rows:1-902,903-1773).";
    if (varied.contains(column))
        throw Error(ErrorKind::Dataset, "The column '" + shown
                                            + "' has a value of its own in nearly every row, so it "
                                              "makes no groups. "
                                            + advice);
    throw Error(ErrorKind::Dataset, "The dataset has no column '" + shown + "'. " + advice);
}

void fillFromColumn(std::span<const MemeRecord> records, const std::string &column, Grouping &grouping)
{
    if (!hasColumn(records, column))
        throwNoColumn(records, column);
    for (std::size_t i = 0; i < records.size(); ++i)
        grouping.of[i] = records[i].columns.value(column);
}

void fillFromClusters(std::span<const MemeRecord> records, std::span<const std::size_t> clusters, Grouping &grouping)
{
    if (clusters.empty())
        throwNoColumn(records, "template");
    if (clusters.size() != records.size())
        throw Error(ErrorKind::Shape, "The clusters to group by are not about the same memes.");
    std::unordered_map<std::size_t, std::size_t> members;
    for (const std::size_t cluster : clusters)
        ++members[cluster];
    for (std::size_t i = 0; i < records.size(); ++i)
        if (members[clusters[i]] > 1)
            grouping.of[i] = "like " + records[std::min(clusters[i], records.size() - 1)].id;
    grouping.notes.push_back("The dataset has no column 'template', so pictures that look alike make a group.");
}

void fillFromFile(std::span<const MemeRecord> records, const std::filesystem::path &path, const Dataset *dataset,
                  Grouping &grouping)
{
    const std::vector<GroupLine> lines = readGroupFile(path);
    std::unordered_map<std::string_view, const GroupLine *> byId;
    for (const GroupLine &line : lines) {
        const auto [known, isNew] = byId.try_emplace(line.id, &line);
        if (!isNew && known->second->group != line.group)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(path) + "' puts the meme '" + printable(line.id)
                            + "' into two groups, in lines " + std::to_string(known->second->line) + " and "
                            + std::to_string(line.line) + ".",
                        path);
    }
    std::unordered_set<std::string_view> known;
    for (const MemeRecord &record : records)
        known.insert(record.id);
    if (dataset) {
        for (const MemeRecord &record : dataset->records())
            known.insert(record.id);
        for (const Skipped &skipped : dataset->skipped())
            known.insert(skipped.id);
    }
    std::vector<std::string> strangers;
    std::size_t unknownIds = 0;
    for (const GroupLine &line : lines)
        if (!known.contains(line.id) && byId.at(line.id) == &line && ++unknownIds <= kNamesShown + 1)
            strangers.push_back(printable(line.id));
    if (unknownIds > 0)
        throw Error(ErrorKind::Mismatch,
                    "'" + displayPath(path) + "' names " + counted(unknownIds, "meme", "memes") + " of "
                        + std::to_string(byId.size()) + " that the dataset does not have: "
                        + listed(strangers, kNamesShown) + ". Is it for another dataset? Take those lines out, or "
                        + "choose the file that belongs to it.",
                    path);
    for (std::size_t i = 0; i < records.size(); ++i)
        if (const auto found = byId.find(records[i].id); found != byId.end())
            grouping.of[i] = found->second->group;
}

void fillFromRows(std::span<const MemeRecord> records, const std::vector<RowRange> &ranges, Grouping &grouping)
{
    std::vector<std::size_t> members(ranges.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto after = std::upper_bound(ranges.begin(), ranges.end(), records[i].row,
                                            [](std::uint64_t row, const RowRange &range) { return row < range.first; });
        if (after == ranges.begin() || records[i].row > (after - 1)->last)
            continue;
        grouping.of[i] = rangeName(*(after - 1));
        ++members[static_cast<std::size_t>(after - 1 - ranges.begin())];
    }
    std::vector<std::string> empty;
    for (std::size_t i = 0; i < ranges.size(); ++i)
        if (members[i] == 0)
            empty.push_back(rangeName(ranges[i]));
    if (!empty.empty())
        grouping.notes.push_back("No usable meme is in the rows " + listed(empty, kNamesShown) + ".");
}

void summarise(Grouping &grouping)
{
    const auto groupOf = [&](std::size_t row) { return std::string_view(grouping.of[row]); };
    for (const std::vector<std::size_t> &members : rowsByKey(grouping.of.size(), groupOf)) {
        if (groupOf(members.front()).empty()) {
            grouping.unknown = members.size();
            continue;
        }
        grouping.largest = std::max(grouping.largest, members.size());
        grouping.smallest = grouping.names.empty() ? members.size() : std::min(grouping.smallest, members.size());
        grouping.names.emplace_back(groupOf(members.front()));
    }
}

void checkUseful(const Grouping &grouping)
{
    const std::string by = "Grouping by " + printable(grouping.name);
    const std::string advice = " Choose another column, or train without groups.";
    const std::size_t known = grouping.of.size() - grouping.unknown;
    if (grouping.names.empty())
        throw Error(ErrorKind::Dataset, by + " puts none of the " + counted(grouping.of.size(), "meme", "memes")
                                            + " into a group." + advice);
    if (grouping.names.size() == 1)
        throw Error(ErrorKind::Dataset, by + " makes a single group, '" + grouping.names.front() + "', of "
                                            + counted(known, "meme", "memes") + ", so there is nothing to compare."
                                            + advice);
    if (grouping.largest == 1)
        throw Error(ErrorKind::Dataset, by + " puts each of " + counted(known, "meme", "memes")
                                            + " into a group of its own, so none can be compared within its group."
                                            + advice);
}

/// Those of neighbours are usually one.
template <typename Rows, typename Table>
std::vector<const ColumnTable *> differentTables(const Rows &rows, Table tableOf)
{
    std::vector<const ColumnTable *> tables;
    for (const auto &row : rows)
        if (const ColumnTable *const table = std::invoke(tableOf, row);
            table && (tables.empty() || tables.back() != table))
            tables.push_back(table);
    return tables;
}

}  // namespace

std::vector<const ColumnTable *> tablesOf(std::span<const MemeRecord> records)
{
    return differentTables(records, [](const MemeRecord &record) { return record.columns.table(); });
}

std::vector<const ColumnTable *> tablesOf(std::span<const RowColumns> memes)
{
    return differentTables(memes, &RowColumns::table);
}

GroupSpec GroupSpec::parse(std::string_view text)
{
    GroupSpec spec;
    spec.text = text;
    if (text.empty())
        return spec;
    if (text.starts_with("file:")) {
        spec.kind = GroupKind::File;
        spec.file = text.substr(5);
        if (spec.file.empty())
            throw Error(ErrorKind::Format, "'file:' names no side file. Write file:groups.csv.");
    } else if (text.starts_with("rows:")) {
        spec.kind = GroupKind::Rows;
        spec.ranges = rangesOf(text.substr(5));
    } else if (text.starts_with("column:")) {
        spec.kind = GroupKind::Column;
        spec.column = text.substr(7);
        if (spec.column.empty())
            throw Error(ErrorKind::Format, "'column:' names no column. Write column:subreddit.");
    } else {
        spec.kind = text == "author"     ? GroupKind::Author
                    : text == "month"    ? GroupKind::Month
                    : text == "template" ? GroupKind::Template
                                         : GroupKind::Column;
        if (spec.kind == GroupKind::Column)
            spec.column = text;
    }
    return spec;
}

GroupSpec GroupSpec::absolute() const
{
    GroupSpec spec = *this;
    if (kind == GroupKind::File && file.is_relative()) {
        spec.file = std::filesystem::absolute(file).lexically_normal();
        spec.text = "file:" + spec.file.string();
    }
    return spec;
}

std::vector<std::int64_t> Grouping::indexes() const
{
    std::unordered_map<std::string_view, std::int64_t> place;
    for (std::size_t i = 0; i < names.size(); ++i)
        place.emplace(names[i], static_cast<std::int64_t>(i));
    std::vector<std::int64_t> result;
    result.reserve(of.size());
    for (const std::string &group : of) {
        const auto found = place.find(group);
        result.push_back(found == place.end() ? -1 : found->second);
    }
    return result;
}

Grouping groupsOf(std::span<const MemeRecord> records, const GroupSpec &spec, const GroupContext &context)
{
    Grouping grouping;
    grouping.of.resize(records.size());
    switch (spec.kind) {
    case GroupKind::None: grouping.unknown = records.size(); return grouping;
    case GroupKind::Author:
        grouping.name = "author";
        for (std::size_t i = 0; i < records.size(); ++i)
            if (records[i].author.size() <= ColumnTableBuilder::kMaxValueBytes)  // longer is no name
                grouping.of[i] = printable(records[i].author);
        break;
    case GroupKind::Month:
        grouping.name = "month";
        for (std::size_t i = 0; i < records.size(); ++i)
            grouping.of[i] = monthOf(records[i].created);
        break;
    case GroupKind::Template:
        grouping.name = "template";
        if (hasColumn(records, "template"))
            fillFromColumn(records, "template", grouping);
        else
            fillFromClusters(records, context.clusters, grouping);
        break;
    case GroupKind::Column:
        grouping.name = spec.column;
        fillFromColumn(records, spec.column, grouping);
        break;
    case GroupKind::File:
        grouping.name = displayPath(spec.file.filename());
        fillFromFile(records, spec.file, context.dataset, grouping);
        break;
    case GroupKind::Rows:
        grouping.name = "rows";
        fillFromRows(records, spec.ranges, grouping);
        break;
    }
    summarise(grouping);
    if (!context.acceptAny)
        checkUseful(grouping);
    if (grouping.unknown > 0)
        grouping.notes.push_back(spec.kind == GroupKind::Rows ? counted(grouping.unknown, "meme is", "memes are")
                                                                    + " in none of the ranges of rows, so in no group."
                                 : spec.kind == GroupKind::File
                                     ? counted(grouping.unknown, "meme is", "memes are") + " not in "
                                           + printable(grouping.name) + ", so in no group."
                                     : counted(grouping.unknown, "meme has", "memes have") + " no "
                                           + printable(grouping.name) + " and so no group.");
    return grouping;
}

Grouping groupsOf(const Dataset &dataset, const GroupSpec &spec)
{
    return groupsOf(dataset.records(), spec, {&dataset, {}, false});
}

}  // namespace dank
