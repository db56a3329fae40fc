#include "core/evaluate/evaluation.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/rows.h"
#include "core/evaluate/cross_validation.h"

namespace dank {

namespace {

constexpr std::size_t kMostWeights = 40'000'000;
constexpr std::size_t kFewestDraws = 200;

/// The columns of the memes at `rows`.
struct Columns {
    std::vector<double> predicted;
    std::vector<double> actual;
    std::vector<std::int64_t> upvotes;
    std::vector<std::string> groups;
    std::vector<std::size_t> clusters;
    std::vector<std::vector<double>> bySeed;

    Columns(const EvaluationInput &input, const std::vector<std::size_t> &rows)
    {
        const std::vector<JudgedMeme> &memes = input.memes;
        for (const std::vector<double> &answers : input.bySeed) {
            if (answers.size() != memes.size())
                throw Error(ErrorKind::Shape, "A seed has " + std::to_string(answers.size()) + " answers for "
                                                  + std::to_string(memes.size()) + " memes.");
            bySeed.push_back(picked<double>(answers, rows));
        }
        for (const std::size_t row : rows) {
            const JudgedMeme &meme = memes[row];
            predicted.push_back(meme.predicted);
            actual.push_back(meme.actual);
            upvotes.push_back(meme.upvotes);
            groups.push_back(meme.group);
            clusters.push_back(meme.cluster == kNoCluster ? kNoCluster - row : meme.cluster);
        }
    }

    /// A baseline's rows, with its own predictions.
    JudgedRows view(std::span<const double> predictions) const
    {
        return {predictions, actual, upvotes, groups, clusters};
    }
    /// The model's.
    JudgedRows model() const { return {predicted, actual, upvotes, groups, clusters, bySeed}; }

    std::optional<Metrics> metricsOf(std::span<const double> answers, bool within) const
    {
        return within ? computeWithin(answers, actual, upvotes, groups) : computeMetrics(answers, actual, upvotes);
    }
    /// Each seed's, where it is defined.
    std::vector<Metrics> runs(bool within) const
    {
        std::vector<Metrics> runs;
        for (const std::vector<double> &answers : bySeed)
            if (const std::optional<Metrics> metrics = metricsOf(answers, within))
                runs.push_back(*metrics);
        return runs;
    }
    std::optional<Metrics> metrics(bool within) const
    {
        const std::vector<Metrics> seeds = runs(within);
        return seeds.empty() ? metricsOf(predicted, within) : meanMetrics(seeds);
    }
};

std::vector<std::size_t> allRows(const EvaluationInput &input)
{
    std::vector<std::size_t> rows(input.memes.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
}

struct Witnesses {
    std::size_t clusters = 0;
    std::size_t even = 0;

    bool areEnough() const { return clusters >= kMinClustersToJudge && even >= kMinEvenClusters; }
};

/// How many clusters there are, and how many of equal size would witness as much: (sum n)^2 / sum n^2 (Kish 1965), so
/// that one author with most of the memes does not count as many.
Witnesses countWitnesses(std::span<const std::size_t> clusters)
{
    const auto sets = rowsByKey(clusters.size(), [&](std::size_t row) { return clusters[row]; });
    double sum = 0, squares = 0;
    for (const std::vector<std::size_t> &members : sets) {
        const auto size = static_cast<double>(members.size());
        sum += size;
        squares += size * size;
    }
    return {sets.size(), squares > 0 ? static_cast<std::size_t>(sum * sum / squares + 1e-9) : 0};
}

/// The clusters of the rows whose group has another row among them.
std::vector<std::size_t> clustersInGroups(const Columns &columns)
{
    const auto groupOf = [&](std::size_t row) { return std::string_view(columns.groups[row]); };
    std::vector<std::size_t> clusters;
    for (const std::vector<std::size_t> &members : rowsByKey(columns.groups.size(), groupOf))
        if (members.size() > 1 && !groupOf(members.front()).empty())
            for (const std::size_t row : members)
                clusters.push_back(columns.clusters[row]);
    return clusters;
}

std::size_t affordable(std::size_t wanted, std::size_t rows)
{
    return std::min(wanted, std::max(kFewestDraws, kMostWeights / std::max<std::size_t>(1, rows)));
}

Resamples makeResamples(const Columns &columns, BootstrapOptions options, const JobContext &job)
{
    options.resamples = affordable(options.resamples, columns.actual.size());
    return Resamples(columns.actual.size(), columns.clusters, options, job);
}

std::optional<double> pValueOf(const Columns &columns, bool within, PermutationOptions options, const JobContext &job)
{
    options.permutations = affordable(options.permutations, columns.actual.size());
    return permutationPValue(columns.model(), within, options, job);
}

const Baseline *find(const std::vector<Baseline> &baselines, std::string_view name)
{
    const auto found =
        std::find_if(baselines.begin(), baselines.end(), [&](const Baseline &one) { return one.name == name; });
    return found == baselines.end() ? nullptr : &*found;
}

BaselineResult judgeBaseline(const Baseline &baseline, const Columns &columns, bool hasGroups,
                             const Resamples &resamples, const JobContext &job)
{
    if (baseline.predicted.size() != columns.actual.size())
        throw Error(ErrorKind::Shape, "The baseline '" + baseline.name + "' has "
                                          + std::to_string(baseline.predicted.size()) + " predictions for "
                                          + std::to_string(columns.actual.size()) + " memes.");
    BaselineResult result;
    result.name = baseline.name;
    result.title = baseline.title;
    result.pooled = *columns.metricsOf(baseline.predicted, false);
    std::vector<FigureWanted> wanted{{Figure::Spearman, false}};
    if (hasGroups) {
        result.within = columns.metricsOf(baseline.predicted, true);
        wanted.push_back({Figure::Spearman, true});
    }
    const auto intervals = bootstrapIntervals(columns.view(baseline.predicted), wanted, resamples, job);
    result.spearman = intervals[0];
    if (hasGroups)
        result.withinSpearman = intervals[1];
    return result;
}

/// The model without the memes whose picture is a training meme's too.
void judgeClean(VerdictFacts &facts, const EvaluationInput &input, const JobContext &job)
{
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < input.memes.size(); ++row)
        if (!input.memes[row].samePicture)
            rows.push_back(row);
    if (facts.duplicates == 0 || rows.size() < kMinRowsToJudge)
        return;
    const bool within = facts.within.has_value();
    const Columns columns(input, rows);
    const std::optional<Metrics> metrics = columns.metrics(within);
    if (!metrics || !countWitnesses(within ? clustersInGroups(columns) : columns.clusters).areEnough())
        return;
    const FigureWanted wanted{Figure::Spearman, within};
    const Resamples resamples = makeResamples(columns, input.bootstrap, job);
    facts.clean =
        JudgedFigures{*metrics, bootstrapIntervals(columns.model(), std::span(&wanted, 1), resamples, job).front(),
                      pValueOf(columns, within, input.permutation, job)};
    if (const Baseline *nearest = find(input.baselines, "nearest"))
        if (const std::optional<Metrics> without = columns.metricsOf(picked<double>(nearest->predicted, rows), within))
            facts.nearestClean = without->spearman;
}

/// Titles speak of upvotes.
void nameForClasses(Baseline &baseline, const Label &label)
{
    if (baseline.name == "mean" && label.isTwoClass())
        baseline.title = "the base rate";
    else if (baseline.name == "shuffled")
        baseline.title = "the same network on shuffled labels";
}

Intervals intervalsOf(const JudgedRows &rows, const std::vector<Figure> &figures, bool within,
                      const Resamples &resamples, const JobContext &job)
{
    std::vector<FigureWanted> wanted;
    for (const Figure figure : figures)
        wanted.push_back({figure, within});
    if (std::find(figures.begin(), figures.end(), Figure::Spearman) == figures.end())
        wanted.push_back({Figure::Spearman, within});  // the verdict's
    const auto found = bootstrapIntervals(rows, wanted, resamples, job);
    Intervals intervals;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (found[i])
            intervals.emplace(wanted[i].figure, *found[i]);
    return intervals;
}

}  // namespace

std::optional<Interval> intervalOf(const Intervals &intervals, Figure figure)
{
    const auto found = intervals.find(figure);
    return found == intervals.end() ? std::nullopt : std::optional(found->second);
}

Evaluation evaluate(EvaluationInput input, const JobContext &job)
{
    const std::vector<std::size_t> all = allRows(input);
    const Columns columns(input, all);

    Evaluation evaluation;
    evaluation.subset = std::move(input.subset);
    evaluation.groupName = input.groupName;
    evaluation.model = *columns.metrics(false);
    evaluation.within = columns.metrics(true);
    const bool hasGroups = evaluation.within.has_value();
    evaluation.judgedWithin = hasGroups && evaluation.within->groups > 1
                              && evaluation.within->rows >= std::max(kMinRowsToJudge, all.size() / 2);
    for (const JudgedMeme &meme : input.memes)
        evaluation.duplicates += meme.samePicture;
    if (!all.empty())
        evaluation.duplicateShare = static_cast<double>(evaluation.duplicates) / static_cast<double>(all.size());

    job.report("judge", 0, input.baselines.size() + 1);
    const Resamples resamples = makeResamples(columns, input.bootstrap, job);
    evaluation.clusters = resamples.clusters();
    evaluation.intervals = intervalsOf(columns.model(), input.figures, false, resamples, job);
    if (hasGroups)
        evaluation.withinIntervals = intervalsOf(columns.model(), input.figures, true, resamples, job);
    evaluation.pValue = pValueOf(columns, evaluation.judgedWithin, input.permutation, job);

    // First, whether it was given (one mean for each fold) or not.
    const auto mean = std::stable_partition(input.baselines.begin(), input.baselines.end(),
                                            [](const Baseline &one) { return one.name == "mean"; });
    if (mean == input.baselines.begin())
        input.baselines.insert(mean, makeBaseline("mean", std::vector<double>(all.size(), input.trainMean)));
    if (hasGroups && !find(input.baselines, "group"))
        input.baselines.insert(input.baselines.begin() + 1,
                               makeBaseline("group", medianOfOthers(columns.actual, columns.groups)));
    if (!input.label.empty())
        for (Baseline &baseline : input.baselines)
            nameForClasses(baseline, input.label);
    for (const Baseline &baseline : input.baselines) {
        job.report("judge", evaluation.baselines.size() + 1, input.baselines.size() + 1);
        evaluation.baselines.push_back(judgeBaseline(baseline, columns, hasGroups, resamples, job));
    }
    evaluation.meanPredictor = evaluation.baselines.front().pooled;
    if (!input.label.empty())
        evaluation.classes =
            evaluateClasses(input.label, input.trainMean, {columns.predicted, columns.upvotes, columns.groups},
                            input.baselines, resamples, job);

    VerdictFacts facts;
    facts.rows = all.size();
    const Witnesses witnesses = countWitnesses(evaluation.judgedWithin ? clustersInGroups(columns) : columns.clusters);
    facts.clusters = witnesses.clusters;
    facts.evenClusters = witnesses.even;
    facts.groupsTooFew = hasGroups && !evaluation.judgedWithin;
    facts.meanR2 = evaluation.meanPredictor.r2;
    facts.seenInTraining = input.seenInTraining;
    facts.heightCounts = input.heightCounts;
    facts.groupName = input.groupName;
    facts.pooled = {evaluation.model, intervalOf(evaluation.intervals, Figure::Spearman), {}};
    if (evaluation.judgedWithin)
        facts.within = JudgedFigures{*evaluation.within, intervalOf(evaluation.withinIntervals, Figure::Spearman), {}};
    (facts.within ? *facts.within : facts.pooled).pValue = evaluation.pValue;
    facts.baselines = evaluation.baselines;
    facts.duplicates = evaluation.duplicates;
    judgeClean(facts, input, job);
    evaluation.verdict = decideVerdict(facts);
    evaluation.memes = std::move(input.memes);
    return evaluation;
}

CrossValidation judgeSeeds(EvaluationInput input, int folds, std::vector<std::uint64_t> seeds, const JobContext &job)
{
    if (seeds.empty() || input.bySeed.size() != seeds.size())
        throw Error(ErrorKind::Shape, "There are answers of " + std::to_string(input.bySeed.size()) + " seeds where "
                                          + std::to_string(seeds.size()) + " are to be judged.");
    const Columns columns(input, allRows(input));
    for (std::size_t i = 0; i < input.memes.size(); ++i) {
        input.memes[i].predicted = 0;
        for (const std::vector<double> &answers : input.bySeed)
            input.memes[i].predicted += answers[i] / static_cast<double>(seeds.size());
    }
    const auto overSeeds = [&](bool within) {
        const std::vector<Metrics> runs = columns.runs(within);
        SeedFigures figures;
        for (const Figure figure : kFigures)
            if (const std::optional<MeanAndSd> over = meanAndSd(runs, figure))
                figures.emplace(figure, *over);
        return figures;
    };
    CrossValidation result;
    result.folds = folds;
    result.seeds = std::move(seeds);
    result.metrics = overSeeds(false);
    result.within = overSeeds(true);
    result.evaluation = evaluate(std::move(input), job);
    return result;
}

void noteNeighbours(std::span<JudgedMeme> memes, const BaselineSet &set, std::span<const MemeId> ids)
{
    if (set.neighbours.size() != memes.size() && !set.neighbours.empty())
        throw Error(ErrorKind::Shape, "There are neighbours of " + std::to_string(set.neighbours.size()) + " memes for "
                                          + std::to_string(memes.size()) + '.');
    for (std::size_t i = 0; i < set.neighbours.size(); ++i) {
        if (set.neighbours[i].empty())
            continue;
        const Neighbour &nearest = set.neighbours[i].front();
        memes[i].nearest = ids[nearest.row];
        memes[i].nearestSimilarity = nearest.similarity;
        memes[i].samePicture |= set.canTellSame && nearest.similarity >= kSamePicture;
    }
}

}  // namespace dank
