#include "core/nn/tuning/tune.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/rows.h"
#include "core/evaluate/metrics.h"
#include "core/nn/device.h"
#include "core/nn/parallel.h"
#include "core/nn/training/optimiser.h"
#include "core/nn/training/training_loss.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

/// Of the run's seed, so that no number of the head's own training comes again.
constexpr std::uint64_t kTuningStream = 0x74756e65;
enum Stream : std::uint64_t { Pairs, Shuffle, Lots, Streams };
/// Rows that are computed together: few, so that a stop is soon seen and memory holds what the gradient needs.
constexpr std::size_t kLot = 8, kPicturesLot = 2;

void checkData(const TunableNetwork &network, const TuningData &data)
{
    const std::size_t rows = data.targets.size(), pictures = data.inputs.size() / network.rowBytes();
    const auto fits = [&](std::size_t size) { return size == 0 || size == rows; };
    if (data.inputs.size() % network.rowBytes() != 0 || data.pictureOf.size() != rows || !fits(data.groups.size())
        || !fits(data.groupNames.size()))
        throw Error(ErrorKind::Shape, "The rows to be fine-tuned on do not fit together.");
    if (data.split.train.empty() || data.split.validation.empty())
        throw Error(ErrorKind::Dataset, "Fine-tuning needs at least one meme to learn from and one held out.");
    for (const std::vector<std::size_t> *side : {&data.split.train, &data.split.validation})
        for (const std::size_t row : *side)
            if (row >= rows || data.pictureOf[row] >= pictures || !std::isfinite(data.targets[row]))
                throw Error(ErrorKind::Shape, "The split names a row that cannot be fine-tuned on.");
}

class Tuning {
public:
    Tuning(TunableNetwork &network, const TuningData &data, const TrainConfig &config, const TuneConfig &tuning,
           int threads, bool onCuda)
        : m_network(network), m_data(data), m_config(config), m_tuning(tuning), m_threads(std::max(2, threads)),
          m_lot(onCuda                    ? static_cast<std::size_t>(tuning.batch)
                : network.takesPictures() ? kPicturesLot
                                          : kLot),
          m_ranks(lossHas(config.loss, LossKind::RankNet)), m_seed(mixSeed(config.seed, kTuningStream)),
          m_loss(config.loss, config.output), m_headRate(tuning.headRate > 0 ? tuning.headRate : config.learningRate),
          m_networkRate(tuning.networkRate > 0 ? tuning.networkRate : m_headRate / 100),
          m_gradient(network.parameters().size())
    {
        checkData(network, data);
        Random random(mixSeed(m_seed, Pairs));
        m_loss.choosePairs(picked<float>(data.targets, data.split.validation), groupsOf(data.split.validation), random);
    }

    void begin()
    {
        m_first.assign(m_gradient.size(), 0.0f);
        m_second.assign(m_gradient.size(), 0.0f);
        m_step = 0;
    }
    void goOnFrom(const TrainingState &state)
    {
        setParameters(state.parameters);
        m_first = state.firstMoment;
        m_second = state.secondMoment;
        m_step = state.step;
    }
    void setParameters(std::span<const float> parameters)
    {
        std::ranges::copy(parameters, m_network.parameters().begin());
        m_network.parametersChanged();
    }
    void keepIn(TrainingState &state) const
    {
        const auto parameters = m_network.parameters();
        state.parameters.assign(parameters.begin(), parameters.end());
        state.firstMoment = m_first;
        state.secondMoment = m_second;
        state.step = m_step;
    }

    std::vector<std::size_t> shuffled(int epoch) const
    {
        std::vector<std::size_t> order = m_data.split.train;
        Random random(stream(epoch, Shuffle));
        random.shuffle(std::span(order));
        return order;
    }

    /// One step on some rows; `from` is where they stand in the epoch. Returns their loss times their number.
    double learn(std::span<const std::size_t> rows, int epoch, std::size_t from, const CancelToken &cancel)
    {
        setIntraOpThreads(m_threads);
        std::ranges::fill(m_gradient, 0.0f);
        const auto pass = [&](std::size_t lot, bool learns) {
            cancel.check();
            Random random(mixSeed(stream(epoch, Lots), from + lot * m_lot));
            return forward(lotOf(rows, lot), &random, learns, cancel);
        };
        Random pairs(mixSeed(stream(epoch, Pairs), from));
        const auto lossOf = [&](std::span<const std::size_t> some, std::span<const float> scores,
                                std::span<float> slopes) {
            return m_loss.batch({scores, answers(scores), picked<float>(m_data.targets, some), groupsOf(some)}, slopes,
                                pairs);
        };
        const std::size_t lots = (rows.size() + m_lot - 1) / m_lot;
        std::vector<float> slopes(rows.size());
        double loss = 0;
        if (m_ranks) {  // what a row is pulled by depends on all rows, so they are scored first
            std::vector<float> scores;
            for (std::size_t lot = 0; lot < lots; ++lot)
                std::ranges::copy(pass(lot, false)->scores, std::back_inserter(scores));
            loss = lossOf(rows, scores, slopes);
        }
        for (std::size_t lot = 0; lot < lots; ++lot) {
            const std::span<const std::size_t> some = lotOf(rows, lot);
            const std::span<float> pull = std::span(slopes).subspan(lot * m_lot, some.size());
            const auto learnt = pass(lot, true);
            if (!m_ranks) {
                loss += lossOf(some, learnt->scores, pull);
                for (float &slope : pull)  // a mean over the lot becomes one over all rows
                    slope *= static_cast<float>(some.size()) / static_cast<float>(rows.size());
            }
            cancel.check();
            learnt->differentiate(pull);
            learnt->addTo(m_gradient);
        }
        cancel.check();
        step();
        return loss;
    }

    /// The validation side's loss, and how well it is ordered.
    std::pair<double, double> judge(const CancelToken &cancel)
    {
        const std::vector<std::size_t> &rows = m_data.split.validation;
        setIntraOpThreads(m_threads);
        std::vector<float> scores;
        for (std::size_t lot = 0; lot * m_lot < rows.size(); ++lot) {
            cancel.check();
            std::ranges::copy(forward(lotOf(rows, lot), nullptr, false, cancel)->scores, std::back_inserter(scores));
        }
        const std::vector<float> said = answers(scores), targets = picked<float>(m_data.targets, rows);
        if (!std::ranges::all_of(said, [](float answer) { return std::isfinite(answer); }))
            return {std::numeric_limits<double>::infinity(), -1};
        return {m_loss.value({scores, said, targets, groupsOf(rows)}), orderOf(said, targets)};
    }

private:
    std::uint64_t stream(int epoch, Stream use) const
    {
        return mixSeed(m_seed, static_cast<std::uint64_t>(epoch) * Streams + use);
    }

    std::span<const std::size_t> lotOf(std::span<const std::size_t> rows, std::size_t lot) const
    {
        return rows.subspan(lot * m_lot, std::min(m_lot, rows.size() - lot * m_lot));
    }

    std::vector<std::uint32_t> groupsOf(std::span<const std::size_t> rows) const
    {
        return picked<std::uint32_t>(m_data.groups, rows);
    }

    std::unique_ptr<TunableNetwork::Pass> forward(std::span<const std::size_t> rows, Random *random, bool learns,
                                                  const CancelToken &cancel) const
    {
        const std::size_t bytes = m_network.rowBytes();
        const bool altered = random && m_data.augment;
        std::vector<TuningRow> inputs;
        std::vector<std::byte> changed(altered ? rows.size() * bytes : 0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            inputs.push_back(m_data.inputs.subspan(m_data.pictureOf[rows[i]] * bytes, bytes));
            if (altered) {
                const std::span<std::byte> into = std::span(changed).subspan(i * bytes, bytes);
                m_data.augment(inputs.back(), into, random->next());
                inputs.back() = into;
            }
        }
        return m_network.forward(inputs, random, learns, cancel);
    }

    std::vector<float> answers(std::span<const float> scores) const
    {
        std::vector<float> answers(scores.begin(), scores.end());
        if (m_config.output == OutputActivation::Sigmoid)
            for (float &answer : answers)
                answer = 1 / (1 + std::exp(-answer));
        return answers;
    }

    double orderOf(std::span<const float> said, std::span<const float> targets) const
    {
        const std::vector<double> predicted(said.begin(), said.end()), actual(targets.begin(), targets.end());
        const std::vector<std::int64_t> upvotes(predicted.size());
        const auto groups = picked<std::string>(m_data.groupNames, m_data.split.validation);
        if (std::ranges::any_of(groups, [](const std::string &group) { return !group.empty(); }))
            if (const auto within = computeWithin(predicted, actual, upvotes, groups); within && within->spearman)
                return *within->spearman;
        return computeMetrics(predicted, actual, upvotes).spearman.value_or(-1);
    }

    void step()
    {
        const FlushDenormals guard;
        if (m_config.gradientClip > 0)
            clipGradient(m_gradient, m_config.gradientClip);
        ++m_step;
        const std::size_t head = m_network.headParameters();
        const auto part = [&](std::size_t from, std::size_t count, double rate) {
            const auto of = [&](auto &&values) { return std::span(values).subspan(from, count); };
            adamStep(of(m_network.parameters()), of(m_first), of(m_second), of(m_gradient), m_step, rate,
                     m_tuning.weightDecay);
        };
        part(0, head, m_headRate);
        part(head, m_gradient.size() - head, m_networkRate);
        m_network.parametersChanged();
    }

    TunableNetwork &m_network;
    const TuningData &m_data;
    const TrainConfig &m_config;
    const TuneConfig &m_tuning;
    const int m_threads;
    const std::size_t m_lot;
    const bool m_ranks;
    const std::uint64_t m_seed;
    TrainingLoss m_loss;
    const double m_headRate, m_networkRate;
    std::vector<float> m_gradient, m_first, m_second;  ///< [parameters]
    std::int64_t m_step = 0;
};

void checkState(const TrainingState &state, std::size_t parameters)
{
    if (state.parameters.size() != parameters || state.firstMoment.size() != parameters
        || state.secondMoment.size() != parameters || state.best.size() != parameters
        || state.curve.size() != static_cast<std::size_t>(state.epoch) || state.bestEpoch < 1
        || state.bestEpoch > state.epoch)
        throw Error(ErrorKind::Mismatch, "The saved state of the fine-tuning belongs to another network or depth.");
}

}  // namespace

TrainingState tuneNetwork(TunableNetwork &network, const TuningData &data, const TrainConfig &config,
                          const TuneConfig &tuning, TrainingState from, TrainingControl &control,
                          const TrainingHooks &hooks, const JobContext &job, int threads, bool onCuda)
{
    tuning.validate();
    Tuning work(network, data, config, tuning, threads, onCuda);
    TrainingState state = std::move(from);
    double bestOrder = 0;
    if (state.epoch > 0) {
        checkState(state, network.parameters().size());
        work.setParameters(state.best);
        bestOrder = work.judge(job.cancel).second;
        work.goOnFrom(state);
    } else {
        state.curve.clear();
        work.begin();
    }
    const auto report = [&](double done) {
        constexpr double kSteps = 1000;  // of an epoch, which may take hours
        job.report("tune", static_cast<std::size_t>(done * kSteps), static_cast<std::size_t>(tuning.epochs * kSteps));
    };
    const auto patienceEnded = [&] {
        return tuning.patience > 0 && state.epoch > 0 && state.epoch - state.bestEpoch >= tuning.patience;
    };
    Clock::duration waited{};
    const auto mayGoOn = [&] {
        const Clock::time_point asked = Clock::now();
        const bool go = control.waitWhilePaused(job.cancel, [&](bool paused) {
            if (hooks.onPause)
                hooks.onPause(paused, state.epoch);
        });
        waited += Clock::now() - asked;
        return go;
    };
    while (state.epoch < tuning.epochs && !patienceEnded()) {
        const Clock::time_point start = Clock::now();
        waited = {};
        EpochStats stats;
        stats.epoch = state.epoch + 1;
        const std::vector<std::size_t> order = work.shuffled(stats.epoch);
        const auto batch = static_cast<std::size_t>(tuning.batch);
        // What a stop would give up, a stop need not wait for.
        const CancelToken stop = control.anyStop(job.cancel);
        try {
            for (std::size_t at = 0; at < order.size(); at += batch) {
                report(state.epoch + static_cast<double>(at) / static_cast<double>(order.size()));
                if (!mayGoOn())
                    throw Cancelled{};
                const auto rows = std::span(order).subspan(at, std::min(batch, order.size() - at));
                stats.trainLoss += work.learn(rows, stats.epoch, at, stop) / static_cast<double>(order.size());
                if (!std::isfinite(stats.trainLoss))
                    break;
            }
            const auto [loss, spearman] =
                std::isfinite(stats.trainLoss) ? work.judge(stop) : std::pair(stats.trainLoss, 0.0);
            stats.validationLoss = loss;
            if (!std::isfinite(stats.trainLoss) || !std::isfinite(stats.validationLoss))
                throw Error(ErrorKind::Diverged,
                            "Fine-tuning diverged in epoch " + std::to_string(stats.epoch)
                                + ": the loss is no longer a finite number. Try lower learning rates.");
            stats.seconds = std::chrono::duration<double>(Clock::now() - start - waited).count();
            work.keepIn(state);
            state.epoch = stats.epoch;
            state.curve.push_back(stats);
            if (state.bestEpoch == 0 || spearman > bestOrder) {
                bestOrder = spearman;
                state.bestEpoch = state.epoch;
                state.best = state.parameters;
            }
        } catch (const Cancelled &) {
            job.cancel.check();
            break;  // stopped: what the epoch learnt is given up
        }
        report(state.epoch);
        if (hooks.onEpoch)
            hooks.onEpoch(stats, state);
    }
    if (!state.parameters.empty())
        work.setParameters(state.parameters);
    return state;
}

double timeTuning(TunableNetwork &network, const TuningData &data, const TrainConfig &config, const TuneConfig &tuning,
                  int batches, const JobContext &job, int threads, bool onCuda)
{
    Tuning work(network, data, config, tuning, threads, onCuda);
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    work.begin();
    const std::vector<std::size_t> order = work.shuffled(1);
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < static_cast<std::size_t>(tuning.batch); ++i)
        rows.push_back(order[i % order.size()]);
    Clock::time_point start;
    for (int batch = 0; batch <= batches; ++batch) {
        if (batch == 1)
            start = Clock::now();
        work.learn(rows, 1, 0, job.cancel);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count() / batches;
    work.setParameters(before);
    return seconds;
}

}  // namespace dank
