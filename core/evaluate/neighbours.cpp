#include "core/evaluate/neighbours.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <Eigen/Core>

namespace dank {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// To length 1; a row at the very mean stays 0 and is like nothing.
template <typename Row>
void toUnit(Row &&row)
{
    const float length = row.stableNorm();
    if (length > 0)
        row /= length;
}

/// Standardised rows of length 1.
template <typename RowAt>
Matrix unitRows(const Standardiser &standardiser, std::size_t count, RowAt rowAt)
{
    Matrix matrix(count, standardiser.columns());
    for (std::size_t i = 0; i < count; ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        standardiser.apply(rowAt(i), matrix.row(at).data());
        toUnit(matrix.row(at));
    }
    return matrix;
}

}  // namespace

void keepNearest(std::vector<Neighbour> &nearest, std::size_t k, std::size_t row, double similarity)
{
    similarity = std::clamp(similarity, -1.0, 1.0);
    if (nearest.size() == k && (k == 0 || similarity <= nearest.back().similarity))
        return;
    if (nearest.size() == k)
        nearest.pop_back();
    const auto place = std::upper_bound(nearest.begin(), nearest.end(), similarity,
                                        [](double a, const Neighbour &b) { return a > b.similarity; });
    nearest.insert(place, {row, similarity});
}

NeighbourSearch::NeighbourSearch(const FeatureMatrix &features, std::span<const std::size_t> trainRows)
    : m_features(&features), m_rows(trainRows.begin(), trainRows.end()), m_standardiser(features, trainRows)
{
    std::sort(m_rows.begin(), m_rows.end());
}

std::vector<std::vector<Neighbour>> NeighbourSearch::nearest(std::span<const float> queries, std::size_t k,
                                                             const JobContext &job) const
{
    const std::size_t columns = m_features->columns;
    if (columns == 0 || queries.size() % columns != 0)
        throw Error(ErrorKind::Shape, "Neighbours were asked for with " + std::to_string(queries.size())
                                          + " numbers, which are no rows of " + std::to_string(columns) + '.');
    constexpr std::size_t kQueries = 1024;  // at a time, so that memory stays small
    constexpr std::size_t kRows = 512;
    const std::size_t count = queries.size() / columns;
    std::vector<std::vector<Neighbour>> found(count);
    for (std::size_t begin = 0; begin < count; begin += kQueries) {
        const std::size_t some = std::min(kQueries, count - begin);
        const Matrix asked = unitRows(m_standardiser, some,
                                      [&](std::size_t i) { return queries.subspan((begin + i) * columns, columns); });
        for (std::size_t from = 0; from < m_rows.size(); from += kRows) {
            job.cancel.check();
            const std::size_t rows = std::min(kRows, m_rows.size() - from);
            const Matrix block =
                unitRows(m_standardiser, rows, [&](std::size_t i) { return m_features->row(m_rows[from + i]); });
            const Matrix similarity = asked * block.transpose();
            for (std::size_t i = 0; i < some; ++i) {
                for (std::size_t j = 0; j < rows; ++j)
                    keepNearest(found[begin + i], k, m_rows[from + j],
                                similarity(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
            }
        }
    }
    return found;
}

std::vector<std::vector<Neighbour>> NeighbourSearch::nearestTo(std::span<const std::size_t> rows, std::size_t k,
                                                               const JobContext &job) const
{
    constexpr std::size_t kAtOnce = 8192;
    std::vector<std::vector<Neighbour>> found;
    for (std::size_t from = 0; from < rows.size(); from += kAtOnce)
        std::ranges::move(
            nearest(m_features->gathered(rows.subspan(from, std::min(kAtOnce, rows.size() - from))), k, job),
            std::back_inserter(found));
    return found;
}

NearestMemes::NearestMemes(FeatureMatrix features) : m_columns(features.columns)
{
    std::vector<std::size_t> all(features.rows());
    std::iota(all.begin(), all.end(), std::size_t{0});
    m_standardiser = Standardiser(features, all);
    m_units = std::move(features.values);
    std::vector<float> row(m_columns);
    for (const std::size_t i : all) {
        float *const at = m_units.data() + i * m_columns;
        std::copy_n(at, m_columns, row.begin());
        m_standardiser.apply(row, at);
        toUnit(Eigen::Map<Eigen::VectorXf>(at, static_cast<Eigen::Index>(m_columns)));
    }
}

std::vector<Neighbour> NearestMemes::nearest(std::span<const float> features, std::size_t k) const
{
    if (m_units.empty() || k == 0)
        return {};
    if (features.size() != m_columns)
        throw Error(ErrorKind::Shape, "Neighbours of " + std::to_string(features.size())
                                          + " numbers were asked for among memes of " + std::to_string(m_columns)
                                          + '.');
    Eigen::VectorXf asked(static_cast<Eigen::Index>(m_columns));
    m_standardiser.apply(features, asked.data());
    toUnit(Eigen::Map<Eigen::VectorXf>(asked.data(), asked.size()));
    std::vector<Neighbour> best;
    for (std::size_t i = 0; i < rows(); ++i) {
        const Eigen::Map<const Eigen::VectorXf> row(m_units.data() + i * m_columns, asked.size());
        keepNearest(best, k, i, row.dot(asked));
    }
    return best;
}

}  // namespace dank
