#pragma once

#include <string>
#include <vector>

#include "core/data/evaluation.h"
#include "core/data/model.h"
#include "core/pipeline/run_data.h"

namespace dank {

/// A run's model on the rows that had no part in it, beside everything simpler. `controls` may be empty.
Evaluation judgeRun(const Model &model, const RunData &data, std::vector<Baseline> controls, const JobContext &job);

/// A model on rows of a dataset that it was not trained on, or not on these. `seen`: it learned from all of them.
/// Groups are those that its configuration names, where the dataset has them. A target within the group is the one it was
/// trained on: groups that it does not know, and memes without one, are measured against all. Only for a model from before
/// targets of groups were kept is it fitted among these rows.
Evaluation judgeElsewhere(const Model &model, const Dataset &dataset, const FeatureMatrix &features,
                          std::span<const std::size_t> rows, bool seen);

}  // namespace dank
