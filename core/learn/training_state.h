#pragma once

#include <cstdint>
#include <vector>

#include "core/learn/train_config.h"

namespace dank {

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
