#pragma once

#include <filesystem>
#include <span>

#include "core/base/job.h"
#include "core/engine/pictures.h"

namespace dank {

/// Pictures::signatures().
PictureSignatures signaturesOf(std::span<const std::filesystem::path> files, const std::filesystem::path &library,
                               int threads, const JobContext &job);

}  // namespace dank
