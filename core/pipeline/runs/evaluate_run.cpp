#include "core/pipeline/runs/evaluate_run.h"

#include <algorithm>
#include <iterator>

#include "core/base/code_points.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/searched_text.h"
#include "core/learn/loss.h"
#include "core/pipeline/runs/run_head.h"

namespace dank {

JudgedMeme judgedMeme(const RunData &data, std::size_t row, double answer)
{
    return {data.features.ids[row],    answer,           data.targets[row],
            data.records[row].upvotes, data.groups[row], data.clusters[row]};
}

BaselineSet simplerThan(const RunData &data, std::span<const float> targets, const Split &split, const JobContext &job)
{
    std::vector<std::string> titles;
    for (const MemeRecord &record : data.records)
        titles.push_back(record.title);
    BaselineInput input;
    input.features = &data.features;
    input.imageStats = data.imageStats ? &*data.imageStats : nullptr;
    input.titles = titles;
    input.groups = data.groups;
    input.targets = targets;
    input.rows = {split.train, split.validation, split.test};
    return computeBaselines(input, job);
}

namespace {

/// The run's model and memes, without anything simpler beside it but always the mean.
EvaluationInput inputOf(const Model &model, const RunData &data, std::span<const double> answers)
{
    const std::vector<std::size_t> &rows = data.split.test;
    EvaluationInput input;
    for (std::size_t i = 0; i < rows.size(); ++i)
        input.memes.push_back(judgedMeme(data, rows[i], answers[i]));
    std::vector<bool> learned(data.records.size(), false);
    for (const std::size_t row : data.split.train)
        learned[data.copies[row]] = true;
    for (std::size_t i = 0; i < rows.size(); ++i)
        input.memes[i].samePicture = learned[data.copies[rows[i]]];
    input.trainMean = data.trainMean;
    input.subset = std::to_string(rows.size()) + " held-out memes";
    input.heightCounts = lossFixesHeight(model.config.loss);
    input.label = Label::parse(model.config.label);
    if (!data.groupName.empty())
        input.groupName = data.groupName;
    return input;
}

}  // namespace

Evaluation judgeRun(const Model &model, const RunData &data, std::span<const double> answers,
                    std::vector<Baseline> controls, const JobContext &job)
{
    EvaluationInput input = inputOf(model, data, answers);
    BaselineSet set = simplerThan(data, data.targets, data.split, job);
    noteNeighbours(input.memes, set, data.features.ids);
    input.baselines = std::move(set.baselines);
    for (Baseline &part : partsOf(model, data.features, data.split.test, data.captions, data.trainMean))
        input.baselines.push_back(std::move(part));
    input.baselines.insert(input.baselines.end(), std::make_move_iterator(controls.begin()),
                           std::make_move_iterator(controls.end()));
    return evaluate(std::move(input), job);
}

Evaluation judgeRunAlone(const Model &model, const RunData &data, std::span<const double> answers)
{
    EvaluationInput input = inputOf(model, data, answers);
    input.figures = {Figure::Spearman};
    // As many as a moment has room for.
    input.bootstrap.resamples = std::clamp<std::size_t>(300'000 / std::max<std::size_t>(1, answers.size()), 100, 1000);
    Evaluation evaluation = evaluate(std::move(input));
    evaluation.verdict.reason +=
        " Its judging was stopped: it was compared with nothing but always answering the mean.";
    return evaluation;
}

std::string splitHashOf(const RunData &data)
{
    try {
        return splitHash(data.features.ids, data.split);
    } catch (const Error &) {
        return {};  // an id with a line break: no reason to lose the run
    }
}

std::vector<double> fillReference(Model &model, const RunData &data, std::size_t rows)
{
    std::vector<std::size_t> held = data.split.test;
    const std::size_t judging = held.size();
    // A blend has learnt from the choosing rows too.
    if (!model.blend || held.empty())
        held.insert(held.end(), data.split.validation.begin(), data.split.validation.end());
    if (rows < held.size()) {  // spread over the file, which may be ordered by where its memes come from
        std::vector<std::size_t> spread;
        const std::size_t among = std::max(rows, judging);
        for (std::size_t i = 0; i < rows; ++i)
            spread.push_back(held[i * among / rows]);
        held = std::move(spread);
    }
    // Sorted scores, and how far those that judge lie from what they should be.
    const auto fill = [&](std::vector<double> &answers, std::vector<float> &reference) {
        reference.assign(answers.begin(), answers.end());
        std::sort(reference.begin(), reference.end());
        answers.resize(std::min(judging, held.size()));
        std::vector<double> residuals;
        for (std::size_t i = 0; i < answers.size(); ++i)
            residuals.push_back(data.targets[held[i]] - answers[i]);
        return ConformalInterval::fit(residuals);
    };
    std::vector<double> answers = answersFor(model, data.features, held, data.captions);
    model.interval = fill(answers, model.reference);
    model.imageInterval.reset();
    model.imageReference.clear();
    if (model.readsCaptions()) {
        std::vector<double> wordless = answersFor(model, data.features, held);
        model.imageInterval = fill(wordless, model.imageReference);
    }
    model.referenceName = std::to_string(held.size()) + " held-out memes of "
                          + displayPath(std::filesystem::path(model.dataset).parent_path().filename());
    return answers;
}

std::optional<TrainingRange> trainingRangeOf(const Model &model, const RunData &data)
{
    std::vector<std::size_t> held = data.split.test;
    held.insert(held.end(), data.split.validation.begin(), data.split.validation.end());
    return TrainingRange::fit(data.features, data.split.train, held, model.featureMean, model.featureScale);
}

std::vector<TrainPicture> trainPicturesOf(const RunData &data, std::span<const std::string> hashes,
                                          const std::filesystem::path &dataset, bool titled)
{
    const auto titleOf = [](const MemeRecord &record) {
        const std::string line = plainLine(std::string_view(record.title).substr(0, kMaxTrainTitle));
        return std::string(utf8Prefix(line, kMaxTrainTitle));  // bytes that are no text have become longer signs
    };
    const std::vector<std::size_t> &train = data.split.train;
    const std::size_t count = std::min(train.size(), kMaxTrainPictures);
    std::vector<TrainPicture> pictures;
    pictures.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TrainPicture picture;
        picture.row = i * train.size() / count;
        const MemeRecord &record = data.records[train[picture.row]];
        picture.hash = hashes[train[picture.row]];
        picture.upvotes = record.upvotes;
        if (titled)
            picture.title = titleOf(record);
        const std::string file = record.image.lexically_relative(dataset.parent_path()).string();
        // Kept only as what it is to the byte: a name that is not UTF-8 would come back as another.
        if (!file.starts_with("..") && sanitizeUtf8(file) == file)
            picture.file = file;
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

}  // namespace dank
