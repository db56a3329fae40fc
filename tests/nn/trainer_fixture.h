#pragma once

// What the trainer's tests share: small problems and runs on them.

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/model/predict.h"
#include "core/nn/training/trainer.h"

namespace dank::testing {

/// Features, targets and split that live together.
struct Problem {
    FeatureMatrix features;
    std::vector<float> targets;
    Split split;
    std::vector<std::uint32_t> groups;

    TrainingData data() const { return {features, targets, split, groups}; }
};

/// Uniform features; the target is a smooth function of the first two columns unless `noise`.
inline Problem makeProblem(std::size_t rows, std::size_t columns, std::size_t heldOut, bool noise = false)
{
    Problem problem;
    problem.features.columns = columns;
    Random random(7);
    for (std::size_t r = 0; r < rows; ++r) {
        problem.features.ids.push_back(std::string("m").append(std::to_string(r)));
        for (std::size_t c = 0; c < columns; ++c)
            problem.features.values.push_back(static_cast<float>(random.uniform()));
        const auto x = problem.features.row(r);
        problem.targets.push_back(noise ? static_cast<float>(random.uniform())
                                        : 0.2f + 0.3f * x[0] + 0.3f * x[1] * x[1]);
        (r < rows - heldOut ? problem.split.train : problem.split.validation).push_back(r);
    }
    return problem;
}

inline TrainConfig smallConfig()
{
    TrainConfig config = TrainConfig::standard();
    config.hidden = {16, 8};
    config.batch = 16;
    config.epochs = 6;
    config.patience = 0;
    return config;
}

inline TrainingState train(const Problem &problem, const TrainConfig &config, TrainingState from = {},
                           const TrainingHooks &hooks = {}, int threads = 1)
{
    TrainingControl control;
    return trainRegressor(problem.data(), config, std::move(from), control, hooks, {}, threads);
}

inline Model modelOf(const TrainingState &state, const std::vector<float> &parameters, const TrainConfig &config,
                     int columns)
{
    Model model;
    setNetwork(model, parameters, columns, config);
    model.featureMean = state.featureMean;
    model.featureScale = state.featureScale;
    return model;
}

template <typename Call>
std::optional<ErrorKind> kindOf(Call &&call)
{
    try {
        call();
    } catch (const Error &error) {
        return error.kind();
    }
    return std::nullopt;
}

}  // namespace dank::testing
