#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/baselines.h"
#include "core/pipeline/runs/run_head.h"

namespace dank {

/// Seeded random numbers in the place of features. Throws Cancelled.
FeatureMatrix randomFeatures(const FeatureMatrix &features, std::uint64_t seed, const CancelToken &cancel);

/// The targets dealt anew among the rows that it learns from and among those that choose the epoch; what it is judged
/// on stays.
std::vector<float> shuffledTargets(std::span<const float> targets, const Split &split, std::uint64_t seed);

/// A head that had nothing to learn from, and what it answers for the split's test rows.
struct TrainedControl {
    std::vector<double> answers;
    Model head;
};

/// The head of `config` when it is trained on such features or targets for `epochs` epochs, at most 200. `job` has to
/// end with the control's stop (TrainingControl::anyStop). Empty when it diverges. Throws Cancelled and what
/// trainRegressor() throws.
std::optional<TrainedControl> trainControl(const HeadData &data, TrainConfig config, int epochs,
                                           TrainingControl &control, const JobContext &job, int threads);

/// What the same head answers when there is nothing to learn: trained on random features without words, and on shuffled
/// upvotes.
/// One answer for each of the split's test rows. Costs about as much as the run did up to its best epoch, twice. One
/// that diverges is left out. `control`: the run's, and `job` as above.
struct Controls {
    std::vector<Baseline> baselines;
    std::shared_ptr<const Model> shuffled;  ///< as Model::shuffled; nullptr where it diverged
};
Controls trainControls(const RunData &data, const TrainConfig &config, int epochs, TrainingControl &control,
                       const JobContext &job, int threads);

}  // namespace dank
