#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dank {

enum class BinScale { Linear, Log };

/// counts[i] values lie in [edges[i], edges[i+1]); the last bin includes its upper edge.
struct Histogram {
    std::vector<double> edges;  ///< counts.size() + 1, ascending; empty for no values
    std::vector<std::size_t> counts;
};

/// Bins of equal width between the least and greatest value, on the values themselves or on their
/// logarithm (values under 1 count as 1 there). Equal values make one bin.
Histogram makeHistogram(std::span<const double> values, std::size_t bins, BinScale scale);

struct Summary {
    double min = 0, median = 0, mean = 0, max = 0;
};
/// All 0 for no values. The median of an even count is the mean of the middle two.
Summary summarize(std::span<const double> values);

}  // namespace dank
