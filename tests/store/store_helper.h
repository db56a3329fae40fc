#pragma once

#include "core/learn/train_config.h"

// What the store's tests and the process that they kill agree on.

inline constexpr int kBatch = 16;
inline constexpr int kColumns = 512;

/// A state all of whose numbers tell its epoch, so that parts of two epochs cannot pass for one. The number of
/// parameters varies, so that slots grow and shrink.
inline dank::TrainingState stateOfEpoch(int epoch)
{
    dank::TrainingState state;
    state.epoch = epoch;
    state.step = std::int64_t(epoch) * 1000;
    state.parameters.assign(std::size_t(200'000 + epoch % 7 * 1000), float(epoch));
    state.firstMoment.assign(state.parameters.size(), float(epoch) + 0.25F);
    state.secondMoment.assign(state.parameters.size(), float(epoch) + 0.5F);
    state.best.assign(state.parameters.size(), float(epoch) + 0.75F);
    state.bestEpoch = epoch;
    for (int i = 1; i <= epoch; ++i)
        state.curve.push_back({i, 1.0 / (i + 1), 0.1 * i, 1e-3 / i});
    state.featureMean = {float(epoch), 0.1F};
    state.featureScale = {1, 2};
    return state;
}
