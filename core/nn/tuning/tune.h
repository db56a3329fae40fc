#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/base/job.h"
#include "core/learn/split.h"
#include "core/learn/train_config.h"
#include "core/learn/training_control.h"
#include "core/learn/tune_config.h"
#include "core/nn/training/trainer.h"
#include "core/nn/tuning/tunable_network.h"

namespace dank {

/// What a fine-tuning works on. Row i is a meme; memes that show the same picture share what goes into the network.
struct TuningData {
    std::span<const std::byte> inputs;             ///< [pictures, TunableNetwork::rowBytes()], outlives the call
    std::span<const std::uint32_t> pictureOf;      ///< [rows]
    std::span<const float> targets;                ///< [rows], 0..1
    const Split &split;                            ///< indexes into the rows
    std::span<const std::uint32_t> groups = {};    ///< [rows], RankNet's; empty: all rows are one group
    std::span<const std::string> groupNames = {};  ///< [rows], what memes are ordered within; all empty: together
    /// Writes an altered copy of a picture, which the seed decides; called from several threads. Empty: none is
    /// altered.
    std::function<void(TuningRow picture, std::span<std::byte> altered, std::uint64_t seed)> augment = {};
};

/// Trains the network's last stages and its head together, with AdamW at two learning rates and the configuration's
/// loss, dropout and seed, until the epochs are done, patience ends or `control` says stop. The best epoch is the one
/// that orders the validation side best (Spearman, within groups where there are some). States are as
/// trainRegressor()'s, with the network's parameters behind the head's; goes on from `from` when that has epochs, to
/// the same numbers as an unbroken call. Same inputs and same `threads`, same bits, on one machine (oneDNN adds a
/// gradient's parts by thread). Computes on that many, at least two, since LibTorch leaves oneDNN aside on one. Cancel
/// and stop are looked at between parts of the network and between lots of a few rows, pause between batches. A stop
/// inside an epoch gives that epoch up.
/// `network` is left with the state's parameters. Throws Cancelled; Error{Diverged}, Error{Memory|Device},
/// Error{Shape|Dataset|Mismatch} as trainRegressor() does.
TrainingState tuneNetwork(TunableNetwork &network, const TuningData &data, const TrainConfig &config,
                          const TuneConfig &tuning, TrainingState from, TrainingControl &control,
                          const TrainingHooks &hooks, const JobContext &job, int threads, bool onCuda = false);

/// The time that a step of so many rows takes, in seconds: the mean of `batches` after a first one that is not counted.
/// The network is left as it was.
double timeTuning(TunableNetwork &network, const TuningData &data, const TrainConfig &config, const TuneConfig &tuning,
                  int batches, const JobContext &job, int threads, bool onCuda = false);

}  // namespace dank
