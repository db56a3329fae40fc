#pragma once

#include <cmath>

/// Bounds of a rate that was counted, for tests that may not hang on one draw.
namespace dank::test {

/// P(X <= successes) for X of `trials` draws that succeed with probability `rate`.
inline double binomialBelow(int successes, int trials, double rate)
{
    if (rate <= 0)
        return 1;
    if (rate >= 1)
        return successes < trials ? 0 : 1;
    double sum = 0;
    for (int k = 0; k <= successes; ++k)
        sum += std::exp(std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0)
                        + k * std::log(rate) + (trials - k) * std::log1p(-rate));
    return sum;
}

/// One-sided upper bound of the rate (Clopper & Pearson 1934): the greatest one under which so few successes, or fewer,
/// still have a chance of 1 - level. By bisection.
inline double upperBound(int successes, int trials, double level = 0.95)
{
    if (successes >= trials)
        return 1;
    double low = 0, high = 1;
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (binomialBelow(successes, trials, middle) > 1 - level ? low : high) = middle;
    }
    return high;
}

/// The lower one, by counting failures.
inline double lowerBound(int successes, int trials, double level = 0.95)
{
    return 1 - upperBound(trials - successes, trials, level);
}

}  // namespace dank::test
