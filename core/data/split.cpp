#include "core/data/split.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/random.h"

namespace dank {

namespace {

using Group = std::vector<std::size_t>;

/// Groups in order of first appearance, so that the seed alone decides what comes of them.
std::vector<Group> groupRows(std::span<const MemeRecord> records, SplitKind kind)
{
    std::vector<Group> groups;
    std::unordered_map<std::string_view, std::size_t> byAuthor;
    for (std::size_t row = 0; row < records.size(); ++row) {
        const std::string &author = records[row].author;
        if (kind == SplitKind::Random || author.empty()) {
            groups.push_back({row});
            continue;
        }
        const auto [found, isNew] = byAuthor.try_emplace(author, groups.size());
        if (isNew)
            groups.emplace_back();
        groups[found->second].push_back(row);
    }
    return groups;
}

}  // namespace

const char *splitKindName(SplitKind kind) noexcept
{
    switch (kind) {
    case SplitKind::Author: return "author";
    case SplitKind::Random: return "random";
    }
    return "unknown";
}

SplitKind splitKindFromName(std::string_view name)
{
    for (const SplitKind kind : {SplitKind::Author, SplitKind::Random})
        if (name == splitKindName(kind))
            return kind;
    throw Error(ErrorKind::Format, "There is no split '" + std::string(name) + "'. Choose author or random.");
}

Split makeSplit(std::span<const MemeRecord> records, SplitKind kind, double fraction, std::uint64_t seed)
{
    const std::size_t rows = records.size();
    if (rows < 2)
        throw Error(ErrorKind::Dataset, "Holding memes out needs at least 2 usable memes; there "
                                            + std::string(rows == 1 ? "is 1." : "are none."));
    if (!std::isfinite(fraction))
        throw Error(ErrorKind::Format, "The share of memes to hold out is not a number.");
    std::vector<Group> groups = groupRows(records, kind);
    if (groups.size() < 2)
        throw Error(ErrorKind::Dataset, "All memes are by one author, so none can be held out by author. "
                                        "Choose the random split.");

    const auto wanted = static_cast<std::size_t>(std::clamp(std::round(fraction * static_cast<double>(rows)), 1.0,
                                                            static_cast<double>(rows - 1)));
    Random random(seed);
    random.shuffle(std::span(groups));

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

    Split split;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        auto &side = held[i] ? split.validation : split.train;
        side.insert(side.end(), groups[i].begin(), groups[i].end());
    }
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.validation.begin(), split.validation.end());
    return split;
}

Split makeRunSplit(std::span<const MemeRecord> records, SplitKind kind, double fraction, std::uint64_t seed)
{
    if (!(fraction > 0 && fraction < 0.5))
        throw Error(ErrorKind::Format, "The share of memes to hold out twice must lie between 0 and a half.");
    if (records.size() < 3)
        throw Error(ErrorKind::Dataset, "Training needs at least 3 usable memes: one to learn from, one to choose the "
                                        "epoch by and one to judge it by. There "
                                            + std::string(records.empty()       ? "are none."
                                                          : records.size() == 1 ? "is 1."
                                                                                : "are 2."));
    Split outer = makeSplit(records, kind, fraction, seed);
    std::vector<MemeRecord> rest;
    for (const std::size_t row : outer.train)
        rest.push_back(records[row]);
    const Split inner = makeSplit(rest, kind, fraction / (1 - fraction), mixSeed(seed, 1));
    Split split;
    split.test = std::move(outer.validation);
    for (const std::size_t row : inner.train)
        split.train.push_back(outer.train[row]);
    for (const std::size_t row : inner.validation)
        split.validation.push_back(outer.train[row]);
    return split;
}

}  // namespace dank
