#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/engine/parts.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank {

/// Parts::compute(): the way from bytes to features that extraction goes, picture by picture, on all threads.
std::vector<ComputedPicture> computePictures(std::span<const std::filesystem::path> files, const std::string &backbone,
                                             const std::string &weights, const std::string &device,
                                             const PipelineContext &context, const JobContext &job);

}  // namespace dank
