#include "core/pipeline/judge.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "core/base/error.h"
#include "core/data/loss.h"
#include "core/nn/trainer.h"
#include "core/pipeline/rating.h"

namespace dank {

namespace {

/// Nothing for no groups, and where this dataset has none of these: it is judged without.
std::optional<Grouping> groupsHere(std::span<const MemeRecord> records, const Dataset &dataset, const std::string &text)
{
    try {
        const GroupSpec spec = GroupSpec::parse(text);
        if (spec.kind != GroupKind::None)
            return groupsOf(records, spec, {&dataset, {}, true});
    } catch (const Error &) {
    }
    return std::nullopt;
}

}  // namespace

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
    simple.imageStats = data.imageStats ? &*data.imageStats : nullptr;
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
    input.heightCounts = lossFixesHeight(model.config.loss);
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
    if (const auto found = groupsHere(records, dataset, model.config.group)) {
        groups = found->of;
        input.groupName = groupWord(GroupSpec::parse(model.config.group), *found);
    }
    GroupedTarget target{model.target, model.groupTargets};
    std::vector<std::string> targetGroups = groups;
    if (model.targetGroup != model.config.group) {
        const auto found = groupsHere(records, dataset, model.targetGroup);
        targetGroups = found ? found->of : std::vector<std::string>(records.size());
    }
    if (!model.targetGroup.empty() && model.groupTargets.empty()) {
        std::vector<std::size_t> all(records.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        target = GroupedTarget::fit(model.config.target, upvotes, targetGroups, all);
    }
    const std::vector<float> predicted = predict(model, rowsOf(features, rows));
    std::map<std::string_view, std::size_t> authors;
    for (std::size_t i = 0; i < records.size(); ++i) {
        JudgedMeme meme;
        meme.id = records[i].id;
        meme.predicted = danknessOf(predicted[i]);
        meme.actual = target.toDankness(upvotes[i], targetGroups[i]);
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
    input.heightCounts = lossFixesHeight(model.config.loss);
    return evaluate(std::move(input));
}

}  // namespace dank
