#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/dataset/feature_matrix.h"
#include "core/evaluate/neighbours.h"
#include "core/learn/standardised.h"

namespace dank {

/// The rows of one matrix nearest to one picture after the other: standardises once, then each question is one pass
/// over them. Holds rows × columns floats (164 MB for 20,000 rows of 2,048). NeighbourSearch is for many questions at
/// once. Const calls are thread-safe.
class NearestMemes {
public:
    NearestMemes() = default;
    /// Takes the matrix; its rows are all training rows, and what features are standardised by.
    explicit NearestMemes(FeatureMatrix features);

    std::size_t rows() const { return m_columns == 0 ? 0 : m_units.size() / m_columns; }
    /// Up to `k` rows, nearest first, equal ones by row. Throws Error{Shape} for another number of features.
    std::vector<Neighbour> nearest(std::span<const float> features, std::size_t k) const;

private:
    std::size_t m_columns = 0;
    std::vector<float> m_units;  ///< [rows, columns], standardised, of length 1; a row at the very mean is 0
    Standardiser m_standardiser;
};

}  // namespace dank
