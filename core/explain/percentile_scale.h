#pragma once

#include <span>
#include <utility>
#include <vector>

namespace dank {

/// A model's answers in percentile points of its reference set. A percentile alone would not do: it stands still
/// between two memes of the set and at 0 and 100, where an answer may go on moving. So it is joined straight between
/// the memes and goes on beyond the first and the last with the slope of the outermost tenth. Inside it is
/// percentileOf() at every meme of the set.
class PercentileScale {
public:
    /// `reference`: sorted. With fewer than two different scores a point is a hundredth of dankness.
    explicit PercentileScale(std::span<const float> reference);

    /// Below 0 and above 100 beyond the set.
    double at(double answer) const;
    /// Points for each unit of dankness around an answer.
    double slope(double answer) const;
    bool isMeasured() const { return m_measured; }

private:
    std::vector<std::pair<double, double>> m_knots;  ///< answer and percentile, both ascending; at least two
    bool m_measured = false;
    double m_lowSlope = 100, m_highSlope = 100;
};

}  // namespace dank
