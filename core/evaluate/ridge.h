#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/dataset/feature_matrix.h"

namespace dank {

/// The rows of a split as indexes into one list of memes.
struct BaselineRows {
    std::span<const std::size_t> train;
    std::span<const std::size_t> validation;  ///< may be empty
    std::span<const std::size_t> judged;
};

/// Rows beyond these are left out, drawn evenly with a fixed seed: solving is cubic in them.
inline constexpr std::size_t kMaxKernelRows = 3000;

/// At most `most` of `rows`, ascending; the same ones each time.
std::vector<std::size_t> sampleRows(std::span<const std::size_t> rows, std::size_t most);

/// Linear regression with a squared penalty (Hoerl & Kennard 1970) and an unpenalised intercept on standardised
/// features; in its dual form where there are more features than rows. The penalty is the one of a small grid that errs
/// least on the validation rows; without any, every fifth training row is set aside to choose by. `targets` has one
/// entry per row of `features`. Returns one prediction per judged row. Throws Error{Shape} and Cancelled.
std::vector<double> ridgePredictions(const FeatureMatrix &features, std::span<const float> targets,
                                     const BaselineRows &rows, const JobContext &job = {});

/// `rows` with a part of the training rows to choose the penalty by where there are no validation rows, and no more of
/// either than `most`.
struct RidgeSides {
    std::vector<std::size_t> train;
    std::vector<std::size_t> choose;
};
RidgeSides ridgeSides(const BaselineRows &rows, std::size_t most);

/// The same from inner products alone: `kernelOf` writes those of some rows with all training rows, [which, train],
/// row-major and not centred. Asked for the judged rows in blocks, which may be many. `choose` may not be empty.
using KernelOf = std::function<void(std::span<const std::size_t> which, std::span<double> products)>;
std::vector<double> kernelRidgePredictions(const KernelOf &kernelOf, std::span<const double> targets,
                                           const RidgeSides &sides, std::span<const std::size_t> judged,
                                           const JobContext &job = {});

}  // namespace dank
