#pragma once

#include <filesystem>

#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

/// What the pipeline's steps share.
struct PipelineContext {
    BackboneCache &backbones;
    int threads = 1;  ///< compute threads in all
    std::filesystem::path library;
};

}  // namespace dank
