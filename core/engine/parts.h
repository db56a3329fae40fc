#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/backbone/backbone_request.h"
#include "core/base/job.h"
#include "core/dataset/dataset.h"
#include "core/dataset/shard.h"
#include "core/engine/extractor.h"

namespace dank {

/// A picture's features that were computed and not stored.
struct ComputedPicture {
    std::string hash;           ///< hashFile()'s, of the very bytes that were decoded; empty: they cannot be read
    std::vector<float> values;  ///< empty where the picture is refused
};

/// What several machines need that share an extraction. Thread-safe.
class Parts {
public:
    virtual ~Parts() = default;

    /// Extractor::extract() of one part of the dataset's pictures, which may be none; the matrix has no others. What
    /// `auto` takes is decided by the whole dataset, so that all parts on machines of one kind are made alike.
    virtual ExtractReport extractShard(const Dataset &dataset, const BackboneRequest &request, const Shard &shard,
                                       const std::filesystem::path &library, const ExtractObserver &observer,
                                       const JobContext &job) = 0;
    /// The features of those files by the backbone of that full id, one by one, stored nowhere. `weights`: a file, or
    /// empty for what the library has. Reports stage "check". Throws Error{Weights|Mismatch|Device|Memory|Format} where
    /// that very backbone cannot be had here, Cancelled.
    virtual std::vector<ComputedPicture> compute(std::span<const std::filesystem::path> files,
                                                 const std::string &backbone, const std::string &weights,
                                                 const std::string &device, const std::filesystem::path &library,
                                                 const JobContext &job) = 0;
};

}  // namespace dank
