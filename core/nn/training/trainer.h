#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/learn/split.h"
#include "core/learn/train_config.h"
#include "core/learn/training_control.h"
#include "core/model/model.h"

namespace dank {

/// What a training run works on.
struct TrainingData {
    const FeatureMatrix &features;               ///< [rows, columns]
    std::span<const float> targets;              ///< [rows], 0..1
    const Split &split;                          ///< indexes into the rows
    std::span<const std::uint32_t> groups = {};  ///< [rows], RankNet's; empty: all rows are one group
};

/// Called on the training thread. Any may be empty.
struct TrainingHooks {
    /// After every whole epoch, with a state that is only valid during the call and whose best epoch is up to date.
    std::function<void(const EpochStats &, const TrainingState &)> onEpoch;
    /// After an epoch, of onEpoch's kind, whose head gives nearly all held-out memes one score; once, at the first.
    std::function<void(int epoch)> onCollapse;
    /// With true once training waits for resume(), with false when it goes on or ends. `savedEpoch`: whole epochs done.
    std::function<void(bool paused, int savedEpoch)> onPause;
};

/// Trains the multi-layer perceptron of `config` until its epochs are done, patience ends, or `control` says stop.
/// Goes on from `from` when that has epochs, to the same numbers as an unbroken run. The configuration's loss and
/// optimiser, mini-batches in a seeded shuffle, inverted dropout after every hidden layer in training only. RankNet
/// learns from the pairs inside a mini-batch; one without any adds nothing. Where it stands alone, dropout passes over
/// hidden layers of fewer than 64 units: dropping one of eight moves a score more than its picture does, scores all the
/// same cost least then, and what ReLU has made zero for every row never comes back. The best epoch is the one with the
/// least validation loss among those whose head tells held-out memes apart, where there is one. Checks cancel, pause
/// and stop between batches; a stop inside an epoch gives that epoch up and returns the state of the last whole one
/// (with no whole epoch yet: epoch 0 and an empty `best`). Runs on the CPU, on the calling thread and `threads` - 1
/// others; leaves the calling thread's intra-op threads set to `threads`. Same inputs, same result, to the bit, on one
/// machine, for any number of threads. Throws Cancelled; Error{Diverged} once a loss is not finite (the hook has seen
/// the last good state); Error{Shape} when rows, targets, groups and columns do not fit, Error{Dataset} for features
/// that are not finite, for targets outside 0..1 under BCE and for RankNet alone without a pair on one of the sides,
/// Error{Mismatch} when `from` is not a state of this configuration, Error{Memory}.
TrainingState trainRegressor(const TrainingData &data, const TrainConfig &config, TrainingState from,
                             TrainingControl &control, const TrainingHooks &hooks, const JobContext &job,
                             int threads = 1);

/// Whether at least 95 of 100 answers lie within a thousandth of the targets' standard deviation of each other: who
/// gave them tells no memes apart. Never of fewer than ten, or of targets that are all the same. Both [rows].
bool answersAreFlat(std::span<const float> answers, std::span<const float> targets);

/// The validation loss, under the configuration's own loss, of always answering the training targets' mean: the line
/// that a run has to get below. RankNet's is log 2, since the same answer for all orders nothing (0 without pairs).
/// `groups` are those of the validation rows; empty: one group. Throws Error{Dataset} for an empty side, Error{Shape}.
double meanPredictorLoss(const TrainConfig &config, std::span<const float> trainTargets,
                         std::span<const float> validationTargets, std::span<const std::uint32_t> groups);

/// Puts a flat parameter buffer into a model: its layers, layer normalisation and output. Throws Error{Shape} when the
/// buffer has another length.
void setNetwork(Model &model, std::span<const float> parameters, int columns, const TrainConfig &config);

}  // namespace dank
