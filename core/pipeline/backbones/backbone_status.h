#pragma once

#include <vector>

#include "core/pipeline/features/extract.h"

namespace dank {

/// Every backbone with what the library holds of it for a dataset (may be nullptr), for the Features page; a
/// TorchScript file that the request names comes last. Nothing is computed but the pictures' hashes. Reports stage
/// "hash". Throws Error{Library}, Cancelled.
std::vector<BackboneStatus> backboneStatuses(const Dataset *dataset, const BackboneRequest &request,
                                             const PipelineContext &context, const JobContext &job);

}  // namespace dank
