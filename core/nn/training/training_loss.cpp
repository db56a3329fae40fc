#include "core/nn/training/training_loss.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/error.h"
#include "core/nn/training/trainer.h"

namespace dank {

namespace {

/// log(1 + exp(x)) without overflow.
double softplus(double x)
{
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));  // max() keeps NaN where it comes first
}

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

/// What one row costs under a loss that is a mean over rows.
double rowLoss(const LossTerm &term, double score, double answer, double target)
{
    const double error = answer - target;
    switch (term.kind) {
    case LossKind::SquaredError: return error * error;
    case LossKind::Huber: {
        const double size = std::abs(error);
        return size <= term.delta ? 0.5 * error * error : term.delta * (size - 0.5 * term.delta);
    }
    case LossKind::Bce: return softplus(score) - score * target;
    case LossKind::RankNet: break;
    }
    return 0;
}

}  // namespace

void RankPairs::fit(std::span<const float> targets, std::span<const std::uint32_t> groups)
{
    const std::size_t rows = targets.size();
    m_order.resize(rows);
    m_groupStart.resize(rows);
    m_tieStart.resize(rows);
    m_before.resize(rows);
    std::iota(m_order.begin(), m_order.end(), 0u);
    const auto groupOf = [&](std::uint32_t row) { return groups.empty() ? 0u : groups[row]; };
    std::sort(m_order.begin(), m_order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (groupOf(a) != groupOf(b))
            return groupOf(a) < groupOf(b);
        return targets[a] != targets[b] ? targets[a] < targets[b] : a < b;
    });
    std::uint64_t pairs = 0;
    for (std::size_t place = 0; place < rows; ++place) {
        const auto here = static_cast<std::uint32_t>(place);
        const bool sameGroup = place > 0 && groupOf(m_order[place]) == groupOf(m_order[place - 1]);
        const bool tied = sameGroup && targets[m_order[place]] == targets[m_order[place - 1]];
        m_groupStart[place] = sameGroup ? m_groupStart[place - 1] : here;
        m_tieStart[place] = tied ? m_tieStart[place - 1] : here;
        pairs += m_tieStart[place] - m_groupStart[place];
        m_before[place] = pairs;
    }
}

std::pair<std::uint32_t, std::uint32_t> RankPairs::at(std::uint64_t index) const
{
    const auto place =
        static_cast<std::size_t>(std::upper_bound(m_before.begin(), m_before.end(), index) - m_before.begin());
    const std::uint64_t first = place == 0 ? 0 : m_before[place - 1];
    return {m_order[place], m_order[m_groupStart[place] + static_cast<std::size_t>(index - first)]};
}

TrainingLoss::TrainingLoss(std::span<const LossTerm> terms, OutputActivation output)
    : m_terms(terms.begin(), terms.end()), m_output(output)
{
}

double TrainingLoss::batch(const LossRows &rows, std::span<float> delta, Random &pairs)
{
    const std::size_t count = rows.scores.size();
    if (rows.answers.size() != count || rows.targets.size() != count || delta.size() != count
        || (!rows.groups.empty() && rows.groups.size() != count))
        throw Error(ErrorKind::Shape, "TrainingLoss: scores, targets and groups do not fit each other.");
    double total = 0;
    for (std::size_t t = 0; t < m_terms.size(); ++t) {
        const LossTerm &term = m_terms[t];
        const auto weight = static_cast<float>(term.weight);
        const auto put = [&](std::size_t i, float slope) { delta[i] = t == 0 ? slope : delta[i] + slope; };
        // With respect to the score; a mean over rows.
        const auto putAnswerSlope = [&](std::size_t i, float slope) {
            const float answer = rows.answers[i];
            const float activation = m_output == OutputActivation::Sigmoid ? answer * (1.0f - answer) : 1.0f;
            put(i, weight * (slope * activation / static_cast<float>(count)));
        };
        double sum = 0;
        switch (term.kind) {
        case LossKind::SquaredError:
            for (std::size_t i = 0; i < count; ++i) {
                const float error = rows.answers[i] - rows.targets[i];
                sum += static_cast<double>(error) * error;
                putAnswerSlope(i, 2.0f * error);
            }
            break;
        case LossKind::Huber:
            for (std::size_t i = 0; i < count; ++i) {
                sum += rowLoss(term, rows.scores[i], rows.answers[i], rows.targets[i]);
                const float error = rows.answers[i] - rows.targets[i];
                const auto bound = static_cast<float>(term.delta);
                putAnswerSlope(i, error > bound ? bound : error < -bound ? -bound : error);
            }
            break;
        case LossKind::Bce:
            for (std::size_t i = 0; i < count; ++i) {
                sum += rowLoss(term, rows.scores[i], rows.answers[i], rows.targets[i]);
                const double slope = sigmoid(rows.scores[i]) - rows.targets[i];
                put(i, static_cast<float>(term.weight * slope / static_cast<double>(count)));
            }
            break;
        case LossKind::RankNet: {
            m_batchPairs.fit(rows.targets, rows.groups);
            m_slopes.assign(count, 0.0);
            m_batchPairs.visit(pairs, [&](std::uint32_t higher, std::uint32_t lower) {
                const double gap = static_cast<double>(rows.scores[higher]) - rows.scores[lower];
                const double slope = sigmoid(-gap);
                sum += softplus(-gap);
                m_slopes[higher] -= slope;
                m_slopes[lower] += slope;
            });
            const double scale = 1.0 / static_cast<double>(std::max<std::uint64_t>(1, m_batchPairs.visited()));
            sum *= scale * static_cast<double>(count);
            for (std::size_t i = 0; i < count; ++i)
                put(i, static_cast<float>(term.weight * scale * m_slopes[i]));
            break;
        }
        }
        total += term.weight * sum;
    }
    return total;
}

std::size_t TrainingLoss::choosePairs(std::span<const float> targets, std::span<const std::uint32_t> groups,
                                      Random &random)
{
    m_pairs.clear();
    if (!lossHas(m_terms, LossKind::RankNet))
        return 0;
    RankPairs all;
    all.fit(targets, groups);
    m_pairs.reserve(static_cast<std::size_t>(all.visited()));
    all.visit(random, [&](std::uint32_t higher, std::uint32_t lower) { m_pairs.emplace_back(higher, lower); });
    return m_pairs.size();
}

double TrainingLoss::value(const LossRows &rows) const
{
    double total = 0;
    for (const LossTerm &term : m_terms) {
        double sum = 0;
        if (term.kind == LossKind::RankNet) {
            for (const auto &[higher, lower] : m_pairs)
                sum += softplus(static_cast<double>(rows.scores[lower]) - rows.scores[higher]);
            sum /= static_cast<double>(std::max<std::size_t>(1, m_pairs.size()));
        } else {
            for (std::size_t i = 0; i < rows.scores.size(); ++i)
                sum += rowLoss(term, rows.scores[i], rows.answers[i], rows.targets[i]);
            sum /= static_cast<double>(rows.scores.size());
        }
        total += term.weight * sum;
    }
    return total;
}

double meanPredictorLoss(const TrainConfig &config, std::span<const float> trainTargets,
                         std::span<const float> validationTargets, std::span<const std::uint32_t> groups)
{
    if (trainTargets.empty() || validationTargets.empty())
        throw Error(ErrorKind::Dataset, "The mean's loss needs at least one meme to learn from and one held out.");
    if (!groups.empty() && groups.size() != validationTargets.size())
        throw Error(ErrorKind::Shape, "The mean's loss was given another number of groups than of held-out memes.");
    double mean = 0;
    for (const float target : trainTargets)
        mean += target / static_cast<double>(trainTargets.size());
    const double probability = std::clamp(mean, 1e-12, 1 - 1e-12);
    const double logit = std::log(probability) - std::log1p(-probability);
    double total = 0;
    for (const LossTerm &term : config.loss) {
        double loss = 0;
        if (term.kind == LossKind::RankNet) {
            RankPairs pairs;
            pairs.fit(validationTargets, groups);
            loss = pairs.count() > 0 ? std::numbers::ln2 : 0.0;
        } else {
            for (const float target : validationTargets)
                loss += rowLoss(term, logit, mean, target) / static_cast<double>(validationTargets.size());
        }
        total += term.weight * loss;
    }
    return total;
}

}  // namespace dank
