#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/evaluate/baselines.h"
#include "core/evaluate/bootstrap.h"
#include "core/evaluate/metrics.h"

namespace dank {

enum class VerdictKind { LearnedSomething, NoEvidence, TooFewRows, SeenInTraining, ExplainedByGroup, LeakageSuspected };
/// The stable name: "learned_something", "no_evidence", "too_few_rows", "seen_in_training", "explained_by_group",
/// "leakage_suspected".
const char *verdictName(VerdictKind kind) noexcept;
/// A few words for a table: "learned something", "no evidence of learning", …
const char *verdictWords(VerdictKind kind) noexcept;
/// The kind with that stable name; empty for any other text.
std::optional<VerdictKind> verdictFromName(std::string_view name) noexcept;

/// How a figure stands in a sentence: "0.14", "−0.05", "undefined".
std::string figureText(const std::optional<double> &value);

struct Verdict {
    VerdictKind kind = VerdictKind::TooFewRows;
    std::string headline;  ///< "It learned something."
    std::string reason;    ///< a few sentences: the figures it rests on, and what to do next

    bool operator==(const Verdict &) const = default;
};

/// Fewer rows than this are not judged.
inline constexpr std::size_t kMinRowsToJudge = 30;
/// Nor are rows from fewer authors and pictures than this: there is too little to draw anew.
inline constexpr std::size_t kMinClustersToJudge = 10;
/// Nor where one of these has so many of the rows that all of them weigh no more than this many of equal size.
inline constexpr std::size_t kMinEvenClusters = 5;
/// The share of judged memes with the same picture among the training memes from which leakage is considered.
inline constexpr double kNotableDuplicates = 0.05;

/// The p-value of Spearman's rho from which on an order could be luck: as much of one side as the 95 % interval leaves.
inline constexpr double kLuck = 0.025;

/// The model's figures on some rows, with what the verdict rests on.
struct JudgedFigures {
    Metrics metrics;
    std::optional<Interval> spearman;
    std::optional<double> pValue;  ///< of metrics.spearman, see permutationPValue()
};

/// All that the verdict is decided by.
struct VerdictFacts {
    std::size_t rows = 0;
    std::size_t clusters = 0;      ///< authors and pictures behind the rows that the claim rests on
    std::size_t evenClusters = 0;  ///< as many of equal size witness as much
    bool seenInTraining = false;
    bool heightCounts = true;         ///< false where the loss fixes the order only, so that R² means nothing
    std::string groupName = "group";  ///< "subreddit"
    bool groupsTooFew = false;        ///< groups are known, but for too few of the rows to judge inside them
    std::optional<double> meanR2;     ///< R² of always answering the mean of the training rows, pooled
    JudgedFigures pooled;
    std::optional<JudgedFigures> within;  ///< where groups cover enough of the rows to judge inside them
    std::vector<BaselineResult> baselines;
    std::size_t duplicates = 0;          ///< judged memes whose picture is a training meme's too
    std::optional<JudgedFigures> clean;  ///< the model without those, within groups where `within` is given; empty
                                         ///< where fewer than kMinRowsToJudge are left or there are none
    std::optional<double> nearestClean;  ///< Spearman of the baseline "nearest" on the same rows as `clean`
};

/// The rules, in this order; "figures" are within groups where those are given, else pooled:
/// seen in training; too few rows or clusters; equal targets (no evidence);
/// leakage: kNotableDuplicates of the memes have their picture among the training memes, and either the nearest
///   training meme alone predicts about as well as the model and owes that to them, or the model would be said to have
///   learned and is not without them, or owes them 0.1 of its Spearman;
/// explained by the group: the group's median follows the targets (interval above 0, and R² of 0.1 or Spearman of 0.4)
///   and inside the groups the model would not be said to have learned;
/// learned: the 95 % interval of Spearman's rho lies above 0 and its p-value is at most kLuck, since the interval alone
///   is too narrow where few authors are drawn anew, and the p-value alone where authors are alike; neither of the
///   baselines "random_features" and "shuffled" reaches both that interval and three quarters of the model's own (the
///   reason says where they were not trained); and R² is above that of always answering the training mean, or above 0
///   inside groups;
/// otherwise no evidence.
Verdict decideVerdict(const VerdictFacts &facts);

}  // namespace dank
