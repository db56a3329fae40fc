#include "core/pipeline/runs/run_head.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/rows.h"
#include "core/blend/fit_blend.h"
#include "core/blend/principal_components.h"
#include "core/model/predict.h"
#include "core/rating/scorer.h"

namespace dank {

namespace {

bool isFinite(std::span<const float> values)
{
    return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

/// Whether a perceptron gives the choosing rows one answer.
bool isFlat(const Model &model, const TrainingData &data)
{
    const std::vector<double> answers = answersFor(model, data.features, data.split.validation);
    return answersAreFlat(std::vector<float>(answers.begin(), answers.end()),
                          picked<float>(data.targets, data.split.validation));
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

/// A perceptron as a blend may use it.
struct Perceptron {
    Model model;  ///< with its scales and layers
    int bestEpoch = 0;
    PrincipalComponents components;  ///< what it learnt from; none: the features themselves
    std::vector<double> answers;     ///< for the validation side
};

double squaredError(std::span<const double> answers, std::span<const float> targets, std::span<const std::size_t> rows)
{
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sum += (answers[i] - targets[rows[i]]) * (answers[i] - targets[rows[i]]);
    return sum;
}

/// Trains heads of one configuration on one set of features.
class HeadTrainer {
public:
    HeadTrainer(const HeadData &data, TrainingControl &control, const JobContext &job, int threads)
        : m_data(data), m_control(control), m_job(job), m_threads(threads)
    {
    }

    /// Nothing where the numbers ran away, or a stop came before the first epoch ended.
    std::optional<TrainingState> train(const FeatureMatrix &features, const Split &split,
                                       const TrainConfig &config) const
    {
        try {
            TrainingState state = trainRegressor({features, m_data.training.targets, split, m_data.training.groups},
                                                 config, {}, m_control, {}, {m_job.cancel, {}}, m_threads);
            if (!state.best.empty() && isFinite(state.best) && isFinite(state.parameters))
                return state;
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Diverged)
                throw;
        }
        return std::nullopt;
    }

    /// The same perceptron on the features' leading principal components, where there are any: fewer inputs, less to
    /// learn by heart. The components are a linear step, so its first layer can read the features themselves.
    std::optional<Perceptron> onComponents(const Model &model) const
    {
        const TrainingData &data = m_data.training;
        if (model.config.layerNorm || m_control.isStopping())
            return std::nullopt;
        Perceptron found{model,
                         0,
                         principalComponents(data.features, scaleOf(model), data.split.train, model.config.seed, m_job),
                         {}};
        if (found.components.count == 0)
            return std::nullopt;
        const auto state = train(found.components.project(data.features, scaleOf(model)), data.split, model.config);
        if (!state)
            return std::nullopt;
        found.bestEpoch = state->bestEpoch;
        put(found, state->best, *state);
        found.answers = answersFor(found.model, data.features, data.split.validation);
        return found;
    }

    /// Trains it anew on learning and choosing rows together, as long as it took to its best. What cannot be trained
    /// stays as it is, and so does one that would tell no memes apart. A line of `blend` moves with the features'
    /// scale.
    void refit(Perceptron &perceptron, Blend &blend) const
    {
        const TrainingData &data = m_data.training;
        Split together = data.split;
        together.train = learningRows(together);
        TrainConfig config = perceptron.model.config;
        config.epochs = std::max(1, perceptron.bestEpoch);
        config.patience = 0;
        const bool onFeatures = perceptron.components.count == 0;
        const auto state = onFeatures ? train(data.features, together, config)
                                      : train(perceptron.components.project(data.features, scaleOf(perceptron.model)),
                                              together, config);
        if (!state || state->epoch != config.epochs)
            return;
        Perceptron anew = perceptron;
        put(anew, state->parameters, *state);
        if (isFlat(anew.model, data))
            return;
        if (onFeatures)
            rescaleLine(blend, perceptron.model, *state);
        perceptron = std::move(anew);
    }

private:
    static ModelScale scaleOf(const Model &model) { return {model.featureMean, model.featureScale}; }

    static void put(Perceptron &perceptron, std::span<const float> parameters, const TrainingState &state)
    {
        Model &model = perceptron.model;
        const PrincipalComponents &components = perceptron.components;
        if (components.count == 0) {
            setNetwork(model, parameters, model.columns(), model.config);
            model.featureMean = state.featureMean;
            model.featureScale = state.featureScale;
            return;
        }
        setNetwork(model, parameters, static_cast<int>(components.count), model.config);
        model.layers.front() = unprojected(model.layers.front(), components, state.featureMean, state.featureScale);
    }

    const HeadData &m_data;
    TrainingControl &m_control;
    const JobContext &m_job;
    const int m_threads;
};

}  // namespace

std::string collapseWarning(const TrainConfig &config, int epoch)
{
    std::string way = "Try a lower learning rate";
    if (config.dropout > 0 && !config.hidden.empty())
        way += ", less dropout or wider layers";
    if (!config.blend)
        way += lossFixesHeight(config.loss) ? ", or the preset auto." : ", another loss, or the preset auto.";
    if (epoch == 0)
        return "This model gives nearly all memes the same score, whatever is in them. " + way;
    const std::string since =
        "From epoch " + std::to_string(epoch) + " on the network gives nearly all held-out memes the same score, ";
    return since
           + (config.blend ? "so the blend does without it unless that changes. "
                           : "so it tells none apart; no such epoch is kept where another is there. ")
           + way;
}

HeadData headData(const RunData &data)
{
    return {{data.features, data.targets, data.split, data.groupIndexes}, data.captions, data.clusters};
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
    if (!model.config.blend)
        return;
    const TrainingData &training = data.training;
    const std::vector<std::size_t> &choosing = training.split.validation;
    const HeadTrainer trainer(data, control, job, threads);
    Perceptron perceptron{std::move(model), bestEpoch, {}, {}};
    perceptron.answers = answersFor(perceptron.model, training.features, choosing);
    if (auto other = trainer.onComponents(perceptron.model);
        other
        && squaredError(other->answers, training.targets, choosing)
               < squaredError(perceptron.answers, training.targets, choosing))
        perceptron = std::move(*other);
    Blend blend = fitBlend({training.features,
                            {perceptron.model.featureMean, perceptron.model.featureScale},
                            training.targets,
                            data.captions,
                            data.clusters,
                            training.split,
                            perceptron.answers,
                            perceptron.model.config.seed},
                           threads, job);
    if (blend.image.network <= 0 && blend.withTitle.network <= 0 && blend.withText.network <= 0
        && blend.withBoth.network <= 0) {
        perceptron.model.layers.clear();
        perceptron.model.normScale.clear();
        perceptron.model.normShift.clear();
    } else if (!control.isStopping()) {
        trainer.refit(perceptron, blend);
    }
    model = std::move(perceptron.model);
    model.blend = std::move(blend);
}

void addWords(Model &model, const HeadData &data, const JobContext &job, int threads)
{
    const TrainingData &training = data.training;
    if (data.captions.empty())
        return;
    const std::vector<double> answers = answersFor(model, training.features, training.split.validation);
    const std::size_t rows = training.features.rows();
    const FeatureMatrix blank{"", training.features.ids, 1, std::vector<float>(rows), {}};
    const std::vector<float> mean{0}, scale{1};
    Blend blend = fitBlend({blank,
                            {mean, scale},
                            training.targets,
                            data.captions,
                            data.clusters,
                            training.split,
                            answers,
                            model.config.seed},
                           threads, job);
    for (BlendWeights *weights : {&blend.image, &blend.withTitle, &blend.withText, &blend.withBoth}) {
        weights->intercept += weights->line * blend.lineBias;  // all that it can say of a blank
        weights->line = 0;
    }
    blend.line.clear();
    blend.lineBias = 0;
    if (blend.image.network > 0)
        model.blend = std::move(blend);
}

std::vector<double> answersFor(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                               std::span<const Caption> captions)
{
    constexpr std::size_t kAtOnce = 4096;
    std::vector<double> answers;
    for (std::size_t from = 0; from < rows.size(); from += kAtOnce) {
        const auto some = rows.subspan(from, std::min(kAtOnce, rows.size() - from));
        for (const float answer : soundAnswers(model, features.gathered(some), picked<Caption>(captions, some)))
            answers.push_back(danknessOf(answer));
    }
    return answers;
}

std::vector<Baseline> partsOf(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows,
                              std::span<const Caption> captions, double mean)
{
    if (captions.empty())
        return {};
    std::vector<Baseline> parts{makeBaseline("picture_part", answersFor(model, features, rows))};
    const std::vector<Caption> judged = picked<Caption>(captions, rows);
    for (const auto &[name, words] :
         {std::pair("title_part", &Caption::title), std::pair("text_part", &Caption::text)}) {
        if (std::ranges::all_of(captions, &std::string::empty, words))
            continue;
        std::vector<double> answers = wordsAnswers(model, judged, words, mean);
        for (double &answer : answers)
            answer = std::clamp(answer, 0.0, 1.0);
        parts.push_back(makeBaseline(name, std::move(answers)));
    }
    return parts;
}

}  // namespace dank
