#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/data/evaluation.h"
#include "core/data/feature_matrix.h"
#include "core/data/model.h"
#include "core/engine/training_control.h"
#include "core/base/image.h"

namespace dank {

/// How pictures become features. Strings are as on the command line.
struct BackboneRequest {
    std::string backbone = "inception_v3";
    std::string weights;             ///< a safetensors file; "none" for seeded random; empty: the library's own
    std::string device = "auto";     ///< auto, cpu, cuda, cuda:N
    std::string precision = "auto";  ///< auto, fp32, bf16, fp16
    std::string resize = "warp";
    int batch = 8;                   ///< pictures a forward pass

    bool operator==(const BackboneRequest &) const = default;
};

/// What is known about a backbone before anything is computed: for the Features page and `dank doctor`.
struct BackboneStatus {
    std::string id, title, summary;
    int columns = 0;
    std::filesystem::path weights;        ///< installed weights file, empty when there is none
    std::filesystem::path expectedAt;     ///< where an installed file is looked for
    std::size_t cached = 0, total = 0;    ///< features kept for how many of the dataset's pictures
    double imagesPerSecond = 0;           ///< of the last extraction on this machine, 0 where unknown
};

struct ExtractReport {
    FeatureMatrix matrix;             ///< dataset order, usable pictures only
    bool untrained = false;
    std::size_t computed = 0, cached = 0;
    std::vector<Skipped> skipped;     ///< the dataset's own, then what the decoder refused
    double imagesPerSecond = 0;       ///< of the computed ones, 0 when none was
    std::string device, deviceNote;
    std::string precision, precisionNote;  ///< which was taken, and how well it agreed with float32
    std::string weightsFile;
};

/// One step of an extraction, called on worker threads one at a time, in no fixed order of memes.
struct ExtractEvent {
    std::size_t done = 0, total = 0, cached = 0;
    double imagesPerSecond = 0;
    std::vector<MemeId> arrived;      ///< newly stored
    std::vector<Skipped> skipped;     ///< newly refused
};
using ExtractObserver = std::function<void(const ExtractEvent &)>;

/// Called on the training thread. Any member may be empty.
struct TrainingObserver {
    /// `heldOutRows`: those that choose the epoch and those that judge it.
    std::function<void(std::int64_t run, const TrainConfig &, double meanPredictorLoss, std::size_t trainRows,
                       std::size_t heldOutRows)> started;
    std::function<void(const EpochStats &, int bestEpoch)> epoch;
    std::function<void(bool paused, int savedEpoch)> paused;
    /// The best epoch so far as a model to rate with; at most about twice a second, and once at the end.
    std::function<void(std::shared_ptr<const Model>)> snapshot;
    ExtractObserver extract;          ///< while missing features are computed first
};

struct TrainReport {
    std::int64_t run = 0;
    std::filesystem::path modelPath;
    std::shared_ptr<const Model> model;  ///< the best epoch
    Evaluation evaluation;               ///< on the rows that had no part in training or in choosing the epoch
    bool stoppedEarly = false;           ///< patience ended
    bool stoppedByUser = false;
    std::vector<Skipped> skipped;
    std::string device, precision;
};

/// Scores files with one model. Thread-safe; keeps its network alive.
class RatingSession {
public:
    virtual ~RatingSession() = default;
    virtual const Model &model() const = 0;
    virtual Score rate(const std::filesystem::path &file) const = 0;
    /// A picture that has no file (pasted). `name` goes into Score::path.
    virtual Score rate(std::span<const std::byte> encoded, const std::string &name) const = 0;
};

struct SampleReport {
    std::size_t rows = 0;     ///< rows in db.json
    std::size_t images = 0;   ///< files in memes/, broken ones included
    std::filesystem::path db;
};

struct EngineInfo {
    std::vector<std::pair<std::string, std::string>> versions;  ///< library, version
    std::vector<std::pair<std::string, std::string>> devices;   ///< name, description
    std::string autoDevice, autoNote;
    bool nativeBFloat16 = false;
};

/// The heavy half of the program (LibTorch, OpenCV) behind one interface, so that window and command line can open
/// it late and off their main thread. All calls may be made from any thread; each long one takes a JobContext.
/// Errors are dank::Error, a stop is dank::Cancelled.
class Engine {
public:
    virtual ~Engine() = default;

    virtual EngineInfo info() const = 0;
    virtual std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                                  const std::filesystem::path &library) const = 0;

    /// Computes what the library's store lacks and returns the whole matrix.
    virtual ExtractReport extract(const Dataset &dataset, const BackboneRequest &request,
                                  const std::filesystem::path &library, const ExtractObserver &observer,
                                  const JobContext &job) = 0;

    /// Extracts what is missing, trains, records the run and writes its model.
    virtual TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                              const std::filesystem::path &library, const TrainingObserver &observer,
                              TrainingControl &control, const JobContext &job) = 0;
    /// Goes on from the run's last checkpoint to its planned end.
    virtual TrainReport resume(std::int64_t run, const std::filesystem::path &library,
                               const TrainingObserver &observer, TrainingControl &control,
                               const JobContext &job) = 0;

    /// A model on the rows of a dataset that it did not learn from.
    virtual Evaluation evaluate(const Model &model, const Dataset &dataset, const BackboneRequest &request,
                                const std::filesystem::path &library, const JobContext &job) = 0;

    /// Loads the model's backbone. `weights`: as in BackboneRequest, empty for the model's own hint and then the
    /// library's. Throws Error{Weights|Mismatch} when they are not the ones the model was made with.
    virtual std::unique_ptr<RatingSession> openRating(std::shared_ptr<const Model> model, const std::string &weights,
                                                      const std::string &device,
                                                      const std::filesystem::path &library) = 0;

    /// A small RGB picture of an image file (empty when it cannot be decoded; `problem` then says why).
    virtual Image thumbnail(const std::filesystem::path &file, int side, std::string &problem) const = 0;

    /// Writes the synthetic dataset; its planted rule is documented in core/pipeline/sample.h.
    virtual SampleReport writeSample(const std::filesystem::path &folder, int count, std::uint64_t seed,
                                     const JobContext &job) = 0;
};

/// Bumped with every change of the interface; the loader refuses another.
inline constexpr int kEngineAbi = 1;

}  // namespace dank
