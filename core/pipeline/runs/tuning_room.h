#pragma once

#include <cstdint>
#include <filesystem>

#include "core/learn/tune_config.h"

namespace dank {

/// Bytes of memory that this process holds.
std::uint64_t residentMemory();

/// Throws Error{Disk|Memory} where there is too little for a fine-tuning, before anything is taken. `inputs`: a file
/// that is there already counts as free.
void requireRoom(const TuningEstimate &estimate, const std::filesystem::path &library,
                 const std::filesystem::path &inputs);

}  // namespace dank
