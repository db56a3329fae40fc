#pragma once

#include <functional>
#include <vector>

#include "core/engine/trainer.h"
#include "core/evaluate/cross_validation.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// The splits that a run's settings ask for: k folds, or the run's own split alone where there are several seeds; none
/// where it is not to be judged by more than one training. The same ones whatever the seed of a training. Throws as
/// makeFolds() does.
std::vector<Split> crossValidationSplits(const RunData &data, const TrainConfig &config);

using CrossValidationObserver = std::function<void(const CrossValidationStep &)>;

/// Trains the head on each split with each of the config's seeds and judges the answers for the test sides, each row
/// once a seed, beside the baselines on the same splits; the two trained controls with the first seed only. Trainings
/// run side by side on `threads` threads, each on one; the result is the same for any number of them. In folds all
/// targets are on one scale, fitted on all rows, since answers of several folds are ranked together. A training that
/// diverges answers with its best epoch before that, or with the training rows' mean, and a note says so. `control`
/// pauses the trainings; its stop and the job's cancel end everything within a batch. Observer and progress (stage
/// "cross-validate") are called on worker threads, one at a time. Throws Cancelled for either stop, and what
/// trainRegressor() throws.
CrossValidation crossValidate(const RunData &data, const TrainConfig &config, const std::vector<Split> &splits,
                              int threads, const CrossValidationObserver &observer, TrainingControl &control,
                              const JobContext &job);

}  // namespace dank
