#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

// How far numbers lie from the exact ones that they should be.

namespace dank {

/// The largest difference over the largest value of `exact`; NaN where there is one.
template <typename A, typename B>
double relativeDifference(const std::vector<A> &values, const std::vector<B> &exact)
{
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double off = std::abs(static_cast<double>(values[i]) - static_cast<double>(exact[i]));
        if (std::isnan(off))
            return off;
        difference = std::max(difference, off);
        largest = std::max(largest, std::abs(static_cast<double>(exact[i])));
    }
    return difference / largest;
}

/// 1 less the smallest cosine of a row with its counterpart; NaN where there is one.
inline double angleOf(const std::vector<float> &values, const std::vector<float> &exact, std::size_t columns)
{
    double worst = 0;
    for (std::size_t first = 0; first < exact.size(); first += columns) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = first; i < first + columns; ++i) {
            ab += static_cast<double>(values[i]) * exact[i];
            aa += static_cast<double>(values[i]) * values[i];
            bb += static_cast<double>(exact[i]) * exact[i];
        }
        const double off = 1 - ab / std::sqrt(aa * bb);
        if (std::isnan(off))
            return off;
        worst = std::max(worst, off);
    }
    return worst;
}

}  // namespace dank
