#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/feeds/feed.h"
#include "core/feeds/raw_row.h"

namespace dank {

/// In a mapping that is given: the file has no such column, and none is guessed.
inline constexpr std::string_view kNoColumn = "-";

/// The first rows of a file of memes as they stand there: what its columns may mean is tried on them, without reading
/// the file again. A plain value.
struct FeedSample {
    struct Row {
        std::size_t table = 0;  ///< of `tables`
        RawRow row;
    };

    std::string layout;
    std::vector<std::string> tables;
    std::vector<Row> rows;             ///< those that are guessed by: at most 1,000, or 64 MiB of them
    std::vector<std::string> columns;  ///< in their order; each once
    bool whole = false;                ///< the file has no others

    /// The same for every file of this layout that has these columns, in whatever order and packing: a hash.
    std::string shape() const;
    /// What is read as what under a mapping that is given, guesses included.
    FeedMapping mappingUnder(const FeedMapping &given) const;
    /// Are its rows' keys names, by which their pictures may be found, not numbers (pandas' index)?
    bool namesItsRows() const;
};

/// Is enough known to make memes of rows: upvotes or a label, and a picture or an id to find it by, which may be the
/// row's own name?
bool isEnough(const FeedMapping &mapping, bool namesItsRows);

/// Reads no further than it needs to; of a JSON document it is the text alone that is read whole. Throws as readFeed().
FeedSample readFeedSample(const std::filesystem::path &path, const JobContext &job);

/// What readFeed() would make of these rows; `FeedRow::columnsRow` is their place in the sample. `path` is named in
/// errors. Throws Error{Format} for a column that is not there.
Feed feedOf(const FeedSample &sample, const FeedMapping &given, const std::filesystem::path &path,
            const JobContext &job);

}  // namespace dank
