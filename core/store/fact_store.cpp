#include "core/store/fact_store.h"

#include <utility>

#include "core/store/sql.h"

namespace dank {
namespace {

constexpr const char *kPut = "INSERT OR REPLACE INTO facts(key, value) VALUES(?, ?)";

}  // namespace

void FactStore::noteUse() const
{
    if (!std::exchange(m_noted, true))
        sql::noteUse(*m_database, "facts", "");
}

std::optional<std::string> FactStore::get(const std::string &key) const
{
    auto found = sql::first(*m_database, sql::text, "SELECT value FROM facts WHERE key = ?", key);
    if (found)
        noteUse();
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
    if (!found.empty())
        noteUse();
    return {found.begin(), found.end()};
}

}  // namespace dank
