#include "core/dataset/group_file.h"

#include <utility>

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

constexpr std::uint64_t kMaxFileBytes = 64ull << 20;
constexpr std::size_t kMaxFieldBytes = 250;  // as long as an id may be

/// Splits a text into lines of fields, one line at a time.
class CsvLines {
public:
    CsvLines(std::string_view text, char separator, const std::filesystem::path &path)
        : m_text(text), m_separator(separator), m_path(path)
    {
    }

    /// False at the end. `line` is where the fields begin.
    bool next(std::vector<std::string> &fields, std::size_t &line)
    {
        fields.clear();
        if (m_at >= m_text.size())
            return false;
        line = m_line;
        for (;;) {
            fields.push_back(field());
            if (m_at < m_text.size() && m_text[m_at] == m_separator) {
                if (fields.size() == 2)
                    refuse("has more than two fields", "Write a text with a separator in it between quotes", line);
                ++m_at;
                continue;
            }
            endLine();
            return true;
        }
    }

    [[noreturn]] void refuse(const std::string &what, const std::string &advice, std::size_t line) const
    {
        throw Error(ErrorKind::Format,
                    "'" + displayPath(m_path) + "' " + what + " in line " + std::to_string(line) + ". " + advice
                        + "; each line should be id,group.",
                    m_path);
    }

private:
    bool atLineEnd() const { return m_at >= m_text.size() || m_text[m_at] == '\n' || m_text[m_at] == '\r'; }

    void endLine()
    {
        if (m_at < m_text.size() && m_text[m_at] == '\r')
            ++m_at;
        if (m_at < m_text.size() && m_text[m_at] == '\n')
            ++m_at;
        ++m_line;
    }

    std::string field()
    {
        const std::size_t line = m_line;
        std::string value;
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            for (++m_at;; ++m_at) {
                if (m_at >= m_text.size())
                    refuse("has a quote that does not end", "Close it, or double a quote inside a text", line);
                if (m_text[m_at] == '"') {
                    if (m_at + 1 >= m_text.size() || m_text[m_at + 1] != '"')
                        break;
                    ++m_at;
                }
                if (m_text[m_at] == '\n')
                    ++m_line;
                take(value, m_text[m_at], line);
            }
            ++m_at;
            if (!atLineEnd() && m_text[m_at] != m_separator)
                refuse("has text behind a closing quote", "Double a quote inside a text", line);
            return value;
        }
        for (; !atLineEnd() && m_text[m_at] != m_separator; ++m_at)
            take(value, m_text[m_at], line);
        return value;
    }

    void take(std::string &value, char c, std::size_t line) const
    {
        if (value.size() >= kMaxFieldBytes)
            refuse("has a field of more than " + std::to_string(kMaxFieldBytes) + " bytes",
                   "Is a quote missing? Ids and groups are short", line);
        value.push_back(c);
    }

    std::string_view m_text;
    char m_separator;
    const std::filesystem::path &m_path;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
};

/// A comma, unless the first line has none but a semicolon or a tab.
char separatorOf(std::string_view text)
{
    const std::string_view first = text.substr(0, text.find_first_of("\r\n", text.find_first_not_of("\r\n")));
    for (const char candidate : {',', ';', '\t'})
        if (first.find(candidate) != std::string_view::npos)
            return candidate;
    return ',';
}

bool isHeader(const std::string &field)
{
    return field.size() == 2 && (field[0] | 0x20) == 'i' && (field[1] | 0x20) == 'd';
}

}  // namespace

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<GroupLine> parseGroupFile(std::string text, const std::filesystem::path &path)
{
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        throw Error(ErrorKind::Format, "'" + displayPath(path) + "' is UTF-16 text. Save it as UTF-8.", path);
    if (text.starts_with("\xef\xbb\xbf"))
        text.erase(0, 3);
    text = sanitizeUtf8(text);

    CsvLines lines(text, separatorOf(text), path);
    std::vector<GroupLine> result;
    std::vector<std::string> fields;
    std::size_t line = 0;
    bool isFirst = true;
    while (lines.next(fields, line)) {
        const std::string id(uncomputed(trimmed(fields[0])));
        if (fields.size() == 1) {
            if (id.empty())
                continue;
            lines.refuse("has a single field", "Put a comma between the meme's id and its group", line);
        }
        if (std::exchange(isFirst, false) && isHeader(id))
            continue;
        if (id.empty())
            lines.refuse("has no id", "Add the meme's id, or take the line out", line);
        result.push_back({id, printable(uncomputed(trimmed(fields[1]))), line});
    }
    if (result.empty())
        throw Error(ErrorKind::Format, "'" + displayPath(path) + "' says nothing: it should hold lines of id,group.",
                    path);
    return result;
}

std::vector<GroupLine> readGroupFile(const std::filesystem::path &path)
{
    return parseGroupFile(readTextFile(path, kMaxFileBytes), path);
}

}  // namespace dank
