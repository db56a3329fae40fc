#include "core/store/sql.h"

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank::sql {

void noteUse(SQLite::Database &database, const char *kind, const std::string &name)
{
    try {
        if (!first(database, integer, "SELECT 1 FROM last_used WHERE kind = ? AND name = ? AND day >= date('now')",
                   kind, name))
            change(database, "INSERT OR REPLACE INTO last_used(kind, name, day) VALUES(?, ?, date('now'))", kind, name);
    } catch (const Error &) {
        // The library works without.
    }
}

void requireRun(const SQLite::Database &database, std::int64_t run)
{
    if (!first(database, integer, "SELECT 1 FROM runs WHERE run = ?", run))
        refuseUnknownRun(database, run);
}

void refuseUnknownRun(const SQLite::Database &database, std::int64_t run)
{
    const std::filesystem::path folder = std::filesystem::path(database.getFilename()).parent_path();
    throw Error(ErrorKind::Library,
                "There is no run " + std::to_string(run) + " in the library '" + displayPath(folder) + "'.", folder);
}

}  // namespace dank::sql
