#include "core/blend/fit_blend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/base/rows.h"
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

/// Words that the blend may look at: the titles, or the texts in the pictures.
struct WordBlock {
    std::string Caption::*words;
    WordPart Blend::*part;
    double BlendWeights::*weight;
    WordRidge ridge;  ///< of the rows that choose
    OutOfFold outOfFold;
    double penalty = 0;
};

/// Some of the parts, stacked: their places, the line's first.
struct Way {
    std::vector<std::size_t> parts;
    Stack stack;
};

double meanOf(std::span<const float> values)
{
    double mean = 0;
    for (const float value : values)
        mean += value / static_cast<double>(values.size());
    return mean;
}

/// The mean of `from` - `less`.
double meanDifference(std::span<const double> from, std::span<const double> less)
{
    double mean = 0;
    for (std::size_t i = 0; i < from.size(); ++i)
        mean += (from[i] - less[i]) / static_cast<double>(from.size());
    return mean;
}

/// How much of the way from `rest` to `network` the errors become smaller, 0..1: nothing unless they do by more than
/// twice their own standard error, and less than all of it the nearer that is.
double shareOf(std::span<const double> network, std::span<const double> rest, std::span<const double> targets)
{
    const auto count = static_cast<double>(targets.size());
    if (targets.size() < 2)
        return 0;
    const double meanStep = meanDifference(network, rest), meanError = meanDifference(targets, rest);
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

class BlendFitter {
public:
    BlendFitter(const BlendInput &input, const JobContext &job)
        : m_input(input), m_job(job), m_learning(learningRows(input.split)),
          m_rows(sampleRows(m_learning, kMostFoldRows)),
          m_deals(std::clamp<std::size_t>(kRowsOfOneDeal / std::max<std::size_t>(1, m_rows.size()), 1, kMostDeals)),
          m_targets(picked<float>(input.targets, m_rows))
    {
        for (std::size_t deal = 0; deal < m_deals; ++deal) {
            m_folds.push_back(foldsOf(m_rows, input.clusters, mixSeed(input.seed, deal)));
            m_wanted.insert(m_wanted.end(), m_targets.begin(), m_targets.end());
        }
        addWords(&Caption::title, &Blend::title, &BlendWeights::title);
        addWords(&Caption::text, &Blend::text, &BlendWeights::text);
    }

    Blend fit(int threads)
    {
        OutOfFold line(std::size(kLinePenalties), m_wanted.size());
        const std::size_t each = m_deals * kFolds, steps = each * (1 + m_words.size());
        m_job.report("blend", 0, steps + 1);
        parallelFor(steps, threads, m_job.cancel, [&](std::size_t step) {
            const std::size_t deal = step / kFolds % m_deals, fold = step % kFolds;
            if (step < each)
                answerByLine(line, deal, fold);
            else
                answerByWords(m_words[step / each - 1], deal, fold);
        });
        m_job.report("blend", steps, steps + 1);

        const std::size_t linePenalty = line.best(m_wanted);
        m_parts = {std::move(line.answers[linePenalty])};
        for (WordBlock &block : m_words) {
            const std::size_t penalty = block.outOfFold.best(m_wanted);
            block.penalty = kWordPenalties[penalty];
            m_parts.push_back(std::move(block.outOfFold.answers[penalty]));
        }

        Blend blend;
        blend.image = weigh(wayWith(false, false));
        blend.withTitle = weigh(wayWith(true, false));
        blend.withText = weigh(wayWith(false, true));
        const Way all = wayWith(true, true);
        blend.withBoth = weigh(all);
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const double off = answerOf(all, i) - m_wanted[i];
            blend.loss += off * off / static_cast<double>(m_rows.size());
        }
        dropWords(blend);
        if (blend.image.line > 0 || blend.withTitle.line > 0 || blend.withText.line > 0 || blend.withBoth.line > 0)
            fitLine(blend, kLinePenalties[linePenalty]);
        for (const WordBlock &block : m_words)
            if (blend.withBoth.*block.weight > 0)
                fitWords(blend, block);
        m_job.report("blend", steps + 1, steps + 1);
        return blend;
    }

private:
    /// Where any row has such words.
    void addWords(std::string Caption::*words, WordPart Blend::*part, double BlendWeights::*weight)
    {
        if (std::ranges::all_of(m_input.captions, [&](const Caption &caption) { return (caption.*words).empty(); }))
            return;
        m_words.push_back({words, part, weight, WordRidge(textsOf(words), m_rows),
                           OutOfFold(std::size(kWordPenalties), m_wanted.size())});
    }

    std::vector<std::string> textsOf(std::string Caption::*words) const
    {
        std::vector<std::string> texts;
        for (const Caption &caption : m_input.captions)
            texts.push_back(caption.*words);
        return texts;
    }

    /// The line, and those words beside it.
    Way wayWith(bool title, bool text) const
    {
        Way way{{0}, {}};
        for (std::size_t b = 0; b < m_words.size(); ++b)
            if (m_words[b].words == &Caption::title ? title : text)
                way.parts.push_back(b + 1);
        way.stack = stack(picked<std::vector<double>>(m_parts, way.parts), m_wanted, m_deals);
        return way;
    }

    /// Words that count for nothing beside all the rest are not read at all.
    void dropWords(Blend &blend) const
    {
        if (blend.withBoth.title <= 0) {
            blend.withTitle = blend.image;
            blend.withBoth = blend.withText;
        }
        if (blend.withBoth.text <= 0) {
            blend.withText = blend.image;
            blend.withBoth = blend.withTitle;
        }
    }

    JobContext quiet() const { return {m_job.cancel, {}}; }

    /// Places among the rows that are in that fold, or that are not.
    std::vector<std::size_t> places(std::size_t deal, std::size_t fold, bool held) const
    {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            if ((m_folds[deal][i] == fold) == held)
                places.push_back(i);
        return places;
    }

    /// From the mean of those to the mean of all. Without it a part that says nothing answers the mean of the others,
    /// which is low where those held out are high: among few rows it would seem to know less than nothing.
    double meanShift(std::span<const std::size_t> learned) const
    {
        return meanOf(m_targets) - meanOf(picked<float>(m_targets, learned));
    }

    void answerByLine(OutOfFold &line, std::size_t deal, std::size_t fold) const
    {
        const std::vector<std::size_t> held = places(deal, fold, true);
        if (held.empty())
            return;
        const std::vector<std::size_t> others = places(deal, fold, false);
        const auto learned = picked<std::size_t>(m_rows, others);
        const double shift = meanShift(others);
        const auto heads =
            ridgeHeads(m_input.features, m_input.scale, m_input.targets, learned, kLinePenalties, quiet());
        std::vector<float> row(m_input.features.columns);
        for (const std::size_t i : held) {
            m_input.scale.apply(m_input.features.row(m_rows[i]), row);
            for (std::size_t p = 0; p < heads.size(); ++p)
                line.answers[p][deal * m_rows.size() + i] = heads[p](row) + shift;
        }
    }

    void answerByWords(WordBlock &block, std::size_t deal, std::size_t fold) const
    {
        const std::vector<std::size_t> held = places(deal, fold, true);
        if (held.empty())
            return;
        const std::vector<std::size_t> learned = places(deal, fold, false);
        const double shift = meanShift(learned);
        const auto heads = block.ridge.heads(m_targets, learned, kWordPenalties, quiet());
        for (const std::size_t i : held)
            for (std::size_t p = 0; p < heads.size(); ++p)
                block.outOfFold.answers[p][deal * m_rows.size() + i] = block.ridge.answer(heads[p], i) + shift;
    }

    /// The mean of its deals.
    double answerOf(const Way &way, std::size_t i) const
    {
        double answer = way.stack.intercept;
        for (std::size_t p = 0; p < way.parts.size(); ++p)
            for (std::size_t deal = 0; deal < m_deals; ++deal)
                answer += way.stack.weights[p] * m_parts[way.parts[p]][deal * m_rows.size() + i]
                          / static_cast<double>(m_deals);
        return answer;
    }

    /// With the perceptron, as far as it knows better about the rows that it did not learn from.
    BlendWeights weigh(const Way &way) const
    {
        std::vector<double> network, rest, judged;
        for (std::size_t i = 0; i < m_input.split.validation.size() && i < m_input.networkAnswers.size(); ++i) {
            const std::size_t row = m_input.split.validation[i];
            const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), row);
            if (found == m_rows.end() || *found != row)
                continue;
            network.push_back(m_input.networkAnswers[i]);
            rest.push_back(answerOf(way, static_cast<std::size_t>(found - m_rows.begin())));
            judged.push_back(m_input.targets[row]);
        }
        const double share = shareOf(network, rest, judged);
        BlendWeights weights;
        weights.network = share;
        weights.line = (1 - share) * way.stack.weights[0];
        for (std::size_t p = 1; p < way.parts.size(); ++p)
            weights.*m_words[way.parts[p] - 1].weight = (1 - share) * way.stack.weights[p];
        weights.intercept = (1 - share) * way.stack.intercept;
        if (share > 0)  // its mean is set right too
            weights.intercept += share * (meanDifference(judged, rest) - meanDifference(network, rest));
        return weights;
    }

    void fitLine(Blend &blend, double penalty) const
    {
        LinearHead head = std::move(
            ridgeHeads(m_input.features, m_input.scale, m_input.targets, m_learning, std::array{penalty}, m_job)
                .front());
        blend.line = std::move(head.weight);
        blend.lineBias = head.bias;
    }

    void fitWords(Blend &blend, const WordBlock &block) const
    {
        const std::vector<std::size_t> rows = sampleRows(m_learning, kMostWordRows);
        const WordRidge words(textsOf(block.words), rows);
        std::vector<std::size_t> all(rows.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        LinearHead head =
            std::move(words.heads(picked<float>(m_input.targets, rows), all, std::array{block.penalty}, m_job).front());
        blend.*block.part = {words.rarity(), std::move(head.weight), head.bias};
    }

    const BlendInput &m_input;
    const JobContext &m_job;
    const std::vector<std::size_t> m_learning;      ///< ascending
    const std::vector<std::size_t> m_rows;          ///< of them, those that choose
    const std::size_t m_deals;                      ///< how often those are folded
    std::vector<std::vector<std::size_t>> m_folds;  ///< [deals][rows]
    const std::vector<float> m_targets;             ///< [rows]
    std::vector<double> m_wanted;                   ///< [deals × rows], the same for each deal
    std::vector<WordBlock> m_words;                 ///< up to two, where there are any
    std::vector<std::vector<double>> m_parts;  ///< [parts][deals × rows], out-of-fold answers of the chosen penalty
};

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
    return BlendFitter(input, job).fit(threads);
}

}  // namespace dank
