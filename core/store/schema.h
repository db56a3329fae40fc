#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace SQLite {
class Database;
class Exception;
}  // namespace SQLite

namespace dank {

/// Opens or creates the library's database, in WAL mode and with this version's tables: an older one gets those that it
/// lacks. One that is not ours, newer or damaged is refused before a byte of it is written. Throws
/// Error{Library|Disk|Memory}.
std::unique_ptr<SQLite::Database> openLibraryDatabase(const std::filesystem::path &file);

/// Rethrows SQLite's exception as ours: Error{Disk} for a full disk or a read-only folder, else Error{Library|Memory}.
/// `doing` completes "Cannot …".
[[noreturn]] void throwDatabaseError(const SQLite::Exception &exception, std::string_view doing,
                                     const std::filesystem::path &file);

}  // namespace dank
