#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/data/meme.h"

namespace dank {

enum class SplitKind {
    Author,  ///< all memes of one author on one side; a meme without author is its own group
    Random,  ///< rows at random: optimistic, since one author may stand on both sides
};
const char *splitKindName(SplitKind kind) noexcept;       ///< "author", "random"
SplitKind splitKindFromName(std::string_view name);       ///< throws Error{Format}

/// Row indexes into the records that were split, each side ascending, disjoint, together all rows.
struct Split {
    std::vector<std::size_t> train;
    std::vector<std::size_t> validation;
    std::vector<std::size_t> test;  ///< empty from makeSplit()
};

/// Holds out about `fraction` of the rows. Both sides get at least one row. Same seed, same split.
/// Throws Error{Dataset} when that cannot be: fewer than two rows, or all by one author.
Split makeSplit(std::span<const MemeRecord> records, SplitKind kind, double fraction, std::uint64_t seed);

/// Three sides for a training run: about `fraction` of the rows to choose the epoch by (validation), as many again to
/// judge the chosen epoch by (test), and the rest to learn from. Without the third, the best of many epochs on the very
/// rows that choose it looks better than it is, even on shuffled upvotes. Throws like makeSplit(), and Error{Format} for
/// a fraction of a half or more.
Split makeRunSplit(std::span<const MemeRecord> records, SplitKind kind, double fraction, std::uint64_t seed);

}  // namespace dank
