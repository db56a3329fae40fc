#include "core/learn/split.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/random.h"
#include "core/base/rows.h"
#include "core/dataset/duplicates.h"

namespace dank {

namespace {

constexpr const char *kNames[] = {"author", "random", "time", "duplicates"};

using Group = std::vector<std::size_t>;

/// Groups in order of first appearance, so that the seed alone decides what comes of them.
std::vector<Group> groupRows(std::span<const MemeRecord> records, const SplitPlan &plan)
{
    UnionFind together(records.size());
    if (plan.kind != SplitKind::Random) {
        std::unordered_map<std::size_t, std::size_t> firstOfCluster;
        for (std::size_t row = 0; row < plan.clusters.size(); ++row)
            together.unite(firstOfCluster.try_emplace(plan.clusters[row], row).first->second, row);
    }
    if (plan.kind == SplitKind::Author) {
        std::unordered_map<std::string_view, std::size_t> firstOfAuthor;
        for (std::size_t row = 0; row < records.size(); ++row)
            if (!records[row].author.empty())
                together.unite(firstOfAuthor.try_emplace(records[row].author, row).first->second, row);
    }
    return rowsByKey(records.size(), [&](std::size_t row) { return together.find(row); });
}

void checkPlan(std::span<const MemeRecord> records, const SplitPlan &plan)
{
    if (!plan.clusters.empty() && plan.clusters.size() != records.size())
        throw Error(ErrorKind::Shape, "The clusters of copies are not about the memes that are to be split.");
    if (plan.kind == SplitKind::Duplicates && plan.clusters.empty() && !records.empty())
        throw Error(ErrorKind::Shape, "A split by near-duplicates needs to know which memes are copies of which.");
    if (!std::isfinite(plan.fraction))
        throw Error(ErrorKind::Format, "The share of memes to hold out is not a number.");
}

[[noreturn]] void throwOneGroup(const SplitPlan &plan)
{
    if (plan.kind == SplitKind::Duplicates)
        throw Error(ErrorKind::Dataset, "All memes look like copies of each other, so none can be held out. "
                                        "Choose the random split, or add other memes.");
    const std::string copies = plan.clusters.empty() ? "" : " or copies";
    throw Error(ErrorKind::Dataset, "All memes are by one author" + copies
                                        + ", so none can be held out by author. Choose the random split.");
}

std::size_t shareOf(double fraction, std::size_t rows, std::size_t least, std::size_t most)
{
    return static_cast<std::size_t>(std::clamp(std::round(fraction * static_cast<double>(rows)),
                                               static_cast<double>(least), static_cast<double>(most)));
}

/// Of shuffled groups those to hold out, about `wanted` rows of all.
std::vector<bool> heldOut(const std::vector<Group> &groups, std::size_t wanted, std::size_t rows)
{
    std::vector<bool> held(groups.size(), false);
    std::size_t heldRows = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (heldRows + groups[i].size() <= wanted) {
            held[i] = true;
            heldRows += groups[i].size();
        }
    }
    // What is left is too large to fit. One more group is held out where that comes nearer to the share,
    // or where nothing fitted at all; never the last one.
    std::size_t smallest = groups.size();
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (!held[i] && (smallest == groups.size() || groups[i].size() < groups[smallest].size()))
            smallest = i;
    if (smallest < groups.size()) {
        const std::size_t more = heldRows + groups[smallest].size();
        if (more < rows && more > wanted && (heldRows == 0 || more - wanted < wanted - heldRows))
            held[smallest] = true;
    }
    return held;
}

void append(std::vector<std::size_t> &side, const Group &group)
{
    side.insert(side.end(), group.begin(), group.end());
}

void sortSides(Split &split)
{
    for (auto *side : {&split.train, &split.validation, &split.test})
        std::sort(side->begin(), side->end());
}

/// Splits the rows `rest` into training and validation and adds them to `split`.
void addRest(Split &split, std::span<const MemeRecord> records, const SplitPlan &plan,
             std::span<const std::size_t> rest, double fraction, std::uint64_t seed)
{
    const auto clusters = picked<std::size_t>(plan.clusters, rest);
    const Split inner = makeSplit(picked<MemeRecord>(records, rest), {plan.kind, fraction, clusters}, seed);
    for (const std::size_t row : inner.train)
        split.train.push_back(rest[row]);
    for (const std::size_t row : inner.validation)
        split.validation.push_back(rest[row]);
}

/// Says how many of the memes that judge are by authors whom the run learns from: what it knows of an author helps
/// there.
void noteAuthorsOnBothSides(Split &split, std::span<const MemeRecord> records)
{
    std::unordered_set<std::string_view> learned;
    for (const std::size_t row : split.train)
        learned.insert(records[row].author);
    const auto known = std::count_if(split.test.begin(), split.test.end(), [&](std::size_t row) {
        return !records[row].author.empty() && learned.contains(records[row].author);
    });
    if (known > 0)
        split.notes.push_back(std::to_string(known) + " of the " + std::to_string(split.test.size())
                              + " memes that judge the model are by authors it learned from, so its figures are "
                                "optimistic for new authors. The split by author keeps them apart.");
}

// ---- by time

struct Dated {
    double newest = 0;  ///< of the group's memes; 0 where none says when it was posted
    Group rows;
};

/// Takes about `wanted` rows' worth of groups off the end of `dated`, at least one group, and leaves at least `least`.
Group takeNewest(std::vector<Dated> &dated, std::size_t wanted, std::size_t least)
{
    Group taken;
    while (dated.size() > least) {
        const std::size_t more = taken.size() + dated.back().rows.size();
        if (!taken.empty() && more > wanted && more - wanted >= wanted - std::min(wanted, taken.size()))
            break;
        append(taken, dated.back().rows);
        dated.pop_back();
        if (taken.size() >= wanted)
            break;
    }
    return taken;
}

/// Newest last on `sides` sides, 2 or 3.
Split splitByTime(std::span<const MemeRecord> records, const SplitPlan &plan, std::size_t sides)
{
    std::vector<Dated> dated;
    Split split;
    std::size_t datedRows = 0;
    for (Group &group : groupRows(records, plan)) {
        double newest = 0;
        for (const std::size_t row : group)
            if (std::isfinite(records[row].created))
                newest = std::max(newest, records[row].created);
        if (newest > 0) {
            datedRows += group.size();
            dated.push_back({newest, std::move(group)});
        } else {
            append(split.train, group);
        }
    }
    const std::size_t undated = split.train.size();
    if (dated.size() < sides && !(dated.size() + 1 == sides && undated > 0))
        throw Error(ErrorKind::Dataset, (dated.empty() ? std::string("None") : "Only " + std::to_string(dated.size()))
                                            + " of " + std::to_string(records.size()) + " memes, copies counted once, "
                                            + (dated.size() == 1 ? "says when it was" : "say when they were")
                                            + " posted, so the newest cannot be held out. Choose another split.");
    std::stable_sort(dated.begin(), dated.end(), [](const Dated &a, const Dated &b) { return a.newest < b.newest; });
    const std::size_t wanted = shareOf(plan.fraction, datedRows, 1, datedRows);
    const std::size_t left = undated > 0 ? 0 : 1;  // groups that must remain to learn from
    if (sides == 3)
        split.test = takeNewest(dated, wanted, left + 1);
    split.validation = takeNewest(dated, wanted, left);
    for (const Dated &group : dated)
        append(split.train, group.rows);
    if (undated > 0)
        split.notes.push_back(std::to_string(undated) + " of " + std::to_string(records.size())
                              + " memes do not say when they were posted; they are among those to learn from.");
    sortSides(split);
    return split;
}

}  // namespace

const char *splitKindName(SplitKind kind) noexcept
{
    return nameIn(kNames, kind);
}

SplitKind splitKindFromName(std::string_view name)
{
    if (const auto kind = valueIn<SplitKind>(kNames, name))
        return *kind;
    throw Error(ErrorKind::Format,
                "There is no split '" + std::string(name) + "'. Choose author, duplicates, time or random.");
}

Split makeSplit(std::span<const MemeRecord> records, const SplitPlan &plan, std::uint64_t seed)
{
    const std::size_t rows = records.size();
    if (rows < 2)
        throw Error(ErrorKind::Dataset, "Holding memes out needs at least 2 usable memes; there "
                                            + std::string(rows == 1 ? "is 1." : "are none."));
    checkPlan(records, plan);
    if (plan.kind == SplitKind::Time)
        return splitByTime(records, plan, 2);
    std::vector<Group> groups = groupRows(records, plan);
    if (groups.size() < 2)
        throwOneGroup(plan);

    Random random(seed);
    random.shuffle(std::span(groups));
    const std::vector<bool> held = heldOut(groups, shareOf(plan.fraction, rows, 1, rows - 1), rows);
    Split split;
    for (std::size_t i = 0; i < groups.size(); ++i)
        append(held[i] ? split.validation : split.train, groups[i]);
    sortSides(split);
    return split;
}

void checkRowsToTrain(std::size_t rows)
{
    if (rows < kMinRowsToTrain)
        throw Error(ErrorKind::Dataset, "Training needs at least 3 usable memes: one to learn from, one to choose the "
                                        "epoch by and one to judge it by. There "
                                            + std::string(rows == 0   ? "are none."
                                                          : rows == 1 ? "is 1."
                                                                      : "are 2."));
}

Split makeRunSplit(std::span<const MemeRecord> records, const SplitPlan &plan, std::uint64_t seed)
{
    if (!(plan.fraction > 0 && plan.fraction < 0.5))
        throw Error(ErrorKind::Format, "The share of memes to hold out twice must lie between 0 and a half.");
    checkRowsToTrain(records.size());
    checkPlan(records, plan);
    if (plan.kind == SplitKind::Time) {
        Split split = splitByTime(records, plan, 3);
        noteAuthorsOnBothSides(split, records);
        return split;
    }
    if (groupRows(records, plan).size() == 2)
        throw Error(ErrorKind::Dataset,
                    "A run needs three sides, to learn from, to choose the epoch by and to judge it by, but the memes "
                    "hang together in only two parts (by author, or as copies). Choose another split, or add memes.");
    Split outer = makeSplit(records, plan, seed);
    Split split;
    split.test = std::move(outer.validation);
    addRest(split, records, plan, outer.train, plan.fraction / (1 - plan.fraction), mixSeed(seed, 1));
    noteAuthorsOnBothSides(split, records);
    return split;
}

std::vector<Split> makeFolds(std::span<const MemeRecord> records, const SplitPlan &plan, std::size_t folds,
                             std::uint64_t seed)
{
    if (folds < 2 || folds > kMaxFolds)
        throw Error(ErrorKind::Format, "Cross-validation takes 2 to " + std::to_string(kMaxFolds) + " folds, not "
                                           + std::to_string(folds) + ".");
    if (plan.kind == SplitKind::Time)
        throw Error(ErrorKind::Format, "Cross-validation judges every meme once, so the newest cannot always be last. "
                                       "Choose the split by author or duplicates, or train without folds.");
    checkPlan(records, plan);
    if (!(plan.fraction > 0 && plan.fraction < 1))
        throw Error(ErrorKind::Format, "The share of memes to hold out must lie between 0 and 1.");
    std::vector<Group> groups = groupRows(records, plan);
    // Two more groups are needed beside those of any fold: to learn from and to choose the epoch by.
    const std::size_t needed = folds == 2 ? 4 : folds;
    if (groups.size() < needed)
        throw Error(ErrorKind::Dataset,
                    "Cross-validation with " + std::to_string(folds) + " folds needs at least " + std::to_string(needed)
                        + " memes or groups of memes that belong together (by author, or as copies), and there "
                        + (groups.size() == 1 ? "is 1." : "are " + std::to_string(groups.size()) + ".")
                        + " Use fewer folds, another split or more memes.");

    // Largest first, each to the fold that has fewest rows so far; the seed decides among equals.
    Random random(seed);
    random.shuffle(std::span(groups));
    std::stable_sort(groups.begin(), groups.end(), [](const Group &a, const Group &b) { return a.size() > b.size(); });
    std::vector<Group> parts(folds);
    std::vector<std::size_t> groupsIn(folds);
    for (const Group &group : groups) {
        const auto fewest = std::min_element(parts.begin(), parts.end(),
                                             [](const Group &a, const Group &b) { return a.size() < b.size(); });
        append(*fewest, group);
        ++groupsIn[static_cast<std::size_t>(fewest - parts.begin())];
    }
    std::vector<Split> result(folds);
    for (std::size_t fold = 0; fold < folds; ++fold) {
        if (groups.size() - groupsIn[fold] < 2)
            throw Error(ErrorKind::Dataset,
                        "Too many memes belong together (by author, or as copies) to leave something to learn from "
                        "beside each fold. Use more folds, another split or more memes.");
        std::vector<std::size_t> rest;
        for (std::size_t other = 0; other < folds; ++other)
            if (other != fold)
                append(rest, parts[other]);
        std::sort(rest.begin(), rest.end());
        const double fraction =
            std::min(plan.fraction * static_cast<double>(records.size()) / static_cast<double>(rest.size()), 0.5);
        result[fold].test = parts[fold];
        addRest(result[fold], records, plan, rest, fraction, mixSeed(seed, fold + 1));
        sortSides(result[fold]);
    }
    return result;
}

}  // namespace dank
