#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/dataset.h"

namespace dank {

enum class GroupKind {
    None,
    Author,
    Month,     ///< of posting, UTC: "2018-03"
    Template,  ///< the column of that name; where the dataset has none, pictures that look alike
    Column,    ///< any other column of the rows
    File,      ///< a side file
    Rows,      ///< ranges of row numbers in the db.json
};

/// Rows `first` … `last` of the file, both included.
struct RowRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    bool operator==(const RowRange &) const = default;
};

/// By what memes are put into groups.
struct GroupSpec {
    GroupKind kind = GroupKind::None;
    std::string column;            ///< with Column
    std::filesystem::path file;    ///< with File
    std::vector<RowRange> ranges;  ///< with Rows, ascending, disjoint
    std::string text;              ///< as it was written, for messages and for keeping

    /// From "" (no groups), "author", "month", "template", "file:PATH", "rows:1-902,903-1773,…" or a column's name;
    /// "column:NAME" for a column that is named like one of the others. Throws Error{Format} for a range that is not
    /// one, that overlaps another or that holds no row. Opens no file.
    static GroupSpec parse(std::string_view text);
    /// The same; a side file by its absolute path, so that it means the same from any folder.
    GroupSpec absolute() const;
};

/// Which group each meme is in.
struct Grouping {
    std::string name;                ///< what the groups are: "subreddit", "author", …; empty without groups
    std::vector<std::string> of;     ///< [records] the group's name; empty where unknown
    std::vector<std::string> names;  ///< of all groups, in order of first appearance
    std::size_t unknown = 0;         ///< records without a group
    std::size_t largest = 0;         ///< memes in the largest group
    std::size_t smallest = 0;
    std::vector<std::string> notes;  ///< whole sentences for the user

    /// For each record its place in `names`, or -1 where unknown.
    std::vector<std::int64_t> indexes() const;
};

/// What groupsOf() needs besides the records.
struct GroupContext {
    /// The dataset that the records are from. A side file may name memes that could not be used, but none that is not
    /// in it. Null: the records are all there is.
    const Dataset *dataset = nullptr;
    /// For Template without such a column: for each record its cluster, as duplicateClusters() gives them.
    std::span<const std::size_t> clusters;
    /// Take a single group, or groups of one meme each. Otherwise they are an error, since nothing can be compared
    /// within them.
    bool acceptAny = false;
};

/// Every table that the records' columns stand in: one for what was loaded. Valid as long as the records.
std::vector<const ColumnTable *> tablesOf(std::span<const MemeRecord> records);
std::vector<const ColumnTable *> tablesOf(std::span<const RowColumns> memes);

/// Throws Error{Dataset} where the groups say nothing (no such column, none known, all in one, each its own),
/// Error{File}, Error{Format} or Error{Mismatch} for a side file; each with what to do about it.
Grouping groupsOf(std::span<const MemeRecord> records, const GroupSpec &spec, const GroupContext &context = {});
Grouping groupsOf(const Dataset &dataset, const GroupSpec &spec);

}  // namespace dank
