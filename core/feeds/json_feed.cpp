#include "core/feeds/json_feed.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/feeds/json_repair.h"
#include "core/feeds/json_shape.h"

namespace dank {

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxListText = 1 << 20;
constexpr std::size_t kMaxKey = 200;
/// Of these objects in a row the values are fields too, by the path to them.
constexpr std::string_view kNested[] = {"preview", "metadata"};

/// nlohmann's SAX events, turned into rows as they come.
class Reader {
public:
    using Kind = RawValue::Kind;
    using OnRow = std::function<void(RawRow &&row)>;
    using OnTable = std::function<void(const std::string &name)>;

    Reader(JsonLayout layout, const std::filesystem::path &path, OnRow onRow, OnTable onTable)
        : m_layout(layout), m_path(path), m_onRow(std::move(onRow)), m_onTable(std::move(onTable))
    {
    }

    bool null() { return value({}); }
    bool boolean(bool is) { return value({Kind::Bool, 0, is ? "true" : "false"}); }
    bool number_integer(std::int64_t n) { return value({Kind::Number, static_cast<double>(n), std::to_string(n)}); }
    bool number_unsigned(std::uint64_t n) { return value({Kind::Number, static_cast<double>(n), std::to_string(n)}); }
    bool number_float(double n, const std::string &text) { return value({Kind::Number, n, text}); }
    bool string(std::string &text) { return value({Kind::Text, 0, std::move(text)}); }
    bool binary(nlohmann::json::binary_t &) { return value({}); }
    bool start_object(std::size_t) { return open(Kind::Object); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Kind::List); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        m_open.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string &, const nlohmann::json::exception &error)
    {
        m_errorPosition = position;
        // "[json.exception.…] parse error at line 1, column 2: what is wrong"
        m_error = error.what();
        const std::size_t column = m_error.find("column ");
        const std::size_t colon = m_error.find(": ", column == std::string::npos ? 0 : column);
        if (colon != std::string::npos)
            m_error.erase(0, colon + 2);
        m_error = shortened(sanitizeUtf8(m_error), 200);
        return false;
    }

    std::size_t errorPosition() const { return m_errorPosition; }
    const std::string &error() const { return m_error; }

private:
    /// An object or a list that is open.
    struct Open {
        bool list = false;
        std::string key;         ///< of the member that comes
        std::size_t before = 0;  ///< items before the one that comes
    };

    std::string keyHere() const
    {
        const Open &parent = m_open.back();
        return parent.list ? std::to_string(parent.before + 1) : utf8Short(parent.key);
    }

    static std::string utf8Short(const std::string &key)
    {
        return key.size() <= kMaxKey ? key : sanitizeUtf8(std::string_view(key).substr(0, kMaxKey)) + "…";
    }

    /// Does a row begin with the value that comes?
    bool rowHere() const
    {
        const std::size_t depth = m_open.size();
        switch (m_layout) {
        case JsonLayout::Tables: return depth == 2;
        case JsonLayout::List:
        case JsonLayout::PandasIndex: return depth == 1;
        case JsonLayout::Single: return depth == 0;
        case JsonLayout::Post: return depth == 1 && m_open.back().key == "data";
        case JsonLayout::Listing: {
            const std::size_t top = !m_open.empty() && m_open.front().list ? 1 : 0;
            return depth == top + 4 && m_open.back().key == "data" && m_open[top + 2].list
                   && m_open[top + 1].key == "children" && m_open[top].key == "data"
                   && (top == 0 || m_open.front().before == 0);
        }
        case JsonLayout::PandasColumns:
        case JsonLayout::PandasSplit: return false;
        }
        return false;
    }

    bool open(Kind kind)
    {
        if (m_open.size() >= kMaxDepth)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' is nested more than " + std::to_string(kMaxDepth)
                            + " levels deep, which no list of memes is.",
                        m_path);
        if (m_rowDepth == 0 && rowHere()) {
            beginRow();
            if (kind == Kind::List)
                m_row.problem = "it is a list, not an object";
        } else if (m_rowDepth == 0) {
            if (m_open.empty() ? m_layout != JsonLayout::Tables : m_layout == JsonLayout::Tables)
                m_onTable(m_open.empty() ? "" : m_open.back().key);
        } else if (m_open.size() == m_rowDepth) {
            m_row.fields.emplace_back(m_open.back().key, RawValue{kind, 0, {}});
        }
        m_open.push_back({kind == Kind::List, {}, 0});
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        if (m_rowDepth > 0 && m_open.size() + 1 == m_rowDepth)
            endRow();
        if (!m_open.empty())
            ++m_open.back().before;
        if (m_open.empty() && m_layout == JsonLayout::PandasSplit)
            splitRows();
        else if (m_open.empty() && m_layout == JsonLayout::PandasColumns)
            for (RawRow &row : m_pandas)
                m_onRow(std::move(row));
        return true;
    }

    bool value(RawValue &&value)
    {
        if (m_rowDepth == 0 && rowHere()) {
            beginRow();
            m_row.problem = std::string("it is ") + rawKindText(value.kind) + ", not an object";
            endRow();
        } else if (m_rowDepth > 0) {
            field(std::move(value));
        } else if (m_layout == JsonLayout::PandasColumns && m_open.size() == 2) {
            column(std::move(value));
        } else if (m_layout == JsonLayout::PandasSplit) {
            split(std::move(value));
        }
        if (!m_open.empty())
            ++m_open.back().before;
        return true;
    }

    void beginRow()
    {
        m_row = {};
        m_row.key = m_open.empty() ? "1" : keyHere();
        m_rowDepth = m_open.size() + 1;
    }

    void endRow()
    {
        m_rowDepth = 0;
        m_onRow(std::move(m_row));
    }

    void field(RawValue &&value)
    {
        const std::size_t deep = m_open.size() - m_rowDepth;
        if (deep == 0) {
            if (!m_open.back().list)
                m_row.fields.emplace_back(m_open.back().key, std::move(value));
            return;
        }
        const std::string &outer = m_open[m_rowDepth - 1].key;
        if (m_open[m_rowDepth].list) {  // a list of texts, a line each
            std::string &texts = m_row.fields.back().second.text;
            if (deep == 1 && value.kind == Kind::Text && texts.size() + value.text.size() < kMaxListText)
                texts += (texts.empty() ? "" : "\n") + value.text;
            return;
        }
        if (std::ranges::find(kNested, outer) == std::end(kNested))
            return;
        std::string name = outer;
        for (std::size_t i = m_rowDepth; i < m_open.size(); ++i) {
            if (m_open[i].list && m_open[i].before > 0)
                return;  // the first of several
            if (!m_open[i].list)
                name += "." + m_open[i].key;
        }
        m_row.fields.emplace_back(std::move(name), std::move(value));
    }

    /// Of {column: {index: value}}.
    void column(RawValue &&value)
    {
        const std::string index = utf8Short(m_open[1].list ? std::to_string(m_open[1].before) : m_open[1].key);
        const auto [found, isNew] = m_pandasRow.try_emplace(index, m_pandas.size());
        if (isNew)
            m_pandas.push_back({index, {}, {}});
        m_pandas[found->second].fields.emplace_back(m_open[0].key, std::move(value));
    }

    void split(RawValue &&value)
    {
        const std::string &part = m_open.front().key;
        if (m_open.size() == 2 && part == "columns")
            m_splitNames.push_back(std::move(value.text));
        else if (m_open.size() == 2 && part == "index")
            m_splitIndex.push_back(std::move(value.text));
        else if (m_open.size() == 3 && part == "data") {
            m_pandas.resize(std::max(m_pandas.size(), m_open[1].before + 1));
            m_pandas[m_open[1].before].fields.emplace_back("", std::move(value));
        }
    }

    void splitRows()
    {
        for (std::size_t i = 0; i < m_pandas.size(); ++i) {
            RawRow &row = m_pandas[i];
            row.key = i < m_splitIndex.size() ? utf8Short(m_splitIndex[i]) : std::to_string(i + 1);
            if (row.fields.size() != m_splitNames.size())
                row.problem = "it has " + std::to_string(row.fields.size()) + " values for "
                              + std::to_string(m_splitNames.size()) + " columns";
            for (std::size_t c = 0; c < std::min(row.fields.size(), m_splitNames.size()); ++c)
                row.fields[c].first = m_splitNames[c];
            m_onRow(std::move(row));
        }
    }

    const JsonLayout m_layout;
    const std::filesystem::path &m_path;
    const OnRow m_onRow;
    const OnTable m_onTable;
    std::vector<Open> m_open;
    std::size_t m_rowDepth = 0;  ///< of what is open in a row, its own object counted; 0 outside of one
    RawRow m_row;
    std::vector<RawRow> m_pandas;  ///< of layouts that are by column
    std::unordered_map<std::string, std::size_t> m_pandasRow;
    std::vector<std::string> m_splitNames, m_splitIndex;
    std::size_t m_errorPosition = 0;
    std::string m_error;
};

constexpr const char *kNul = "it holds a NUL byte, which no text has";

/// `at`: the offending byte.
[[noreturn]] void throwSyntaxError(const std::string &why, std::size_t at, std::string_view text,
                                   const std::filesystem::path &path)
{
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t lineStart = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    throw Error(ErrorKind::Format,
                "'" + displayPath(path) + "' is not valid JSON at line " + std::to_string(line) + ", column "
                    + std::to_string(at - lineStart + 1) + ": " + why
                    + ". Correct that place in a text editor, or export the file again.",
                path);
}

}  // namespace

void readJsonRows(std::string text, const std::filesystem::path &path, const std::string &packed, FeedBuilder &into)
{
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos)  // which the parser takes for the end
        throwSyntaxError(kNul, nul, text, path);
    repairJson(text);
    const JsonLayout layout = jsonLayoutOf(text);
    into.begin(jsonLayoutName(layout) + packed, false);
    Reader reader(
        layout, path, [&](RawRow &&row) { into.row(std::move(row)); },
        [&](const std::string &name) { into.table(name); });
    if (!nlohmann::json::sax_parse(text, &reader)) {
        // The position counts the characters read, so the offending one is the last of them.
        const std::size_t at = std::min(reader.errorPosition() > 0 ? reader.errorPosition() - 1 : 0, text.size());
        throwSyntaxError(reader.error(), at, text, path);
    }
}

RawRow readJsonLine(std::string text)
{
    static const std::filesystem::path kLine = "the line";
    repairJson(text);
    RawRow row;
    if (text.find('\0') != std::string::npos) {
        row.problem = std::string("it is not valid JSON: ") + kNul;
        return row;
    }
    Reader reader(
        JsonLayout::Single, kLine, [&](RawRow &&read) { row = std::move(read); }, [](const std::string &) {});
    try {
        if (!nlohmann::json::sax_parse(text, &reader))
            row.problem = "it is not valid JSON: " + reader.error();
    } catch (const Error &) {
        row.problem = "it is nested too deeply";
    }
    return row;
}

}  // namespace dank
