#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/engine/extractor.h"
#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/evaluate/paired_difference.h"
#include "core/learn/reproduction.h"
#include "core/learn/training_control.h"
#include "core/learn/tune_config.h"
#include "core/model/model.h"

namespace dank {

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
    /// A whole sentence that the user should know while there is still time to act on it.
    std::function<void(const std::string &)> warned;
    /// The best epoch so far as a model to rate with; at most about twice a second, and once at the end.
    std::function<void(std::shared_ptr<const Model>)> snapshot;
    /// Of a fine-tuning, before it starts.
    std::function<void(const TuningEstimate &)> estimated;
    ExtractObserver extract;  ///< while missing features are computed first
    /// After the run's own training, where its settings ask for folds or several seeds; on worker threads one at a
    /// time.
    std::function<void(const CrossValidationStep &)> crossValidation;
};

/// After each epoch of each seed of the paper's loop, on worker threads one at a time. `seed` is an index.
using ReproductionObserver = std::function<void(std::size_t seed, int epoch, double loss)>;

/// What a fine-tuning came to, beside the run that it went on from, both on the same held-out memes.
struct TuningOutcome {
    std::int64_t frozenRun = 0;
    TuningEstimate estimate;
    Metrics frozen, tuned;                       ///< pooled
    bool within = false;                         ///< `comparison` is inside the groups
    std::optional<PairedDifference> comparison;  ///< of Spearman, the frozen one first; empty where it is undefined
    bool keptTuned = false;                      ///< else the report's model is the frozen one
};

struct TrainReport {
    std::int64_t run = 0;
    std::filesystem::path modelPath;
    std::shared_ptr<const Model> model;  ///< the best epoch
    Evaluation evaluation;               ///< on the rows that had no part in training or in choosing the epoch
    /// Where the settings ask for folds or several seeds and it was not stopped. The run's model has no part in it.
    std::optional<CrossValidation> crossValidation;
    bool crossValidationStopped = false;  ///< by the user; the run itself is done
    std::optional<TuningOutcome> tuning;  ///< of a fine-tuning that came to its end
    bool stoppedEarly = false;            ///< patience ended
    bool stoppedByUser = false;
    std::vector<std::string> notes;  ///< whole sentences: what a reader of the figures should know
    FeatureSummary features;         ///< that it learnt from
};

/// Trains heads on features and judges them. Thread-safe; one training at a time is quickest.
class Trainer {
public:
    virtual ~Trainer() = default;

    /// Extracts what is missing, trains, records the run and writes its model.
    virtual TrainReport train(const Dataset &dataset, const BackboneRequest &request, const TrainConfig &config,
                              const std::filesystem::path &library, const TrainingObserver &observer,
                              TrainingControl &control, const JobContext &job) = 0;
    /// Goes on from the run's last checkpoint to its planned end.
    virtual TrainReport resume(std::int64_t run, const std::filesystem::path &library, const TrainingObserver &observer,
                               TrainingControl &control, const JobContext &job) = 0;
    /// Goes on from a finished run whose network stood still: its last blocks learn together with its head. A run of
    /// its own, which resume() takes up again. Its model is the tuned one where that is better on the held-out memes by
    /// the interval of the difference, else the frozen one. Throws Error{Library} for a run that is not finished,
    /// Error{Format} for one without a network, Error{Disk|Memory} before anything is taken.
    virtual TrainReport fineTune(std::int64_t run, const TuneConfig &tuning, const std::filesystem::path &library,
                                 const TrainingObserver &observer, TrainingControl &control, const JobContext &job) = 0;
    /// A model on the rows of a dataset that it did not learn from. `request.backbone`: empty, or what the model must
    /// have been made with, else Error{Mismatch}.
    /// `group`: as TrainConfig::group, to judge within, instead of what the model names; empty: no groups; nullptr: the
    /// model's own. Its target stays within the groups that it was trained on.
    virtual Evaluation evaluate(const Model &model, const Dataset &dataset, const BackboneRequest &request,
                                const std::string *group, const std::filesystem::path &library,
                                const JobContext &job) = 0;
    /// The paper's loss table, run again (core/learn/reproduction.h); nullptr: on seeded targets. Nothing is stored.
    virtual Reproduction reproduce(const Dataset *dataset, int epochs, int seeds, const ReproductionObserver &observer,
                                   const JobContext &job) const = 0;
};

}  // namespace dank
