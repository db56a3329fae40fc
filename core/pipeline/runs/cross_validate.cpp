#include "core/pipeline/runs/cross_validate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>
#include <set>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/pipeline/runs/run_head.h"

namespace dank {

namespace {

std::string listed(const std::vector<std::string> &items)
{
    constexpr std::size_t kMost = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(items.size(), kMost); ++i)
        text += (i ? ", " : "") + items[i];
    return text + (items.size() > kMost ? " and more" : "");
}

class CrossValidator {
public:
    CrossValidator(const RunData &data, const TrainConfig &config, const std::vector<Split> &splits, int threads,
                   const CrossValidationObserver &observer, TrainingControl &control, const JobContext &job)
        : m_data(data), m_config(config), m_splits(splits), m_threads(std::max(1, threads)), m_observer(observer),
          m_control(control), m_job(job), m_stop(control.anyStop(job.cancel)),
          m_answers(static_cast<std::size_t>(config.seeds)), m_bestEpochs(splits.size()), m_sets(splits.size())
    {
        for (const Split &split : splits)
            m_rows.insert(m_rows.end(), split.test.begin(), split.test.end());
        std::sort(m_rows.begin(), m_rows.end());
        m_at.resize(data.records.size());
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            m_at[m_rows[i]] = i;
        for (std::vector<double> &answers : m_answers)
            answers.resize(m_rows.size());
        std::vector<std::size_t> all(data.records.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        m_targets = config.folds > 0 ? fitTargets(data, config, all).second : data.targets;  // one scale for all folds
        m_total = splits.size() * (m_answers.size() + 3);
    }

    CrossValidation run()
    {
        std::vector<std::function<void()>> tasks;
        for (std::size_t fold = 0; fold < m_splits.size(); ++fold)
            for (std::size_t seed = 0; seed < m_answers.size(); ++seed)
                tasks.emplace_back([this, fold, seed] { train(fold, seed); });
        for (std::size_t fold = 0; fold < m_splits.size(); ++fold)
            tasks.emplace_back([this, fold] { compare(fold); });
        parallelFor(tasks.size(), m_threads, m_stop, [&](std::size_t i) { tasks[i](); });

        // The controls train for as long as the head needed.
        tasks.clear();
        const FeatureMatrix random = randomFeatures(m_data.features, m_config.seed, m_stop);
        for (std::size_t fold = 0; fold < m_splits.size(); ++fold) {
            tasks.emplace_back([&, fold] { control(fold, "random_features", random, m_targets, {}); });
            tasks.emplace_back([&, fold] {
                control(fold, "shuffled", m_data.features, shuffledTargets(m_targets, m_splits[fold], m_config.seed),
                        m_data.captions);
            });
        }
        parallelFor(tasks.size(), m_threads, m_stop, [&](std::size_t i) { tasks[i](); });
        tell(0, 0);
        m_stop.check();
        return judged();
    }

private:
    double trainMean(const Split &split) const
    {
        double sum = 0;
        for (const std::size_t row : split.train)
            sum += m_targets[row];
        return sum / static_cast<double>(split.train.size());
    }

    void tell(std::size_t fold, std::size_t seed, bool finished = false)
    {
        std::lock_guard lock(m_mutex);
        m_done += finished;
        m_job.report("cross-validate", m_done, m_total);
        if (!m_observer || finished)
            return;
        m_observer({m_done, m_total, static_cast<int>(fold), static_cast<int>(m_splits.size()), static_cast<int>(seed),
                    m_config.seeds});
    }

    JobContext quiet() const { return {m_stop, {}}; }

    void train(std::size_t fold, std::size_t seed)
    {
        tell(fold + 1, seed + 1);
        const Split &split = m_splits[fold];
        TrainConfig config = m_config;
        config.seed += seed;
        TrainingState best;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &, const TrainingState &state) {
            if (state.bestEpoch == best.bestEpoch)
                return;
            best.best = state.best;  // what is left should it diverge
            best.bestEpoch = state.bestEpoch;
            best.featureMean = state.featureMean;
            best.featureScale = state.featureScale;
        };
        bool diverged = false;
        try {
            trainRegressor({m_data.features, m_targets, split, m_data.groupIndexes}, config, {}, m_control, hooks,
                           quiet());
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Diverged)
                throw;
            diverged = true;
        }
        if (m_control.isStopping())
            throw Cancelled{};
        std::vector<double> answers;
        if (best.bestEpoch > 0) {
            Model model = perceptronOf(config, best, m_data.features.columns);
            completeHead(model, headOf(split, m_data.features, m_targets, m_data.captions), best.bestEpoch, m_control,
                         quiet(), 1);
            answers = answersFor(model, m_data.features, split.test, m_data.captions);
            if (seed == 0)
                for (Baseline &part : partsOf(model, m_data.features, split.test, m_data.captions, trainMean(split)))
                    keep(fold, part.name, part.predicted);
        }
        if (!std::all_of(answers.begin(), answers.end(), [](double answer) { return std::isfinite(answer); }))
            answers.clear();
        if (answers.empty()) {
            diverged = true;
            answers.assign(split.test.size(), trainMean(split));
        }
        for (std::size_t i = 0; i < split.test.size(); ++i)
            m_answers[seed][m_at[split.test[i]]] = answers[i];
        if (seed == 0)
            m_bestEpochs[fold] = best.bestEpoch;
        if (diverged) {
            std::lock_guard lock(m_mutex);
            m_diverged.emplace(fold + 1, config.seed);
        }
        tell(fold, seed, true);
    }

    HeadData headOf(const Split &split, const FeatureMatrix &features, std::span<const float> targets,
                    std::span<const Caption> captions) const
    {
        return {{features, targets, split, m_data.groupIndexes}, captions, m_data.clusters};
    }

    /// What needs no training of the network.
    void compare(std::size_t fold)
    {
        m_sets[fold] = simplerThan(m_data, m_targets, m_splits[fold], quiet());
        for (Baseline &baseline : m_sets[fold].baselines)
            keep(fold, baseline.name, baseline.predicted);
        tell(fold, 0, true);
    }

    void control(std::size_t fold, const char *name, const FeatureMatrix &features, std::span<const float> targets,
                 std::span<const Caption> captions)
    {
        const auto trained = trainControl(headOf(m_splits[fold], features, targets, captions), m_config,
                                          m_bestEpochs[fold], m_control, quiet(), 1);
        if (trained)
            keep(fold, name, trained->answers);
        tell(fold, 0, true);
    }

    void keep(std::size_t fold, const std::string &name, const std::vector<double> &answers)
    {
        const std::vector<std::size_t> &rows = m_splits[fold].test;
        std::lock_guard lock(m_mutex);
        Answered &all = m_baselines[name];
        all.predicted.resize(m_rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            all.predicted[m_at[rows[i]]] = answers[i];
            all.rows += std::isfinite(answers[i]);
        }
    }

    CrossValidation judged()
    {
        EvaluationInput input;
        for (const std::size_t row : m_rows) {
            input.memes.push_back(judgedMeme(m_data, row, 0));
            input.memes.back().actual = m_targets[row];
        }
        for (std::size_t fold = 0; fold < m_splits.size(); ++fold)
            noteCopies(fold, input.memes);

        std::vector<std::string> leftOut;
        for (const char *name : {"mean", "group", "nearest", "linear", "image_stats", "title", "picture_part",
                                 "title_part", "text_part", "random_features", "shuffled"}) {
            const auto found = m_baselines.find(name);
            if (found != m_baselines.end() && found->second.rows == m_rows.size())
                input.baselines.push_back(makeBaseline(name, std::move(found->second.predicted)));
            else if (found != m_baselines.end() || std::string_view(name) == "shuffled")
                leftOut.push_back(baselineTitle(name));
        }
        input.subset =
            std::to_string(m_rows.size())
            + (m_config.folds > 0 ? " memes, each judged by a model that did not learn from it" : " held-out memes");
        input.heightCounts = lossFixesHeight(m_config.loss);
        input.label = Label::parse(m_config.label);
        // The folds' learning rows are nearly all rows each: one threshold serves them all.
        for (const double target : m_targets)
            input.trainMean += target / static_cast<double>(m_targets.size());
        if (!m_data.groupName.empty())
            input.groupName = m_data.groupName;
        input.bySeed = std::move(m_answers);
        std::vector<std::uint64_t> seeds(static_cast<std::size_t>(m_config.seeds));
        std::iota(seeds.begin(), seeds.end(), m_config.seed);
        CrossValidation result = judgeSeeds(std::move(input), m_config.folds, std::move(seeds), quiet());
        addNotes(result, leftOut);
        return result;
    }

    /// Which memes have their picture among those that their own fold learned from.
    void noteCopies(std::size_t fold, std::vector<JudgedMeme> &memes)
    {
        const Split &split = m_splits[fold];
        std::vector<JudgedMeme> own;
        for (const std::size_t row : split.test)
            own.push_back(memes[m_at[row]]);
        noteNeighbours(own, m_sets[fold], m_data.features.ids);
        std::set<std::size_t> learned;
        for (const std::size_t row : split.train)
            learned.insert(m_data.copies[row]);
        for (std::size_t i = 0; i < own.size(); ++i) {
            own[i].samePicture = own[i].samePicture || learned.contains(m_data.copies[split.test[i]]);
            memes[m_at[split.test[i]]] = std::move(own[i]);
        }
    }

    void addNotes(CrossValidation &result, const std::vector<std::string> &leftOut) const
    {
        if (!m_diverged.empty()) {
            std::vector<std::string> which;
            for (const auto &[fold, seed] : m_diverged)
                which.push_back("fold " + std::to_string(fold) + " with seed " + std::to_string(seed));
            result.notes.push_back(std::to_string(m_diverged.size()) + " of the "
                                   + std::to_string(m_splits.size() * result.seeds.size()) + " trainings diverged ("
                                   + listed(which)
                                   + "); their memes are judged by the best epoch before that, or by the "
                                     "mean where there is none. Try a lower learning rate.");
        }
        if (!leftOut.empty())
            result.notes.push_back("Not compared with " + listed(leftOut) + ", whose training diverged in a fold.");
    }

    struct Answered {
        std::vector<double> predicted;  ///< by m_rows
        std::size_t rows = 0;           ///< that have an answer
    };

    const RunData &m_data;
    const TrainConfig &m_config;
    const std::vector<Split> &m_splits;
    const int m_threads;
    const CrossValidationObserver &m_observer;
    TrainingControl &m_control;
    const JobContext &m_job;
    const CancelToken m_stop;
    std::vector<std::size_t> m_rows;  ///< judged, ascending
    std::vector<std::size_t> m_at;    ///< a judged row's place in m_rows
    std::vector<float> m_targets;
    std::vector<std::vector<double>> m_answers;  ///< [seeds][m_rows]; each task writes places of its own
    std::vector<int> m_bestEpochs;               ///< [folds], of the first seed
    std::vector<BaselineSet> m_sets;             ///< [folds]
    std::mutex m_mutex;                          ///< over all below
    std::map<std::string, Answered> m_baselines;
    std::set<std::pair<std::size_t, std::uint64_t>> m_diverged;  ///< fold from 1, seed
    std::size_t m_done = 0, m_total = 0;
};

}  // namespace

std::vector<Split> crossValidationSplits(const RunData &data, const TrainConfig &config)
{
    if (config.folds == 0)
        return config.seeds > 1 ? std::vector{data.split} : std::vector<Split>();
    SplitPlan plan{config.split, config.validationFraction, {}};
    if (config.split != SplitKind::Random)
        plan.clusters = data.copies;
    return makeFolds(data.records, plan, static_cast<std::size_t>(config.folds), config.seed);
}

CrossValidation crossValidate(const RunData &data, const TrainConfig &config, const std::vector<Split> &splits,
                              int threads, const CrossValidationObserver &observer, TrainingControl &control,
                              const JobContext &job)
{
    return CrossValidator(data, config, splits, threads, observer, control, job).run();
}

}  // namespace dank
