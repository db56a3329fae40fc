#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/feature_matrix.h"

namespace dank {

/// How far the features of memes lie from the training memes' middle: the root mean square of their standardised
/// features, which is 1 for a training meme on average.
struct TrainingRange {
    static constexpr std::size_t kLeastRows = 20;
    static constexpr std::size_t kMaxDistances = 1001;
    static constexpr double kShare = 0.99;  ///< a picture farther than this share of the held-out memes lies outside

    std::vector<float> mean;       ///< [columns], where the model itself takes raw features; else empty
    std::vector<float> scale;      ///< [columns], > 0
    std::vector<float> distances;  ///< of held-out memes, ascending; quantiles where there are more than kMaxDistances

    /// `mean` and `scale` as the model standardises by them; both empty for raw features, when they are fitted on the
    /// rows `train` and kept. A feature that is constant there is measured as it is. Empty with fewer than kLeastRows
    /// rows in `heldOut`.
    static std::optional<TrainingRange> fit(const FeatureMatrix &features, std::span<const std::size_t> train,
                                            std::span<const std::size_t> heldOut, std::span<const float> mean,
                                            std::span<const float> scale);
    /// The distance that kShare of the held-out memes stay within, interpolated linearly between two of them; > 0.
    double edge() const;
    /// Throws Error{Format}: no or too many distances, not ascending, not finite or negative, or mean and scale that do
    /// not match `columns` (or are missing where `raw`, or there where not).
    void validate(std::size_t columns, bool raw) const;
};

/// The root mean square of (row - mean) / scale; all of one length.
double distanceFromMiddle(std::span<const float> row, std::span<const float> mean, std::span<const float> scale);

}  // namespace dank
