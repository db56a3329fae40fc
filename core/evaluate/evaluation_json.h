#pragma once

#include <string>
#include <string_view>

#include "core/evaluate/cross_validation.h"

namespace dank {

class JsonValue;

/// An evaluation whole, memes included, so that it can be shown again without training anything. Stable: keys are
/// added, never renamed.
std::string evaluationToJson(const Evaluation &evaluation);

/// What evaluationToJson() wrote comes back equal, bit by bit. Unknown keys are passed over. Throws Error{Format} for
/// text that is no such JSON, is nested more deeply, or holds a number that makes no sense where it stands.
Evaluation evaluationFromJson(std::string_view json);
/// The same out of a greater document, which words what is refused.
Evaluation evaluationFrom(const JsonValue &object);

/// A cross-validation whole, memes included. Stable: keys are added, never renamed.
std::string crossValidationToJson(const CrossValidation &cross);

/// What crossValidationToJson() wrote comes back equal, bit by bit. Unknown keys are passed over. Throws Error{Format}
/// for text that is no such JSON, is nested more deeply, or holds what no training can have made: folds or seeds beyond
/// what settings allow, a spread below 0, a hundred notes.
CrossValidation crossValidationFromJson(std::string_view json);

}  // namespace dank
