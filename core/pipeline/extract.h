#pragma once

#include <filesystem>

#include "core/engine/engine.h"
#include "core/pipeline/networks.h"

namespace dank {

/// What the pipeline's steps share.
struct PipelineContext {
    Networks &networks;
    int threads = 1;                  ///< compute threads in all
    std::filesystem::path library;
};

/// Brings every usable picture of the dataset into the library's feature store and returns the matrix, in dataset
/// order. Two independent workers each decode a batch and run it on one thread (measured 1.3 times faster than
/// decoding beside the forward pass); the calling thread stores each batch in one transaction, so a stop or a kill
/// loses at most the batches in flight. Pictures with equal bytes are computed once. What the decoder refuses is
/// listed, not thrown. Throws Error{Weights|Device|Memory|Disk|Library|Format}, Error{Dataset} when no picture is left,
/// Cancelled.
ExtractReport extractFeatures(const Dataset &dataset, const BackboneRequest &request, const PipelineContext &context,
                              const ExtractObserver &observer, const JobContext &job);

/// What the store already holds for a dataset, for the Features page.
std::vector<BackboneStatus> backboneStatuses(const Dataset *dataset, const BackboneRequest &request,
                                             const PipelineContext &context);

}  // namespace dank
