#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"
#include "core/evaluate/feature_ridge.h"
#include "core/learn/split.h"
#include "core/model/blend.h"
#include "core/model/caption.h"

namespace dank {

/// The train and validation sides together, ascending: what a blend learns from.
std::vector<std::size_t> learningRows(const Split &split);

/// What a blend is fitted on. Rows are those of `features`.
struct BlendInput {
    const FeatureMatrix &features;
    ModelScale scale;                        ///< the model's, [columns]
    std::span<const float> targets;          ///< [rows]
    std::span<const Caption> captions;       ///< [rows]; empty: pictures alone
    std::span<const std::size_t> clusters;   ///< [rows], rows of one number are never on two sides of a fold
    const Split &split;                      ///< learns from its learningRows()
    std::span<const double> networkAnswers;  ///< [split.validation], of a perceptron that learnt from the train side
    std::uint64_t seed = 0;
};

/// Ridge regressions on the features, on the titles' words and on the texts', each penalty chosen and both stacked by
/// what they answer for learning rows out of their fold (by author and copy; five folds), then fitted on all learning
/// rows. The perceptron comes in where, on the validation side, it makes the errors smaller by more than twice their
/// uncertainty. Generalised cross-validation would choose penalties by memes whose copies it learned from, hence the
/// folds. Same input, same result, for any number of threads. Throws Cancelled.
Blend fitBlend(const BlendInput &input, int threads, const JobContext &job);

}  // namespace dank
