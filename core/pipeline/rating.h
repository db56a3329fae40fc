#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/data/model.h"
#include "core/engine/engine.h"
#include "core/pipeline/extract.h"

namespace dank {

/// The regressor's answer made a dankness: clamped to 0..1, since the paper's output is unbounded.
double danknessOf(float output);

/// The model's interval around a score, clipped to 0..1, and what its ends mean; empty where the model has none.
std::optional<ScoreInterval> intervalAround(double dankness, const Model &model);

/// Score::rangeRatio of a picture's [columns] finite raw features.
std::optional<double> rangeRatio(std::span<const float> features, const Model &model);

/// Throws Error{Weights|Mismatch} as Engine::openRating() does. `context.library` may not exist yet.
std::unique_ptr<RatingSession> openRatingSession(std::shared_ptr<const Model> model, const std::string &weights,
                                                 const std::string &device, const PipelineContext &context);

}  // namespace dank
