#pragma once

#include <optional>
#include <span>

#include "core/evaluate/bootstrap.h"

namespace dank {

/// Two sets of predictions for the same rows, held against each other.
struct PairedDifference {
    double first = 0, second = 0;      ///< the figure of each
    double difference = 0;             ///< second - first
    std::optional<Interval> interval;  ///< of the difference, 95 %; empty for too few clusters

    /// The second one is better than luck would have it. For figures that are better the greater they are.
    bool secondIsBetter() const { return interval && interval->low > 0; }
};

/// Of `rows.predicted` and `second` ([rows]). Each resample draws the same rows for both (paired bootstrap, Efron &
/// Tibshirani 1993), so what makes a meme hard for both of them does not count. Empty where the figure is undefined for
/// either. Throws Error{Shape}, Cancelled.
std::optional<PairedDifference> pairedDifference(const JudgedRows &rows, std::span<const double> second,
                                                 FigureWanted wanted, const Resamples &resamples,
                                                 const JobContext &job = {});

}  // namespace dank
