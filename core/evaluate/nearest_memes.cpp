#include "core/evaluate/nearest_memes.h"

#include <algorithm>
#include <numeric>

#include <Eigen/Core>

#include "core/base/error.h"

namespace dank {

namespace {

void toUnit(Eigen::Map<Eigen::VectorXf> row)
{
    const float length = row.stableNorm();
    if (length > 0)
        row /= length;
}

}  // namespace

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
        toUnit({at, static_cast<Eigen::Index>(m_columns)});
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
    toUnit({asked.data(), asked.size()});
    std::vector<Neighbour> best;
    for (std::size_t i = 0; i < rows(); ++i) {
        const Eigen::Map<const Eigen::VectorXf> row(m_units.data() + i * m_columns, asked.size());
        keepNearest(best, k, i, row.dot(asked));
    }
    return best;
}

}  // namespace dank
