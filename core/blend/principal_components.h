#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/evaluate/feature_ridge.h"
#include "core/model/model.h"

namespace dank {

/// The directions in which standardised features vary most.
struct PrincipalComponents {
    std::size_t count = 0;          ///< 0: too few rows or columns for any
    std::vector<float> directions;  ///< [count, columns], each of length 1 and at right angles to the others

    /// Each vector's place along the directions: a matrix of `count` columns with the same rows.
    FeatureMatrix project(const FeatureMatrix &features, const ModelScale &scale) const;
};

/// A tenth as many as there are rows, at most 64, of different vectors among `rows` (5,000 of them, evenly drawn, where
/// there are more): by randomised subspace iteration with three passes (Halko, Martinsson & Tropp 2011, algorithm 4.4),
/// which needs no matrix of columns by columns. Same input, same result. Throws Cancelled.
PrincipalComponents principalComponents(const FeatureMatrix &features, const ModelScale &scale,
                                        std::span<const std::size_t> rows, std::uint64_t seed, const JobContext &job);

/// The same answers from a layer that reads the standardised features themselves. `onComponents` reads the components'
/// places less `mean`, by `deviation`, each [count].
DenseLayer unprojected(const DenseLayer &onComponents, const PrincipalComponents &components,
                       std::span<const float> mean, std::span<const float> deviation);

}  // namespace dank
