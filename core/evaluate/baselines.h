#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/evaluate/bootstrap.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/neighbours.h"
#include "core/evaluate/ridge.h"

namespace dank {

/// What a simple way of guessing says about the very rows that the model is judged on.
struct Baseline {
    std::string name;               ///< the stable key, e.g. "nearest"
    std::string title;              ///< a few words, e.g. "the most similar training meme"
    std::vector<double> predicted;  ///< one per judged row
};

/// A baseline judged like the model.
struct BaselineResult {
    std::string name;
    std::string title;
    Metrics pooled;
    std::optional<Metrics> within;           ///< empty without groups
    std::optional<Interval> spearman;        ///< of pooled.spearman
    std::optional<Interval> withinSpearman;  ///< of within->spearman

    bool operator==(const BaselineResult &) const = default;
};

/// The words for a name: "mean", "group", "random_features", "shuffled", "nearest", "linear", "image_stats", "title",
/// "picture_part", "title_part", "text_part"; any other name stands for itself.
std::string baselineTitle(std::string_view name);
/// A baseline with its title.
Baseline makeBaseline(std::string_view name, std::vector<double> predicted);

/// Always the mean target of the training rows.
std::vector<double> meanPredictions(std::span<const float> targets, const BaselineRows &rows);

/// The median target of the row's group among the training rows; of all training rows for a group that is unknown there
/// or empty. `groups` has one entry per meme.
std::vector<double> groupMedianPredictions(std::span<const float> targets, std::span<const std::string> groups,
                                           const BaselineRows &rows);

/// The median of the other members of each row's group: the same question where the training rows are not at hand.
/// The median of all others for a row alone in its group.
std::vector<double> medianOfOthers(std::span<const double> actual, std::span<const std::string> groups);

/// The target of the nearest training row; the mean of the training rows where there is none.
std::vector<double> nearestPredictions(std::span<const float> targets,
                                       std::span<const std::vector<Neighbour>> neighbours, const BaselineRows &rows);

/// What the baselines that need no training of the network are computed from. All views have one entry (row) per meme.
struct BaselineInput {
    const FeatureMatrix *features = nullptr;    ///< the model's own; nullptr leaves out "nearest" and "linear"
    const FeatureMatrix *imageStats = nullptr;  ///< low-level statistics (`classic`); nullptr leaves out "image_stats"
    std::span<const std::string> titles;        ///< empty, or all titles empty, leaves out "title"
    std::span<const std::string> groups;        ///< empty, or all groups empty, leaves out "group"
    std::span<const float> targets;
    BaselineRows rows;
    std::size_t neighbours = 3;  ///< how many to return per judged row
};

struct BaselineSet {
    std::vector<Baseline> baselines;                 ///< in the order mean, group, nearest, linear, image_stats, title
    std::vector<std::vector<Neighbour>> neighbours;  ///< per judged row, nearest first; empty without features
    bool canTellSame = false;                        ///< NeighbourSearch::canTellSame()
};

/// All of them on one split. Takes seconds for some thousand rows of 2,048 features; reports the stage "baselines".
/// Throws Error{Shape} for lists that do not fit and Cancelled.
BaselineSet computeBaselines(const BaselineInput &input, const JobContext &job = {});

}  // namespace dank
