#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace SQLite {
class Database;
}

namespace dank {

/// Small facts that the library remembers so that they need not be found out again, such as which precision agreed on a
/// dataset. Part of a Library, whose thread is its thread; throws Error{Disk|Library}.
class FactStore {
public:
    explicit FactStore(SQLite::Database &database) : m_database(&database) {}

    std::optional<std::string> get(const std::string &key) const;
    void set(const std::string &key, const std::string &value);
    void set(const std::map<std::string, std::string> &facts);  ///< in one transaction
    /// Those whose keys begin with `prefix`, which must not be empty.
    std::map<std::string, std::string> under(const std::string &prefix) const;

private:
    SQLite::Database *m_database;
    mutable bool m_noted = false;  ///< this object has noted that they are used
};

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
    SQLite::Database *m_database;
    mutable bool m_noted = false;  ///< as of facts
};

/// What the user chose beside runs: memes set aside, datasets and models opened lately. Part of a Library, whose thread
/// is its thread; throws Error{Disk|Library}.
class UserChoices {
public:
    explicit UserChoices(SQLite::Database &database) : m_database(&database) {}

    /// Memes set aside, per dataset path.
    std::set<MemeId> exclusions(const std::string &dataset) const;
    void setExclusions(const std::string &dataset, const std::set<MemeId> &ids);

    /// Datasets and models opened lately, newest first, at most 20 of a kind.
    std::vector<std::string> recents(const std::string &kind) const;
    void addRecent(const std::string &kind, const std::string &path);

private:
    SQLite::Database *m_database;
};

}  // namespace dank
