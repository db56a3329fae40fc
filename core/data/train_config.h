#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/split.h"
#include "core/data/target.h"

namespace dank {

/// How weights and biases start.
enum class Initialisation {
    StandardNormal,  ///< weights and biases from N(0, 1), the paper's
    Kaiming,         ///< weights N(0, 2 / fan_in), biases 0 (He et al. 2015)
};

/// What stands after the last linear layer.
enum class OutputActivation {
    Linear,   ///< the paper's, unbounded
    Sigmoid,  ///< in 0..1
};

/// Everything that decides a training run besides its data. An aggregate for designated initialisers.
struct TrainConfig {
    std::string preset = "standard";  ///< the preset it started from
    std::vector<int> hidden{512, 256, 128, 32, 8};
    double dropout = 0.2;             ///< probability of dropping, after every hidden layer
    Initialisation initialisation = Initialisation::Kaiming;
    OutputActivation output = OutputActivation::Sigmoid;
    bool standardise = true;          ///< features to mean 0, deviation 1, fitted on the training rows only
    TargetKind target = TargetKind::Percentile;
    double learningRate = 1e-3;       ///< Adam's, with beta 0.9 and 0.999, epsilon 1e-8
    double weightDecay = 0;           ///< decoupled (AdamW); 0 is plain Adam
    int batch = 100;
    int epochs = 200;
    int patience = 30;                ///< stop after this many epochs without a better validation loss; 0 never
    SplitKind split = SplitKind::Author;
    double validationFraction = 0.2;  ///< held out to choose the epoch by; as many again to judge it by
    std::uint64_t seed = 42;

    /// The paper's: N(0, 1) weights and biases, keep probability 0.2 (dropout 0.8), linear output, raw features,
    /// ups / max(ups), 1000 epochs, no early stopping.
    static TrainConfig paper();
    /// Made to learn: the member defaults above.
    static TrainConfig standard();
    /// "paper" or "standard". Throws Error{Format} for another name.
    static TrainConfig fromPreset(std::string_view name);

    /// Throws Error{Format} naming the first setting that makes no sense (no epochs, dropout outside [0,1), …).
    void validate() const;

    bool operator==(const TrainConfig &) const = default;
};

/// JSON both ways; toJson is stable. fromJson throws Error{Format} and validates.
std::string trainConfigToJson(const TrainConfig &config);
TrainConfig trainConfigFromJson(std::string_view json);

/// One epoch's figures. Losses are mean squared errors per row in target space; the training loss is the mean
/// over the epoch's batches as they were optimised, dropout on; the validation loss has dropout off.
struct EpochStats {
    int epoch = 0;              ///< from 1
    double trainLoss = 0;
    double validationLoss = 0;
    double seconds = 0;         ///< wall time of this epoch

    bool operator==(const EpochStats &) const = default;
};

}  // namespace dank
