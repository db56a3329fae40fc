#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/dataset/picture_text.h"

namespace SQLite {
class Database;
}

namespace dank {

/// The words in pictures, by the hash of the picture's file and the reader that read them ("tesseract-5.3.0/eng/1": its
/// engine, languages and way of preparing a picture, so that a better one reads anew). Part of a Library, whose thread
/// is its thread; throws Error{Disk|Library}.
class TextStore {
public:
    explicit TextStore(SQLite::Database &database) : m_database(&database) {}

    struct Entry {
        std::string imageHash;
        PictureText text;
    };
    /// One transaction; replaces those of the same hash and reader.
    void put(const std::string &reader, std::span<const Entry> entries);

    /// Nothing where that reader has not read it, or where what is stored of it is damaged: it is read again.
    std::optional<PictureText> get(const std::string &reader, const std::string &imageHash) const;

    /// The text of each of those pictures that has been read, by hash; of several readers, the one that read last.
    /// Pictures without words have an empty text; those that were never read have none.
    std::map<std::string, std::string> texts(std::span<const std::string> imageHashes) const;

    /// Rises with every text that is stored; 0: there is none.
    std::int64_t latest() const;

private:
    SQLite::Database *m_database;
    mutable bool m_noted = false;  ///< this object has noted that they are used
};

}  // namespace dank
