#pragma once

#include "core/engine/extractor.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

/// Brings every usable picture of the dataset into the library's feature store and returns the matrix, in dataset
/// order. Independent workers each decode a batch, run it on one thread (two measured 1.3 times faster than decoding
/// beside the forward pass) and store it in one transaction, one worker at a time, so a stop or a kill loses at most
/// the batches in flight. Pictures with equal bytes are computed once, and looked at on the way (picture_looks.h). What
/// the decoder refuses is listed for every row that shows it, not thrown. Reports stages "hash", "precision",
/// "network", "extract" (from the workers, one at a time) and "read". Throws
/// Error{Weights|Device|Memory|Disk|Library|Format}, Error{Dataset} when no picture is left, Cancelled. `changes`: what
/// fine-tuning made of the network that the request names; nullptr: nothing. A changed network keeps its base's
/// precision, which the request then has to name.
ExtractReport extractFeatures(const Dataset &dataset, const BackboneRequest &request, const PipelineContext &context,
                              const ExtractObserver &observer, const JobContext &job,
                              const std::shared_ptr<const NetworkChanges> &changes = {});

}  // namespace dank
