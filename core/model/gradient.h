#pragma once

#include <span>
#include <vector>

#include "core/model/caption.h"
#include "core/model/model.h"

namespace dank {

/// How predict()'s answer to a row moves with each raw feature, [columns]: the partial derivatives, by back-propagation
/// through perceptron and line. `caption` only decides which of the blend's weights count. A kink of ReLU
/// counts as flat. Throws Error{Shape} for another width.
std::vector<double> featureGradient(const Model &model, std::span<const float> features, const Caption &caption = {});

}  // namespace dank
