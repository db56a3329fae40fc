#pragma once

#include <optional>
#include <span>
#include <vector>

namespace dank {

/// How well `predicted` follows `actual`. Undefined figures (constant input, fewer than two rows) are empty,
/// never NaN.
struct Metrics {
    std::size_t rows = 0;
    double mae = 0;
    double rmse = 0;
    std::optional<double> r2;        ///< 1 - SSE / SST with SST around the mean of `actual` (scikit-learn's r2_score)
    std::optional<double> spearman;  ///< Pearson of average ranks (SciPy's spearmanr), ties averaged
};

/// Throws Error{Shape} when the lengths differ; all values must be finite.
Metrics computeMetrics(std::span<const double> predicted, std::span<const double> actual);

/// Average ranks from 1, ties share their mean rank (SciPy's rankdata).
std::vector<double> averageRanks(std::span<const double> values);

/// The share of `sortedReference` below `value`, equal ones counted half, times 100. 50 for an empty reference.
double percentileOf(double value, std::span<const float> sortedReference);

}  // namespace dank
