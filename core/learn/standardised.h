#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/dataset/feature_matrix.h"

namespace dank {

/// Brings every feature to mean 0 and deviation 1 on the training rows. Features that are constant there become 0
/// everywhere, and so do numbers that are not finite: neither tells rows apart. A value.
class Standardiser {
public:
    Standardiser() = default;
    Standardiser(const FeatureMatrix &features, std::span<const std::size_t> trainRows)
        : m_mean(features.columns), m_inverse(features.columns)
    {
        std::vector<double> squares(features.columns), counts(features.columns);
        for (const std::size_t row : trainRows) {
            const auto values = features.row(row);
            for (std::size_t c = 0; c < values.size(); ++c) {
                if (!std::isfinite(values[c]))
                    continue;
                counts[c] += 1;
                const double step = values[c] - m_mean[c];  // Welford 1962
                m_mean[c] += step / counts[c];
                squares[c] += step * (values[c] - m_mean[c]);
            }
        }
        for (std::size_t c = 0; c < m_mean.size(); ++c) {
            const double deviation = counts[c] > 0 ? std::sqrt(squares[c] / counts[c]) : 0;
            m_inverse[c] = deviation > 1e-6 * std::abs(m_mean[c]) ? 1 / deviation : 0;
        }
    }

    std::size_t columns() const { return m_mean.size(); }
    std::size_t varyingColumns() const
    {
        std::size_t count = 0;
        for (const double inverse : m_inverse)
            count += inverse > 0;
        return count;
    }

    /// `row` and `out` have columns() entries.
    template <typename T>
    void apply(std::span<const float> row, T *out) const
    {
        for (std::size_t c = 0; c < m_mean.size(); ++c) {
            const double value = (row[c] - m_mean[c]) * m_inverse[c];
            out[c] = std::isfinite(value) ? static_cast<T>(value) : T{0};
        }
    }

private:
    std::vector<double> m_mean;
    std::vector<double> m_inverse;  ///< 1 / deviation, 0 where constant
};

}  // namespace dank
