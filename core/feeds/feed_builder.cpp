#include "core/feeds/feed_builder.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_set>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/feeds/written_number.h"

namespace dank {

namespace {

constexpr std::size_t kMaxRows = 2'000'000;
constexpr std::size_t kMaxText = 1 << 20;
constexpr std::size_t kRowsToGuessBy = 1'000, kBytesToGuessBy = 64 << 20;
constexpr std::size_t kLot = 50'000;
constexpr std::size_t kMaxTables = 100'000;
constexpr std::size_t kMaxId = 4'096;  // far more than any file's name
constexpr std::size_t kNamesKept = 200, kNamesShown = 20;
constexpr double kMaxExact = 9007199254740992;  // 2^53: whole numbers up to it are exact in a double
constexpr double kMaxUpvotes = std::numeric_limits<std::int32_t>::max();

/// How a field's column is called in the feeds that are known, the surest first: small letters, without '_', '-' and
/// blanks.
struct Aliases {
    FeedField field;
    std::vector<std::string_view> names;
};
const std::vector<Aliases> kAliases{
    {FeedField::Id, {"id", "postid", "submissionid", "imageid", "postlink", "post", "shortcode"}},
    {FeedField::Image,
     {"media", "urloverriddenbydest", "imagename", "imageurl", "url", "image", "img", "fname", "filename", "file",
      "imagepath", "path", "displayurl", "preview.images.source.url"}},
    {FeedField::Upvotes,
     {"ups", "upvotes", "score", "likes", "votes", "metadata.imgvotes", "imgvotes", "points", "likecount",
      "favoritecount", "reactions"}},
    {FeedField::Title,
     {"title", "caption", "textcorrected", "text", "boxes", "headline", "message", "textocr", "metadata.title"}},
    {FeedField::Author, {"author", "metadata.author", "username", "user", "poster"}},
    {FeedField::Group, {"subreddit", "category", "community", "channel"}},
    {FeedField::Created, {"createdutc", "createdtime", "createdat", "created", "timestamp", "utc", "date", "takenat"}},
    {FeedField::Label,
     {"label", "hateful", "ishateful", "abusive", "isabusive", "spam", "isspam", "class", "humour", "humor"}},
};

std::string plainName(std::string_view column)
{
    std::string plain;
    for (const char c : column)
        if (c >= 'A' && c <= 'Z')
            plain.push_back(static_cast<char>(c - 'A' + 'a'));
        else if (c != '_' && c != '-' && c != ' ')
            plain.push_back(c);
    return plain;
}

bool isScalar(const RawValue &value)
{
    return value.kind == RawValue::Kind::Text || value.kind == RawValue::Kind::Number;
}

/// Could the value be what the field needs?
bool serves(FeedField field, const RawValue &value)
{
    if (field == FeedField::Title && value.kind == RawValue::Kind::List)
        return !value.text.empty();
    return field == FeedField::Image ? value.kind == RawValue::Kind::Text : isScalar(value);
}

/// The last part of an address' path, or of a path.
std::string lastPart(std::string_view address)
{
    address = address.substr(0, address.find_first_of("?#"));
    while (address.ends_with('/'))
        address.remove_suffix(1);
    return std::string(address.substr(address.rfind('/') + 1));
}

std::string stemOf(std::string_view image)
{
    const std::string name = lastPart(image);
    const std::size_t point = name.rfind('.');
    return point == std::string::npos || point == 0 ? name : name.substr(0, point);
}

/// As Reddit escapes the '&' in its addresses.
std::string withAmpersands(std::string_view text)
{
    constexpr std::string_view kEscaped = "&amp;";
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t found = std::min(text.find(kEscaped, at), text.size());
        plain.append(text, at, found - at);
        if (found < text.size())
            plain.push_back('&');
        at = found + kEscaped.size();
    }
    return plain;
}

}  // namespace

bool namesUpvotes(std::string_view column)
{
    const std::string plain = plainName(column);
    return std::ranges::any_of(kAliases, [&](const Aliases &aliases) {
        return aliases.field == FeedField::Upvotes && std::ranges::find(aliases.names, plain) != aliases.names.end();
    });
}

bool namesField(std::string_view column)
{
    const std::string plain = plainName(column);
    return std::ranges::any_of(kAliases, [&](const Aliases &aliases) {
        return std::ranges::find(aliases.names, plain) != aliases.names.end();
    });
}

FeedMapping guessMapping(const std::vector<const RawRow *> &rows, const FeedMapping &given)
{
    struct Seen {
        std::string column;
        bool served = false;
    };
    FeedMapping mapping = given;
    for (const auto &[field, names] : kAliases) {
        if (!mapping.column(field).empty())
            continue;
        std::vector<Seen> seen(names.size());  // by alias
        for (const RawRow *const row : rows)
            for (const auto &[column, value] : row->fields) {
                const auto alias = std::ranges::find(names, plainName(column)) - names.begin();
                if (alias == std::ssize(names) || std::ranges::find(mapping.columns, column) != mapping.columns.end())
                    continue;
                Seen &one = seen[static_cast<std::size_t>(alias)];
                if (one.column.empty())
                    one.column = column;
                one.served |= one.column == column && serves(field, value);
            }
        auto chosen = std::ranges::find_if(seen, &Seen::served);
        if (chosen == seen.end())
            chosen = std::ranges::find_if(seen, [](const Seen &one) { return !one.column.empty(); });
        if (chosen != seen.end())
            mapping.column(field) = chosen->column;
    }
    for (std::string &column : mapping.columns)
        if (column == kNoColumn)
            column.clear();
    return mapping;
}

FeedBuilder::FeedBuilder(FeedMapping given, std::filesystem::path path, const JobContext &job)
    : m_given(std::move(given)), m_path(std::move(path)), m_job(job)
{
}

void FeedBuilder::begin(std::string layout, bool inPieces)
{
    m_feed.layout = std::move(layout);
    m_inPieces = inPieces;
}

void FeedBuilder::table(const std::string &name)
{
    const auto [found, isNew] = m_tableByName.try_emplace(name, m_tables.size());
    if (isNew)
        m_tables.push_back({name, {}, 0, false});
    m_table = found->second;
    if (m_tables.size() > kMaxTables)
        throw Error(ErrorKind::Format,
                    "'" + displayPath(m_path) + "' holds more than " + std::to_string(kMaxTables)
                        + " tables, which no list of memes does.",
                    m_path);
}

void FeedBuilder::columns(const std::vector<std::string> &names)
{
    if (m_sampling)
        m_declared = names;
    for (const std::string &name : names)
        noteName(name);
}

void FeedBuilder::noteName(const std::string &name)
{
    if (m_names.size() < kNamesKept && std::ranges::find(m_names, name) == m_names.end())
        m_names.push_back(name);
}

void FeedBuilder::row(RawRow &&row)
{
    m_job.cancel.check();
    if (m_tables.empty())
        table("");
    if (++m_rowCount > kMaxRows)
        throw Error(ErrorKind::Format,
                    "'" + displayPath(m_path) + "' holds more than " + std::to_string(kMaxRows)
                        + " rows, the most that are read. Split it into several files.",
                    m_path);
    if (m_settled)
        return convert(m_table, std::move(row));
    for (const auto &[name, value] : row.fields)
        m_waitingBytes += sizeof(row.fields.front()) + name.size() + value.text.size();
    m_waiting.push_back({m_table, std::move(row)});
    if (m_waiting.size() < kRowsToGuessBy && m_waitingBytes <= kBytesToGuessBy)
        return;
    if (m_sampling)
        throw SampleIsFull();
    settle();
}

void FeedBuilder::settle()
{
    std::vector<const RawRow *> rows;
    for (const FeedSample::Row &one : m_waiting)
        rows.push_back(&one.row);
    m_feed.mapping = guessMapping(rows, m_given);
    m_feed.columns = m_columns.table();
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = m_feed.mapping.columns[f]; !column.empty())
            m_fieldsOf[column].push_back(static_cast<FeedField>(f));
    m_settled = true;
    for (FeedSample::Row &one : std::exchange(m_waiting, {}))
        convert(one.table, std::move(one.row));
}

void FeedBuilder::convert(std::size_t table, RawRow &&raw)
{
    FeedRow row;
    row.key = std::move(raw.key);
    row.problem = std::move(raw.problem);
    row.columnsRow = m_columnsRow;
    std::array<bool, kFeedFields> had{};
    for (auto &[name, value] : raw.fields) {
        noteName(name);
        const auto found = m_fieldsOf.find(name);
        if (found == m_fieldsOf.end())
            continue;
        const std::vector<FeedField> &fields = found->second;
        if (std::exchange(had[static_cast<std::size_t>(fields.front())], true) && row.problem.empty())
            row.problem = "it has '" + name + "' twice";
        for (std::size_t i = 0; i + 1 < fields.size(); ++i)
            setField(row, fields[i], name, RawValue(value));
        setField(row, fields.back(), name, std::move(value));
    }
    if (row.id.empty() && m_feed.mapping.column(FeedField::Id).empty())
        row.id = stemOf(row.image);
    ++m_tables[table].rowCount;
    m_tables[table].memes |= row.hasUpvotes || (!row.id.empty() && (row.hasLabel || !row.image.empty()));
    // Fields that are no part of a meme are columns; they come after those that take the value away.
    const auto isColumn = [&](const std::string &name) {
        const auto found = m_fieldsOf.find(name);
        return found == m_fieldsOf.end() || std::ranges::any_of(found->second, [](FeedField field) {
                   return field == FeedField::Group || field == FeedField::Label;
               });
    };
    // Mapped ones first: there is room for a few dozen columns only.
    for (const bool mapped : {true, false})
        for (const auto &[name, value] : raw.fields)
            if (m_tables[table].memes && isColumn(name) && m_fieldsOf.contains(name) == mapped)
                keepColumn(name, value);
    ++m_columnsRow;
    std::vector<FeedRow> &rows = m_tables[table].rows;
    rows.push_back(std::move(row));
    if (m_onRow && m_inPieces && rows.size() == kLot)
        for (FeedRow &one : std::exchange(rows, {}))
            m_onRow(m_feed, std::move(one));
}

void FeedBuilder::setField(FeedRow &row, FeedField field, const std::string &name, RawValue &&value)
{
    switch (field) {
    case FeedField::Id:
        if (value.kind != RawValue::Kind::Null && !isScalar(value)) {
            if (row.problem.empty())
                row.problem = "its '" + name + "' is " + rawKindText(value.kind) + ", not text";
        } else if (value.text.size() > kMaxId) {
            if (row.problem.empty())
                row.problem = "its '" + name + "' is " + std::to_string(value.text.size()) + " bytes long";
        } else if (value.text.find("://") != std::string::npos || plainName(name) == "post") {
            row.id = lastPart(value.text);
        } else {
            row.id = std::move(value.text);
        }
        break;
    case FeedField::Upvotes: {
        row.hasUpvotes = value.kind != RawValue::Kind::Null;
        const auto count = value.kind == RawValue::Kind::Number ? std::optional(value.number)
                           : value.kind == RawValue::Kind::Text ? writtenCount(value.text)
                                                                : std::nullopt;
        if (count && *count >= 0 && *count <= kMaxUpvotes && *count == std::floor(*count)) {
            row.upvotes = static_cast<std::int64_t>(*count);
        } else {
            const bool shown = value.kind == RawValue::Kind::Number || value.kind == RawValue::Kind::Bool;
            row.upvotesText = value.kind == RawValue::Kind::Text ? "the text \"" + shortened(value.text, 60) + '"'
                              : shown                            ? shortened(value.text, 60)
                                                                 : rawKindText(value.kind);
        }
        break;
    }
    case FeedField::Created:
        if (const auto time = value.kind == RawValue::Kind::Number ? std::optional(value.number)
                              : value.kind == RawValue::Kind::Text ? writtenTime(value.text)
                                                                   : std::nullopt;
            time && std::isfinite(*time))
            row.created = *time;
        break;
    case FeedField::Image:
    case FeedField::Title:
    case FeedField::Author:
        // One can do without: where something else stands there, the row lacks it.
        if (value.text.size() > kMaxText || !serves(field, value))
            break;
        if (field == FeedField::Image)
            value.text = withAmpersands(value.text);
        (field == FeedField::Image   ? row.image
         : field == FeedField::Title ? row.title
                                     : row.author) = std::move(value.text);
        break;
    case FeedField::Group: break;
    case FeedField::Label: row.hasLabel = value.kind != RawValue::Kind::Null && !value.text.empty(); break;
    }
}

/// What may serve as a group or a label: a short text, a whole number, true or false.
void FeedBuilder::keepColumn(const std::string &name, const RawValue &value)
{
    using Kind = RawValue::Kind;
    std::string text = value.text;
    if (value.kind == Kind::Number) {
        if (std::floor(value.number) != value.number || std::abs(value.number) > kMaxExact)
            return;
        text = std::to_string(static_cast<std::int64_t>(value.number));
    } else if (value.kind != Kind::Text && value.kind != Kind::Bool) {
        return;
    }
    if (text.size() > ColumnTableBuilder::kMaxValueBytes || name.size() > ColumnTableBuilder::kMaxNameBytes)
        return;
    m_columns.put(m_columnsRow, printable(name), printable(text));
}

FeedSample FeedBuilder::takeSample()
{
    FeedSample sample;
    sample.layout = m_feed.layout;
    for (const Table &table : m_tables)
        sample.tables.push_back(table.name);
    sample.rows = std::move(m_waiting);
    sample.columns = std::move(m_declared);
    std::unordered_set<std::string_view> known(sample.columns.begin(), sample.columns.end());
    std::vector<std::string> others;
    for (const FeedSample::Row &one : sample.rows)
        for (const auto &[name, value] : one.row.fields)
            if (known.insert(name).second)
                others.push_back(name);
    sample.columns.insert(sample.columns.end(), others.begin(), others.end());
    return sample;
}

Feed FeedBuilder::finish()
{
    if (m_tables.empty())
        throw Error(ErrorKind::Format,
                    "'" + displayPath(m_path)
                        + "' is JSON, but holds no table of memes. It should look like "
                          "{\"_default\": {\"1\": {\"id\": …, \"ups\": …}, …}}, as TinyDB writes it.",
                    m_path);
    if (!m_settled)
        settle();
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = m_given.columns[f]; !column.empty() && column != kNoColumn
                                                            && m_names.size() < kNamesKept
                                                            && std::ranges::find(m_names, column) == m_names.end()) {
            std::string there;
            for (std::size_t i = 0; i < std::min(m_names.size(), kNamesShown); ++i)
                there += (i > 0 ? ", " : "") + printable(m_names[i]);
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' has no column '" + printable(column) + "'. It has: " + there
                            + (m_names.size() > kNamesShown ? ", …" : "") + '.',
                        m_path);
        }
    if (std::ranges::none_of(m_tables, &Table::memes)) {
        const auto standard = m_tableByName.find("_default");
        const auto largest = std::ranges::max_element(m_tables, {}, &Table::rowCount);
        (standard != m_tableByName.end() && m_tables[standard->second].rowCount > 0 ? m_tables[standard->second]
                                                                                    : *largest)
            .memes = true;
    }
    // One table a community is a habit of scrapers: which one is then worth a column.
    const bool several = std::ranges::count_if(m_tables, &Table::memes) > 1;
    std::vector<std::pair<std::size_t, std::string>> tableOf;
    for (Table &table : m_tables) {
        m_feed.tables.push_back({table.name, table.rowCount, table.memes ? table.rowCount : 0});
        if (!table.memes)
            continue;
        for (const FeedRow &row : table.rows)
            if (several)
                tableOf.emplace_back(row.columnsRow, table.name);
        if (m_feed.rows.empty())
            m_feed.rows = std::move(table.rows);
        else
            m_feed.rows.insert(m_feed.rows.end(), std::make_move_iterator(table.rows.begin()),
                               std::make_move_iterator(table.rows.end()));
    }
    std::ranges::sort(tableOf);
    for (const auto &[row, name] : tableOf)
        m_columns.put(row, "table", printable(name));
    m_columns.finish();
    if (m_onRow)
        for (FeedRow &row : std::exchange(m_feed.rows, {}))
            m_onRow(m_feed, std::move(row));
    return std::move(m_feed);
}

}  // namespace dank
