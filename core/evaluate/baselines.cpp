#include "core/evaluate/baselines.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/base/rows.h"
#include "core/dataset/histogram.h"
#include "core/evaluate/title_features.h"

namespace dank {

namespace {

/// The median of an ascending list without its entry at `left`; the list has two entries or more.
double medianWithout(const std::vector<double> &sorted, std::size_t left)
{
    const auto at = [&](std::size_t i) { return sorted[i < left ? i : i + 1]; };
    const std::size_t count = sorted.size() - 1;
    return count % 2 == 1 ? at(count / 2) : (at(count / 2 - 1) + at(count / 2)) / 2;
}

bool allEmpty(std::span<const std::string> texts)
{
    return std::all_of(texts.begin(), texts.end(), [](const std::string &text) { return text.empty(); });
}

void checkLength(const char *what, std::size_t length, std::size_t wanted)
{
    if (length != wanted)
        throw Error(ErrorKind::Shape, "Baselines were asked for with " + std::to_string(length) + ' ' + what + " for "
                                          + std::to_string(wanted) + " memes.");
}

}  // namespace

std::string baselineTitle(std::string_view name)
{
    static const std::map<std::string_view, const char *> kTitles{
        {"mean", "always the mean"},
        {"group", "the group's median"},
        {"random_features", "the same network on random numbers"},
        {"shuffled", "the same network on shuffled upvotes"},
        {"nearest", "the most similar training meme"},
        {"linear", "a straight line through the features"},
        {"image_stats", "colours, size and shape alone"},
        {"title", "the title's words alone"},
        {"picture_part", "its own look at the picture alone"},
        {"title_part", "its own look at the title alone"},
        {"text_part", "its own look at the text in the picture alone"},
    };
    const auto found = kTitles.find(name);
    return found == kTitles.end() ? std::string(name) : found->second;
}

Baseline makeBaseline(std::string_view name, std::vector<double> predicted)
{
    return {std::string(name), baselineTitle(name), std::move(predicted)};
}

std::vector<double> meanPredictions(std::span<const float> targets, const BaselineRows &rows)
{
    double sum = 0;
    for (const std::size_t row : rows.train)
        sum += targets[row];
    const double mean = rows.train.empty() ? 0 : sum / static_cast<double>(rows.train.size());
    return std::vector<double>(rows.judged.size(), mean);
}

std::vector<double> groupMedianPredictions(std::span<const float> targets, std::span<const std::string> groups,
                                           const BaselineRows &rows)
{
    checkLength("groups", groups.size(), targets.size());
    std::vector<double> all;
    std::unordered_map<std::string_view, std::vector<double>> members;
    for (const std::size_t row : rows.train) {
        all.push_back(targets[row]);
        if (!groups[row].empty())
            members[groups[row]].push_back(targets[row]);
    }
    const double overall = summarize(all).median;
    std::unordered_map<std::string_view, double> medians;
    for (const auto &[group, values] : members)
        medians.emplace(group, summarize(values).median);
    // A split that keeps groups whole leaves judged groups without training rows: their level is read off the others
    // judged.
    const auto judgedGroups = picked<std::string>(groups, rows.judged);
    std::unordered_map<std::string_view, std::size_t> sizes;
    for (const std::string &group : judgedGroups)
        ++sizes[group];
    const std::vector<double> others = medianOfOthers(picked<double>(targets, rows.judged), judgedGroups);
    std::vector<double> predicted;
    for (std::size_t i = 0; i < judgedGroups.size(); ++i) {
        const std::string &group = judgedGroups[i];
        const auto found = medians.find(group);
        const bool knowsOthers = !group.empty() && sizes[group] > 1;
        predicted.push_back(found != medians.end() ? found->second : knowsOthers ? others[i] : overall);
    }
    return predicted;
}

std::vector<double> medianOfOthers(std::span<const double> actual, std::span<const std::string> groups)
{
    checkLength("groups", groups.size(), actual.size());
    std::vector<double> all(actual.begin(), actual.end());
    std::sort(all.begin(), all.end());
    std::unordered_map<std::string_view, std::vector<double>> members;
    for (std::size_t row = 0; row < actual.size(); ++row)
        if (!groups[row].empty())
            members[groups[row]].push_back(actual[row]);
    for (auto &[group, values] : members)
        std::sort(values.begin(), values.end());
    std::vector<double> predicted;
    for (std::size_t row = 0; row < actual.size(); ++row) {
        const auto found = members.find(groups[row]);
        const std::vector<double> &among = found == members.end() || found->second.size() < 2 ? all : found->second;
        const auto own = std::lower_bound(among.begin(), among.end(), actual[row]) - among.begin();
        predicted.push_back(among.size() < 2 ? actual[row] : medianWithout(among, static_cast<std::size_t>(own)));
    }
    return predicted;
}

std::vector<double> nearestPredictions(std::span<const float> targets,
                                       std::span<const std::vector<Neighbour>> neighbours, const BaselineRows &rows)
{
    checkLength("lists of neighbours", neighbours.size(), rows.judged.size());
    std::vector<double> predicted = meanPredictions(targets, rows);
    for (std::size_t i = 0; i < neighbours.size(); ++i)
        if (!neighbours[i].empty())
            predicted[i] = targets[neighbours[i].front().row];
    return predicted;
}

BaselineSet computeBaselines(const BaselineInput &input, const JobContext &job)
{
    const std::size_t memes = input.targets.size();
    if (!input.groups.empty())
        checkLength("groups", input.groups.size(), memes);
    if (!input.titles.empty())
        checkLength("titles", input.titles.size(), memes);
    if (input.features)
        checkLength("rows of features", input.features->rows(), memes);
    if (input.imageStats)
        checkLength("rows of image statistics", input.imageStats->rows(), memes);

    BaselineSet set;
    std::size_t done = 0;
    const auto add = [&](const char *name, std::vector<double> predicted) {
        set.baselines.push_back(makeBaseline(name, std::move(predicted)));
        job.report("baselines", ++done, 6);
        job.cancel.check();
    };
    const BaselineRows &rows = input.rows;
    add("mean", meanPredictions(input.targets, rows));
    if (rows.train.empty())
        return set;
    if (!allEmpty(input.groups))
        add("group", groupMedianPredictions(input.targets, input.groups, rows));
    if (input.features && input.features->columns > 0) {
        const NeighbourSearch search(*input.features, rows.train);
        set.neighbours = search.nearestTo(rows.judged, std::max<std::size_t>(1, input.neighbours), job);
        set.canTellSame = search.canTellSame();
        add("nearest", nearestPredictions(input.targets, set.neighbours, rows));
        add("linear", ridgePredictions(*input.features, input.targets, rows, job));
    }
    if (input.imageStats && input.imageStats->columns > 0)
        add("image_stats", ridgePredictions(*input.imageStats, input.targets, rows, job));
    if (!allEmpty(input.titles))
        add("title", titlePredictions(input.titles, input.targets, rows, job));
    return set;
}

}  // namespace dank
