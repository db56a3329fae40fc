#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string_view>

#include "core/store/schema.h"

namespace dank {

/// Runs `work` and turns SQLite's exceptions into ours. Private to core/store.
template <typename Work>
auto guarded(std::string_view doing, const SQLite::Database &database, Work &&work) -> decltype(work())
{
    try {
        return work();
    } catch (const SQLite::Exception &exception) {
        throwDatabaseError(exception, doing, database.getFilename());
    }
}

}  // namespace dank
