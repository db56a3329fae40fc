#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/job.h"

namespace dank {

enum class Access {
    Write,
    Read,  ///< a database that cannot be written is opened too, and then never written
};

/// How many steps of SQLite's machine a statement goes on for after a stop, some milliseconds; so that what is short,
/// such as to record that a run was stopped, is still done.
constexpr int kStepsToStop = 1'000'000;

/// Opens or creates the library's database, in WAL mode and with this version's tables: an older one gets those that it
/// lacks. One that is not ours, newer, damaged, or whose schema is not ours object for object is refused before a byte
/// of it is written. `stop` ends every statement, also later ones, with Cancelled. Throws Error{Library|Disk|Memory}.
std::shared_ptr<SQLite::Database> openLibraryDatabase(const std::filesystem::path &file, Access access,
                                                      const CancelToken &stop, int steps = kStepsToStop);

/// Rethrows SQLite's exception as ours: Error{Disk} for a full disk or a read-only folder, Cancelled for a statement
/// that was stopped, else Error{Library|Memory}. `doing` completes "Cannot …"; `systemError` is the errno behind it, or
/// 0.
[[noreturn]] void throwDatabaseError(const SQLite::Exception &exception, std::string_view doing,
                                     const std::filesystem::path &file, int systemError);

}  // namespace dank

/// What the stores say to SQLite with. Private to core/store. All throw Error{Disk|Library|Memory}, or
/// Cancelled after a stop, never SQLite's own.
namespace dank::sql {

std::filesystem::path fileOf(const SQLite::Database &database);
bool isReadOnly(const SQLite::Database &database);
int systemErrorOf(const SQLite::Database &database);  ///< the errno behind the last failure of the disk, or 0

/// Runs `work` and turns SQLite's exceptions into ours. `doing` completes "Cannot … the library".
template <typename Work>
auto guarded(const SQLite::Database &database, std::string_view doing, Work &&work) -> decltype(work())
{
    try {
        return work();
    } catch (const SQLite::Exception &exception) {
        throwDatabaseError(exception, doing, fileOf(database), systemErrorOf(database));
    }
}

template <typename Value>
void bindOne(SQLite::Statement &statement, int at, const Value &value)
{
    if constexpr (std::is_same_v<Value, std::optional<double>>)
        value ? statement.bind(at, *value) : statement.bind(at);
    else
        statement.bind(at, value);
}

template <typename... Values>
void bind(SQLite::Statement &statement, const Values &...values)
{
    int at = 0;
    (bindOne(statement, ++at, values), ...);
}

/// Runs a prepared statement with those values; it can be run again.
template <typename... Values>
int execute(SQLite::Statement &statement, const Values &...values)
{
    bind(statement, values...);
    const int changed = statement.exec();
    statement.reset();
    return changed;
}

/// Makes all of `work` one transaction: it is done wholly, or after an exception not at all.
template <typename Work>
auto transaction(SQLite::Database &database, Work &&work) -> decltype(work())
{
    return guarded(database, "write to", [&] {
        SQLite::Transaction whole(database, SQLite::TransactionBehavior::IMMEDIATE);
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            whole.commit();
        } else {
            auto result = work();
            whole.commit();
            return result;
        }
    });
}

/// Runs one statement; returns how many rows it changed.
template <typename... Values>
int change(SQLite::Database &database, const std::string &text, const Values &...values)
{
    return guarded(database, "write to", [&] {
        SQLite::Statement statement(database, text);
        return execute(statement, values...);
    });
}

/// The rows of a query, each as `read` makes it of the statement.
template <typename Read, typename... Values>
auto rows(const SQLite::Database &database, Read read, const std::string &text, const Values &...values)
{
    return guarded(database, "read from", [&] {
        SQLite::Statement statement(database, text);
        bind(statement, values...);
        std::vector<decltype(read(statement))> all;
        while (statement.executeStep())
            all.push_back(read(statement));
        return all;
    });
}

/// The first of them; empty where there is none.
template <typename Read, typename... Values>
auto first(const SQLite::Database &database, Read read, const std::string &text, const Values &...values)
{
    return guarded(database, "read from", [&] {
        SQLite::Statement statement(database, text);
        bind(statement, values...);
        return statement.executeStep() ? std::optional(read(statement)) : std::nullopt;
    });
}

/// Reads a row's first column.
inline std::string text(SQLite::Statement &row)
{
    return row.getColumn(0).getString();
}
inline std::int64_t integer(SQLite::Statement &row)
{
    return row.getColumn(0).getInt64();
}

/// Remembers that something of that kind and name was used today; written once a day. Only a hint for what may be freed
/// first, so that it fails silently.
void noteUse(SQLite::Database &database, const char *kind, const std::string &name);

/// Throws Error{Library} naming the run when there is none of that number.
void requireRun(const SQLite::Database &database, std::int64_t run);
[[noreturn]] void refuseUnknownRun(const SQLite::Database &database, std::int64_t run);

}  // namespace dank::sql
