#include "core/store/meme_search.h"

#include <algorithm>

#include "core/base/searched_text.h"
#include "core/base/text.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"
#include "core/store/sql.h"

namespace dank {

namespace {

constexpr const char *kNames[] = {"title", "text", "also"};

/// What has no three letters is not in the index, and of a very long word it would join a list for each letter.
bool isIndexed(const std::string &word)
{
    const std::size_t letters = displayWidth(word);
    return letters >= 3 && letters <= 64;
}

/// The word as nothing but a word, whatever signs of FTS5's language are in it, in one column.
std::string phrase(const char *column, const std::string &word)
{
    std::string text = std::string("{") + column + "}: \"";
    for (const char byte : word)
        text += byte == '"' ? std::string("\"\"") : std::string(1, byte);
    return text + '"';
}

}  // namespace

const char *whereName(const MemeHit &hit) noexcept
{
    return hit.inTitle && hit.inText ? "both" : hit.inTitle ? "title" : hit.inText ? "text" : "";
}

MemeSearch::MemeSearch(std::span<const SearchedMeme> memes, const JobContext &job)
    : m_index(std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE))
{
    sql::guarded(*m_index, "make an index for", [&] {
        // Without the texts themselves, which are in m_columns, as are those that are too short to be indexed.
        m_index->exec("CREATE VIRTUAL TABLE memes USING fts5(title, text, also, content = '', columnsize = 0,"
                      " tokenize = 'trigram case_sensitive 1')");
        m_index->exec("INSERT INTO memes(memes, rank) VALUES('hashsize', 67108864)");
        SQLite::Transaction whole(*m_index);
        SQLite::Statement add(*m_index, "INSERT INTO memes(rowid, title, text, also) VALUES(?, ?, ?, ?)");
        for (std::size_t i = 0; i < memes.size(); ++i) {
            if (i % 1024 == 0) {
                job.cancel.check();
                job.report("index", i, memes.size());
            }
            add.bind(1, static_cast<std::int64_t>(i));
            const std::string *const texts[kColumns] = {&memes[i].title, &memes[i].text, &memes[i].also};
            for (std::size_t column = 0; column < kColumns; ++column) {
                const std::string text = searchedText(*texts[column]);
                add.bind(static_cast<int>(column) + 2, text);
                m_columns[column].lines += text + '\n';
                m_columns[column].ends.push_back(m_columns[column].lines.size());
            }
            add.exec();
            add.reset();
        }
        whole.commit();
    });
    job.report("index", memes.size(), memes.size());
}

MemeSearch::~MemeSearch() = default;

void MemeSearch::look(const std::string &word, std::size_t column, std::vector<unsigned char> &has) const
{
    const auto bit = static_cast<unsigned char>(1U << column);
    if (!isIndexed(word)) {
        const auto &[lines, ends] = m_columns[column];
        std::size_t meme = 0;
        for (std::size_t at = 0; (at = findWord(lines, word, at)) != std::string::npos; at = ends[meme]) {
            meme = static_cast<std::size_t>(
                std::upper_bound(ends.begin() + static_cast<std::ptrdiff_t>(meme), ends.end(), at) - ends.begin());
            has[meme] |= bit;
        }
        return;
    }
    sql::guarded(*m_index, "search", [&] {
        SQLite::Statement rows(*m_index, "SELECT rowid FROM memes WHERE memes MATCH ?");
        rows.bind(1, phrase(kNames[column], word));
        while (rows.executeStep())
            has[static_cast<std::size_t>(rows.getColumn(0).getInt64())] |= bit;
    });
}

std::vector<MemeHit> MemeSearch::find(const std::vector<std::string> &words) const
{
    if (words.empty())
        return {};
    std::vector<unsigned char> all(size(), 0xff), where(size()), has(size());
    for (const std::string &word : words) {
        std::ranges::fill(has, 0);
        for (std::size_t column = 0; column < kColumns; ++column)
            look(word, column, has);
        bool any = false;
        for (std::size_t i = 0; i < size(); ++i) {
            where[i] |= has[i];
            all[i] = all[i] && has[i];
            any = any || all[i];
        }
        if (!any)
            return {};
    }
    std::vector<MemeHit> hits;
    for (std::size_t i = 0; i < size(); ++i)
        if (all[i])
            hits.push_back({i, (where[i] & 1) != 0, (where[i] & 2) != 0});
    return hits;
}

std::vector<std::string> textsInPictures(const Dataset &dataset, int threads, Library *library, const JobContext &job)
{
    std::vector<std::string> texts(dataset.records().size());
    if (!library || library->texts().latest() == 0)
        return texts;
    const std::vector<std::string> hashes = hashPictures(dataset, threads, library, job);
    const auto read = library->texts().texts(hashes);
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (const auto found = read.find(hashes[i]); found != read.end())
            texts[i] = found->second;
    return texts;
}

}  // namespace dank
