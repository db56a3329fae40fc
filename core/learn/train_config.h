#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset/label.h"
#include "core/learn/loss.h"
#include "core/learn/split.h"
#include "core/learn/target.h"

namespace dank {

/// How weights and biases start.
enum class Initialisation {
    Kaiming,         ///< weights N(0, 2 / fan_in), biases 0 (He et al. 2015)
    Xavier,          ///< weights N(0, 2 / (fan_in + fan_out)), biases 0 (Glorot & Bengio 2010)
    StandardNormal,  ///< weights and biases from N(0, 1), the paper's
};

/// What turns gradients into steps; each as torch.optim computes it.
enum class OptimiserKind {
    Adam,   ///< beta 0.9 and 0.999, epsilon 1e-8; weight decay joins the gradient
    AdamW,  ///< the same, with decoupled weight decay
    Sgd,    ///< with momentum (no dampening, no Nesterov); weight decay joins the gradient
};

/// How the learning rate goes with the epochs.
enum class Schedule {
    Constant,
    Step,    ///< times scheduleFactor after every scheduleEvery epochs
    Cosine,  ///< from the learning rate down to 0 along half a cosine over all `epochs`, one value an epoch
};

/// What stands after the last linear layer.
enum class OutputActivation {
    Sigmoid,  ///< in 0..1
    Linear,   ///< the paper's, unbounded
};

/// Which words the head may look at beside the picture.
enum class Captions {
    None,
    Title,  ///< the title; a dataset without any is refused
    Text,   ///< the text in the picture; a dataset of which none was read is refused
    Both,   ///< each as a part of its own
    Auto,   ///< the title where most memes have one, and the text where most pictures were read already
};

/// TrainConfig::seeds.
inline constexpr int kMaxSeeds = 1000;

/// Everything that decides a training run besides its data. An aggregate for designated initialisers.
struct TrainConfig {
    std::string preset = "standard";                ///< the preset it started from
    std::vector<int> hidden{512, 256, 128, 32, 8};  ///< widths; none: a linear model
    bool layerNorm = false;              ///< of each row's features, standardised or raw, with learnt scale and shift
    double dropout = 0.2;                ///< probability of dropping, after every hidden layer
    bool blend = false;                  ///< ridge regressions beside the perceptron, stacked (core/blend)
    Captions captions = Captions::None;  ///< the blend's; nothing else looks at words
    Initialisation initialisation = Initialisation::Kaiming;
    OutputActivation output = OutputActivation::Sigmoid;
    bool standardise = true;  ///< features to mean 0, deviation 1, fitted on the training rows only
    TargetKind target = TargetKind::Percentile;
    std::string label;                       ///< Label::text() of what is learnt in place of upvotes; empty: upvotes
    std::vector<LossTerm> loss{LossTerm{}};  ///< a weighted sum; squared error alone
    OptimiserKind optimiser = OptimiserKind::Adam;
    double momentum = 0.9;  ///< Sgd's
    double learningRate = 1e-3;
    double weightDecay = 0;
    double gradientClip = 0;  ///< the most that the gradient's norm over all parameters may be; 0: no bound
    Schedule schedule = Schedule::Constant;
    int scheduleEvery = 30;       ///< epochs; Step's
    double scheduleFactor = 0.1;  ///< Step's
    int batch = 100;
    int epochs = 200;
    int patience = 30;  ///< stop after this many epochs without a better validation loss; 0 never
    SplitKind split = SplitKind::Author;
    double validationFraction = 0.2;  ///< held out to choose the epoch by; as many again to judge it by
    std::string group;                ///< what memes are grouped by, as text; empty: all memes are one group
    bool within = false;              ///< the target is taken within the group
    int folds = 0;                    ///< k of a k-fold; 0: one split
    int seeds = 1;                    ///< runs that differ in their seed only: seed, seed + 1, …
    std::uint64_t seed = 42;

    /// The paper's: N(0, 1) weights and biases, keep probability 0.2 (dropout 0.8), linear output, raw features,
    /// ups / max(ups), 1000 epochs, no early stopping.
    static TrainConfig paper();
    /// Made to learn: the member defaults above.
    static TrainConfig standard();
    /// The one to begin with: blended with what is simpler, so that it does not lose to it.
    static TrainConfig automatic();
    /// One of trainPresets() by its name. Throws Error{Format} for another name.
    static TrainConfig fromPreset(std::string_view name);

    /// Learns these classes in place of upvotes: their place among them as the target, as a probability where the loss
    /// is to be chosen.
    void learnLabel(const Label &what, bool chooseLoss);

    /// Throws Error{Format} naming the first setting that makes no sense (no epochs, dropout outside [0,1), …).
    void validate() const;

    /// In that epoch, from 1: the schedule's.
    double learningRateAt(int epoch) const;

    bool operator==(const TrainConfig &) const = default;
};

/// A set of settings with a name.
struct TrainPreset {
    const char *name;     ///< "standard", as on the command line
    const char *title;    ///< for people
    const char *summary;  ///< one line for people
};
/// The one to begin with, TrainConfig::automatic(), first.
std::span<const TrainPreset> trainPresets();

const char *captionsName(Captions value) noexcept;              ///< "none", "title", "text", "both", "auto"
const char *initialisationName(Initialisation value) noexcept;  ///< "kaiming", "xavier", "standard_normal"
const char *optimiserName(OptimiserKind value) noexcept;        ///< "adam", "adamw", "sgd"
const char *scheduleName(Schedule value) noexcept;              ///< "constant", "step", "cosine"
const char *outputName(OutputActivation value) noexcept;        ///< "sigmoid", "linear"
Captions captionsFromName(std::string_view name);               ///< throws Error{Format}
Initialisation initialisationFromName(std::string_view name);   ///< throws Error{Format}
OptimiserKind optimiserFromName(std::string_view name);         ///< throws Error{Format}
Schedule scheduleFromName(std::string_view name);               ///< throws Error{Format}
OutputActivation outputFromName(std::string_view name);         ///< throws Error{Format}

/// JSON both ways; toJson is stable. fromJson throws Error{Format} and validates. What is not there keeps its default,
/// except that a weight decay without an optimiser means AdamW, as it did before there was a choice.
std::string trainConfigToJson(const TrainConfig &config);
TrainConfig trainConfigFromJson(std::string_view json);

/// One epoch's figures. Losses are the configuration's weighted sum of means: over rows for mse (squared errors in
/// target space), huber and bce, over pairs of one group for ranknet. The training loss is the mean over the epoch's
/// batches, by rows, as they were optimised, dropout on and ranknet over the pairs inside a batch; the validation loss
/// has dropout off and ranknet over all held-out pairs, or 200,000 drawn once where there are more. Losses of different
/// configurations compare only where their loss is the same; meanPredictorLoss() in core/nn/training/trainer.h is the
/// line to hold them to.
struct EpochStats {
    int epoch = 0;  ///< from 1
    double trainLoss = 0;
    double validationLoss = 0;
    double seconds = 0;  ///< wall time of this epoch

    bool operator==(const EpochStats &) const = default;
};

/// Where a training run stands after a whole epoch: all it takes to go on to bit-identical numbers (shuffle and
/// dropout are seeded from (seed, epoch), so no generator state is kept).
/// Parameters are one flat buffer: with layer normalisation its scale and shift [columns] each, then layer 0's weight
/// [outputs, inputs] row-major, its bias, layer 1's weight, … The learning rate follows from the epoch and early
/// stopping from the curve, so they are not kept either.
struct TrainingState {
    int epoch = 0;                    ///< epochs done
    std::int64_t step = 0;            ///< optimiser steps done
    std::vector<float> parameters;    ///< [P]
    std::vector<float> firstMoment;   ///< [P], Adam's m, or the velocity of Sgd
    std::vector<float> secondMoment;  ///< [P], Adam's v; empty with Sgd
    std::vector<float> best;          ///< [P], parameters of bestEpoch; empty before the first epoch
    int bestEpoch = 0;
    std::vector<EpochStats> curve;    ///< [epoch]
    std::vector<float> featureMean;   ///< [columns], or empty for raw features
    std::vector<float> featureScale;  ///< [columns]
};

}  // namespace dank
