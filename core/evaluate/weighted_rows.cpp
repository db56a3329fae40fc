#include "core/evaluate/weighted_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "core/base/error.h"
#include "core/base/rows.h"

namespace dank {

namespace {

constexpr double kQuarter = 0.25;
constexpr double kTwentieth = 0.05;

template <typename T>
std::vector<std::uint32_t> orderOf(std::span<const T> values)
{
    std::vector<std::uint32_t> order(values.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    return order;
}

/// Equal values share a rank; returns how many ranks there are.
std::size_t denseRanks(std::span<const double> values, std::span<const std::uint32_t> order,
                       std::vector<std::uint32_t> &ranks)
{
    ranks.resize(values.size());
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && values[order[i]] != values[order[i - 1]])
            ++rank;
        ranks[order[i]] = rank;
    }
    return order.empty() ? 0 : rank + 1;
}

std::vector<double> countsByRank(std::span<const std::uint32_t> ranks, std::size_t levels, RowWeights weights)
{
    std::vector<double> counts(levels);
    for (std::size_t i = 0; i < ranks.size(); ++i)
        counts[ranks[i]] += weights[i];
    return counts;
}

/// Sums over prefixes of ranks, in logarithmic time (Fenwick 1994).
class PrefixSums {
public:
    explicit PrefixSums(std::size_t size) : m_sums(size + 1) {}

    void add(std::size_t at, double value)
    {
        for (++at; at < m_sums.size(); at += at & (0 - at))
            m_sums[at] += value;
    }
    /// The sum of all before `end`.
    double before(std::size_t end) const
    {
        double sum = 0;
        for (; end > 0; end &= end - 1)
            sum += m_sums[end];
        return sum;
    }

private:
    std::vector<double> m_sums;
};

double tiedPairs(std::span<const double> counts)
{
    double pairs = 0;
    for (const double count : counts)
        pairs += count * (count - 1) / 2;
    return pairs;
}

}  // namespace

std::optional<double> WeightedRows::Pairs::value() const
{
    return count > 0 ? std::optional(right / count) : std::nullopt;
}

std::optional<double> WeightedRows::Deviations::value(Figure figure) const
{
    if (rows == 0 || (figure == Figure::R2 && total == 0))
        return std::nullopt;
    const double value = figure == Figure::Mae    ? absolute / rows
                         : figure == Figure::Rmse ? std::sqrt(squared / rows)
                                                  : 1 - squared / total;
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

WeightedRows::WeightedRows(std::span<const double> predicted, std::span<const double> actual,
                           std::span<const std::int64_t> upvotes)
    : m_predicted(predicted.begin(), predicted.end()), m_actual(actual.begin(), actual.end()),
      m_upvotes(upvotes.begin(), upvotes.end())
{
    if (predicted.size() != actual.size() || (!upvotes.empty() && upvotes.size() != actual.size()))
        throw Error(ErrorKind::Shape, "Metrics were asked for " + std::to_string(predicted.size()) + " predictions, "
                                          + std::to_string(actual.size()) + " actual values and "
                                          + std::to_string(upvotes.size()) + " numbers of upvotes.");
    const auto isFinite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(predicted.begin(), predicted.end(), isFinite)
        || !std::all_of(actual.begin(), actual.end(), isFinite))
        throw Error(ErrorKind::Shape, "Metrics were asked for numbers that are not finite.");
    m_byActual = orderOf(actual);
    m_byUpvotes = orderOf(upvotes);
    m_predictedLevels = denseRanks(predicted, orderOf(predicted), m_predictedRank);
    m_actualLevels = denseRanks(actual, m_byActual, m_actualRank);
}

bool WeightedRows::isActualConstant(RowWeights weights) const
{
    // By value: a variance of 1e-33, which summing equal numbers can leave, must not count as one.
    std::optional<std::uint32_t> level;
    for (std::size_t i = 0; i < rows(); ++i) {
        if (weights[i] == 0)
            continue;
        if (level && *level != m_actualRank[i])
            return false;
        level = m_actualRank[i];
    }
    return true;
}

WeightedRows::Deviations WeightedRows::deviations(RowWeights weights, bool centred) const
{
    Deviations sums;
    double meanPredicted = 0, meanActual = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
        sums.rows += weights[i];
        meanPredicted += weights[i] * m_predicted[i];
        meanActual += weights[i] * m_actual[i];
    }
    if (sums.rows == 0)
        return sums;
    meanPredicted /= sums.rows;
    meanActual /= sums.rows;
    const double shift = centred ? meanPredicted - meanActual : 0;
    for (std::size_t i = 0; i < rows(); ++i) {
        const double error = m_predicted[i] - m_actual[i] - shift;
        const double deviation = m_actual[i] - meanActual;
        sums.absolute += weights[i] * std::abs(error);
        sums.squared += weights[i] * error * error;
        sums.total += weights[i] * deviation * deviation;
    }
    if (isActualConstant(weights))
        sums.total = 0;
    return sums;
}

std::optional<double> WeightedRows::spearman(RowWeights weights) const
{
    const auto midRanks = [&](std::span<const std::uint32_t> ranks, std::size_t levels) {
        std::vector<double> counts = countsByRank(ranks, levels, weights);
        double below = 0;
        for (double &count : counts) {
            const double here = count;
            count = below + (here + 1) / 2;
            below += here;
        }
        return counts;
    };
    const std::vector<double> a = midRanks(m_predictedRank, m_predictedLevels);
    const std::vector<double> b = midRanks(m_actualRank, m_actualLevels);
    double count = 0;
    for (const std::uint8_t weight : weights)
        count += weight;
    const double center = (count + 1) / 2;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
        const double left = a[m_predictedRank[i]] - center;
        const double right = b[m_actualRank[i]] - center;
        ab += weights[i] * left * right;
        aa += weights[i] * left * left;
        bb += weights[i] * right * right;
    }
    // Ranks are halves of whole numbers, so a constant side sums to exactly 0.
    if (aa == 0 || bb == 0)
        return std::nullopt;
    return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

std::optional<double> WeightedRows::kendall(RowWeights weights) const
{
    PrefixSums seen(m_predictedLevels);
    double inserted = 0, difference = 0;
    for (std::size_t first = 0; first < rows();) {
        std::size_t last = first;
        for (; last < rows() && m_actualRank[m_byActual[last]] == m_actualRank[m_byActual[first]]; ++last) {
            const std::uint32_t row = m_byActual[last];
            if (weights[row] == 0)
                continue;
            const double below = seen.before(m_predictedRank[row]);
            const double above = inserted - seen.before(m_predictedRank[row] + 1);
            difference += weights[row] * (below - above);
        }
        for (; first < last; ++first) {
            const std::uint32_t row = m_byActual[first];
            seen.add(m_predictedRank[row], weights[row]);
            inserted += weights[row];
        }
    }
    const double all = inserted * (inserted - 1) / 2;
    const double untiedPredicted = all - tiedPairs(countsByRank(m_predictedRank, m_predictedLevels, weights));
    const double untiedActual = all - tiedPairs(countsByRank(m_actualRank, m_actualLevels, weights));
    if (!(untiedPredicted > 0) || !(untiedActual > 0))
        return std::nullopt;
    return std::clamp(difference / std::sqrt(untiedPredicted * untiedActual), -1.0, 1.0);
}

WeightedRows::Pairs WeightedRows::pairs(RowWeights weights) const
{
    Pairs result;
    PrefixSums lower(m_predictedLevels);
    double inserted = 0;
    std::size_t next = 0;
    for (const std::uint32_t row : m_byUpvotes) {
        const std::int64_t upvotes = m_upvotes[row];
        for (; upvotes > 0 && m_upvotes[m_byUpvotes[next]] <= upvotes / 2; ++next) {
            const std::uint32_t other = m_byUpvotes[next];
            lower.add(m_predictedRank[other], weights[other]);
            inserted += weights[other];
        }
        if (weights[row] == 0 || inserted == 0)
            continue;
        const double below = lower.before(m_predictedRank[row]);
        const double equal = lower.before(m_predictedRank[row] + 1) - below;
        result.right += weights[row] * (below + equal / 2);
        result.count += weights[row] * inserted;
    }
    return result;
}

std::uint32_t WeightedRows::firstTopRank(double share, RowWeights weights) const
{
    double count = 0;
    for (const std::uint8_t weight : weights)
        count += weight;
    // 0.05 * 60 is a hair above 3: what rounding adds must not add a row.
    const double wanted = std::max(1.0, std::ceil(share * count - 1e-9));
    double reached = 0;
    for (std::size_t i = rows(); i > 0; --i) {
        reached += weights[m_byActual[i - 1]];
        if (reached >= wanted)
            return m_actualRank[m_byActual[i - 1]];
    }
    return 0;
}

double WeightedRows::baseRate(double share, RowWeights weights) const
{
    const std::uint32_t first = firstTopRank(share, weights);
    double positive = 0, count = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
        count += weights[i];
        if (m_actualRank[i] >= first)
            positive += weights[i];
    }
    return count > 0 ? positive / count : 0;
}

std::optional<double> WeightedRows::topShare(double share, bool roc, RowWeights weights) const
{
    const std::uint32_t first = firstTopRank(share, weights);
    std::vector<double> positives(m_predictedLevels), negatives(m_predictedLevels);
    double positive = 0, negative = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
        const bool isTop = m_actualRank[i] >= first;
        (isTop ? positives : negatives)[m_predictedRank[i]] += weights[i];
        (isTop ? positive : negative) += weights[i];
    }
    if (positive == 0 || negative == 0)
        return std::nullopt;
    double area = 0, hits = 0, misses = 0;
    for (std::size_t level = m_predictedLevels; level > 0; --level) {
        const double newHits = positives[level - 1];
        const double newMisses = negatives[level - 1];
        if (roc)
            area += newMisses * (hits + newHits / 2) / positive / negative;
        hits += newHits;
        misses += newMisses;
        if (!roc && newHits > 0)
            area += newHits / positive * hits / (hits + misses);
    }
    return std::clamp(area, 0.0, 1.0);
}

std::optional<double> WeightedRows::value(Figure figure, RowWeights weights) const
{
    if (weights.size() != rows())
        throw Error(ErrorKind::Shape, "There are " + std::to_string(weights.size()) + " weights for "
                                          + std::to_string(rows()) + " rows.");
    switch (figure) {
    case Figure::Mae:
    case Figure::Rmse:
    case Figure::R2: return deviations(weights, false).value(figure);
    case Figure::Spearman: return spearman(weights);
    case Figure::Kendall: return kendall(weights);
    case Figure::Pairwise: return pairs(weights).value();
    case Figure::RocAucTop25: return topShare(kQuarter, true, weights);
    case Figure::PrAucTop25: return topShare(kQuarter, false, weights);
    case Figure::RocAucTop5: return topShare(kTwentieth, true, weights);
    case Figure::PrAucTop5: return topShare(kTwentieth, false, weights);
    }
    return std::nullopt;
}

GroupedRows::GroupedRows(std::span<const double> predicted, std::span<const double> actual,
                         std::span<const std::int64_t> upvotes, std::span<const std::string> groups)
    : m_all(actual.size())
{
    if (groups.size() != actual.size() || predicted.size() != actual.size()
        || (!upvotes.empty() && upvotes.size() != actual.size()))
        throw Error(ErrorKind::Shape, "Metrics within groups were asked for " + std::to_string(predicted.size())
                                          + " predictions, " + std::to_string(actual.size()) + " actual values, "
                                          + std::to_string(upvotes.size()) + " numbers of upvotes and "
                                          + std::to_string(groups.size()) + " groups.");
    const auto groupOf = [&](std::size_t row) { return std::string_view(groups[row]); };
    for (const std::vector<std::size_t> &members : rowsByKey(groups.size(), groupOf)) {
        if (members.size() < 2 || groupOf(members.front()).empty())
            continue;
        m_rows += members.size();
        m_groups.push_back({members, WeightedRows(picked<double>(predicted, members), picked<double>(actual, members),
                                                  picked<std::int64_t>(upvotes, members))});
    }
}

std::optional<double> GroupedRows::value(Figure figure, RowWeights weights) const
{
    if (weights.size() != m_all)
        throw Error(ErrorKind::Shape,
                    "There are " + std::to_string(weights.size()) + " weights for " + std::to_string(m_all) + " rows.");
    const bool isDeviation = figure == Figure::Mae || figure == Figure::Rmse || figure == Figure::R2;
    WeightedRows::Deviations sums;
    WeightedRows::Pairs pairs;
    double weighted = 0, rows = 0;
    std::vector<std::uint8_t> own;
    for (const Group &group : m_groups) {
        own.clear();
        std::size_t present = 0;
        double count = 0;
        for (const std::size_t row : group.members) {
            own.push_back(weights[row]);
            present += weights[row] > 0;
            count += weights[row];
        }
        if (present < 2)
            continue;
        if (isDeviation) {
            const WeightedRows::Deviations more = group.rows.deviations(own, true);
            sums.absolute += more.absolute;
            sums.squared += more.squared;
            sums.total += more.total;
            sums.rows += more.rows;
        } else if (figure == Figure::Pairwise) {
            const WeightedRows::Pairs more = group.rows.pairs(own);
            pairs.right += more.right;
            pairs.count += more.count;
        } else if (const std::optional<double> value = group.rows.value(figure, own)) {
            weighted += count * *value;
            rows += count;
        }
    }
    if (figure == Figure::Pairwise)
        return pairs.value();
    if (isDeviation)
        return sums.value(figure);
    return rows > 0 ? std::optional(weighted / rows) : std::nullopt;
}

Metrics GroupedRows::metrics() const
{
    const std::vector<std::uint8_t> ones(m_all, 1);
    Metrics metrics;
    metrics.rows = m_rows;
    metrics.groups = m_groups.size();
    setFigures(
        metrics, [&](Figure figure) { return value(figure, ones); }, 0);
    const auto onesOf = [&](const Group &group) { return RowWeights(ones).first(group.members.size()); };
    for (const Group &group : m_groups)
        metrics.pairs += static_cast<std::uint64_t>(group.rows.pairs(onesOf(group)).count);
    const auto setBaseRate = [&](TopShare &top, Figure figure, double share) {
        double rows = 0;
        for (const Group &group : m_groups) {
            if (!group.rows.value(figure, onesOf(group)))
                continue;
            const auto count = static_cast<double>(group.members.size());
            top.baseRate += count * group.rows.baseRate(share, onesOf(group));
            rows += count;
        }
        if (rows > 0)
            top.baseRate /= rows;
    };
    setBaseRate(metrics.topQuarter, Figure::RocAucTop25, kQuarter);
    setBaseRate(metrics.topTwentieth, Figure::RocAucTop5, kTwentieth);
    return metrics;
}

}  // namespace dank
