#pragma once

#include <functional>
#include <span>

#include "core/base/job.h"
#include "core/data/feature_matrix.h"
#include "core/data/model.h"
#include "core/data/split.h"
#include "core/data/training_state.h"
#include "core/engine/training_control.h"

namespace dank {

/// What a training run works on.
struct TrainingData {
    const FeatureMatrix &features;    ///< [rows, columns]
    std::span<const float> targets;   ///< [rows], 0..1
    const Split &split;               ///< indexes into the rows
};

/// Called on the training thread after every whole epoch, with a state that is only valid during the call.
using EpochHook = std::function<void(const EpochStats &, const TrainingState &)>;

/// Trains the multi-layer perceptron of `config` until its epochs are done, patience ends, or `control` says stop.
/// Goes on from `from` when that has epochs, to the same numbers as an unbroken run. Squared error, Adam, mini-batches
/// in a seeded shuffle, dropout after every hidden layer in training only. Checks cancel, pause and stop between
/// batches. Same inputs, same result, to the bit, on one machine and one thread count.
/// Throws Cancelled; Error{Diverged} once a loss is not finite (the hook has seen the last good state);
/// Error{Shape} when rows, targets and columns do not fit, Error{Dataset} for features that are not finite.
TrainingState trainRegressor(const TrainingData &data, const TrainConfig &config, TrainingState from,
                             TrainingControl &control, const EpochHook &onEpoch, const JobContext &job);

/// The layers of a flat parameter buffer.
std::vector<DenseLayer> unflatten(std::span<const float> parameters, int columns, std::span<const int> hidden);

/// The regressor's answer for each row, before any clamping: [rows]. Dropout off. `values` is [rows, columns] raw
/// features; standardisation is the model's own. The result for a row does not depend on the other rows' values.
std::vector<float> predict(const Model &model, std::span<const float> values);

}  // namespace dank
