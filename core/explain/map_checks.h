#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/explain/explanation.h"
#include "core/model/model.h"

namespace dank {

/// From this rank correlation on, of either sign, a map is called the same as the shuffled head's. Two heads that
/// learned nothing in common stay below it, see docs/explain.md.
inline constexpr double kSameMap = 0.9;
/// Parts that move the score less than so many times as far as they move the shuffled head's answer are called chance.
inline constexpr double kWeakMap = 1.5;

/// Spearman's rank correlation of two maps of the same cells; empty with fewer than three cells, or where one is flat.
std::optional<double> rankCorrelation(std::span<const double> map, std::span<const double> other);

/// Root mean square.
double strength(std::span<const double> map);

/// +1 or -1: the side of 0 on which the map's strongest cell lies.
double direction(std::span<const double> map);

/// Whether two ways of covering a cell contradict each other: they move the score to different sides, or by amounts of
/// which one is more than twice the other, and the difference is not small beside the map's greatest value.
bool disputes(double blurred, double mean, double greatest);

/// What the checks, the cells and the model's verdict warn of, whole sentences, the gravest first.
std::vector<std::string> mapWarnings(const Explanation &explanation, const Model &model);

}  // namespace dank
