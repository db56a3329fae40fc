#pragma once

#include <cstdint>

#include "core/store/run_record.h"

namespace dank {

/// The run that `record` went on from with a network that learns; 0: it is no fine-tuning. Throws nothing.
std::int64_t fineTunedRun(const RunRecord &record);

}  // namespace dank
