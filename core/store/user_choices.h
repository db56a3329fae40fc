#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace SQLite {
class Database;
}

namespace dank {

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
