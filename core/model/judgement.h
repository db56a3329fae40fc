#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/evaluate/evaluation.h"

namespace dank {

/// Whether a model learned anything, and what says so: its run's verdict with the figures that it rests on. What every
/// score of the model stands beside.
struct Judgement {
    std::optional<VerdictKind> kind;  ///< empty: not judged, and the texts say why
    std::string headline;             ///< "No evidence of learning."
    std::string reason;               ///< a few sentences
    std::string subset;               ///< what it was judged on: "48 held-out memes of sample"; empty: on nothing
    std::string group;  ///< "subreddit" where the figures are those inside each; empty: of all memes alike
    std::size_t rows = 0;
    std::optional<double> spearman, r2;  ///< R² is absent where the loss fixes the order only
    std::optional<Interval> spearmanInterval;

    bool operator==(const Judgement &) const = default;
};

/// Of a run's evaluation. `heightCounts`: as in EvaluationInput; `dataset`: its name. One without a subset counts as
/// not judged.
Judgement judgementOf(const Evaluation &evaluation, bool heightCounts, const std::string &dataset);
/// What is known of a model whose file says nothing.
Judgement notJudged();
/// Of a model that is taken out of a run at work.
Judgement notJudgedYet();

/// verdictName() of its kind, or "not_judged".
const char *verdictName(const Judgement &judgement) noexcept;
/// verdictWords() of its kind, or "not judged".
const char *verdictWords(const Judgement &judgement) noexcept;
/// Headline and reason.
std::string verdictText(const Judgement &judgement);
/// "Spearman 0.14 (95 % interval −0.02 to 0.31), R² −0.05 on 477 held-out memes of sample"; empty where there are none.
std::string figuresText(const Judgement &judgement);

}  // namespace dank
