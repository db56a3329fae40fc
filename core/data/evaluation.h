#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/data/meme.h"
#include "core/data/metrics.h"

namespace dank {

/// One meme judged: dankness in the model's target space.
struct JudgedMeme {
    MemeId id;
    double predicted = 0;
    double actual = 0;
    std::int64_t upvotes = 0;
};

enum class VerdictKind { LearnedSomething, NoEvidence, TooFewRows, SeenInTraining };
const char *verdictName(VerdictKind kind) noexcept;  ///< "learned_something", "no_evidence", "too_few_rows", "seen_in_training"

struct Verdict {
    VerdictKind kind = VerdictKind::TooFewRows;
    std::string headline;  ///< "It learned something."
    std::string reason;    ///< one or two sentences with the figures it rests on
};

/// A model on memes it did not learn from.
struct Evaluation {
    std::string subset;               ///< "48 held-out memes"
    Metrics model;
    Metrics meanPredictor;            ///< always the mean dankness of the training rows
    std::vector<JudgedMeme> memes;    ///< in dataset order
    Verdict verdict;
    std::vector<Skipped> skipped;     ///< rows without a score: the dataset's own, then what the decoder refused
};

/// Fewer rows than this are not judged.
inline constexpr std::size_t kMinRowsToJudge = 30;

/// Metrics, baseline and verdict. `trainMean` is the mean dankness of the training rows.
/// "Learned something" needs at least kMinRowsToJudge rows, R² above 0 and a 95 % interval of Spearman's rho
/// (Fisher's z with the Fieller–Hartley–Pearson variance 1.06 / (n - 3)) above 0.
Evaluation evaluate(std::vector<JudgedMeme> memes, double trainMean, std::string subset, bool seenInTraining);

}  // namespace dank
