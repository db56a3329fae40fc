#pragma once

#include <span>
#include <string_view>

namespace dank {

/// How far the features of one picture by one backbone id may lie apart that were computed on different processors, in
/// different batches, or with other vector instructions: what the id promises, in featureDifference()'s unit. The id
/// names picture, network, weights, resize rule and precision; the order of sums is left to the processor, so last
/// digits differ. 1e-4 in float32, 0.05 in the reduced precisions.
double featureTolerance(std::string_view backbone);

/// The largest difference of two vectors of one length, over the largest absolute value of `reference`; 0 for equal
/// bits, infinity where only one of them has a number or the lengths differ.
double featureDifference(std::span<const float> values, std::span<const float> reference);

}  // namespace dank
