#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/dataset.h"

namespace SQLite {
class Database;
}

namespace dank {

class Library;

/// What of a meme is searched, UTF-8.
struct SearchedMeme {
    std::string title;
    std::string text;  ///< read in its picture
    std::string also;  ///< finds it too, but is no place of a hit: its author, its id
};

/// A meme that has all that was looked for.
struct MemeHit {
    std::size_t meme = 0;  ///< its place among those that are searched
    bool inTitle = false;  ///< a word at least stands there
    bool inText = false;
};
/// "title", "text" or "both"; empty where it was found by neither.
const char *whereName(const MemeHit &hit) noexcept;

/// Finds memes by parts of their words: an index of three letters at a time (SQLite's FTS5, in memory), which answers
/// for 100,000 memes while someone types. Where in a title the words stand, placesOf() tells. One thread at a time.
class MemeSearch {
public:
    /// Takes seconds for 100,000 memes: reports stage "index". Throws Cancelled, Error{Library|Memory}.
    explicit MemeSearch(std::span<const SearchedMeme> memes, const JobContext &job = {});
    ~MemeSearch();

    std::size_t size() const { return m_columns[0].ends.size(); }
    /// The memes that have every one of those searchedWords(), each somewhere, ascending; none for no words.
    std::vector<MemeHit> find(const std::vector<std::string> &words) const;

private:
    static constexpr std::size_t kColumns = 3;  ///< title, text, also
    /// As searchedText() has them, in one piece, since looking through them all is reading memory.
    struct Column {
        std::string lines;              ///< each with a line end, of which they hold none
        std::vector<std::size_t> ends;  ///< [memes], behind their line ends
    };

    /// Adds the column's bit to `has` of each meme that has the word there.
    void look(const std::string &word, std::size_t column, std::vector<unsigned char> &has) const;

    std::unique_ptr<SQLite::Database> m_index;
    Column m_columns[kColumns];
};

/// What was read in the picture of each record, empty where nothing was: [records]. Pictures are looked at only where
/// the library (may be nullptr) holds texts. Reports stage "hash". Throws Error{Library}, Cancelled.
std::vector<std::string> textsInPictures(const Dataset &dataset, int threads, Library *library,
                                         const JobContext &job = {});

}  // namespace dank
