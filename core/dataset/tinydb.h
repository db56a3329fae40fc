#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/columns.h"

namespace dank {

/// One row of a TinyDB table, with no more than what a dataset needs of it, as it stands in the file.
struct TinyRow {
    std::string key;  ///< its key in the table, or its place in a list, from 1
    std::string id;   ///< empty where it has none
    std::string title;
    std::string author;
    std::string media;
    double created = 0;
    bool hasUpvotes = false;              ///< "ups" is there and not null
    std::optional<std::int64_t> upvotes;  ///< set where they are a whole number in 0..2^31-1
    std::string upvotesText;              ///< what stands there instead, for a message
    std::string problem;                  ///< why the row makes no sense; empty: it does
};

/// A table's rows in the file's order, and what else stands in them: row i of `columns` belongs to rows[i].
struct TinyTable {
    std::vector<TinyRow> rows;
    std::shared_ptr<const ColumnTable> columns;  ///< short texts, whole numbers, true and false; never null
};

/// The table "_default", else the largest; or a bare list. Text that is not
/// UTF-8, lone surrogates and Python's NaN are repaired rather than refused. `path` is for messages only.
/// Throws Error{Format} with line and column; checks `job.cancel`.
TinyTable parseTinyDb(std::string text, const std::filesystem::path &path, const JobContext &job);

}  // namespace dank
