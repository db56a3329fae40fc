#include "core/evaluate/classes/class_evaluation.h"

#include <algorithm>
#include <unordered_map>

namespace dank {

namespace {

constexpr std::size_t kMostGroups = 200;

std::optional<Interval> intervalFor(const ClassRows &rows, ClassFigure figure, const Resamples &resamples,
                                    const JobContext &job)
{
    if (resamples.clusters() < 2)
        return std::nullopt;
    std::vector<double> values;
    for (std::size_t resample = 0; resample < resamples.count(); ++resample) {
        job.cancel.check();
        if (const std::optional<double> value = rows.value(figure, resamples.weights(resample)))
            values.push_back(*value);
    }
    return percentileInterval(std::move(values), resamples.count());
}

std::vector<GroupErrors> errorsOf(const ClassRowsJudged &rows, double threshold)
{
    std::vector<GroupErrors> errors;
    std::unordered_map<std::string_view, std::size_t> placeOf;
    for (std::size_t row = 0; row < rows.groups.size(); ++row) {
        if (rows.groups[row].empty())
            continue;
        const auto [found, isNew] = placeOf.try_emplace(rows.groups[row], errors.size());
        if (isNew)
            errors.push_back({rows.groups[row]});
        GroupErrors &group = errors[found->second];
        const bool called = rows.predicted[row] >= threshold, is = rows.places[row] == 1;
        ++(is ? group.positive : group.negative);
        group.missed += is && !called;
        group.flagged += !is && called;
    }
    std::ranges::stable_sort(errors, std::greater(),
                             [](const GroupErrors &group) { return group.positive + group.negative; });
    errors.resize(std::min(errors.size(), kMostGroups));
    return errors;
}

}  // namespace

ClassEvaluation evaluateClasses(const Label &label, double threshold, const ClassRowsJudged &rows,
                                std::span<const Baseline> baselines, const Resamples &resamples, const JobContext &job)
{
    const std::size_t classes = label.classes.size();
    ClassEvaluation evaluation;
    evaluation.label = label;
    evaluation.threshold = threshold;
    const ClassRows model(rows.predicted, rows.places, classes, threshold);
    evaluation.model = model.metrics();
    for (const ClassFigure figure : classFiguresOf(classes))
        if (const auto interval = intervalFor(model, figure, resamples, job))
            evaluation.intervals.emplace(figure, *interval);
    for (const Baseline &baseline : baselines) {
        const ClassRows beside(baseline.predicted, rows.places, classes, threshold);
        evaluation.baselines.push_back({baseline.name, baseline.title, beside.metrics(),
                                        intervalFor(beside, classFiguresOf(classes).front(), resamples, job)});
    }
    if (classes == 2)
        evaluation.groups = errorsOf(rows, threshold);
    return evaluation;
}

ThresholdFigures atThreshold(std::span<const double> predicted, std::span<const std::int64_t> places, double threshold)
{
    ThresholdFigures figures;
    double positive = 0, right = 0;
    for (std::size_t row = 0; row < predicted.size(); ++row) {
        const bool called = predicted[row] >= threshold, is = places[row] == 1;
        positive += is;
        figures.flagged += called;
        right += called && is;
    }
    const auto flagged = static_cast<double>(figures.flagged);
    if (flagged > 0)
        figures.precision = right / flagged;
    if (positive > 0)
        figures.recall = right / positive;
    if (!predicted.empty()) {
        const double share = 1000 / static_cast<double>(predicted.size());
        figures.flaggedPerThousand = flagged * share;
        figures.wrongPerThousand = (flagged - right) * share;
        figures.missedPerThousand = (positive - right) * share;
    }
    return figures;
}

}  // namespace dank
