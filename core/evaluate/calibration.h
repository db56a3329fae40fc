#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/evaluate/bootstrap.h"

namespace dank {

/// Memes that were predicted about the same: do they get, on average, what was predicted?
struct CalibrationBin {
    std::size_t rows = 0;
    double least = 0;  ///< the least and the greatest prediction in it
    double most = 0;
    double predicted = 0;              ///< mean
    double actual = 0;                 ///< mean
    std::optional<Interval> interval;  ///< of the mean of `actual`
};

/// Fewer rows than this in a bin would say nothing about their mean.
inline constexpr std::size_t kCalibrationRows = 10;
/// How many bins some rows are worth: 10, fewer where each would hold less than kCalibrationRows.
std::size_t calibrationBinCount(std::size_t rows) noexcept;

/// `bins` bins of equal count by prediction, in ascending order: the edges and sides of scikit-learn's
/// calibration_curve(strategy="quantile"), so equal predictions share a bin, and bins that stay empty are left out.
/// Intervals as bootstrapIntervals() draws them, whole clusters anew; `clusters` may be empty. Rows that are not finite
/// are passed over. Throws Error{Shape} when lengths differ.
std::vector<CalibrationBin> calibrationBins(std::span<const double> predicted, std::span<const double> actual,
                                            std::span<const std::size_t> clusters, std::size_t bins,
                                            const BootstrapOptions &options = {});

}  // namespace dank
