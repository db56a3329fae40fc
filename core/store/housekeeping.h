#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/job.h"

namespace SQLite {
class Database;
}

namespace dank {

/// One kind of thing that a library stores.
struct StoredItem {
    std::string
        kind{};  ///< "features", "thumbnails", "texts", "facts"; "runs", "models", "checkpoints", "weights"; "unused"
    std::string backbone{};   ///< of features the full id, else empty
    std::uint64_t rows = 0;   ///< vectors, pictures, facts, runs or files
    std::uint64_t bytes = 0;  ///< of what they hold; of "unused" what vacuum() gives back to the disk
    std::string lastUsed{};   ///< a day, ISO 8601, UTC; empty where it is not known
    bool canBeFreed = false;  ///< it can be computed again from the pictures
    /// Runs whose models find no similar memes without it, until it is computed again.
    std::vector<std::int64_t> models{};
    /// Runs that compute it again before they can go on.
    std::vector<std::int64_t> unfinished{};
};

/// Which of a library's items are to be freed; what is left empty asks for nothing.
struct PruneRequest {
    std::vector<std::string> kinds{};      ///< only these
    std::vector<std::string> backbones{};  ///< only these; full ids, or a network's name for all of its ids
    int unusedForDays = 0;                 ///< only what was not used for so long; what is not known was not
    std::uint64_t mostBytes = 0;           ///< only so much, least used first, that the library is not larger than this
};

/// What a library stores, how much of it there is, and how to free it. Part of a Library, whose thread is its thread;
/// throws Error{Disk|Library}.
class Housekeeping {
public:
    /// `folder`: the library's.
    Housekeeping(SQLite::Database &database, std::filesystem::path folder)
        : m_database(&database), m_folder(std::move(folder))
    {
    }

    /// What can be freed first, the least used before all else; then what cannot.
    std::vector<StoredItem> items() const;
    /// Removes what the item stands for, in steps: after Cancelled the rest is there. Room in the file becomes
    /// "unused". Throws Error{Library} for an item that cannot be freed.
    void free(const StoredItem &item, const JobContext &job);
    /// Gives unused room back to the disk, wholly or, after Cancelled, not at all. Throws Error{Disk} before it begins
    /// where there is no room to write the database anew.
    void vacuum(const JobContext &job);

private:
    SQLite::Database *m_database;
    std::filesystem::path m_folder;
};

/// Those of `items` that the request means, in their order.
std::vector<StoredItem> chooseItems(const std::vector<StoredItem> &items, const PruneRequest &request);

/// The sum of their bytes.
std::uint64_t bytesOf(const std::vector<StoredItem> &items);

/// What is lost for a while without the item, a sentence or two; empty where nothing is.
std::string lossOf(const StoredItem &item);

}  // namespace dank
