#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/data/model.h"
#include "core/engine/engine.h"
#include "core/pipeline/extract.h"

namespace dank {

/// The regressor's answer made a dankness: clamped to 0..1, since the paper's output is unbounded.
double danknessOf(float output);

/// Sorted danknesses of these rows ([rows, columns] raw features): a model's reference set.
std::vector<float> referenceScores(const Model &model, std::span<const float> values);

std::unique_ptr<RatingSession> openRatingSession(std::shared_ptr<const Model> model, const std::string &weights,
                                                 const std::string &device, const PipelineContext &context);

}  // namespace dank
