#include "core/blend/fit_blend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/blend/stacking.h"
#include "core/blend/word_ridge.h"
#include "core/evaluate/ridge.h"

namespace dank {

namespace {

constexpr std::size_t kFolds = 5;
/// So few rows are folded several times, each time anew: the choice should not hang on how one deal fell.
constexpr std::size_t kRowsOfOneDeal = 4'000, kMostDeals = 5;
constexpr std::uint64_t kFoldStream = 0x666f6c64;
/// Learning rows beyond these choose no penalty and no weight; drawn evenly.
constexpr std::size_t kMostFoldRows = 20'000;
/// And beyond these the words are not learnt from.
constexpr std::size_t kMostWordRows = 50'000;
/// Standard errors by which the perceptron has to make the errors smaller: it was chosen on the same few memes.
constexpr double kSure = 2;
// From strong to weak, so that conjugate gradients begin near each next answer.
constexpr double kLinePenalties[] = {1000, 100, 10, 1, 0.1, 0.01};
constexpr double kWordPenalties[] = {100, 10, 1, 0.1, 0.01};

/// The fold of each row; clusters stay together unless all rows are one.
std::vector<std::size_t> foldsOf(std::span<const std::size_t> rows, std::span<const std::size_t> clusters,
                                 std::uint64_t seed)
{
    std::vector<std::size_t> folds;
    for (const std::size_t row : rows)
        folds.push_back(mixSeed(mixSeed(seed, kFoldStream), clusters[row]) % kFolds);
    if (std::adjacent_find(folds.begin(), folds.end(), std::not_equal_to<>()) == folds.end())
        for (std::size_t i = 0; i < folds.size(); ++i)
            folds[i] = i % kFolds;
    return folds;
}

/// Answers of one part for the rows that its folds held out, for each penalty.
struct OutOfFold {
    explicit OutOfFold(std::size_t penalties, std::size_t rows)
        : answers(penalties, std::vector<double>(rows, std::numeric_limits<double>::quiet_NaN()))
    {
    }

    /// The penalty that errs least.
    std::size_t best(std::span<const double> targets) const
    {
        std::size_t best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t p = 0; p < answers.size(); ++p) {
            double error = 0;
            for (std::size_t i = 0; i < targets.size(); ++i)
                error += (answers[p][i] - targets[i]) * (answers[p][i] - targets[i]);
            if (error < least) {
                least = error;
                best = p;
            }
        }
        return best;
    }

    std::vector<std::vector<double>> answers;  ///< [penalties][rows]
};

/// How much of the way from `rest` to `network` the errors become smaller, 0..1: nothing unless they do by more than
/// twice their own standard error, and less than all of it the nearer that is.
double shareOf(std::span<const double> network, std::span<const double> rest, std::span<const double> targets)
{
    const auto count = static_cast<double>(targets.size());
    if (targets.size() < 2)
        return 0;
    double meanStep = 0, meanError = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        meanStep += (network[i] - rest[i]) / count;
        meanError += (targets[i] - rest[i]) / count;
    }
    double along = 0, squares = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const double step = network[i] - rest[i] - meanStep;
        along += step * (targets[i] - rest[i] - meanError);
        squares += step * step;
    }
    const double share = squares > 0 ? std::clamp(along / squares, 0.0, 1.0) : 0.0;
    double gain = 0, gainSquares = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const double before = targets[i] - rest[i] - meanError;
        const double after = before - share * (network[i] - rest[i] - meanStep);
        const double one = before * before - after * after;
        gain += one / count;
        gainSquares += one * one / count;
    }
    const double error = std::sqrt(std::max(0.0, gainSquares - gain * gain) / count);
    return gain > kSure * error ? share * (1 - kSure * kSure * error * error / (gain * gain)) : 0;
}

}  // namespace

std::vector<std::size_t> learningRows(const Split &split)
{
    std::vector<std::size_t> rows = split.train;
    rows.insert(rows.end(), split.validation.begin(), split.validation.end());
    std::sort(rows.begin(), rows.end());
    return rows;
}

Blend fitBlend(const BlendInput &input, int threads, const JobContext &job)
{
    const std::vector<std::size_t> learning = learningRows(input.split);
    const std::vector<std::size_t> rows = sampleRows(learning, kMostFoldRows);
    const std::size_t deals =
        std::clamp<std::size_t>(kRowsOfOneDeal / std::max<std::size_t>(1, rows.size()), 1, kMostDeals);
    std::vector<std::vector<std::size_t>> folds;
    for (std::size_t deal = 0; deal < deals; ++deal)
        folds.push_back(foldsOf(rows, input.clusters, mixSeed(input.seed, deal)));
    std::vector<float> targets;
    std::vector<double> wanted;
    for (const std::size_t row : rows)
        targets.push_back(input.targets[row]);
    for (std::size_t deal = 0; deal < deals; ++deal)
        wanted.insert(wanted.end(), targets.begin(), targets.end());
    const bool hasWords = !input.titles.empty();
    std::optional<WordRidge> words;
    if (hasWords)
        words.emplace(input.titles, rows);

    OutOfFold line(std::size(kLinePenalties), wanted.size()), word(std::size(kWordPenalties), wanted.size());
    const std::size_t steps = deals * kFolds * (hasWords ? 2 : 1);
    job.report("blend", 0, steps + 1);
    parallelFor(steps, threads, job.cancel, [&](std::size_t step) {
        const std::size_t fold = step % kFolds, deal = step / kFolds % deals, at = deal * rows.size();
        std::vector<std::size_t> learned, places, held;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (folds[deal][i] == fold) {
                held.push_back(i);
                continue;
            }
            learned.push_back(rows[i]);
            places.push_back(i);
        }
        if (held.empty())
            return;
        const JobContext quiet{job.cancel, {}};
        if (step < deals * kFolds) {
            const auto heads = ridgeHeads(input.features, input.scale, input.targets, learned, kLinePenalties, quiet);
            std::vector<float> row(input.features.columns);
            for (const std::size_t i : held) {
                input.scale.apply(input.features.row(rows[i]), row);
                for (std::size_t p = 0; p < heads.size(); ++p)
                    line.answers[p][at + i] = heads[p](row);
            }
        } else {
            const auto heads = words->heads(targets, places, kWordPenalties, quiet);
            for (const std::size_t i : held)
                for (std::size_t p = 0; p < heads.size(); ++p)
                    word.answers[p][at + i] = words->answer(heads[p], i);
        }
    });
    job.report("blend", steps, steps + 1);

    const std::size_t linePenalty = line.best(wanted), wordPenalty = hasWords ? word.best(wanted) : 0;
    std::vector<std::vector<double>> parts{line.answers[linePenalty]};
    const Stack alone = stack(parts, wanted, deals);
    Stack together = alone;
    together.weights.resize(2);
    if (hasWords) {
        parts.push_back(word.answers[wordPenalty]);
        together = stack(parts, wanted, deals);
    }
    const auto answerOf = [&](const Stack &stack, std::size_t i) {  // the mean of its deals
        double answer = stack.intercept;
        for (std::size_t p = 0; p < parts.size() && p < stack.weights.size(); ++p)
            for (std::size_t deal = 0; deal < deals; ++deal)
                answer += stack.weights[p] * parts[p][deal * rows.size() + i] / static_cast<double>(deals);
        return answer;
    };

    // Where the perceptron has said something about a row that it did not learn from.
    std::vector<std::size_t> places;
    std::vector<double> network, judged;
    for (std::size_t i = 0; i < input.split.validation.size() && i < input.networkAnswers.size(); ++i) {
        const auto found = std::lower_bound(rows.begin(), rows.end(), input.split.validation[i]);
        if (found == rows.end() || *found != input.split.validation[i])
            continue;
        places.push_back(static_cast<std::size_t>(found - rows.begin()));
        network.push_back(input.networkAnswers[i]);
        judged.push_back(input.targets[input.split.validation[i]]);
    }
    Blend blend;
    const auto weigh = [&](const Stack &stack, BlendWeights &weights) {
        std::vector<double> rest;
        double step = 0, mean = 0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            rest.push_back(answerOf(stack, places[i]));
            step += (network[i] - rest[i]) / static_cast<double>(places.size());
            mean += (judged[i] - rest[i]) / static_cast<double>(places.size());
        }
        const double share = shareOf(network, rest, judged);
        weights.network = share;
        weights.line = (1 - share) * stack.weights[0];
        weights.words = stack.weights.size() > 1 ? (1 - share) * stack.weights[1] : 0;
        // Where the perceptron has a say, its mean is set right too.
        weights.intercept = (1 - share) * stack.intercept + (share > 0 ? share * (mean - step) : 0);
    };
    weigh(alone, blend.image);
    weigh(together, blend.both);
    double error = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double off = answerOf(together, i) - wanted[i];
        error += off * off / static_cast<double>(rows.size());
    }
    blend.loss = error;

    if (blend.image.line > 0 || blend.both.line > 0) {
        LinearHead head = std::move(ridgeHeads(input.features, input.scale, input.targets, learning,
                                               std::array{kLinePenalties[linePenalty]}, job)
                                        .front());
        blend.line = std::move(head.weight);
        blend.lineBias = head.bias;
    }
    if (blend.both.words > 0) {
        const std::vector<std::size_t> some = sampleRows(learning, kMostWordRows);
        const WordRidge fitted(input.titles, some);
        std::vector<float> all;
        std::vector<std::size_t> every;
        for (std::size_t i = 0; i < some.size(); ++i) {
            all.push_back(input.targets[some[i]]);
            every.push_back(i);
        }
        LinearHead head = std::move(fitted.heads(all, every, std::array{kWordPenalties[wordPenalty]}, job).front());
        blend.rarity = fitted.rarity();
        blend.words = std::move(head.weight);
        blend.wordBias = head.bias;
    } else {
        blend.both = blend.image;
    }
    job.report("blend", steps + 1, steps + 1);
    return blend;
}

}  // namespace dank
