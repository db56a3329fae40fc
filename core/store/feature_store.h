#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace SQLite {
class Database;
}

namespace dank {

/// Feature vectors, keyed by hash of the image file's bytes and full backbone id. Part of a Library, whose thread is
/// its thread; throws Error{Disk|Library}.
class FeatureStore {
public:
    explicit FeatureStore(SQLite::Database &database) : m_database(&database) {}

    struct Entry {
        std::string imageHash;
        std::span<const float> values;
    };
    /// One transaction, so that all or none are there.
    void put(const std::string &backbone, std::span<const Entry> entries);
    /// Fills `out` ([columns]) and returns true, or returns false when there is none (or of another length).
    bool get(const std::string &backbone, const std::string &imageHash, std::span<float> out) const;
    /// Many at once, which is quicker: row i of `out` ([imageHashes, columns]) is filled where the result says so, and
    /// untouched elsewhere. Empty hashes have none. Thousands are shared among `threads`, each with a connection of its
    /// own where it can be had: what another process writes meanwhile may show in one part and not in another. Blocks.
    std::vector<bool> get(const std::string &backbone, std::span<const std::string> imageHashes, std::span<float> out,
                          int threads = 1) const;
    /// The pictures that have some. `columns`: only vectors of that length count; 0 for any.
    std::set<std::string> hashes(const std::string &backbone, std::size_t columns = 0) const;
    /// Rows per backbone id.
    std::vector<std::pair<std::string, std::size_t>> counts() const;

private:
    std::vector<bool> read(const std::string &backbone, std::span<const std::string> imageHashes, std::span<float> out,
                           int threads) const;

    void noteUse(const std::string &backbone) const;

    SQLite::Database *m_database;
    mutable std::set<std::string> m_noted;  ///< backbones whose use this object has noted
};

}  // namespace dank
