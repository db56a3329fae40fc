#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/evaluate/evaluation.h"
#include "core/model/model.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// A run's model on the rows that had no part in it, beside everything simpler. `controls` may be empty.
Evaluation judgeRun(const Model &model, const RunData &data, std::vector<Baseline> controls, const JobContext &job);

/// The same beside always answering the mean alone: for who cannot wait.
Evaluation judgeRunAlone(const Model &model, const RunData &data);

/// What a model answers for some rows of a matrix: id and predicted dankness, in the order of `rows`.
std::vector<JudgedMeme> answersFor(const Model &model, const FeatureMatrix &features,
                                   std::span<const std::size_t> rows);

}  // namespace dank
