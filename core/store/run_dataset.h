#pragma once

#include "core/base/job.h"
#include "core/dataset/dataset.h"
#include "core/store/run_record.h"

namespace dank {

/// The dataset of a run, read as it was then; it may have changed since. Throws Error{Library} for a damaged record,
/// and what Dataset::load() throws.
Dataset datasetOf(const RunRecord &record, const JobContext &job);

}  // namespace dank
