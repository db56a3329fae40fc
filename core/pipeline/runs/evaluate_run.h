#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/evaluate/baselines.h"
#include "core/evaluate/evaluation.h"
#include "core/model/model.h"
#include "core/pipeline/runs/run_data.h"

namespace dank {

/// What a model answers for some rows of a matrix, as danknesses in the order of `rows`.
std::vector<double> answersFor(const Model &model, const FeatureMatrix &features, std::span<const std::size_t> rows);

/// A meme of the run and what was answered for it.
JudgedMeme judgedMeme(const RunData &data, std::size_t row, double answer);

/// Everything simpler that needs no training, on the rows of `split`. `targets`: [rows]. Throws Cancelled.
BaselineSet simplerThan(const RunData &data, std::span<const float> targets, const Split &split, const JobContext &job);

/// A run's model on the rows that had no part in it, beside everything simpler. `answers`: the model's for the split's
/// test rows. `controls` may be empty. Throws Cancelled.
Evaluation judgeRun(const Model &model, const RunData &data, std::span<const double> answers,
                    std::vector<Baseline> controls, const JobContext &job);

/// The same for who stopped that and waits for nothing: beside always answering the mean (and the group's median),
/// which the verdict's reason says, and with no other interval than the verdict's own.
Evaluation judgeRunAlone(const Model &model, const RunData &data, std::span<const double> answers);

}  // namespace dank
