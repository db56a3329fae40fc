#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/model/model.h"

namespace dank {

/// How predict()'s answer to a row moves with each raw feature, [columns]: the partial derivatives, by back-propagation
/// through perceptron and line. `caption` only decides whether the blend's weights with words count. A kink of ReLU
/// counts as flat. Throws Error{Shape} for another width.
std::vector<double> featureGradient(const Model &model, std::span<const float> features, std::string_view caption = {});

}  // namespace dank
