#include "core/store/small_stores.h"

#include <utility>

#include "core/store/sql.h"

namespace dank {
namespace {

constexpr const char *kPut = "INSERT OR REPLACE INTO facts(key, value) VALUES(?, ?)";

}  // namespace

std::optional<std::string> FactStore::get(const std::string &key) const
{
    auto found = sql::first(*m_database, sql::text, "SELECT value FROM facts WHERE key = ?", key);
    if (found && !std::exchange(m_noted, true))
        sql::noteUse(*m_database, "facts", "");
    return found;
}

void FactStore::set(const std::string &key, const std::string &value)
{
    sql::change(*m_database, kPut, key, value);
}

void FactStore::set(const std::map<std::string, std::string> &facts)
{
    if (facts.empty())
        return;
    sql::transaction(*m_database, [&] {
        SQLite::Statement put(*m_database, kPut);
        for (const auto &[key, value] : facts)
            sql::execute(put, key, value);
    });
}

std::map<std::string, std::string> FactStore::under(const std::string &prefix) const
{
    std::string past = prefix;
    ++past.back();
    const auto found = sql::rows(
        *m_database,
        [](SQLite::Statement &row) { return std::pair(row.getColumn(0).getString(), row.getColumn(1).getString()); },
        "SELECT key, value FROM facts WHERE key >= ?1 AND key < ?2 ORDER BY key", prefix, past);
    if (!found.empty() && !std::exchange(m_noted, true))
        sql::noteUse(*m_database, "facts", "");
    return {found.begin(), found.end()};
}

void ThumbnailStore::put(int side, std::span<const Entry> entries)
{
    if (entries.empty())
        return;
    sql::transaction(*m_database, [&] {
        SQLite::Statement put(*m_database, "INSERT INTO thumbnails(image_hash, side, encoded) VALUES(?1, ?2, ?3)"
                                           " ON CONFLICT(image_hash, side) DO UPDATE SET encoded = ?3");
        for (const Entry &entry : entries) {
            put.bind(1, entry.imageHash);
            put.bind(2, side);
            const void *const bytes = entry.encoded.empty() ? "" : static_cast<const void *>(entry.encoded.data());
            put.bindNoCopy(3, bytes, static_cast<int>(entry.encoded.size()));  // a null pointer would be NULL
            put.exec();
            put.reset();
        }
        sql::noteUse(*m_database, "thumbnails", "");
    });
}

std::optional<std::vector<std::byte>> ThumbnailStore::get(int side, const std::string &imageHash) const
{
    auto found = sql::first(
        *m_database,
        [](SQLite::Statement &row) {
            const SQLite::Column column = row.getColumn(0);
            const auto *bytes = static_cast<const std::byte *>(column.getBlob());
            return std::vector<std::byte>(bytes, bytes + column.getBytes());
        },
        "SELECT encoded FROM thumbnails WHERE image_hash = ? AND side = ?", imageHash, side);
    if (found && !std::exchange(m_noted, true))
        sql::noteUse(*m_database, "thumbnails", "");
    return found;
}

std::set<MemeId> UserChoices::exclusions(const std::string &dataset) const
{
    const auto ids = sql::rows(*m_database, sql::text, "SELECT meme FROM exclusions WHERE dataset = ?", dataset);
    return {ids.begin(), ids.end()};
}

void UserChoices::setExclusions(const std::string &dataset, const std::set<MemeId> &ids)
{
    sql::transaction(*m_database, [&] {
        sql::change(*m_database, "DELETE FROM exclusions WHERE dataset = ?", dataset);
        SQLite::Statement put(*m_database, "INSERT INTO exclusions(dataset, meme) VALUES(?, ?)");
        for (const MemeId &id : ids)
            sql::execute(put, dataset, id);
    });
}

std::vector<std::string> UserChoices::recents(const std::string &kind) const
{
    return sql::rows(*m_database, sql::text, "SELECT path FROM recents WHERE kind = ? ORDER BY used DESC", kind);
}

void UserChoices::addRecent(const std::string &kind, const std::string &path)
{
    constexpr int kMost = 20;
    sql::transaction(*m_database, [&] {
        // A counter rather than the clock, which may stand still or go back.
        sql::change(*m_database,
                    "INSERT OR REPLACE INTO recents(kind, path, used)"
                    " VALUES(?, ?, (SELECT coalesce(max(used), 0) + 1 FROM recents))",
                    kind, path);
        sql::change(*m_database,
                    "DELETE FROM recents WHERE kind = ?1 AND path NOT IN"
                    " (SELECT path FROM recents WHERE kind = ?1 ORDER BY used DESC LIMIT ?2)",
                    kind, kMost);
    });
}

}  // namespace dank
