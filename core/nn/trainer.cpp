#include "core/nn/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nn/device.h"
#include "core/nn/mlp.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kValidationBatch = 256;

// Streams of the run's seed. Each epoch has its own two, so nothing but the epoch number is needed to go on.
constexpr std::uint64_t kInitialisationStream = 0;
std::uint64_t shuffleStream(int epoch) { return 2 * static_cast<std::uint64_t>(epoch); }
std::uint64_t dropoutStream(int epoch) { return 2 * static_cast<std::uint64_t>(epoch) + 1; }

void checkData(const TrainingData &data)
{
    const FeatureMatrix &features = data.features;
    if (features.columns == 0 || features.values.size() != features.rows() * features.columns)
        throw Error(ErrorKind::Shape, "The feature matrix does not hold rows x columns numbers.");
    if (data.targets.size() != features.rows()) {
        throw Error(ErrorKind::Shape, std::to_string(features.rows()) + " rows of features have " +
                                          std::to_string(data.targets.size()) + " targets.");
    }
    if (data.split.train.empty() || data.split.validation.empty())
        throw Error(ErrorKind::Dataset, "Training needs at least one meme to learn from and one held out.");
    for (const std::vector<std::size_t> *side : {&data.split.train, &data.split.validation}) {
        for (std::size_t row : *side) {
            if (row >= features.rows())
                throw Error(ErrorKind::Shape, "The split names row " + std::to_string(row) + ", past the last.");
            if (!std::isfinite(data.targets[row]))
                throw Error(ErrorKind::Dataset, "The target of " + features.ids[row] + " is not a finite number.");
            const std::span<const float> values = features.row(row);
            if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
                throw Error(ErrorKind::Dataset, "The features of " + features.ids[row] +
                                                    " are not finite numbers. Extract them again.");
            }
        }
    }
}

void checkState(const TrainingState &state, const TrainConfig &config, std::size_t columns, std::size_t parameters)
{
    const std::size_t standardised = config.standardise ? columns : 0;
    const bool fits = state.parameters.size() == parameters && state.firstMoment.size() == parameters &&
                      state.secondMoment.size() == parameters && state.best.size() == parameters &&
                      state.featureMean.size() == standardised && state.featureScale.size() == standardised &&
                      state.curve.size() == static_cast<std::size_t>(state.epoch) && state.bestEpoch >= 1 &&
                      state.bestEpoch <= state.epoch;
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
    const std::vector<LayerSlice> layers = layerSlices(columns, config.hidden);
    std::vector<float> parameters(parameterCount(layers), 0.0f);
    Random random(mixSeed(config.seed, kInitialisationStream));
    const bool normal = config.initialisation == Initialisation::StandardNormal;
    for (const LayerSlice &layer : layers) {
        const double deviation = normal ? 1.0 : std::sqrt(2.0 / layer.inputs);
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
          m_network(static_cast<int>(data.features.columns), config.hidden, config.output, config.dropout,
                    std::max(largestBatch(data, config), kValidationBatch)),
          m_state(std::move(from)), m_gradient(m_network.parameterCount()),
          m_targets(static_cast<std::size_t>(m_network.batch()))
    {
        if (m_state.epoch > 0) {
            checkState(m_state, config, data.features.columns, m_network.parameterCount());
            return;
        }
        m_state = {};
        m_state.parameters = initialParameters(config, static_cast<int>(data.features.columns));
        m_state.firstMoment.assign(m_network.parameterCount(), 0.0f);
        m_state.secondMoment.assign(m_network.parameterCount(), 0.0f);
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

        m_parameters = m_state.parameters;
        m_firstMoment = m_state.firstMoment;
        m_secondMoment = m_state.secondMoment;
        m_step = m_state.step;

        const std::optional<double> trainLoss = trainBatches(stats.epoch);
        if (!trainLoss)
            return false;
        stats.trainLoss = *trainLoss;
        stats.validationLoss = validationLoss();
        if (!std::isfinite(stats.trainLoss) || !std::isfinite(stats.validationLoss)) {
            throw Error(ErrorKind::Diverged,
                        "Training diverged in epoch " + std::to_string(stats.epoch) +
                            ": the loss is no longer a finite number. Try a lower learning rate.");
        }
        stats.seconds = std::chrono::duration<double>(Clock::now() - start - m_waited).count();

        m_state.parameters.swap(m_parameters);
        m_state.firstMoment.swap(m_firstMoment);
        m_state.secondMoment.swap(m_secondMoment);
        m_state.step = m_step;
        const auto best = static_cast<std::size_t>(m_state.bestEpoch);
        const bool better = best == 0 || stats.validationLoss < m_state.curve[best - 1].validationLoss;
        m_state.epoch = stats.epoch;
        m_state.curve.push_back(stats);
        if (better) {
            m_state.best = m_state.parameters;
            m_state.bestEpoch = m_state.epoch;
        }
        if (m_hooks.onEpoch)
            m_hooks.onEpoch(stats, m_state);
        return true;
    }

    /// The mean loss per row, or nothing when stopped.
    std::optional<double> trainBatches(int epoch)
    {
        std::vector<std::size_t> order = m_data.split.train;
        Random(mixSeed(m_config.seed, shuffleStream(epoch))).shuffle(std::span(order));
        Random dropout(mixSeed(m_config.seed, dropoutStream(epoch)));

        double squares = 0;
        const auto batch = static_cast<std::size_t>(m_config.batch);
        for (std::size_t first = 0; first < order.size(); first += batch) {
            if (!mayGoOn())
                return std::nullopt;
            const std::size_t rows = std::min(batch, order.size() - first);
            load(std::span(order).subspan(first, rows));
            m_network.forward(m_parameters, static_cast<int>(rows), &dropout);
            squares += m_network.backward(m_parameters, std::span(m_targets).first(rows), m_gradient);
            adamStep(m_parameters, m_firstMoment, m_secondMoment, m_gradient, ++m_step, m_config.learningRate,
                     m_config.weightDecay);
        }
        return squares / static_cast<double>(order.size());
    }

    double validationLoss()
    {
        const std::span<const std::size_t> rows = m_data.split.validation;
        const auto batch = static_cast<std::size_t>(kValidationBatch);
        double squares = 0;
        for (std::size_t first = 0; first < rows.size(); first += batch) {
            m_job.cancel.check();
            const std::size_t count = std::min(batch, rows.size() - first);
            load(rows.subspan(first, count));
            const std::span<const float> answers = m_network.forward(m_parameters, static_cast<int>(count), nullptr);
            for (std::size_t i = 0; i < count; ++i) {
                const double error = static_cast<double>(answers[i]) - m_targets[i];
                squares += error * error;
            }
        }
        return squares / static_cast<double>(rows.size());
    }

    /// Copies rows, standardised, into the network's input, and their targets beside.
    void load(std::span<const std::size_t> rows)
    {
        const std::size_t columns = m_data.features.columns;
        float *out = m_network.input().data();
        for (std::size_t i = 0; i < rows.size(); ++i, out += columns) {
            const std::span<const float> values = m_data.features.row(rows[i]);
            m_targets[i] = m_data.targets[rows[i]];
            if (m_state.featureMean.empty()) {
                std::copy(values.begin(), values.end(), out);
                continue;
            }
            for (std::size_t c = 0; c < columns; ++c)
                out[c] = (values[c] - m_state.featureMean[c]) / m_state.featureScale[c];
        }
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
    TrainingState m_state;                                    ///< after the last whole epoch
    std::vector<float> m_parameters, m_firstMoment, m_secondMoment;  ///< inside the current epoch
    std::int64_t m_step = 0;
    std::vector<float> m_gradient;
    std::vector<float> m_targets;
    Clock::duration m_waited{};
};

}  // namespace

TrainingState trainRegressor(const TrainingData &data, const TrainConfig &config, TrainingState from,
                             TrainingControl &control, const TrainingHooks &hooks, const JobContext &job)
{
    config.validate();
    checkData(data);
    setIntraOpThreads(1);
    const FlushDenormals flush;
    return translateTorchErrors("training", [&] {
        return Run(data, config, std::move(from), control, hooks, job).train();
    });
}

}  // namespace dank
