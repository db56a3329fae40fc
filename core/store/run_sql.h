#pragma once

// What the files of the runs' half of Library share.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace SQLite {
class Database;
}

namespace dank {

/// The time `ago` as ISO 8601, UTC, in seconds. Later times are greater as text too.
std::string utcNow(std::chrono::seconds ago = {});

/// Throws Error{Library}: there is no such run.
[[noreturn]] void refuseUnknownRun(std::int64_t run, const std::filesystem::path &folder);

bool runExists(const SQLite::Database &database, std::int64_t run);

}  // namespace dank
