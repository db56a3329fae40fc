#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dank {

/// Where a figure would lie were the memes drawn again.
struct Interval {
    double low = 0;
    double high = 0;

    bool isAbove(double value) const { return low > value; }
    bool holds(double value) const { return low <= value && value <= high; }
    bool operator==(const Interval &) const = default;
};

/// The value `share` (0..1) of the way through the ascending, non-empty list `sorted` of numbers: linear between order
/// statistics, as NumPy's percentile.
template <typename Numbers>
double sortedQuantile(const Numbers &sorted, double share)
{
    const double position = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(double{sorted[below]}, double{sorted[above]}, position - static_cast<double>(below));
}

/// The middle 95 % of what the resamples gave; empty where fewer than half of the `resamples` gave anything.
inline std::optional<Interval> percentileInterval(std::vector<double> values, std::size_t resamples)
{
    if (values.empty() || values.size() * 2 < resamples)
        return std::nullopt;
    std::sort(values.begin(), values.end());
    constexpr double kLevel = 0.95;
    return Interval{sortedQuantile(values, (1 - kLevel) / 2), sortedQuantile(values, (1 + kLevel) / 2)};
}

}  // namespace dank
