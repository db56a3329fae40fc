#pragma once

// Internal to core/nn.

#include <cstdint>
#include <span>

#include "core/learn/train_config.h"

namespace dank {

/// One step of Adam (Kingma & Ba 2015; beta 0.9 and 0.999, epsilon 1e-8) with decoupled weight decay (Loshchilov &
/// Hutter 2019), as torch.optim.AdamW computes it. `step` counts from 1. All spans are [P].
void adamStep(std::span<float> parameters, std::span<float> firstMoment, std::span<float> secondMoment,
              std::span<const float> gradient, std::int64_t step, double learningRate, double weightDecay);

/// One step of gradient descent with momentum, as torch.optim.SGD computes it: velocity = momentum velocity + gradient,
/// parameters -= learning rate × velocity. The velocity starts at 0. All spans are [P].
void sgdStep(std::span<float> parameters, std::span<float> velocity, std::span<const float> gradient,
             double learningRate, double momentum);

/// Scales the gradient down to `norm` where it is longer, as torch.nn.utils.clip_grad_norm_ does. Returns the length
/// that it had.
double clipGradient(std::span<float> gradient, double norm);

/// How many numbers of the second moment the optimiser keeps for so many parameters: none, or all.
std::size_t secondMomentSize(const TrainConfig &config, std::size_t parameters);

/// One step of the configuration's optimiser, clipping and weight decay included; changes the gradient. `step` counts
/// from 1 over the whole run. The first moment is Sgd's velocity.
void optimiserStep(const TrainConfig &config, double learningRate, std::int64_t step, std::span<float> parameters,
                   std::span<float> firstMoment, std::span<float> secondMoment, std::span<float> gradient);

}  // namespace dank
