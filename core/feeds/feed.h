#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/feeds/columns.h"

namespace dank {

/// What a dataset needs of a row.
enum class FeedField { Id, Image, Upvotes, Title, Author, Group, Created, Label };
inline constexpr std::size_t kFeedFields = 8;

/// The name used in JSON and on the command line, e.g. "upvotes".
const char *feedFieldName(FeedField field) noexcept;

/// Which column of a file is which field, by FeedField; empty: none. What stands in an object is "object.name".
struct FeedMapping {
    std::array<std::string, kFeedFields> columns;

    const std::string &column(FeedField field) const { return columns[static_cast<std::size_t>(field)]; }
    std::string &column(FeedField field) { return columns[static_cast<std::size_t>(field)]; }
    bool empty() const;
};

/// Of "FIELD=COLUMN" texts. Throws Error{Format} for another field or an empty column.
FeedMapping parseFeedMapping(const std::vector<std::string> &texts);

/// How a file of memes is to be read.
struct FeedOptions {
    FeedMapping map;               ///< goes before what is guessed
    std::filesystem::path images;  ///< where the pictures are; empty: beside the file

    bool empty() const { return map.empty() && images.empty(); }
};

/// One row, with no more than what a dataset needs of it.
struct FeedRow {
    std::string key;    ///< its key in the table, or its place in a list or its line, from 1
    std::string id;     ///< empty where it has none
    std::string image;  ///< the address or the file name of its picture
    std::string title;
    std::string author;
    double created = 0;                   ///< seconds since 1970 UTC, 0 where unknown
    bool hasUpvotes = false;              ///< something stands there that is not null
    bool hasLabel = false;                ///< so does in the label's column; what, is in the feed's columns
    std::optional<std::int64_t> upvotes;  ///< set where they are a whole number in 0..2^31-1
    std::string upvotesText;              ///< what stands there instead, for a message
    std::string problem;                  ///< why the row makes no sense; empty: it does
    std::size_t columnsRow = 0;           ///< of Feed::columns
};

/// A table of a file, and how many of its rows are among the feed's.
struct FeedTable {
    std::string name;  ///< empty where the file is one table without a name
    std::size_t rows = 0;
    std::size_t read = 0;
};

/// A file of memes: the rows in its order, and what else stands in them.
struct Feed {
    std::string layout;  ///< "TinyDB", "JSON lines", "CSV", …
    FeedMapping mapping;
    std::vector<FeedTable> tables;
    std::vector<FeedRow> rows;
    std::shared_ptr<const ColumnTable> columns;  ///< short texts, whole numbers, true and false; never null
};

}  // namespace dank
