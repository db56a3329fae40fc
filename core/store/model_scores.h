#pragma once

// Internal to core/store.

#include "core/model/model.h"
#include "core/store/model_document.h"

namespace dank {

/// Adds what the model's scores are worth and rest on to its document: `judgement`, `split_hash`, `interval`,
/// `training_range`, `train_pictures` and `group_targets`, each only where the model has it.
void addScoreParts(json &document, const Model &model);

/// Reads them; what is not there stays absent. Needs the model's target, configuration and row lists. Throws
/// Error{Format}; Model::validate() checks what fits together.
void readScoreParts(const json &document, Model &model);

}  // namespace dank
