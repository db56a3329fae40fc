#include "core/data/evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace dank {

namespace {

struct Interval {
    double low = 0;
    double high = 0;
};

/// 95 % interval of Spearman's rho: Fisher's z with variance 1.06 / (n - 3) (Fieller, Hartley & Pearson 1957).
Interval spearmanInterval(double rho, std::size_t rows)
{
    const double z = std::atanh(std::clamp(rho, -1 + 1e-12, 1 - 1e-12));
    const double half = 1.959963984540054 * std::sqrt(1.06 / (static_cast<double>(rows) - 3));
    return {std::tanh(z - half), std::tanh(z + half)};
}

std::string figure(double value)
{
    char text[64];
    if (std::abs(value) < 1000)
        std::snprintf(text, sizeof text, "%.2f", value);
    else
        std::snprintf(text, sizeof text, "%.3g", value);
    std::string result = text;
    if (result == "-0.00")
        result = "0.00";
    if (result.front() == '-')
        result.replace(0, 1, "\xe2\x88\x92");  // a minus sign, not a hyphen
    return result;
}

Verdict judge(const Evaluation &evaluation, bool seenInTraining)
{
    const Metrics &model = evaluation.model;
    const std::size_t rows = model.rows;
    const std::string count = std::to_string(rows) + (rows == 1 ? " meme" : " memes");
    Verdict verdict;
    if (seenInTraining) {
        verdict.kind = VerdictKind::SeenInTraining;
        verdict.headline = "Seen in training.";
        verdict.reason = "It learned from these " + count
                         + ", so how well it knows them does not tell how well it judges new ones. "
                           "Judge it on memes that were held out.";
        return verdict;
    }
    if (rows < kMinRowsToJudge) {
        verdict.kind = VerdictKind::TooFewRows;
        verdict.headline = "Too few rows to tell.";
        verdict.reason = "There " + std::string(rows == 1 ? "is " : "are ") + count + " to judge it on; from "
                         + std::to_string(kMinRowsToJudge) + " on, luck and learning can be told apart.";
        return verdict;
    }
    verdict.kind = VerdictKind::NoEvidence;
    verdict.headline = "No evidence of learning.";
    if (!model.r2) {
        verdict.reason = "All " + count + " are equally dank, so there is nothing to predict.";
        return verdict;
    }
    if (!model.spearman) {
        verdict.reason = "It gives all " + count + " the same score (R\xc2\xb2 " + figure(*model.r2) + ").";
        return verdict;
    }
    const Interval interval = spearmanInterval(*model.spearman, rows);
    const std::string figures = "R\xc2\xb2 " + figure(*model.r2) + " and Spearman " + figure(*model.spearman)
                                + " (95 % interval " + figure(interval.low) + " to " + figure(interval.high) + ")";
    if (*model.r2 > 0 && interval.low > 0) {
        verdict.kind = VerdictKind::LearnedSomething;
        verdict.headline = "It learned something.";
        verdict.reason = "On " + count + " it beats always answering the mean, and its order follows theirs: " + figures
                         + ".";
        return verdict;
    }
    std::string why;
    if (*model.r2 <= 0)
        why = "always answering the mean does as well or better";
    if (interval.low <= 0)
        why += std::string(why.empty() ? "" : ", and ") + "its order could be luck";
    verdict.reason = "On " + count + ' ' + why + ": " + figures + ".";
    return verdict;
}

}  // namespace

const char *verdictName(VerdictKind kind) noexcept
{
    switch (kind) {
    case VerdictKind::LearnedSomething: return "learned_something";
    case VerdictKind::NoEvidence: return "no_evidence";
    case VerdictKind::TooFewRows: return "too_few_rows";
    case VerdictKind::SeenInTraining: return "seen_in_training";
    }
    return "unknown";
}

Evaluation evaluate(std::vector<JudgedMeme> memes, double trainMean, std::string subset, bool seenInTraining)
{
    Evaluation evaluation;
    evaluation.subset = std::move(subset);
    evaluation.memes = std::move(memes);
    std::vector<double> predicted;
    std::vector<double> actual;
    predicted.reserve(evaluation.memes.size());
    actual.reserve(evaluation.memes.size());
    for (const JudgedMeme &meme : evaluation.memes) {
        predicted.push_back(meme.predicted);
        actual.push_back(meme.actual);
    }
    evaluation.model = computeMetrics(predicted, actual);
    evaluation.meanPredictor = computeMetrics(std::vector<double>(actual.size(), trainMean), actual);
    evaluation.verdict = judge(evaluation, seenInTraining);
    return evaluation;
}

}  // namespace dank
