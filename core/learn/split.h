#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

/// How rows are put on sides. Whatever the kind but Random, copies of a meme stay on one side where the caller knows
/// them (SplitPlan::clusters).
enum class SplitKind {
    Author,      ///< all memes of one author on one side; a meme without author is its own group
    Random,      ///< rows at random: optimistic, since one author, and even one meme, may stand on both sides
    Time,        ///< newest last: the oldest to learn from, then those to choose by, the newest to judge by
    Duplicates,  ///< copies of a meme on one side; one author may stand on both
};
const char *splitKindName(SplitKind kind) noexcept;  ///< "author", "random", "time", "duplicates"
SplitKind splitKindFromName(std::string_view name);  ///< throws Error{Format}

/// Row indexes into the records that were split, each side ascending, disjoint, together all rows.
struct Split {
    std::vector<std::size_t> train;
    std::vector<std::size_t> validation;
    std::vector<std::size_t> test;   ///< empty from makeSplit()
    std::vector<std::string> notes;  ///< whole sentences: what a reader of the result should know about the sides
};

/// Everything that decides a split besides the records and the seed.
struct SplitPlan {
    SplitKind kind = SplitKind::Author;
    double fraction = 0.2;  ///< of the rows on each held-out side
    /// For each record its cluster of copies (DuplicateClusters::of); may be empty but for Duplicates.
    std::span<const std::size_t> clusters = {};
};

/// Holds out about `plan.fraction` of the rows. Both sides get at least one row. Same seed, same split; without
/// duplicates among them, `clusters` changes nothing. Time holds out the newest of the memes that say when they were
/// posted, the same ones for every seed; the rest train, as a note says. A cluster counts as posted when its newest
/// copy was, so that no meme to learn from is newer than the held-out part begins.
/// Throws Error{Dataset} when that cannot be: fewer than two rows, or all in one cluster or by one author;
/// Error{Format} for a fraction that is not a number; Error{Shape} for clusters that do not match or are missing.
Split makeSplit(std::span<const MemeRecord> records, const SplitPlan &plan, std::uint64_t seed);

/// A training run needs one row to learn from, one to choose the epoch by and one to judge it by.
inline constexpr std::size_t kMinRowsToTrain = 3;
/// Throws Error{Dataset} for fewer rows than that.
void checkRowsToTrain(std::size_t rows);

/// Three sides for a training run: about `fraction` of the rows to choose the epoch by (validation), as many again to
/// judge the chosen epoch by (test), and the rest to learn from. Without the third, the best of many epochs on the very
/// rows that choose it looks better than it is, even on shuffled upvotes. Throws like makeSplit(), and Error{Format}
/// for a fraction of a half or more.
Split makeRunSplit(std::span<const MemeRecord> records, const SplitPlan &plan, std::uint64_t seed);

/// The most folds that makeFolds() makes.
inline constexpr std::size_t kMaxFolds = 100;

/// `folds` splits in which every row is on the test side exactly once. Clusters and authors stay whole as in
/// makeSplit(), the folds are about equally large, and of the rest of each about `plan.fraction` of all rows (at most
/// half of that rest) is its validation side. Throws like makeRunSplit(), Error{Format} for fewer than 2 or more than
/// kMaxFolds folds and for Time, whose newest rows can be judged only once, and Error{Dataset} where there are fewer
/// clusters than folds.
std::vector<Split> makeFolds(std::span<const MemeRecord> records, const SplitPlan &plan, std::size_t folds,
                             std::uint64_t seed);

/// A split as a canonical text, to freeze it: a title line, then for each side its name, its number of memes and their
/// ids in byte order, one a line. It does not depend on the order of the records.
/// Throws Error{Shape} for a row that is not there, Error{Format} for an id with a line break in it.
std::string splitManifest(std::span<const MemeId> ids, const Split &split);

/// The manifest's hash (hashText), which tells whether two runs were judged on the same memes.
std::string splitHash(std::span<const MemeId> ids, const Split &split);
/// The same for sides that are lists of ids.
std::string splitHash(std::span<const MemeId> train, std::span<const MemeId> validation, std::span<const MemeId> test);

}  // namespace dank
