#include "core/store/user_choices.h"

#include "core/store/sql.h"

namespace dank {

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
