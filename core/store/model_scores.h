#pragma once

// Internal to core/store.

#include <nlohmann/json.hpp>
#include <string>

#include "core/base/json_reader.h"
#include "core/model/model.h"

namespace dank {

using nlohmann::json;

/// Fit for JsonValue::plainText().
std::string plain(std::string text);

/// Adds what the model's scores are worth and rest on to its document: `judgement`, `split_hash`, `interval`,
/// `training_range`, `train_pictures` and `group_targets`, each only where the model has it.
void addScoreParts(json &document, const Model &model);

/// Reads them; what is not there stays absent. Needs the model's target, configuration and row lists. Throws
/// Error{Format}; Model::validate() checks what fits together.
void readScoreParts(const JsonValue &document, Model &model);

}  // namespace dank
