#include "core/pipeline/runs/permutation_controls.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/random.h"

namespace dank {

namespace {

// Streams of the run's seed.
constexpr std::uint64_t kRandomFeatures = 0x72616e64, kShuffle = 0x73687566;

/// Enough for a control to show what there is to find in nothing; a run of the paper's 1,000 would triple its time.
constexpr int kMostControlEpochs = 200;

}  // namespace

FeatureMatrix randomFeatures(const FeatureMatrix &features, std::uint64_t seed, const CancelToken &cancel)
{
    FeatureMatrix random{features.backbone, features.ids, features.columns, {}, features.vectorOf};
    random.values.resize(features.values.size());
    Random draw(mixSeed(seed, kRandomFeatures));
    constexpr std::size_t kBetweenLooks = 1 << 20;
    for (std::size_t i = 0; i < random.values.size(); ++i) {
        if (i % kBetweenLooks == 0)
            cancel.check();
        random.values[i] = static_cast<float>(draw.uniform());
    }
    return random;
}

std::vector<float> shuffledTargets(std::span<const float> targets, const Split &split, std::uint64_t seed)
{
    std::vector<float> shuffled(targets.begin(), targets.end());
    Random deal(mixSeed(seed, kShuffle));
    for (const std::vector<std::size_t> *side : {&split.train, &split.validation}) {
        std::vector<float> values;
        for (const std::size_t row : *side)
            values.push_back(targets[row]);
        deal.shuffle(std::span(values));
        for (std::size_t i = 0; i < side->size(); ++i)
            shuffled[(*side)[i]] = values[i];
    }
    return shuffled;
}

std::optional<TrainedControl> trainControl(const HeadData &data, TrainConfig config, int epochs,
                                           TrainingControl &control, const JobContext &job, int threads)
{
    config.epochs = std::clamp(epochs, 1, kMostControlEpochs);
    config.patience = 0;
    const JobContext quiet{job.cancel, {}};
    try {
        const FeatureMatrix &features = data.training.features;
        const TrainingState state = trainRegressor(data.training, config, {}, control, {}, quiet, threads);
        job.cancel.check();  // the control's stop is no end of a training that tells something
        Model model = perceptronOf(config, state, features.columns);
        completeHead(model, data, state.bestEpoch, control, quiet, threads);
        job.cancel.check();
        std::vector<double> answers = answersFor(model, features, data.training.split.test, data.captions);
        return TrainedControl{std::move(answers), std::move(model)};
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::Diverged)
            throw;  // else there is nothing to compare with, and the run itself is fine
        return std::nullopt;
    }
}

namespace {

/// The head as Model::shuffled keeps it: explanations ask it about pictures alone.
std::shared_ptr<const Model> withoutWords(Model head)
{
    if (head.blend) {
        Blend &blend = *head.blend;
        blend.title = blend.text = {};
        blend.withTitle = blend.withText = blend.withBoth = blend.image;
    }
    return std::make_shared<const Model>(std::move(head));
}

}  // namespace

Controls trainControls(const RunData &data, const TrainConfig &config, int epochs, TrainingControl &control,
                       const JobContext &job, int threads)
{
    Controls controls;
    const auto train = [&](const char *name, const FeatureMatrix &features, std::span<const float> targets,
                           std::span<const Caption> captions) {
        job.cancel.check();
        job.report("controls", controls.baselines.size(), 2);
        job.cancel.check();
        auto trained = trainControl({{features, targets, data.split, data.groupIndexes}, captions, data.clusters},
                                    config, epochs, control, job, threads);
        if (trained)
            controls.baselines.push_back(makeBaseline(name, std::move(trained->answers)));
        return trained;
    };
    train("random_features", randomFeatures(data.features, config.seed, job.cancel), data.targets, {});
    if (auto shuffled =
            train("shuffled", data.features, shuffledTargets(data.targets, data.split, config.seed), data.captions))
        controls.shuffled = withoutWords(std::move(shuffled->head));
    return controls;
}

}  // namespace dank
