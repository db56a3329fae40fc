#pragma once

#include "core/dataset/shard.h"
#include "core/engine/extractor.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

/// extractFeatures() of the pictures of one part alone, and a matrix of no others; a part without a picture is no
/// error. What `auto` takes is decided by the whole dataset.
ExtractReport extractShard(const Dataset &dataset, const BackboneRequest &request, const Shard &shard,
                           const PipelineContext &context, const ExtractObserver &observer, const JobContext &job);

}  // namespace dank
