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
};

/// Holds out about `fraction` of the rows. Both sides get at least one row. Same seed, same split.
/// Throws Error{Dataset} when that cannot be: fewer than two rows, or all by one author.
Split makeSplit(std::span<const MemeRecord> records, SplitKind kind, double fraction, std::uint64_t seed);

}  // namespace dank
