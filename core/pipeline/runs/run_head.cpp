#include "core/pipeline/runs/run_head.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/rows.h"
#include "core/blend/fit_blend.h"
#include "core/model/predict.h"
#include "core/rating/scorer.h"

namespace dank {

namespace {

bool isFinite(std::span<const float> values)
{
    return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

/// Makes a line through features of one scale the same line through those of another.
void rescaleLine(Blend &blend, const Model &model, const TrainingState &to)
{
    for (std::size_t c = 0; c < blend.line.size(); ++c) {
        const double slope = blend.line[c] / model.featureScale[c];
        blend.line[c] = static_cast<float>(slope * to.featureScale[c]);
        blend.lineBias += slope * (to.featureMean[c] - model.featureMean[c]);
    }
}

}  // namespace

HeadData headData(const RunData &data)
{
    return {{data.features, data.targets, data.split, data.groupIndexes}, data.titles, data.clusters};
}

Model perceptronOf(const TrainConfig &config, const TrainingState &state, std::size_t columns)
{
    Model model;
    model.config = config;
    setNetwork(model, state.best, static_cast<int>(columns), config);
    model.featureMean = state.featureMean;
    model.featureScale = state.featureScale;
    return model;
}

void completeHead(Model &model, const HeadData &data, int bestEpoch, TrainingControl &control, const JobContext &job,
                  int threads)
{
    TrainConfig config = model.config;
    if (!config.blend)
        return;
    const TrainingData &training = data.training;
    const std::vector<double> answers = answersFor(model, training.features, training.split.validation);
    Blend blend = fitBlend({training.features,
                            {model.featureMean, model.featureScale},
                            training.targets,
                            data.titles,
                            data.clusters,
                            training.split,
                            answers,
                            config.seed},
                           threads, job);
    if (blend.image.network <= 0 && blend.both.network <= 0) {
        model.layers.clear();
        model.normScale.clear();
        model.normShift.clear();
    } else if (!control.isStopping()) {
        Split together = training.split;
        together.train = learningRows(together);
        config.epochs = std::max(1, bestEpoch);
        config.patience = 0;
        try {
            const TrainingState state = trainRegressor({training.features, training.targets, together, training.groups},
                                                       config, {}, control, {}, {job.cancel, {}}, threads);
            if (state.epoch == config.epochs && isFinite(state.parameters)) {
                rescaleLine(blend, model, state);
                setNetwork(model, state.parameters, static_cast<int>(training.features.columns), config);
                model.featureMean = state.featureMean;
                model.featureScale = state.featureScale;
            }
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Diverged)
                throw;  // else the perceptron of the choosing is as good as it gets
        }
    }
    model.blend = std::move(blend);
}

std::vector<double> answersFor(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                               std::span<const std::string> titles)
{
    constexpr std::size_t kAtOnce = 4096;
    std::vector<double> answers;
    for (std::size_t from = 0; from < rows.size(); from += kAtOnce) {
        const auto some = rows.subspan(from, std::min(kAtOnce, rows.size() - from));
        for (const float answer : predict(model, features.gathered(some), picked<std::string>(titles, some)))
            answers.push_back(danknessOf(answer));
    }
    return answers;
}

std::vector<Baseline> partsOf(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                              std::span<const std::string> titles, double mean)
{
    if (!model.readsCaptions() || titles.empty())
        return {};
    std::vector<double> words;
    for (const std::size_t row : rows)
        words.push_back(std::clamp(wordsAnswer(model, titles[row]).value_or(mean), 0.0, 1.0));
    std::vector<Baseline> parts{makeBaseline("picture_part", answersFor(model, features, rows))};
    parts.push_back(makeBaseline("words_part", std::move(words)));
    return parts;
}

}  // namespace dank
