#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace dank {

/// Small pictures by the hash of the file that they show, encoded as JPEG or PNG; what the bytes mean is the caller's.
/// Part of a Library, whose thread is its thread; throws Error{Disk|Library}.
class ThumbnailStore {
public:
    explicit ThumbnailStore(SQLite::Database &database) : m_database(&database) {}

    struct Entry {
        std::string imageHash;
        std::span<const std::byte> encoded;
    };
    /// One transaction; replaces those of the same hash and side. `side`: the longest side that was asked for, pixels.
    void put(int side, std::span<const Entry> entries);
    /// Empty where there is none.
    std::optional<std::vector<std::byte>> get(int side, const std::string &imageHash) const;

private:
    void noteUse() const;

    SQLite::Database *m_database;
    mutable bool m_noted = false;  ///< this object has noted that they are used
};

}  // namespace dank
