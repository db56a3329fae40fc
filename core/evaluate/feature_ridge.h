#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"

namespace dank {

/// A linear function: weight · x + bias.
struct LinearHead {
    std::vector<float> weight;  ///< [columns]
    double bias = 0;

    double operator()(std::span<const float> x) const;
};

/// A feature vector as a model sees it: (x - mean) / scale, each [columns]. In and out may be the same.
struct ModelScale {
    std::span<const float> mean, scale;

    void apply(std::span<const float> raw, std::span<float> out) const;
};

/// Ridge regression (Hoerl & Kennard 1970) with an unpenalised intercept on standardised features, one head for each of
/// `penalties`, which are multiples of the mean squared length of a row. In its primal or its dual form, whichever is
/// smaller, so that no matrix is wider than [columns, columns]; rows that show one picture are counted, not repeated.
/// `targets` is by row of `features`. A penalty whose system cannot be solved gives the mean alone. Throws Cancelled.
std::vector<LinearHead> ridgeHeads(const FeatureMatrix &features, const ModelScale &scale,
                                   std::span<const float> targets, std::span<const std::size_t> rows,
                                   std::span<const double> penalties, const JobContext &job);

}  // namespace dank
