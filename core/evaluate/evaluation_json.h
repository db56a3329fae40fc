#pragma once

#include <string>
#include <string_view>

#include "core/evaluate/evaluation.h"

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

}  // namespace dank
