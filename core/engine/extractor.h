#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/backbone/backbone_request.h"
#include "core/backbone/backbone_status.h"
#include "core/base/job.h"
#include "core/dataset/dataset.h"
#include "core/dataset/feature_matrix.h"

namespace dank {

/// Features without their numbers.
struct FeatureSummary {
    std::size_t rows = 0, columns = 0;
    bool untrained = false;
    std::size_t computed = 0, cached = 0;  ///< different pictures: rows that show the same one share its features
    std::vector<Skipped> skipped;          ///< the dataset's own, then what the decoder refused
    double imagesPerSecond = 0;            ///< of the computed ones, 0 when none was
    std::string device, deviceNote;
    std::string precision, precisionNote;  ///< which was taken, and how well it agreed with float32
    std::string weightsFile;
    BackboneRequest asMade;  ///< asks for exactly these features again
};

struct ExtractReport : FeatureSummary {
    FeatureMatrix matrix;                    ///< dataset order, usable pictures only
    std::vector<std::string> pictureHashes;  ///< [rows], hashFile() of each row's picture
};

/// One step of an extraction, called on worker threads one at a time, in no fixed order of memes.
struct ExtractEvent {
    std::size_t done = 0, total = 0, cached = 0;  ///< different pictures
    double imagesPerSecond = 0;
    std::vector<MemeId> arrived;   ///< a meme of each newly stored picture
    std::vector<Skipped> skipped;  ///< newly refused, one for each meme
};
using ExtractObserver = std::function<void(const ExtractEvent &)>;

/// Turns pictures into features. Thread-safe.
class Extractor {
public:
    virtual ~Extractor() = default;

    /// Every backbone with what the library holds of it for a dataset (may be nullptr), whose pictures are hashed.
    /// Reports stage "hash".
    virtual std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                                  const std::filesystem::path &library,
                                                  const JobContext &job) const = 0;
    /// Computes what the library's store lacks and returns the whole matrix.
    virtual ExtractReport extract(const Dataset &dataset, const BackboneRequest &request,
                                  const std::filesystem::path &library, const ExtractObserver &observer,
                                  const JobContext &job) = 0;
};

}  // namespace dank
