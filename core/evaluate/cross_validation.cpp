#include "core/evaluate/cross_validation.h"

#include <utility>

namespace dank {

namespace {

SeedFigures overSeeds(const std::vector<Metrics> &runs)
{
    SeedFigures figures;
    for (const Figure figure : kFigures) {
        std::vector<std::optional<double>> values;
        for (const Metrics &run : runs)
            values.push_back(figureOf(run, figure));
        if (const std::optional<MeanAndSd> over = meanAndSd(values))
            figures.emplace(figure, *over);
    }
    return figures;
}

}  // namespace

CrossValidation judgeSeeds(EvaluationInput input, int folds, std::vector<std::uint64_t> seeds, const JobContext &job)
{
    if (seeds.empty() || input.bySeed.size() != seeds.size())
        throw Error(ErrorKind::Shape, "There are answers of " + std::to_string(input.bySeed.size()) + " seeds where "
                                          + std::to_string(seeds.size()) + " are to be judged.");
    for (const std::vector<double> &answers : input.bySeed)
        if (answers.size() != input.memes.size())
            throw Error(ErrorKind::Shape, "A seed has " + std::to_string(answers.size()) + " answers for "
                                              + std::to_string(input.memes.size()) + " memes.");
    std::vector<double> actual;
    std::vector<std::int64_t> upvotes;
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < input.memes.size(); ++i) {
        JudgedMeme &meme = input.memes[i];
        actual.push_back(meme.actual);
        upvotes.push_back(meme.upvotes);
        groups.push_back(meme.group);
        meme.predicted = 0;
        for (const std::vector<double> &answers : input.bySeed)
            meme.predicted += answers[i] / static_cast<double>(seeds.size());
    }
    std::vector<Metrics> pooled, within;
    for (const std::vector<double> &answers : input.bySeed) {
        pooled.push_back(computeMetrics(answers, actual, upvotes));
        if (const std::optional<Metrics> inside = computeWithin(answers, actual, upvotes, groups))
            within.push_back(*inside);
    }
    CrossValidation result;
    result.folds = folds;
    result.seeds = std::move(seeds);
    result.metrics = overSeeds(pooled);
    result.within = overSeeds(within);
    result.evaluation = evaluate(std::move(input), job);
    return result;
}

}  // namespace dank
