#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace dank::test {

/// Gives a run of the library in `folder` a loss that only a newer version could know.
inline void makeUnreadable(const std::filesystem::path &folder, std::int64_t run)
{
    SQLite::Database(folder / "library.sqlite", SQLite::OPEN_READWRITE)
        .exec(R"(UPDATE runs SET config = replace(config, '"loss":"', '"loss":"newer_') WHERE run = )"
              + std::to_string(run));
}

}  // namespace dank::test
