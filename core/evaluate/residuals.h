#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/evaluate/evaluation.h"

namespace dank {

/// How far the predictions for one group's memes are off: predicted minus actual, so above 0 is overrated.
struct GroupResidual {
    std::string group;
    std::size_t rows = 0;
    double quarter = 0;  ///< a quarter of the memes lie below
    double median = 0;
    double threeQuarters = 0;
    std::optional<Interval> interval;  ///< of the median
};

/// Smaller groups are not told apart from luck.
inline constexpr std::size_t kResidualRows = 5;

/// Where a model errs.
struct GroupResiduals {
    std::string name;                   ///< what the groups are: "subreddit", "author", "month"; empty where none serve
    std::vector<GroupResidual> groups;  ///< of at least kResidualRows memes, the largest median error first
    std::size_t small = 0;              ///< groups that are left out since they are smaller
    std::size_t unknown = 0;            ///< memes without a group
};

/// By the evaluation's own groups; where fewer than two of them hold kResidualRows memes, by author and then by month,
/// which `dataset` knows (may be null). Intervals of the medians as bootstrapIntervals() draws them, whole clusters
/// anew. Quartiles are NumPy's; a resample's median is its weighted lower median. Memes whose figures are not finite do
/// not count.
GroupResiduals residualsByGroup(const Evaluation &evaluation, const Dataset *dataset,
                                const BootstrapOptions &options = {});

/// The same by one group name for each of the evaluation's memes, empty where it has none.
/// Throws Error{Shape} when there are not as many.
GroupResiduals residualsBy(const std::vector<std::string> &groups, std::string name, const Evaluation &evaluation,
                           const BootstrapOptions &options = {});

/// The clusters of an evaluation's memes as Resamples takes them: a meme without one is its own.
std::vector<std::size_t> clustersOf(const std::vector<JudgedMeme> &memes);

/// How many resamples some rows can afford where somebody waits for the picture: 1000, fewer beyond 4,000 rows, at
/// least 200.
BootstrapOptions quickBootstrap(std::size_t rows) noexcept;

}  // namespace dank
