#pragma once

// Internal to core/store.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/store/sql.h"

namespace dank {

/// A library that others are joined from. Its rows are only read; one of an older format is brought up to date, where
/// it can be written.
struct MergeSource {
    std::filesystem::path folder;
    std::shared_ptr<SQLite::Database> database;
    std::map<std::int64_t, std::string> backbones;  ///< those that have vectors, by their number there

    /// Throws Error{Library}; `why` completes "The library … ".
    [[noreturn]] void refuse(const std::string &why) const;
};

/// `named`: a library's folder, or the database in it. Throws Error{Library} where there is none, where it is damaged
/// or `into` itself.
MergeSource openMergeSource(const std::filesystem::path &named, const std::filesystem::path &into,
                            const CancelToken &stop);

/// What mergeLibraries() says of foreign ids. `into`: the database, which may not be there yet. Throws Error{Mismatch}.
void refuseForeignBackbones(std::span<const MergeSource> sources, const std::filesystem::path &into,
                            const CancelToken &stop);

}  // namespace dank
