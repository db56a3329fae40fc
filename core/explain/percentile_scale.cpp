#include "core/explain/percentile_scale.h"

#include <algorithm>
#include <cstddef>

#include "core/evaluate/metrics.h"

namespace dank {

PercentileScale::PercentileScale(std::span<const float> reference)
{
    for (std::size_t i = 0; i < reference.size(); ++i)
        if (i == 0 || reference[i] != reference[i - 1])
            m_knots.emplace_back(reference[i], percentileOf(reference[i], reference));
    m_measured = m_knots.size() >= 2;
    if (!m_measured) {
        const double middle = m_knots.empty() ? 0.5 : m_knots.front().first;
        m_knots = {{middle - 0.5, 0}, {middle + 0.5, 100}};
        return;
    }
    constexpr double kTenth = 10;
    const auto &first = m_knots.front(), &last = m_knots.back();
    const auto low = std::find_if(m_knots.begin() + 1, m_knots.end() - 1,
                                  [&](const auto &knot) { return knot.second >= first.second + kTenth; });
    const auto high = std::find_if(m_knots.rbegin() + 1, m_knots.rend() - 1,
                                   [&](const auto &knot) { return knot.second <= last.second - kTenth; });
    m_lowSlope = (low->second - first.second) / (low->first - first.first);
    m_highSlope = (last.second - high->second) / (last.first - high->first);
}

double PercentileScale::at(double answer) const
{
    const auto &[lowest, lowPercentile] = m_knots.front();
    const auto &[highest, highPercentile] = m_knots.back();
    if (answer <= lowest)
        return lowPercentile + (answer - lowest) * m_lowSlope;
    if (answer >= highest)
        return highPercentile + (answer - highest) * m_highSlope;
    const auto above = std::upper_bound(m_knots.begin(), m_knots.end(), answer,
                                        [](double value, const auto &knot) { return value < knot.first; });
    const auto below = above - 1;
    return below->second + (answer - below->first) / (above->first - below->first) * (above->second - below->second);
}

double PercentileScale::slope(double answer) const
{
    // Over a tenth of the scale: between two memes that nearly share a score it would be nothing but luck.
    const double around = (m_knots.back().first - m_knots.front().first) / 20;
    return (at(answer + around) - at(answer - around)) / (2 * around);
}

}  // namespace dank
