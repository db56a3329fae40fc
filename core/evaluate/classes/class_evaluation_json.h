#pragma once

#include <string>

#include "core/base/json_reader.h"
#include "core/evaluate/classes/class_evaluation.h"

namespace dank {

/// One JSON object.
std::string classEvaluationToJson(const ClassEvaluation &evaluation);
/// What that wrote; `object` refuses what it cannot have written.
ClassEvaluation classEvaluationFrom(const JsonValue &object);

}  // namespace dank
