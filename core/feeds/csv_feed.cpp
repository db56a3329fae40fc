#include "core/feeds/csv_feed.h"

#include <algorithm>
#include <exception>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <csv.h>

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace {

constexpr std::size_t kMostColumns = 10'000;
constexpr std::size_t kMostCell = 16 << 20;

/// libcsv's callbacks, which no exception may pass.
class Rows {
public:
    Rows(const std::filesystem::path &path, FeedBuilder &into) : m_path(path), m_into(into) {}

    static void onCell(void *cell, std::size_t size, void *rows)
    {
        static_cast<Rows *>(rows)->guarded(
            [&](Rows &self) { self.cell(std::string_view(static_cast<const char *>(cell), size)); });
    }
    static void onRow(int, void *rows)
    {
        static_cast<Rows *>(rows)->guarded([](Rows &self) { self.row(); });
    }

    void check() const
    {
        if (failed)
            std::rethrow_exception(failed);
    }

    std::exception_ptr failed;
    std::size_t sinceCell = 0;  ///< bytes

private:
    template <typename Step>
    void guarded(Step step)
    {
        if (failed)
            return;
        try {
            step(*this);
        } catch (...) {
            failed = std::current_exception();
        }
    }

    void cell(std::string_view text)
    {
        sinceCell = 0;
        if (m_cells.size() > kMostColumns)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' has more than " + std::to_string(kMostColumns)
                            + " columns in row " + std::to_string(m_row) + ", which no list of memes has.",
                        m_path);
        m_rowBytes += text.size();
        if (m_rowBytes > kMostCell)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(m_path) + "' has a row of more than 16 MB, row " + std::to_string(m_row)
                            + ": is a quotation mark missing?",
                        m_path);
        m_cells.push_back(sanitizeUtf8(uncomputed(text)));
    }

    void row()
    {
        if (m_names.empty()) {
            m_names = std::move(m_cells);
            // Of two columns of one name the second is another one.
            std::unordered_set<std::string> taken;
            std::unordered_map<std::string, int> numbers;
            for (std::size_t c = 0; c < m_names.size(); ++c) {
                const std::string name = m_names[c];
                while (!taken.insert(m_names[c]).second)
                    m_names[c] = name + " (" + std::to_string(++numbers.try_emplace(name, 1).first->second) + ')';
            }
            m_into.columns(m_names);
        } else {
            RawRow row;
            row.key = std::to_string(m_row);
            if (m_cells.size() != m_names.size())
                row.problem = "it has " + std::to_string(m_cells.size()) + " cells for "
                              + std::to_string(m_names.size()) + " columns";
            for (std::size_t c = 0; c < std::min(m_cells.size(), m_names.size()); ++c)
                if (!m_cells[c].empty())
                    row.fields.emplace_back(m_names[c], RawValue{RawValue::Kind::Text, 0, std::move(m_cells[c])});
            m_into.row(std::move(row));
            ++m_row;
        }
        m_cells.clear();
        m_rowBytes = 0;
    }

    const std::filesystem::path &m_path;
    FeedBuilder &m_into;
    std::vector<std::string> m_names, m_cells;
    std::size_t m_row = 1, m_rowBytes = 0;
};

}  // namespace

char csvDelimiter(std::string_view firstLine)
{
    constexpr std::string_view kMarks = ",;\t|";
    std::size_t counts[kMarks.size()] = {};
    bool quoted = false;
    for (const char c : firstLine) {
        if (c == '"')
            quoted = !quoted;
        if (const std::size_t mark = kMarks.find(c); mark != std::string_view::npos && !quoted)
            ++counts[mark];
    }
    const auto *const most = std::max_element(std::begin(counts), std::end(counts));
    return *most > 0 ? kMarks[static_cast<std::size_t>(most - counts)] : '\0';
}

void readCsvRows(FeedText &text, std::string begun, char delimiter, const std::filesystem::path &path,
                 FeedBuilder &into)
{
    csv_parser parser;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        throw std::bad_alloc();
    const std::unique_ptr<csv_parser, void (*)(csv_parser *)> freed(&parser, [](csv_parser *p) { csv_free(p); });
    csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
    Rows rows(path, into);
    into.table("");
    std::string piece = std::move(begun);
    for (bool more = true; more || !piece.empty();) {
        if (csv_parse(&parser, piece.data(), piece.size(), Rows::onCell, Rows::onRow, &rows) != piece.size())
            throw std::bad_alloc();
        rows.check();
        rows.sinceCell += piece.size();
        if (rows.sinceCell > kMostCell)
            throw Error(ErrorKind::Format,
                        "'" + displayPath(path) + "' has a cell of more than 16 MB: is a quotation mark missing?",
                        path);
        piece.clear();
        more = more && text.more(piece);
    }
    csv_fini(&parser, Rows::onCell, Rows::onRow, &rows);
    rows.check();
}

}  // namespace dank
