#include "core/nn/training/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/device.h"
#include "core/nn/parallel.h"
#include "core/nn/torch_device.h"
#include "core/nn/training/mlp.h"
#include "core/nn/training/optimiser.h"
#include "core/nn/training/training_loss.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kValidationBatch = 256;
/// A loss that only ranks does without dropout in hidden layers narrower than that.
constexpr int kNarrow = 64;

// Streams of the run's seed. Each epoch has its own two, so nothing but the epoch number is needed to go on. Epochs
// count from 1, so 1 is no epoch's.
constexpr std::uint64_t kInitialisationStream = 0;
constexpr std::uint64_t kPairStream = 1;
std::uint64_t shuffleStream(int epoch)
{
    return 2 * static_cast<std::uint64_t>(epoch);
}
std::uint64_t dropoutStream(int epoch)
{
    return 2 * static_cast<std::uint64_t>(epoch) + 1;
}

void checkData(const TrainingData &data, const TrainConfig &config)
{
    const FeatureMatrix &features = data.features;
    features.check();
    if (features.columns == 0)
        throw Error(ErrorKind::Shape, "The feature matrix has no columns.");
    if (data.targets.size() != features.rows()) {
        throw Error(ErrorKind::Shape, std::to_string(features.rows()) + " rows of features have "
                                          + std::to_string(data.targets.size()) + " targets.");
    }
    if (!data.groups.empty() && data.groups.size() != features.rows()) {
        throw Error(ErrorKind::Shape, std::to_string(features.rows()) + " rows of features have "
                                          + std::to_string(data.groups.size()) + " groups.");
    }
    if (data.split.train.empty() || data.split.validation.empty())
        throw Error(ErrorKind::Dataset, "Training needs at least one meme to learn from and one held out.");
    const bool probabilities = lossHas(config.loss, LossKind::Bce);
    for (const std::vector<std::size_t> *side : {&data.split.train, &data.split.validation, &data.split.test}) {
        for (std::size_t row : *side) {
            if (row >= features.rows())
                throw Error(ErrorKind::Shape, "The split names row " + std::to_string(row) + ", past the last.");
            if (!std::isfinite(data.targets[row]))
                throw Error(ErrorKind::Dataset, "The target of " + features.ids[row] + " is not a finite number.");
            if (probabilities && !(data.targets[row] >= 0 && data.targets[row] <= 1))
                throw Error(ErrorKind::Dataset,
                            "The target of " + features.ids[row]
                                + " is not from 0 to 1, as the loss bce needs it. Choose another loss.");
            const std::span<const float> values = features.row(row);
            if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
                throw Error(ErrorKind::Dataset,
                            "The features of " + features.ids[row] + " are not finite numbers. Extract them again.");
            }
        }
    }
}

void checkState(const TrainingState &state, const TrainConfig &config, std::size_t columns, std::size_t parameters)
{
    const std::size_t standardised = config.standardise ? columns : 0;
    const bool fits = state.parameters.size() == parameters && state.firstMoment.size() == parameters
                      && state.secondMoment.size() == secondMomentSize(config, parameters)
                      && state.best.size() == parameters && state.featureMean.size() == standardised
                      && state.featureScale.size() == standardised
                      && state.curve.size() == static_cast<std::size_t>(state.epoch) && state.bestEpoch >= 1
                      && state.bestEpoch <= state.epoch;
    if (!fits) {
        throw Error(ErrorKind::Mismatch,
                    "The saved training state belongs to another network or other features, so it cannot go on.");
    }
}

/// Mean and deviation of each column over the training rows only.
void fitStandardisation(const TrainingData &data, TrainingState &state)
{
    const std::size_t columns = data.features.columns;
    const auto rows = static_cast<double>(data.split.train.size());
    std::vector<double> mean(columns), squares(columns);
    for (std::size_t row : data.split.train) {
        const std::span<const float> values = data.features.row(row);
        for (std::size_t c = 0; c < columns; ++c)
            mean[c] += values[c];
    }
    for (double &value : mean)
        value /= rows;
    for (std::size_t row : data.split.train) {
        const std::span<const float> values = data.features.row(row);
        for (std::size_t c = 0; c < columns; ++c)
            squares[c] += (values[c] - mean[c]) * (values[c] - mean[c]);
    }
    state.featureMean.resize(columns);
    state.featureScale.resize(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const double deviation = std::sqrt(squares[c] / rows);
        // A column that is constant but for rounding would otherwise be blown up to noise of size 1.
        const double floor = std::max(1e-12, 1e-6 * std::abs(mean[c]));
        state.featureMean[c] = static_cast<float>(mean[c]);
        state.featureScale[c] = deviation > floor ? static_cast<float>(deviation) : 1.0f;
    }
}

std::vector<float> initialParameters(const TrainConfig &config, int columns)
{
    const std::vector<LayerSlice> layers = layerSlices(columns, config.hidden, config.layerNorm);
    std::vector<float> parameters(parameterCount(layers), 0.0f);
    if (config.layerNorm)
        std::fill_n(parameters.begin(), columns, 1.0f);
    Random random(mixSeed(config.seed, kInitialisationStream));
    const bool normal = config.initialisation == Initialisation::StandardNormal;
    for (const LayerSlice &layer : layers) {
        const int fans = layer.inputs + (config.initialisation == Initialisation::Xavier ? layer.outputs : 0);
        const double deviation = normal ? 1.0 : std::sqrt(2.0 / fans);
        for (std::size_t i = layer.weight; i < layer.bias; ++i)
            parameters[i] = static_cast<float>(deviation * random.normal());
        for (std::size_t i = layer.bias; normal && i < layer.bias + static_cast<std::size_t>(layer.outputs); ++i)
            parameters[i] = static_cast<float>(random.normal());
    }
    return parameters;
}

/// A batch setting larger than the data needs no larger buffers.
int largestBatch(const TrainingData &data, const TrainConfig &config)
{
    return static_cast<int>(std::min(static_cast<std::size_t>(config.batch), data.split.train.size()));
}

void copy(const std::vector<float> &from, std::vector<float> &to)
{
    to.resize(from.size());
    forEachPiece(from.size(),
                 [&](std::size_t first, std::size_t count) { std::copy_n(&from[first], count, &to[first]); });
}

bool patienceEnded(const TrainingState &state, const TrainConfig &config)
{
    return config.patience > 0 && state.epoch > 0 && state.epoch - state.bestEpoch >= config.patience;
}

/// One training run: the epochs and what they share.
class Run {
public:
    Run(const TrainingData &data, const TrainConfig &config, TrainingState from, TrainingControl &control,
        const TrainingHooks &hooks, const JobContext &job)
        : m_data(data), m_config(config), m_control(control), m_hooks(hooks), m_job(job),
          m_network(static_cast<int>(data.features.columns), config.hidden, config.layerNorm, config.output,
                    config.dropout, std::max(largestBatch(data, config), kValidationBatch),
                    lossFixesHeight(config.loss) ? 0 : kNarrow),
          m_loss(config.loss, config.output), m_state(std::move(from)), m_gradient(m_network.parameterCount()),
          m_targets(static_cast<std::size_t>(m_network.batch())), m_delta(m_targets.size()),
          m_groups(data.groups.empty() ? 0 : m_targets.size())
    {
        prepareValidation();
        if (m_state.epoch > 0) {
            checkState(m_state, config, data.features.columns, m_network.parameterCount());
            validationLoss(m_state.best);
            m_bestIsFlat = isFlat();
            return;
        }
        m_state = {};
        m_state.parameters = initialParameters(config, static_cast<int>(data.features.columns));
        m_state.firstMoment.assign(m_network.parameterCount(), 0.0f);
        m_state.secondMoment.assign(secondMomentSize(config, m_network.parameterCount()), 0.0f);
        if (config.standardise)
            fitStandardisation(data, m_state);
    }

    TrainingState train()
    {
        while (m_state.epoch < m_config.epochs && !patienceEnded(m_state, m_config)) {
            m_job.report("train", static_cast<std::size_t>(m_state.epoch), static_cast<std::size_t>(m_config.epochs));
            if (!trainEpoch())
                break;
        }
        m_job.report("train", static_cast<std::size_t>(m_state.epoch), static_cast<std::size_t>(m_config.epochs));
        return std::move(m_state);
    }

private:
    /// False when stopped inside; m_state then still is that of the last whole epoch.
    bool trainEpoch()
    {
        const Clock::time_point start = Clock::now();
        m_waited = {};
        EpochStats stats;
        stats.epoch = m_state.epoch + 1;

        copy(m_state.parameters, m_parameters);
        copy(m_state.firstMoment, m_firstMoment);
        copy(m_state.secondMoment, m_secondMoment);
        m_step = m_state.step;

        const std::optional<double> trainLoss = trainBatches(stats.epoch);
        if (!trainLoss)
            return false;
        stats.trainLoss = *trainLoss;
        stats.validationLoss = validationLoss(m_parameters);
        const bool flat = isFlat();
        if (!std::isfinite(stats.trainLoss) || !std::isfinite(stats.validationLoss)) {
            throw Error(ErrorKind::Diverged,
                        "Training diverged in epoch " + std::to_string(stats.epoch)
                            + ": the loss is no longer a finite number. Try a lower learning rate.");
        }
        stats.seconds = std::chrono::duration<double>(Clock::now() - start - m_waited).count();

        m_state.parameters.swap(m_parameters);
        m_state.firstMoment.swap(m_firstMoment);
        m_state.secondMoment.swap(m_secondMoment);
        m_state.step = m_step;
        const auto best = static_cast<std::size_t>(m_state.bestEpoch);
        const bool better =
            best == 0
            || (flat == m_bestIsFlat ? stats.validationLoss < m_state.curve[best - 1].validationLoss : m_bestIsFlat);
        m_state.epoch = stats.epoch;
        m_state.curve.push_back(stats);
        if (better) {
            copy(m_state.parameters, m_state.best);
            m_state.bestEpoch = m_state.epoch;
            m_bestIsFlat = flat;
        }
        if (m_hooks.onEpoch)
            m_hooks.onEpoch(stats, m_state);
        if (flat && !m_toldFlat && m_hooks.onCollapse)
            m_hooks.onCollapse(stats.epoch);
        m_toldFlat = m_toldFlat || flat;
        return true;
    }

    /// The held-out targets in one piece, and the pairs that rank them.
    void prepareValidation()
    {
        for (const std::size_t row : m_data.split.validation) {
            m_validationTargets.push_back(m_data.targets[row]);
            if (!m_data.groups.empty())
                m_validationGroups.push_back(m_data.groups[row]);
        }
        m_scores.resize(m_validationTargets.size());
        m_answers.resize(m_validationTargets.size());
        Random random(mixSeed(m_config.seed, kPairStream));
        const std::size_t pairs = m_loss.choosePairs(m_validationTargets, m_validationGroups, random);
        const bool ranksOnly = m_config.loss.size() == 1 && m_config.loss.front().kind == LossKind::RankNet;
        if (ranksOnly && (pairs == 0 || !trainingHasPairs()))
            throw Error(ErrorKind::Dataset, std::string("No two memes of one group differ in upvotes among those ")
                                                + (pairs == 0 ? "held out" : "to learn from")
                                                + ", so there is nothing to rank. Choose another group or loss.");
    }

    bool trainingHasPairs() const
    {
        std::vector<float> targets;
        std::vector<std::uint32_t> groups;
        for (const std::size_t row : m_data.split.train) {
            targets.push_back(m_data.targets[row]);
            if (!m_data.groups.empty())
                groups.push_back(m_data.groups[row]);
        }
        RankPairs pairs;
        pairs.fit(targets, groups);
        return pairs.count() > 0;
    }

    /// The mean loss per row, or nothing when stopped.
    std::optional<double> trainBatches(int epoch)
    {
        std::vector<std::size_t> order = m_data.split.train;
        Random(mixSeed(m_config.seed, shuffleStream(epoch))).shuffle(std::span(order));
        Random dropout(mixSeed(m_config.seed, dropoutStream(epoch)));
        Random pairs(mixSeed(mixSeed(m_config.seed, kPairStream), static_cast<std::uint64_t>(epoch)));
        const double learningRate = m_config.learningRateAt(epoch);

        double total = 0;
        const auto batch = static_cast<std::size_t>(m_config.batch);
        for (std::size_t first = 0; first < order.size(); first += batch) {
            if (!mayGoOn())
                return std::nullopt;
            const std::size_t rows = std::min(batch, order.size() - first);
            load(std::span(order).subspan(first, rows));
            const auto answers = m_network.forward(m_parameters, static_cast<int>(rows), &dropout);
            const auto delta = std::span(m_delta).first(rows);
            const auto groups = std::span(m_groups).first(m_groups.empty() ? 0 : rows);
            const LossRows compared{m_network.scores(), answers, std::span(m_targets).first(rows), groups};
            total += m_loss.batch(compared, delta, pairs);
            m_network.backward(m_parameters, delta, m_gradient);
            optimiserStep(m_config, learningRate, ++m_step, m_parameters, m_firstMoment, m_secondMoment, m_gradient);
        }
        return total / static_cast<double>(order.size());
    }

    /// Whether the held-out memes were given one answer at the last validationLoss().
    bool isFlat() const { return answersAreFlat(m_answers, m_validationTargets); }

    double validationLoss(std::span<const float> parameters)
    {
        const std::span<const std::size_t> rows = m_data.split.validation;
        const auto batch = static_cast<std::size_t>(kValidationBatch);
        for (std::size_t first = 0; first < rows.size(); first += batch) {
            m_job.cancel.check();
            const std::size_t count = std::min(batch, rows.size() - first);
            load(rows.subspan(first, count));
            const std::span<const float> answers = m_network.forward(parameters, static_cast<int>(count), nullptr);
            const std::span<const float> scores = m_network.scores();
            std::copy(answers.begin(), answers.end(), m_answers.begin() + static_cast<std::ptrdiff_t>(first));
            std::copy(scores.begin(), scores.end(), m_scores.begin() + static_cast<std::ptrdiff_t>(first));
        }
        return m_loss.value({m_scores, m_answers, m_validationTargets, m_validationGroups});
    }

    /// Copies rows, standardised, into the network's input, and their targets and groups beside.
    void load(std::span<const std::size_t> rows)
    {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            m_targets[i] = m_data.targets[rows[i]];
            if (!m_groups.empty())
                m_groups[i] = m_data.groups[rows[i]];
        }
        constexpr std::size_t kRows = 16;
        const std::size_t columns = m_data.features.columns;
        forEachPart((rows.size() + kRows - 1) / kRows, rows.size() * columns * kMove, [&](std::size_t part) {
            for (std::size_t i = part * kRows; i < std::min(rows.size(), (part + 1) * kRows); ++i) {
                const std::span<const float> values = m_data.features.row(rows[i]);
                float *out = &m_network.input()[i * columns];
                if (m_state.featureMean.empty()) {
                    std::copy(values.begin(), values.end(), out);
                    continue;
                }
                for (std::size_t c = 0; c < columns; ++c)
                    out[c] = (values[c] - m_state.featureMean[c]) / m_state.featureScale[c];
            }
        });
    }

    bool mayGoOn()
    {
        const Clock::time_point before = Clock::now();
        const bool goOn = m_control.waitWhilePaused(m_job.cancel, [this](bool paused) {
            if (m_hooks.onPause)
                m_hooks.onPause(paused, m_state.epoch);
        });
        m_waited += Clock::now() - before;
        return goOn;
    }

    const TrainingData &m_data;
    const TrainConfig &m_config;
    TrainingControl &m_control;
    const TrainingHooks &m_hooks;
    const JobContext &m_job;
    Mlp m_network;
    TrainingLoss m_loss;
    TrainingState m_state;                                           ///< after the last whole epoch
    std::vector<float> m_parameters, m_firstMoment, m_secondMoment;  ///< inside the current epoch
    std::int64_t m_step = 0;
    std::vector<float> m_gradient;
    std::vector<float> m_targets, m_delta;                        ///< of one batch
    std::vector<std::uint32_t> m_groups;                          ///< of one batch; empty for none
    std::vector<float> m_validationTargets, m_scores, m_answers;  ///< of all held-out rows
    std::vector<std::uint32_t> m_validationGroups;
    bool m_bestIsFlat = false;  ///< the best epoch's head tells no memes apart
    bool m_toldFlat = false;
    Clock::duration m_waited{};
};

}  // namespace

bool answersAreFlat(std::span<const float> answers, std::span<const float> targets)
{
    constexpr std::size_t kLeastRows = 10;
    constexpr double kShare = 0.95, kWidth = 1e-3;
    const auto rows = static_cast<double>(answers.size());
    if (answers.size() < kLeastRows || targets.size() != answers.size()
        || std::ranges::min(targets) == std::ranges::max(targets))
        return false;
    double mean = 0, squares = 0;
    for (const float target : targets)
        mean += target / rows;
    for (const float target : targets)
        squares += (target - mean) * (target - mean) / rows;
    std::vector<float> sorted(answers.begin(), answers.end());
    std::sort(sorted.begin(), sorted.end());
    const auto alike = static_cast<std::size_t>(std::ceil(kShare * rows));
    for (std::size_t first = 0; first + alike <= sorted.size(); ++first)
        if (sorted[first + alike - 1] - sorted[first] <= kWidth * std::sqrt(squares))
            return true;
    return false;
}

TrainingState trainRegressor(const TrainingData &data, const TrainConfig &config, TrainingState from,
                             TrainingControl &control, const TrainingHooks &hooks, const JobContext &job, int threads)
{
    config.validate();
    checkData(data, config);
    setIntraOpThreads(threads);
    const FlushDenormals flush;
    return translateTorchErrors("training",
                                [&] { return Run(data, config, std::move(from), control, hooks, job).train(); });
}

}  // namespace dank
