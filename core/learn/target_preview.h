#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/dataset.h"
#include "core/learn/train_config.h"

namespace dank {

/// A way to group the memes of a dataset, and what it makes of them.
struct GroupChoice {
    std::string text;  ///< TrainConfig::group for it
    std::string name;  ///< what the groups are: "author", "subreddit"
    std::size_t groups = 0;
    std::size_t unknown = 0;  ///< memes without a group
    std::string problem;      ///< why it says nothing here, a whole sentence; empty where it can be used

    bool operator==(const GroupChoice &) const = default;
};

/// Author, month and template, then every other column in the file's order. A template that no column names is found
/// by looks when a run starts, so it has no counts here. Throws Cancelled.
std::vector<GroupChoice> groupChoices(const Dataset &dataset, const CancelToken &cancel = {});

/// What a run would be given to learn, before it has begun.
struct TargetPreview {
    TargetKind kind = TargetKind::Percentile;
    std::string group;  ///< the configuration's
    bool within = false;
    std::string label;  ///< the configuration's

    std::vector<float>
        targets;  ///< [records], 0..1, in the dataset's order, with a label those of its classes; empty with `problem`
    std::string groupName;                                           ///< what the groups are; empty without
    std::size_t groups = 0, unknown = 0, smallest = 0, largest = 0;  ///< groups, and memes without and in them
    std::size_t ownScale = 0;        ///< groups that are measured by themselves; the others against all
    std::vector<std::string> notes;  ///< whole sentences
    std::string groupProblem;        ///< why the group cannot be used, a whole sentence
    std::string problem;             ///< why there is no target, `groupProblem` or another

    /// Every meme has the same target: there is nothing to learn.
    bool constant() const;
};

/// The targets that GroupedTarget::fit() gives for all of the dataset's records. A run fits percentiles on its training
/// rows alone, so its own differ a little. Opens the side file, if one is named; what is wrong is told in the result.
TargetPreview previewTarget(const Dataset &dataset, const TrainConfig &config);

}  // namespace dank
