#include "core/data/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "core/base/error.h"

namespace dank {

namespace {

double mean(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool isConstant(std::span<const double> values)
{
    return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

std::optional<double> ifFinite(double value)
{
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// Pearson's correlation of two series, neither constant.
double pearson(std::span<const double> a, std::span<const double> b)
{
    const double meanA = mean(a);
    const double meanB = mean(b);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
}

}  // namespace

Metrics computeMetrics(std::span<const double> predicted, std::span<const double> actual)
{
    if (predicted.size() != actual.size())
        throw Error(ErrorKind::Shape, "Metrics were asked for " + std::to_string(predicted.size())
                                          + " predictions and " + std::to_string(actual.size()) + " actual values.");
    const auto isFinite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(predicted.begin(), predicted.end(), isFinite)
        || !std::all_of(actual.begin(), actual.end(), isFinite))
        throw Error(ErrorKind::Shape, "Metrics were asked for numbers that are not finite.");

    Metrics metrics;
    metrics.rows = actual.size();
    if (actual.empty())
        return metrics;

    const double center = mean(actual);
    double absolute = 0, squared = 0, total = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const double error = predicted[i] - actual[i];
        absolute += std::abs(error);
        squared += error * error;
        total += (actual[i] - center) * (actual[i] - center);
    }
    metrics.mae = absolute / static_cast<double>(actual.size());
    metrics.rmse = std::sqrt(squared / static_cast<double>(actual.size()));
    if (actual.size() < 2 || isConstant(actual))
        return metrics;
    metrics.r2 = ifFinite(1.0 - squared / total);
    if (!isConstant(predicted))
        metrics.spearman = ifFinite(pearson(averageRanks(predicted), averageRanks(actual)));
    return metrics;
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
