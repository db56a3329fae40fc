#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/image.h"
#include "core/base/job.h"
#include "core/base/measurement.h"
#include "core/dataset/dataset.h"
#include "core/dataset/feature_matrix.h"
#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/reproduction.h"
#include "core/learn/training_control.h"
#include "core/model/model.h"
#include "core/weights/fetch/catalogue.h"
#include "core/weights/fetch/download_progress.h"

namespace dank {

/// How pictures become features. Strings are as on the command line.
struct BackboneRequest {
    std::string backbone;  ///< an id, or a TorchScript file's path (a program: see core/nn/networks/torchscript.h);
                           ///< empty: the first network with installed weights, else "classic"
    std::string weights;   ///< a weights file; "none" for seeded random; empty: the library's own
    std::string device = "auto";     ///< auto, cpu, cuda, cuda:N
    std::string precision = "auto";  ///< auto, fp32, bf16, fp16
    std::string resize = "warp";
    int batch = 8;  ///< pictures a forward pass

    bool operator==(const BackboneRequest &) const = default;
};

/// Called on the job's thread.
using DownloadObserver = std::function<void(const DownloadProgress &)>;

/// Whether a backbone has weights, and which.
enum class BackboneKind {
    Classic,      ///< computed descriptors: nothing to install
    Network,      ///< a pretrained network
    TorchScript,  ///< the user's own, a program
};

/// What is known about a backbone before anything is computed: for the Features page and `dank doctor`.
struct BackboneStatus {
    BackboneKind kind = BackboneKind::Network;
    std::string id, title, summary;  ///< of a TorchScript file, the id is its path
    int columns = 0;
    int inputSide = 0;                  ///< 0: pictures are taken whole
    std::filesystem::path weights;      ///< the weights file in use, empty when there is none
    std::string origin;                 ///< where the installed weights came from, one line; empty where unknown
    std::string problem;                ///< why the weights that are there cannot be used; empty where they can
    std::filesystem::path expectedAt;   ///< where an installed file is looked for
    std::vector<WeightsEntry> offers;   ///< what the catalogue has for it, the recommended first
    std::size_t cached = 0, total = 0;  ///< features kept for how many of the dataset's pictures
    double imagesPerSecond = 0;         ///< of the last extraction on this machine, else of bench(), 0 where unknown
    bool isDefault = false;             ///< what an empty BackboneRequest::backbone means now
};

/// A row of the catalogue, and whether it is what the library has for its backbone.
struct WeightsStatus {
    WeightsEntry entry;
    bool installed = false;
    std::filesystem::path file;  ///< the installed file, set with `installed`
    std::string problem;         ///< why the installed file cannot be used; empty where it can, as far as is known
};

/// An installed weights file, checked.
struct WeightsCheck {
    std::string backbone;
    std::filesystem::path file;
    std::string origin;   ///< as in BackboneStatus
    std::string problem;  ///< why it cannot be used; empty: all is well
};

struct ExtractReport {
    FeatureMatrix matrix;                    ///< dataset order, usable pictures only
    std::vector<std::string> pictureHashes;  ///< [rows], hashFile() of each row's picture
    bool untrained = false;
    std::size_t computed = 0, cached = 0;
    std::vector<Skipped> skipped;  ///< the dataset's own, then what the decoder refused
    double imagesPerSecond = 0;    ///< of the computed ones, 0 when none was
    std::string device, deviceNote;
    std::string precision, precisionNote;  ///< which was taken, and how well it agreed with float32
    std::string weightsFile;
    BackboneRequest asMade;  ///< asks for exactly these features again
};

/// One step of an extraction, called on worker threads one at a time, in no fixed order of memes.
struct ExtractEvent {
    std::size_t done = 0, total = 0, cached = 0;
    double imagesPerSecond = 0;
    std::vector<MemeId> arrived;   ///< newly stored
    std::vector<Skipped> skipped;  ///< newly refused
};
using ExtractObserver = std::function<void(const ExtractEvent &)>;

/// A training of a cross-validation begins, or, with fold and seed 0, its answers are judged.
struct CrossValidationStep {
    std::size_t done = 0, total = 0;  ///< pieces of work
    int fold = 0, folds = 0;          ///< from 1; one fold: the run's own split
    int seed = 0, seeds = 0;          ///< from 1, in order
};

/// Called on the training thread. Any member may be empty.
struct TrainingObserver {
    /// `heldOutRows`: those that choose the epoch and those that judge it.
    std::function<void(std::int64_t run, const TrainConfig &, double meanPredictorLoss, std::size_t trainRows,
                       std::size_t heldOutRows)>
        started;
    std::function<void(const EpochStats &, int bestEpoch)> epoch;
    std::function<void(bool paused, int savedEpoch)> paused;
    /// The best epoch so far as a model to rate with; at most about twice a second, and once at the end.
    std::function<void(std::shared_ptr<const Model>)> snapshot;
    ExtractObserver extract;  ///< while missing features are computed first
    /// After the run's own training, where its settings ask for folds or several seeds; on worker threads one at a
    /// time.
    std::function<void(const CrossValidationStep &)> crossValidation;
};

/// After each epoch of each seed of the paper's loop, on worker threads one at a time. `seed` is an index.
using ReproductionObserver = std::function<void(std::size_t seed, int epoch, double loss)>;

struct TrainReport {
    std::int64_t run = 0;
    std::filesystem::path modelPath;
    std::shared_ptr<const Model> model;  ///< the best epoch
    Evaluation evaluation;               ///< on the rows that had no part in training or in choosing the epoch
    /// Where the settings ask for folds or several seeds and it was not stopped. The run's model has no part in it.
    std::optional<CrossValidation> crossValidation;
    bool crossValidationStopped = false;  ///< by the user; the run itself is done
    bool stoppedEarly = false;            ///< patience ended
    bool stoppedByUser = false;
    std::vector<Skipped> skipped;
    std::vector<std::string> notes;  ///< whole sentences: what a reader of the figures should know
    std::string device, precision;
};

/// Scores files with one model; features that the library has are not computed again. Thread-safe; keeps its network
/// alive; must not outlive its engine.
class RatingSession {
public:
    virtual ~RatingSession() = default;
    virtual const Model &model() const = 0;
    /// Loads the network now; otherwise the first picture does whose features the library does not have.
    virtual void prepare() const {}
    virtual Score rate(const std::filesystem::path &file) const = 0;
    /// A picture that has no file (pasted). `name` goes into Score::path.
    virtual Score rate(std::span<const std::byte> encoded, const std::string &name) const = 0;
};

struct SampleReport {
    std::size_t rows = 0;    ///< rows in db.json
    std::size_t images = 0;  ///< files in memes/, broken ones included
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
    /// What this machine does. `what`: extract, train, rate or all; `device` as in BackboneRequest. Remembered in the
    /// library, if there is one, for BackboneStatus::imagesPerSecond. Reports stage "bench".
    virtual BenchReport bench(const std::string &what, const std::string &device, const std::filesystem::path &library,
                              const JobContext &job) = 0;
    /// Features and one training step on the device against float64 on the CPU, within stated tolerances. Reports stage
    /// "selftest".
    virtual std::vector<SelfCheck> selfTest(const std::string &device, const JobContext &job) const = 0;
    virtual std::vector<BackboneStatus> backbones(const Dataset *dataset, const BackboneRequest &request,
                                                  const std::filesystem::path &library) const = 0;

    /// The catalogue (core/weights/fetch/catalogue.h; the environment may name another) with what is installed;
    /// installed files that are none of the catalogue's come last, as "own-<network>".
    virtual std::vector<WeightsStatus> weights(const std::filesystem::path &library) const = 0;
    /// Downloads a row of the catalogue, checks it and installs it as its backbone's weights; returns the installed
    /// file. What was installed before is kept beside it under another name. A stop or a failure leaves it untouched,
    /// and what had arrived is gone on with by the next call. Throws Error{Network|Weights|File|Disk}, Cancelled.
    virtual std::filesystem::path fetchWeights(const std::string &id, const std::filesystem::path &library,
                                               const DownloadObserver &observer, const JobContext &job) = 0;
    /// Installs a file that the user has, of any container. `backbone` empty: the network that its parameters fit.
    /// Returns the backbone's id. Throws Error{Weights|Format|File|Disk} and leaves what is installed untouched.
    virtual std::string addWeights(const std::filesystem::path &file, const std::string &backbone,
                                   const std::filesystem::path &library, const JobContext &job) = 0;
    /// Reads every installed file whole and compares it with what was installed.
    virtual std::vector<WeightsCheck> verifyWeights(const std::filesystem::path &library,
                                                    const JobContext &job) const = 0;
    /// Any weights file to safetensors. Returns how many tensors.
    virtual std::size_t convertWeights(const std::filesystem::path &in, const std::filesystem::path &out,
                                       const JobContext &job) const = 0;
    /// Removes a network's weights, those that were replaced included; returns the files that went.
    virtual std::vector<std::filesystem::path> removeWeights(const std::string &backbone,
                                                             const std::filesystem::path &library) = 0;

    /// Computes what the library's store lacks and returns the whole matrix.
    virtual ExtractReport extract(const Dataset &dataset, const BackboneRequest &request,
                                  const std::filesystem::path &library, const ExtractObserver &observer,
                                  const JobContext &job) = 0;

    /// Extracts what is missing, trains, records the run and writes its model.
    virtual TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                              const std::filesystem::path &library, const TrainingObserver &observer,
                              TrainingControl &control, const JobContext &job) = 0;
    /// Goes on from the run's last checkpoint to its planned end.
    virtual TrainReport resume(std::int64_t run, const std::filesystem::path &library, const TrainingObserver &observer,
                               TrainingControl &control, const JobContext &job) = 0;

    /// The paper's loss table, run again (core/learn/reproduction.h); nullptr: on seeded targets. Nothing is stored.
    virtual Reproduction reproduce(const Dataset *dataset, int epochs, int seeds, const ReproductionObserver &observer,
                                   const JobContext &job) const = 0;

    /// A model on the rows of a dataset that it did not learn from. `request.backbone`: empty, or what the model must
    /// have been made with, else Error{Mismatch}. `group`: as TrainConfig::group, to judge within, instead of what the
    /// model names; empty: no groups; nullptr: the model's own. Its target stays within the groups that it was trained
    /// on.
    virtual Evaluation evaluate(const Model &model, const Dataset &dataset, const BackboneRequest &request,
                                const std::string *group, const std::filesystem::path &library,
                                const JobContext &job) = 0;

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
inline constexpr int kEngineAbi = 3;

}  // namespace dank
