#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/meme.h"
#include "core/evaluate/baselines.h"
#include "core/evaluate/bootstrap.h"
#include "core/evaluate/classes/class_evaluation.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/permutation.h"
#include "core/evaluate/verdict.h"

namespace dank {

/// JudgedMeme::cluster of a meme that shares its author and its picture with no other.
inline constexpr std::size_t kNoCluster = std::numeric_limits<std::size_t>::max();

/// One meme judged: dankness in the model's target space.
struct JudgedMeme {
    MemeId id;
    double predicted = 0;
    double actual = 0;
    std::int64_t upvotes = 0;          ///< or the place of its class, from 0
    std::string group = {};            ///< its subreddit or the like; empty where it has none
    std::size_t cluster = kNoCluster;  ///< memes by one author or of one picture share a number
    bool samePicture = false;          ///< a training meme shows the same picture
    MemeId nearest = {};               ///< the training meme most like it; empty where that was not looked for
    double nearestSimilarity = 0;      ///< cosine of the standardised features

    bool operator==(const JudgedMeme &) const = default;
};

/// Figures to their 95 % intervals; figures without one are absent.
using Intervals = std::map<Figure, Interval>;
/// Empty where the figure has none.
std::optional<Interval> intervalOf(const Intervals &intervals, Figure figure);

/// A model on memes it did not learn from.
struct Evaluation {
    std::string subset;             ///< "48 held-out memes"
    Metrics model;                  ///< pooled: over all memes alike
    Metrics meanPredictor;          ///< always the mean dankness of the training rows
    std::vector<JudgedMeme> memes;  ///< in dataset order
    Verdict verdict;
    std::vector<Skipped> skipped;  ///< rows without a score: the dataset's own, then what the decoder refused

    std::string groupName;                   ///< what the groups are, e.g. "subreddit"; "group" where nobody said
    std::optional<Metrics> within;           ///< the model inside the groups; empty where no group has two memes
    bool judgedWithin = false;               ///< the verdict rests on `within`: groups cover enough of the memes
    Intervals intervals;                     ///< of `model`
    Intervals withinIntervals;               ///< of `within`
    std::optional<double> pValue;            ///< of Spearman where the verdict looks, see permutationPValue(); empty
                                             ///< where that is undefined, and in evaluations older than it
    std::vector<BaselineResult> baselines;   ///< "mean" first
    std::optional<ClassEvaluation> classes;  ///< where classes were learnt, not upvotes
    std::size_t clusters = 0;                ///< authors or pictures that were drawn anew for the intervals
    std::size_t duplicates = 0;              ///< memes with samePicture
    double duplicateShare = 0;               ///< of the memes, 0..1

    bool operator==(const Evaluation &) const = default;
};

/// What an evaluation is computed from.
struct EvaluationInput {
    std::vector<JudgedMeme> memes;
    double trainMean = 0;  ///< mean dankness of the training rows
    std::string subset;
    bool seenInTraining = false;
    bool heightCounts = true;  ///< false where the loss fixes the order only (pairwise)
    std::string groupName = "group";
    Label label = {};  ///< what was learnt in place of upvotes, with its classes
    /// The answers of trainings that differ in their seed only, each one per meme: the model's figures then are means
    /// over them, and its intervals hold the doubt about the seed too. Empty: JudgedMeme::predicted alone.
    std::vector<std::vector<double>> bySeed = {};
    std::vector<Baseline> baselines = {};  ///< "mean" is added from `trainMean` where it is missing, and "group" from
                                           ///< the judged rows where groups are known
    std::vector<Figure> figures{std::begin(kFigures), std::end(kFigures)};  ///< whose intervals are wanted
    BootstrapOptions bootstrap = {};  ///< fewer resamples are drawn beyond some 40,000 memes, at least 200
    /// Of the p-value. Fewer beyond some 20,000 memes, at least 200.
    PermutationOptions permutation = {};
};

/// Metrics, intervals, baselines and verdict; see decideVerdict(). Throws Error{Shape} when a baseline does not fit the
/// memes or a number is not finite, and Cancelled.
Evaluation evaluate(EvaluationInput input, const JobContext &job = {});

/// Notes each judged meme's nearest training meme, and which of them show the same picture. `set` is from
/// computeBaselines() on the very memes in this order, `ids` those of its feature matrix.
void noteNeighbours(std::span<JudgedMeme> memes, const BaselineSet &set, std::span<const MemeId> ids);

}  // namespace dank
