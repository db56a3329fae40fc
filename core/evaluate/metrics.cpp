#include "core/evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/evaluate/weighted_rows.h"

namespace dank {

namespace {

/// Of errors whose squares leave the finite numbers; no error at all would be the worse thing to say.
constexpr double kTooGreat = std::numeric_limits<double>::max();

constexpr const char *kNames[] = {
    "mae",           "rmse",          "r2",          "spearman", "kendall", "pairwise", "roc_auc_top_25",
    "pr_auc_top_25", "roc_auc_top_5", "pr_auc_top_5"};

}  // namespace

const char *figureName(Figure figure) noexcept
{
    return nameIn(kNames, figure);
}

std::optional<double> figureOf(const Metrics &metrics, Figure figure)
{
    switch (figure) {
    case Figure::Mae: return metrics.rows > 0 ? std::optional(metrics.mae) : std::nullopt;
    case Figure::Rmse: return metrics.rows > 0 ? std::optional(metrics.rmse) : std::nullopt;
    case Figure::R2: return metrics.r2;
    case Figure::Spearman: return metrics.spearman;
    case Figure::Kendall: return metrics.kendall;
    case Figure::Pairwise: return metrics.pairwise;
    case Figure::RocAucTop25: return metrics.topQuarter.rocAuc;
    case Figure::PrAucTop25: return metrics.topQuarter.prAuc;
    case Figure::RocAucTop5: return metrics.topTwentieth.rocAuc;
    case Figure::PrAucTop5: return metrics.topTwentieth.prAuc;
    }
    return std::nullopt;
}

Metrics computeMetrics(std::span<const double> predicted, std::span<const double> actual,
                       std::span<const std::int64_t> upvotes)
{
    const WeightedRows rows(predicted, actual, upvotes);
    const std::vector<std::uint8_t> ones(actual.size(), 1);
    Metrics metrics;
    metrics.rows = actual.size();
    if (actual.empty())
        return metrics;
    setFigures(
        metrics, [&](Figure figure) { return rows.value(figure, ones); }, kTooGreat);
    metrics.pairs = static_cast<std::uint64_t>(rows.pairs(ones).count);
    metrics.topQuarter.baseRate = rows.baseRate(0.25, ones);
    metrics.topTwentieth.baseRate = rows.baseRate(0.05, ones);
    return metrics;
}

std::optional<Metrics> computeWithin(std::span<const double> predicted, std::span<const double> actual,
                                     std::span<const std::int64_t> upvotes, std::span<const std::string> groups)
{
    const GroupedRows rows(predicted, actual, upvotes, groups);
    return rows.groups() > 0 ? std::optional(rows.metrics()) : std::nullopt;
}

std::optional<MeanAndSd> meanAndSd(std::span<const std::optional<double>> values)
{
    std::vector<double> present;
    for (const std::optional<double> &value : values)
        if (value && std::isfinite(*value))
            present.push_back(*value);
    if (present.empty())
        return std::nullopt;
    const auto count = static_cast<double>(present.size());
    MeanAndSd result{present.size(), std::accumulate(present.begin(), present.end(), 0.0) / count, std::nullopt};
    if (present.size() > 1) {
        double squares = 0;
        for (const double value : present)
            squares += (value - result.mean) * (value - result.mean);
        result.sd = std::sqrt(squares / (count - 1));
    }
    return result;
}

std::optional<MeanAndSd> meanAndSd(std::span<const Metrics> runs, Figure figure)
{
    std::vector<std::optional<double>> values;
    for (const Metrics &run : runs)
        values.push_back(figureOf(run, figure));
    return meanAndSd(values);
}

Metrics meanMetrics(std::span<const Metrics> runs)
{
    if (runs.empty())
        throw Error(ErrorKind::Shape, "There are no runs to take the mean of.");
    const auto mean = [&](Figure figure) -> std::optional<double> {
        const std::optional<MeanAndSd> over = meanAndSd(runs, figure);
        return over ? std::optional(over->mean) : std::nullopt;
    };
    Metrics result = runs.front();  // rows, groups, pairs and base rates are of the actual values, so of every run
    setFigures(result, mean, 0);
    return result;
}

std::vector<double> averageRanks(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last < order.size() && values[order[last]] == values[order[first]])
            ++last;
        if (last == first)  // NaN equals nothing, not even itself
            ++last;
        const double shared = (static_cast<double>(first + 1) + static_cast<double>(last)) / 2;
        for (; first < last; ++first)
            ranks[order[first]] = shared;
    }
    return ranks;
}

double percentileOf(double value, std::span<const float> sortedReference)
{
    if (sortedReference.empty())
        return 50;
    // Compared as floats: the reference holds scores rounded to float, and the same score must count as equal.
    const auto [first, last] =
        std::equal_range(sortedReference.begin(), sortedReference.end(), static_cast<float>(value));
    const auto below = static_cast<double>(first - sortedReference.begin());
    const auto equal = static_cast<double>(last - first);
    return 100.0 * (below + equal / 2) / static_cast<double>(sortedReference.size());
}

}  // namespace dank
