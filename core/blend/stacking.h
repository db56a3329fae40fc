#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dank {

/// What predictions that were made without a look at a row say together: intercept + sum of weight · prediction.
struct Stack {
    double intercept = 0;
    std::vector<double> weights;  ///< [parts], none below 0
};

/// Least squares with weights that are not negative (stacked regressions, Breiman 1996), exact by trying every subset
/// of the few parts, then shrunk together by what as many useless parts would seem to explain (James & Stein 1961).
/// `parts`: [parts][rows] out-of-fold predictions, where each row stands `repeats` times. Where no part helps, the one
/// that goes most with the targets keeps a weight of 0.02, so that there is an order at all. At most 8 parts.
Stack stack(std::span<const std::vector<double>> parts, std::span<const double> targets, std::size_t repeats = 1);

}  // namespace dank
