#include "core/store/feature_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string_view>
#include <system_error>

#include "core/base/error.h"
#include "core/store/sql.h"

namespace dank {
namespace {

/// The rows of the features table that hold those hashes, each with its place in `hashes`, in the order of the rows: as
/// they lie in the file. Hashes are looked up in their own order, as they lie in the index.
std::vector<std::pair<std::int64_t, std::size_t>> rowsOf(const SQLite::Database &database, std::int64_t backbone,
                                                         std::span<const std::string> hashes)
{
    std::vector<std::pair<std::string_view, std::size_t>> sorted;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        if (!hashes[i].empty())
            sorted.emplace_back(hashes[i], i);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::pair<std::int64_t, std::size_t>> rows;
    SQLite::Statement find(database, "SELECT row FROM features WHERE backbone = ? AND image_hash = ?");
    find.bind(1, backbone);
    for (const auto &[hash, at] : sorted) {
        find.bindNoCopy(2, hashes[at]);
        if (find.executeStep())
            rows.emplace_back(find.getColumn(0).getInt64(), at);
        find.reset();
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// Reads vectors from the table's rows to where they belong: a statement would put each together elsewhere first.
class VectorReader {
public:
    explicit VectorReader(const SQLite::Database &database) : m_handle(database.getHandle()) {}
    ~VectorReader() { sqlite3_blob_close(m_blob); }
    VectorReader(const VectorReader &) = delete;
    VectorReader &operator=(const VectorReader &) = delete;

    /// False where the row holds something of another length.
    bool read(std::int64_t row, std::span<float> out)
    {
        int code = m_blob ? sqlite3_blob_reopen(m_blob, row)
                          : sqlite3_blob_open(m_handle, "main", "features", "vector", row, 0, &m_blob);
        if (code == SQLITE_OK && std::size_t(sqlite3_blob_bytes(m_blob)) == out.size_bytes())
            code = sqlite3_blob_read(m_blob, out.data(), static_cast<int>(out.size_bytes()), 0);
        else if (code == SQLITE_OK)
            return false;
        if (code == SQLITE_OK)
            return true;
        sqlite3_blob_close(std::exchange(m_blob, nullptr));  // it is of no use after an error
        if (code != SQLITE_ERROR)  // which says that it is no blob, or that there is no such row
            throw SQLite::Exception(m_handle, code);
        return false;
    }

private:
    sqlite3 *m_handle;
    sqlite3_blob *m_blob = nullptr;
};

}  // namespace

void FeatureStore::noteUse(const std::string &backbone) const
{
    if (m_noted.insert(backbone).second)
        sql::noteUse(*m_database, "features", backbone);
}

void FeatureStore::put(const std::string &backbone, std::span<const Entry> entries)
{
    if (entries.empty())
        return;
    sql::transaction(*m_database, [&] {
        sql::change(*m_database, "INSERT OR IGNORE INTO backbones(name) VALUES(?)", backbone);
        SQLite::Statement put(*m_database, "INSERT INTO features(backbone, image_hash, vector)"
                                           " VALUES((SELECT id FROM backbones WHERE name = ?1), ?2, ?3)"
                                           " ON CONFLICT(backbone, image_hash) DO UPDATE SET vector = ?3");
        put.bind(1, backbone);
        for (const Entry &entry : entries) {
            put.bind(2, entry.imageHash);
            put.bindNoCopy(3, entry.values.data(), static_cast<int>(entry.values.size_bytes()));
            put.exec();
            put.reset();
        }
        noteUse(backbone);
    });
}

bool FeatureStore::get(const std::string &backbone, const std::string &imageHash, std::span<float> out) const
{
    return get(backbone, std::span(&imageHash, 1), out).front();
}

std::vector<bool> FeatureStore::get(const std::string &backbone, std::span<const std::string> imageHashes,
                                    std::span<float> out, int threads) const
{
    std::vector<bool> found = read(backbone, imageHashes, out, threads);
    if (std::find(found.begin(), found.end(), true) != found.end())
        noteUse(backbone);
    return found;
}

std::vector<bool> FeatureStore::read(const std::string &backbone, std::span<const std::string> imageHashes,
                                     std::span<float> out, int threads) const
{
    if (imageHashes.empty())
        return {};
    const std::size_t columns = out.size() / imageHashes.size();
    constexpr std::size_t kFewest = 2'000;  // that are worth another connection, which takes a millisecond to open
    if (threads > 1 && imageHashes.size() >= 2 * kFewest) {
        const std::size_t half = imageHashes.size() / 2;
        const auto lastHashes = imageHashes.subspan(half);
        const auto last = out.subspan(half * columns, lastHashes.size() * columns);
        const auto readLast = [&] {
            const auto another = openLibraryDatabase(sql::fileOf(*m_database), Access::Read, {});
            return FeatureStore(*another).read(backbone, lastHashes, last, threads / 2);
        };
        std::future<std::vector<bool>> other;
        try {
            other = std::async(std::launch::async, readLast);
        } catch (const std::system_error &) {
            // There is no other thread to be had.
        }
        std::vector<bool> found =
            read(backbone, imageHashes.first(half), out.first(half * columns), threads - threads / 2);
        std::optional<std::vector<bool>> rest;
        try {
            if (other.valid())
                rest = other.get();
        } catch (const Error &) {
            // Nor another connection: this one does it all.
        }
        if (!rest)
            rest = read(backbone, lastHashes, last, 1);
        found.insert(found.end(), rest->begin(), rest->end());
        return found;
    }
    std::vector<bool> found(imageHashes.size(), false);
    sql::guarded(*m_database, "read from", [&] {
        // One transaction, or SQLite would lock and unlock the file for each row.
        SQLite::Transaction transaction(*m_database);
        const auto id = sql::first(*m_database, sql::integer, "SELECT id FROM backbones WHERE name = ?", backbone);
        if (!id)
            return;
        VectorReader reader(*m_database);
        for (const auto &[row, at] : rowsOf(*m_database, *id, imageHashes))
            found[at] = columns > 0 && reader.read(row, out.subspan(at * columns, columns));
    });
    return found;
}

std::set<std::string> FeatureStore::hashes(const std::string &backbone, std::size_t columns) const
{
    const auto found = sql::rows(*m_database, sql::text,
                                 "SELECT image_hash FROM features WHERE"
                                 " backbone = (SELECT id FROM backbones WHERE name = ?1)"
                                 " AND (?2 = 0 OR length(vector) = ?2) ORDER BY image_hash",
                                 backbone, static_cast<std::int64_t>(columns * sizeof(float)));
    return {found.begin(), found.end()};
}

std::vector<std::pair<std::string, std::size_t>> FeatureStore::counts() const
{
    return sql::rows(
        *m_database,
        [](SQLite::Statement &row) {
            return std::pair(row.getColumn(0).getString(), std::size_t(row.getColumn(1).getInt64()));
        },
        "SELECT name, (SELECT count(*) FROM features WHERE backbone = id) FROM backbones ORDER BY name");
}

}  // namespace dank
