#pragma once

#include <memory>
#include <string>

#include "core/engine/rater.h"
#include "core/model/model.h"
#include "core/pipeline/features/extract.h"

namespace dank {

/// Throws Error{Weights|Mismatch} as Engine::openRating() does. `context.library` may not exist yet.
std::unique_ptr<RatingSession> openRatingSession(std::shared_ptr<const Model> model, const std::string &weights,
                                                 const std::string &device, const PipelineContext &context);

}  // namespace dank
