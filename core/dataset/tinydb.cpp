#include "core/dataset/tinydb.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/names.h"

namespace dank {

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxRows = 2'000'000;
constexpr std::size_t kMaxText = 1 << 20;
constexpr double kMaxExact = 9007199254740992;  // 2^53: whole numbers up to it are exact in a double
constexpr std::int64_t kMaxUpvotes = std::numeric_limits<std::int32_t>::max();

std::string shortened(std::string_view text, std::size_t limit = 60)
{
    return text.size() <= limit ? std::string(text) : sanitizeUtf8(text.substr(0, limit)) + "\xe2\x80\xa6";
}

/// The UTF-16 unit of an escape \uXXXX at `at`, or nothing.
std::optional<unsigned> escapedUnit(std::string_view text, std::size_t at)
{
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u')
        return {};
    unsigned unit = 0;
    const char *const end = text.data() + at + 6;
    const auto [stopped, failed] = std::from_chars(end - 4, end, unit, 16);
    return failed == std::errc() && stopped == end ? std::optional(unit) : std::nullopt;
}

/// Is this what JSON cannot hold: not a number, or one beyond a double?
bool isBeyond(std::string_view token)
{
    if (token == "NaN" || token == "Infinity" || token == "-Infinity")
        return true;
    if (token.size() >= 4096 || (token.size() <= 300 && token.find_first_of("eE") == std::string_view::npos))
        return false;
    const std::string number(token);
    char *stopped = nullptr;
    return std::isinf(std::strtod(number.c_str(), &stopped)) && *stopped == '\0';
}

/// Makes strict JSON of what a lenient writer left: half surrogate pairs become U+FFFD; NaN, Infinity and numbers
/// beyond a double become strings, so that only their own row suffers. Lines stay where they are.
void repair(std::string &text)
{
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        text = sanitizeUtf8(text);
    std::string repaired;  // as far as `copied`; costs nothing where there is nothing to replace
    std::size_t copied = 0;
    const auto replace = [&](std::size_t at, std::size_t length, std::string_view with) {
        repaired.append(text, copied, at - copied).append(with);
        copied = at + length;
    };
    constexpr std::string_view kInNumber = "0123456789.+-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool inString = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (inString && c == '\\') {
            const auto unit = escapedUnit(text, at), low = escapedUnit(text, at + 6);
            const bool isHigh = unit && *unit >= 0xd800 && *unit <= 0xdbff;
            const bool isPair = isHigh && low && *low >= 0xdc00 && *low <= 0xdfff;
            if (unit && !isPair && *unit >= 0xd800 && *unit <= 0xdfff)
                replace(at, 6, "\\ufffd");
            at += isPair ? 12 : unit ? 6 : 2;
        } else if (inString || c == '"') {
            inString = inString ? c != '"' : true;
            ++at;
        } else if (c == 'N' || c == 'I' || c == '-' || (c >= '0' && c <= '9')) {
            const std::size_t end = std::min(text.find_first_not_of(kInNumber, at + 1), text.size());
            const std::string_view token = std::string_view(text).substr(at, end - at);
            if (isBeyond(token))
                replace(at, token.size(), '"' + std::string(token) + '"');
            at = end;
        } else {
            ++at;
        }
    }
    if (copied > 0)
        text = std::move(repaired.append(text, copied));
}

enum class Kind { Null, Bool, Number, Text, Object, Array };

const char *kindText(Kind kind)
{
    static constexpr const char *kTexts[] = {"null", "true or false", "a number", "text", "an object", "a list"};
    return nameIn(kTexts, kind);
}

struct Value {
    Kind kind = Kind::Null;
    double number = 0;
    std::string text;  ///< of Text itself; of Number and Bool as written
};

/// nlohmann's SAX events, turned into rows as they come.
class Reader {
public:
    Reader(const std::filesystem::path &path, const JobContext &job) : m_path(path), m_job(job) {}

    bool null() { return value({}); }
    bool boolean(bool is) { return value({Kind::Bool, 0, is ? "true" : "false"}); }
    bool number_integer(std::int64_t n) { return value({Kind::Number, static_cast<double>(n), std::to_string(n)}); }
    bool number_unsigned(std::uint64_t n) { return value({Kind::Number, static_cast<double>(n), std::to_string(n)}); }
    bool number_float(double n, const std::string &text) { return value({Kind::Number, n, text}); }
    bool string(std::string &text) { return value({Kind::Text, 0, std::move(text)}); }
    bool binary(nlohmann::json::binary_t &) { return value({}); }
    bool start_object(std::size_t) { return open(Kind::Object); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Kind::Array); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        if (m_depth == 1 || m_depth == 2 || inRow())
            m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string &, const nlohmann::json::exception &error)
    {
        m_errorPosition = position;
        m_error = error.what();
        return false;
    }

    std::size_t errorPosition() const { return m_errorPosition; }
    const std::string &error() const { return m_error; }

    TinyTable takeTable()
    {
        Table *best = nullptr;
        for (Table &table : m_tables)
            if (!best || table.rows.size() > best->rows.size())
                best = &table;
        const auto standard = m_tableByName.find("_default");
        if (standard != m_tableByName.end() && !m_tables[standard->second].rows.empty())
            best = &m_tables[standard->second];
        if (!best)
            throw Error(
                ErrorKind::Format,
                "'" + displayPath(m_path)
                    + "' is JSON, but holds no table of memes. It should look like "
                      "{\"_default\": {\"1\": {\"id\": \u2026, \"ups\": \u2026}, \u2026}}, as TinyDB writes it.",
                m_path);
        if (!best->columns)
            best->columns = std::make_unique<ColumnTableBuilder>();
        return {std::move(best->rows), best->columns->finish()};
    }

private:
    struct Table {
        std::vector<TinyRow> rows;
        std::unique_ptr<ColumnTableBuilder> columns;  ///< from the first value on
    };

    bool inRow() const { return m_row && m_depth == m_rowDepth + 1; }

    bool open(Kind kind)
    {
        if (m_depth >= kMaxDepth)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' is nested more than " + std::to_string(kMaxDepth)
                            + " levels deep, which no list of memes is.",
                        m_path);
        if (m_depth == 0) {
            m_rowDepth = kind == Kind::Array ? 1 : 2;
            if (kind == Kind::Array)
                openTable("");
        } else if (m_depth == 1 && m_rowDepth == 2) {
            openTable(m_key);
            m_tableIsList = kind == Kind::Array;
        } else if (m_depth == m_rowDepth) {
            beginRow();
            if (kind == Kind::Array)
                endRow("it is a list, not an object");
        } else if (inRow()) {
            setField({kind, 0, {}});
        }
        ++m_depth;
        return true;
    }

    bool close()
    {
        --m_depth;
        if (m_row && m_depth == m_rowDepth)
            endRow({});
        return true;
    }

    bool value(Value &&value)
    {
        if (m_depth != 0 && m_depth == m_rowDepth) {
            beginRow();
            endRow(std::string("it is ") + kindText(value.kind) + ", not an object");
        } else if (inRow()) {
            setField(std::move(value));
        }
        return true;
    }

    void openTable(const std::string &name)
    {
        const auto [found, isNew] = m_tableByName.try_emplace(name, m_tables.size());
        if (isNew)
            m_tables.emplace_back();
        m_table = found->second;
        m_tableIsList = name.empty() && m_rowDepth == 1;
    }

    void beginRow()
    {
        m_job.cancel.check();
        if (++m_rowCount > kMaxRows)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' holds more than " + std::to_string(kMaxRows)
                            + " rows, the most that are read. Split it into several files.",
                        m_path);
        m_row = true;
        m_seen = {};
        m_current = {};
        m_current.key = m_tableIsList ? std::to_string(m_tables[m_table].rows.size() + 1) : shortened(m_key, 200);
    }

    void endRow(const std::string &problem)
    {
        if (!problem.empty())
            m_current.problem = problem;
        m_tables[m_table].rows.push_back(std::move(m_current));
        m_row = false;
    }

    void complain(const std::string &problem)
    {
        if (m_current.problem.empty())
            m_current.problem = problem;
    }

    void setText(std::string &field, Value &&value)
    {
        if (value.kind == Kind::Null)
            return;
        if (value.kind != Kind::Text && (value.kind != Kind::Number || &field == &m_current.media))
            complain("its '" + m_key + "' is " + kindText(value.kind) + ", not text");
        else if (value.text.size() > kMaxText)
            complain("its '" + m_key + "' is " + std::to_string(value.text.size()) + " bytes long");
        else
            field = std::move(value.text);
    }

    void setUpvotes(const Value &value)
    {
        m_current.hasUpvotes = value.kind != Kind::Null;
        if (value.kind == Kind::Number && value.number >= 0 && value.number <= static_cast<double>(kMaxUpvotes)
            && value.number == std::floor(value.number)) {
            m_current.upvotes = static_cast<std::int64_t>(value.number);
            return;
        }
        if (value.kind == Kind::Text)
            m_current.upvotesText = "the text \"" + shortened(value.text) + '"';
        else if (value.kind == Kind::Number || value.kind == Kind::Bool)
            m_current.upvotesText = shortened(value.text);
        else
            m_current.upvotesText = kindText(value.kind);
    }

    void setField(Value &&value)
    {
        constexpr std::string_view kFields[] = {"ups", "id", "title", "author", "media"};
        std::string *const texts[] = {nullptr, &m_current.id, &m_current.title, &m_current.author, &m_current.media};
        for (std::size_t i = 0; i < std::size(kFields); ++i) {
            if (m_key != kFields[i])
                continue;
            if (std::exchange(m_seen[i], true))
                complain("it has '" + m_key + "' twice");
            else if (texts[i])
                setText(*texts[i], std::move(value));
            else
                setUpvotes(value);
            return;
        }
        if (m_key != "created_utc")
            keepColumn(value);
        else if (value.kind == Kind::Number && std::isfinite(value.number))
            m_current.created = value.number;
    }

    /// What may serve as a group: a short text, a whole number, true or false.
    void keepColumn(const Value &value)
    {
        std::string text = value.text;
        if (value.kind == Kind::Number) {
            if (std::floor(value.number) != value.number || std::abs(value.number) > kMaxExact)
                return;
            text = std::to_string(static_cast<std::int64_t>(value.number));
        } else if (value.kind != Kind::Text && value.kind != Kind::Bool) {
            return;
        }
        if (text.size() > ColumnTableBuilder::kMaxValueBytes || m_key.size() > ColumnTableBuilder::kMaxNameBytes)
            return;
        Table &table = m_tables[m_table];
        if (!table.columns)
            table.columns = std::make_unique<ColumnTableBuilder>();
        table.columns->put(table.rows.size(), printable(m_key), printable(text));
    }

    const std::filesystem::path &m_path;
    const JobContext &m_job;
    std::vector<Table> m_tables;
    std::unordered_map<std::string, std::size_t> m_tableByName;
    std::size_t m_table = 0;
    bool m_tableIsList = false;
    std::size_t m_depth = 0;     ///< open objects and lists
    std::size_t m_rowDepth = 0;  ///< m_depth where rows stand; 0 before the root
    std::size_t m_rowCount = 0;
    bool m_row = false;            ///< between beginRow() and endRow()
    std::array<bool, 5> m_seen{};  ///< which of the fields the row had so far
    std::string m_key;
    TinyRow m_current;
    std::size_t m_errorPosition = 0;
    std::string m_error;
};

[[noreturn]] void throwSyntaxError(const Reader &reader, std::string_view text, const std::filesystem::path &path)
{
    // The position counts the characters read, so the offending one is the last of them.
    const std::size_t at = std::min(reader.errorPosition() > 0 ? reader.errorPosition() - 1 : 0, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t lineStart = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;

    // "[json.exception.…] parse error at line 1, column 2: what is wrong"
    std::string why = reader.error();
    const std::size_t column = why.find("column ");
    const std::size_t colon = why.find(": ", column == std::string::npos ? 0 : column);
    if (colon != std::string::npos)
        why.erase(0, colon + 2);
    throw Error(ErrorKind::Format,
                "'" + displayPath(path) + "' is not valid JSON at line " + std::to_string(line) + ", column "
                    + std::to_string(at - lineStart + 1) + ": " + shortened(sanitizeUtf8(why), 200)
                    + ". Correct that place in a text editor, or export the file again.",
                path);
}

}  // namespace

TinyTable parseTinyDb(std::string text, const std::filesystem::path &path, const JobContext &job)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.erase(0, 3);
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        throw Error(ErrorKind::Format, "'" + displayPath(path) + "' is UTF-16 text. Save it as UTF-8.", path);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Error(ErrorKind::Format, "'" + displayPath(path) + "' is empty. It should be a TinyDB db.json.", path);
    job.cancel.check();
    repair(text);

    Reader reader(path, job);
    if (!nlohmann::json::sax_parse(text, &reader))
        throwSyntaxError(reader, text, path);
    return reader.takeTable();
}

}  // namespace dank
