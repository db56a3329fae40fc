#pragma once

#include "core/store/run_record.h"

namespace dank {

/// Whether a run went on from another one with a network that learns.
bool isFineTuning(const RunRecord &record);

}  // namespace dank
