#include "core/dataset/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace dank {

Histogram makeHistogram(std::span<const double> values, std::size_t bins, BinScale scale)
{
    std::vector<double> usable;
    usable.reserve(values.size());
    for (const double value : values)
        if (std::isfinite(value))
            usable.push_back(scale == BinScale::Log ? std::max(value, 1.0) : value);
    Histogram histogram;
    if (usable.empty())
        return histogram;

    const auto [least, greatest] = std::minmax_element(usable.begin(), usable.end());
    const double low = *least;
    const double high = *greatest;
    if (low == high) {
        // One bin that can be seen and that holds the value.
        histogram.edges = {low, std::max(low + 1, std::nextafter(low, std::numeric_limits<double>::infinity()))};
        histogram.counts = {usable.size()};
        return histogram;
    }

    bins = std::max<std::size_t>(bins, 1);
    histogram.edges.resize(bins + 1);
    for (std::size_t i = 0; i <= bins; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(bins);
        histogram.edges[i] = scale == BinScale::Log ? std::exp(std::lerp(std::log(low), std::log(high), share))
                                                    : std::lerp(low, high, share);
    }
    histogram.edges.front() = low;
    histogram.edges.back() = high;
    // Rounding must not push an inner edge past its neighbours.
    for (double &edge : histogram.edges)
        edge = std::clamp(edge, low, high);

    histogram.counts.assign(bins, 0);
    for (const double value : usable) {
        // Counted against the edges themselves, so that counts and edges never disagree.
        const auto above = std::upper_bound(histogram.edges.begin(), histogram.edges.end(), value);
        const auto bin = static_cast<std::size_t>(above - histogram.edges.begin()) - 1;
        ++histogram.counts[std::min(bin, bins - 1)];
    }
    return histogram;
}

Summary summarize(std::span<const double> values)
{
    if (values.empty())
        return {};
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    Summary summary;
    summary.min = sorted.front();
    summary.max = sorted.back();
    summary.median = sorted.size() % 2 ? sorted[middle] : std::midpoint(sorted[middle - 1], sorted[middle]);
    summary.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
    return summary;
}

}  // namespace dank
