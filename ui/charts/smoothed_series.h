#pragma once

#include <cmath>
#include <limits>

namespace dank::ui {

/// Exponential moving average with TensorBoard's bias correction, so that it starts on the first value:
/// m = a·m + (1 − a)·x, shown as m / (1 − aⁿ). Not-finite values leave it as it was and come out as NaN.
class SmoothedSeries {
public:
    static constexpr double kMost = 0.99;
    explicit SmoothedSeries(double weight = 0) : m_weight(weight) {}
    double next(double value)
    {
        if (!std::isfinite(value))
            return std::numeric_limits<double>::quiet_NaN();
        m_mean = m_weight * m_mean + (1 - m_weight) * value;
        m_correction *= m_weight;
        return m_mean / (1 - m_correction);
    }

private:
    double m_weight;
    double m_mean = 0;
    double m_correction = 1;  ///< aⁿ
};

}  // namespace dank::ui
