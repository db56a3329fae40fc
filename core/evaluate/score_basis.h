#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/dataset/feature_matrix.h"

namespace dank {

/// A split conformal interval (Vovk, Gammerman & Shafer 2005; Lei et al. 2018): around any answer of the model, as far
/// as the memes that judged it lay from their answers. It holds `level` of the time for memes drawn like the dataset's,
/// by the same authors as much as there; it promises nothing for other pictures.
struct ConformalInterval {
    static constexpr double kLevel = 0.9;
    static constexpr std::size_t kLeastRows = 20;  ///< with fewer, the extremes of the residuals say too little

    double level = kLevel;
    std::size_t rows = 0;  ///< residuals that it was fitted on
    double below = 0;      ///< ≤ 0, added to an answer: the lower end
    double above = 0;      ///< ≥ 0

    /// From actual minus predicted dankness of memes that had no part in training. With n of them and a = 1 - level,
    /// the ends are the floor((n + 1) a / 2)-th smallest residual and the ceil((n + 1) (1 - a / 2))-th, so that each
    /// tail is missed at most a / 2 of the time whatever n. An end on the wrong side of 0 is moved to 0, which only
    /// widens it: the answer itself is always inside. Empty with fewer than kLeastRows residuals, or for one that is
    /// not finite.
    static std::optional<ConformalInterval> fit(std::span<const double> residuals, double level = kLevel);
    /// Throws Error{Format} for what fit() cannot give.
    void validate() const;
};

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

/// A picture that the model learned from, to show beside one that looks like it.
struct TrainPicture {
    std::size_t row = 0;  ///< into Model::trainIds
    std::string hash;     ///< hashFile() of the picture
    std::int64_t upvotes = 0;
    std::string file;  ///< where it was in its dataset's folder; empty for elsewhere

    bool operator==(const TrainPicture &) const = default;
};

/// The most TrainPictures that a model keeps; of more training rows, these are evenly spread.
inline constexpr std::size_t kMaxTrainPictures = 20'000;
/// Throws Error{Format} for rows beyond `trainRows` or not ascending, hashes that are none, negative upvotes, and files
/// that leave the dataset's folder.
void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows);

}  // namespace dank
