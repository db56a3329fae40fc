#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/learn/standardised.h"

namespace dank {

/// A training row that looks like a picture.
struct Neighbour {
    std::size_t row = 0;    ///< into the feature matrix
    double similarity = 0;  ///< cosine of the standardised features, -1..1
};

/// Puts a row among the `k` nearest, nearest first, if it is one of them; of equal ones those that came first.
void keepNearest(std::vector<Neighbour> &nearest, std::size_t k, std::size_t row, double similarity);

/// From this similarity on two pictures count as the same one.
inline constexpr double kSamePicture = 0.999;
/// With fewer features than this, different pictures lie that close by chance.
inline constexpr std::size_t kMinColumnsForSame = 16;

/// Finds the training rows nearest to any features of the same backbone. Keeps a view of `features`, which must outlive
/// it. Its const calls are thread-safe.
class NeighbourSearch {
public:
    NeighbourSearch(const FeatureMatrix &features, std::span<const std::size_t> trainRows);

    /// Up to `k` neighbours of each of the [n, columns] `queries`, nearest first; equal ones by row. Throws
    /// Error{Shape} when the queries' length is no multiple of the columns, and Cancelled.
    std::vector<std::vector<Neighbour>> nearest(std::span<const float> queries, std::size_t k,
                                                const JobContext &job = {}) const;
    /// Of rows of the matrix itself. A row that is a training row finds itself.
    std::vector<std::vector<Neighbour>> nearestTo(std::span<const std::size_t> rows, std::size_t k,
                                                  const JobContext &job = {}) const;

    /// Whether a similarity of kSamePicture means the same picture: there are kMinColumnsForSame features that vary.
    bool canTellSame() const { return m_standardiser.varyingColumns() >= kMinColumnsForSame; }

private:
    const FeatureMatrix *m_features;
    std::vector<std::size_t> m_rows;
    Standardiser m_standardiser;
};

/// The rows of one matrix nearest to one picture after the other: standardises once, then each question is one pass
/// over them. Holds rows × columns floats (164 MB for 20,000 rows of 2,048). NeighbourSearch is for many questions at
/// once. Const calls are thread-safe.
class NearestMemes {
public:
    NearestMemes() = default;
    /// Takes the matrix, whose rows share no vectors; they are all training rows, and what features are standardised
    /// by.
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
