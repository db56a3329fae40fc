#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/meme.h"

namespace dank {

class Library;

/// perceptualHash() of each record's picture, nothing where it cannot be decoded. `hashes`: hashFile() of each picture.
/// What the library has is taken from there, the rest is computed on `threads` threads and kept. Reports stage "look".
/// Throws Error{Disk|Library|Memory}, Cancelled.
std::vector<std::optional<std::uint64_t>> perceptualHashes(std::span<const MemeRecord> records,
                                                           std::span<const std::string> hashes, Library &library,
                                                           int threads, const JobContext &job);

}  // namespace dank
