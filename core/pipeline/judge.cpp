#include "core/pipeline/judge.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/loss.h"
#include "core/nn/trainer.h"
#include "core/pipeline/rating.h"

namespace dank {

namespace {

// Streams of the run's seed.
constexpr std::uint64_t kRandomFeatures = 0x72616e64, kShuffle = 0x73687566;

/// Enough for a control to show what there is to find in nothing; a run of the paper's 1,000 would triple its time.
constexpr int kMostControlEpochs = 200;

/// The answers, for the test rows, of a head trained for `epochs` epochs on other features or targets.
std::vector<double> trainedAnswers(const FeatureMatrix &features, std::span<const float> targets, const RunData &data,
                                   TrainConfig config, int epochs, const JobContext &job)
{
    config.epochs = std::clamp(epochs, 1, kMostControlEpochs);
    config.patience = 0;
    TrainingControl control;
    const JobContext quiet{job.cancel, {}};
    const TrainingState state = trainRegressor({features, targets, data.split, data.groupIndexes}, config, {}, control,
                                               {}, quiet);
    Model model;
    model.config = config;
    setNetwork(model, state.best, static_cast<int>(features.columns), config);
    model.featureMean = state.featureMean;
    model.featureScale = state.featureScale;
    std::vector<double> answers;
    for (const float answer : predict(model, rowsOf(features, data.split.test)))
        answers.push_back(danknessOf(answer));
    return answers;
}

/// Whether the loss fixes how high an answer is, not only their order.
bool heightCounts(const TrainConfig &config)
{
    return std::any_of(config.loss.begin(), config.loss.end(), [](const LossTerm &term) {
        return term.kind != LossKind::RankNet && term.weight > 0;
    });
}

}  // namespace

std::vector<Baseline> trainControls(const RunData &data, const TrainConfig &config, int epochs, const JobContext &job)
{
    std::vector<Baseline> controls;
    const auto add = [&](const char *name, const FeatureMatrix &features, std::span<const float> targets) {
        job.report("controls", controls.size(), 2);
        try {
            controls.push_back(makeBaseline(name, trainedAnswers(features, targets, data, config, epochs, job)));
        } catch (const Error &error) {
            if (error.kind() != ErrorKind::Diverged)
                throw;  // else there is nothing to compare with, and the run itself is fine
        }
    };
    FeatureMatrix random{data.features.backbone, data.features.ids, data.features.columns, {}};
    random.values.resize(data.features.values.size());
    Random draw(mixSeed(config.seed, kRandomFeatures));
    for (float &value : random.values)
        value = static_cast<float>(draw.uniform());
    add("random_features", random, data.targets);

    // Dealt anew among the rows that it learns from and those that choose the epoch; what it is judged on stays.
    std::vector<float> shuffled = data.targets;
    Random deal(mixSeed(config.seed, kShuffle));
    for (const std::vector<std::size_t> *side : {&data.split.train, &data.split.validation}) {
        std::vector<float> values;
        for (const std::size_t row : *side)
            values.push_back(data.targets[row]);
        deal.shuffle(std::span(values));
        for (std::size_t i = 0; i < side->size(); ++i)
            shuffled[(*side)[i]] = values[i];
    }
    add("shuffled", data.features, shuffled);
    return controls;
}

Evaluation judgeRun(const Model &model, const RunData &data, std::vector<Baseline> controls, const JobContext &job)
{
    const std::vector<std::size_t> &rows = data.split.test;
    const std::vector<float> predicted = predict(model, rowsOf(data.features, rows));
    EvaluationInput input;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t row = rows[i];
        JudgedMeme meme;
        meme.id = data.features.ids[row];
        meme.predicted = danknessOf(predicted[i]);
        meme.actual = data.targets[row];
        meme.upvotes = data.records[row].upvotes;
        meme.group = data.groups[row];
        meme.cluster = data.clusters[row];
        input.memes.push_back(std::move(meme));
    }
    std::vector<std::string> titles;
    for (const MemeRecord &record : data.records)
        titles.push_back(record.title);
    BaselineInput simple;
    simple.features = &data.features;
    simple.titles = titles;
    simple.groups = data.groups;
    simple.targets = data.targets;
    simple.rows = {data.split.train, data.split.validation, rows};
    BaselineSet set = computeBaselines(simple, job);
    noteNeighbours(input.memes, set, data.features.ids);

    std::vector<bool> learned(data.records.size(), false);
    for (const std::size_t row : data.split.train)
        learned[data.copies[row]] = true;
    for (std::size_t i = 0; i < rows.size(); ++i)
        input.memes[i].samePicture = input.memes[i].samePicture || learned[data.copies[rows[i]]];

    input.baselines = std::move(set.baselines);
    input.baselines.insert(input.baselines.end(), std::make_move_iterator(controls.begin()),
                           std::make_move_iterator(controls.end()));
    input.trainMean = data.trainMean;
    input.subset = std::to_string(rows.size()) + " held-out memes";
    input.heightCounts = heightCounts(model.config);
    if (!data.groupName.empty())
        input.groupName = data.groupName;
    return evaluate(std::move(input), job);
}

Evaluation judgeElsewhere(const Model &model, const Dataset &dataset, const FeatureMatrix &features,
                          std::span<const std::size_t> rows, bool seen)
{
    std::vector<MemeRecord> records;
    std::vector<std::int64_t> upvotes;
    for (const std::size_t row : rows) {
        records.push_back(*dataset.find(features.ids[row]));
        upvotes.push_back(records.back().upvotes);
    }
    EvaluationInput input;
    std::vector<std::string> groups(records.size());
    try {
        if (const GroupSpec spec = GroupSpec::parse(model.config.group); spec.kind != GroupKind::None) {
            const Grouping grouping = groupsOf(records, spec, {&dataset, {}, true});
            groups = grouping.of;
            input.groupName = groupWord(spec, grouping);
        }
    } catch (const Error &) {
        // This dataset has no such groups: it is judged without.
    }
    std::vector<std::size_t> all(records.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    GroupedTarget target{model.target, {}};
    if (model.config.within)
        target = GroupedTarget::fit(model.config.target, upvotes, groups, all);
    const std::vector<float> predicted = predict(model, rowsOf(features, rows));
    std::map<std::string_view, std::size_t> authors;
    for (std::size_t i = 0; i < records.size(); ++i) {
        JudgedMeme meme;
        meme.id = records[i].id;
        meme.predicted = danknessOf(predicted[i]);
        meme.actual = target.toDankness(upvotes[i], groups[i]);
        meme.upvotes = upvotes[i];
        meme.group = groups[i];
        if (!records[i].author.empty())
            meme.cluster = authors.emplace(records[i].author, authors.size()).first->second;
        input.memes.push_back(std::move(meme));
    }
    input.trainMean = model.trainMean;
    input.subset = std::to_string(rows.size())
                   + (seen ? " memes it learned from"
                           : rows.size() == features.rows() ? " memes" : " memes it did not learn from");
    input.seenInTraining = seen;
    input.heightCounts = heightCounts(model.config);
    return evaluate(std::move(input));
}

}  // namespace dank
