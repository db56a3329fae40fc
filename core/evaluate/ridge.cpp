#include "core/evaluate/ridge.h"

#include <algorithm>
#include <limits>

#include <Eigen/Core>

#include "core/base/random.h"
#include "core/evaluate/cholesky.h"
#include "core/learn/standardised.h"

namespace dank {

namespace {

using Matrix = Eigen::MatrixXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Penalties as multiples of the mean squared length of a training row, so that they fit any number of features.
constexpr double kPenalties[] = {0.001, 0.01, 0.1, 1, 10, 100};
/// Multiplications that the primal form may spend on its products: some ten seconds of one core.
constexpr double kPrimalWork = 5e10;

Eigen::Index index(std::size_t value)
{
    return static_cast<Eigen::Index>(value);
}

template <typename T>
Vector targetsOf(std::span<const T> targets, std::span<const std::size_t> rows)
{
    Vector values(index(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i)
        values[index(i)] = targets[rows[i]];
    return values;
}

RowMatrix standardisedRows(const FeatureMatrix &features, const Standardiser &standardiser,
                           std::span<const std::size_t> rows)
{
    RowMatrix matrix(index(rows.size()), index(features.columns));
    for (std::size_t i = 0; i < rows.size(); ++i)
        standardiser.apply(features.row(rows[i]), matrix.row(index(i)).data());
    return matrix;
}

/// The coefficients of the penalty that errs least on the rows to choose by. `symmetric` + penalty times one, solved
/// for `right`; `choose` maps coefficients to predictions.
template <typename Symmetric>
Vector chooseCoefficients(const Symmetric &symmetric, const Vector &right, double meanLength, const RowMatrix &choose,
                          const Vector &chooseTargets, const JobContext &job)
{
    Vector best = Vector::Zero(right.size());
    double bestError = std::numeric_limits<double>::infinity();
    Matrix factor;
    for (const double share : kPenalties) {
        factor = symmetric;
        factor.diagonal().array() += std::max(share * meanLength, 1e-12);
        if (!factorise(factor, job))
            continue;
        const Vector coefficients = solveFactorised(factor, right);
        const double error = (choose * coefficients - chooseTargets).squaredNorm();
        if (coefficients.allFinite() && error < bestError) {
            bestError = error;
            best = coefficients;
        }
    }
    return best;
}

}  // namespace

std::vector<std::size_t> sampleRows(std::span<const std::size_t> rows, std::size_t most)
{
    std::vector<std::size_t> sample(rows.begin(), rows.end());
    if (sample.size() > most) {
        Random random(mixSeed(sample.size(), most));
        random.shuffle(std::span(sample));
        sample.resize(most);
    }
    std::sort(sample.begin(), sample.end());
    return sample;
}

RidgeSides ridgeSides(const BaselineRows &rows, std::size_t most)
{
    RidgeSides sides{sampleRows(rows.train, most), sampleRows(rows.validation, most)};
    if (!sides.choose.empty())
        return sides;
    if (sides.train.size() < 2)
        return {sides.train, sides.train};
    std::vector<std::size_t> train;
    for (std::size_t i = 0; i < sides.train.size(); ++i)
        (i % 5 == 1 ? sides.choose : train).push_back(sides.train[i]);
    sides.train = std::move(train);
    return sides;
}

std::vector<double> kernelRidgePredictions(const KernelOf &kernelOf, std::span<const double> targets,
                                           const RidgeSides &sides, std::span<const std::size_t> judged,
                                           const JobContext &job)
{
    const std::size_t n = sides.train.size();
    const auto kernelAt = [&](std::span<const std::size_t> which) {
        RowMatrix kernel(index(which.size()), index(n));
        kernelOf(which, std::span(kernel.data(), which.size() * n));
        return kernel;
    };
    RowMatrix gram = kernelAt(sides.train);
    const Vector columnMeans = gram.colwise().mean().transpose();
    const double grandMean = columnMeans.mean();
    // Centring in feature space, which is what an unpenalised intercept amounts to.
    const auto centred = [&](RowMatrix kernel) {
        const Vector rowMeans = kernel.rowwise().mean();
        kernel.colwise() -= rowMeans;
        kernel.rowwise() -= columnMeans.transpose();
        kernel.array() += grandMean;
        return kernel;
    };
    const Vector y = targetsOf(targets, sides.train);
    const double meanTarget = y.mean();
    Vector dual;
    {
        const RowMatrix kernel = centred(std::move(gram));
        dual = chooseCoefficients(kernel, y.array() - meanTarget, kernel.trace() / static_cast<double>(n),
                                  centred(kernelAt(sides.choose)),
                                  targetsOf(targets, sides.choose).array() - meanTarget, job);
    }
    constexpr std::size_t kBlock = 1024;
    std::vector<double> predicted;
    for (std::size_t from = 0; from < judged.size(); from += kBlock) {
        const auto which = judged.subspan(from, std::min(kBlock, judged.size() - from));
        const Vector part = (centred(kernelAt(which)) * dual).array() + meanTarget;
        predicted.insert(predicted.end(), part.data(), part.data() + part.size());
    }
    return predicted;
}

std::vector<double> ridgePredictions(const FeatureMatrix &features, std::span<const float> targets,
                                     const BaselineRows &rows, const JobContext &job)
{
    if (targets.size() != features.rows() || rows.train.empty())
        throw Error(ErrorKind::Shape, "A ridge regression was asked for " + std::to_string(features.rows())
                                          + " rows with " + std::to_string(targets.size()) + " targets, "
                                          + std::to_string(rows.train.size()) + " of them to learn from.");
    constexpr std::size_t kBlock = 256;  // rows between two looks at whether to stop
    const std::size_t columns = features.columns;
    std::size_t most = kMaxKernelRows;
    if (columns <= kMaxKernelRows) {
        const double width = std::max<double>(1, static_cast<double>(columns));
        most = std::max(most, static_cast<std::size_t>(std::min(kPrimalWork / width / width, 1e6)));
    }
    const RidgeSides sides = ridgeSides(rows, most);
    const Standardiser standardiser(features, sides.train);
    const auto some = [&](std::span<const std::size_t> which) {
        return standardisedRows(features, standardiser, which);
    };
    if (columns > sides.train.size()) {
        const RowMatrix train = some(sides.train);
        const auto kernelOf = [&](std::span<const std::size_t> which, std::span<double> products) {
            for (std::size_t from = 0; from < which.size(); from += kBlock) {
                job.cancel.check();
                const std::size_t count = std::min(kBlock, which.size() - from);
                Eigen::Map<RowMatrix>(&products[from * sides.train.size()], index(count), train.rows()).noalias() =
                    some(which.subspan(from, count)) * train.transpose();
            }
        };
        return kernelRidgePredictions(kernelOf, std::vector<double>(targets.begin(), targets.end()), sides, rows.judged,
                                      job);
    }

    const Vector y = targetsOf(targets, sides.train);
    const Vector chosen = targetsOf(targets, sides.choose);
    const double meanTarget = y.mean();
    Matrix gram = Matrix::Zero(index(columns), index(columns));
    Vector right = Vector::Zero(index(columns));
    for (std::size_t from = 0; from < sides.train.size(); from += kBlock) {
        job.cancel.check();
        const std::size_t count = std::min(kBlock, sides.train.size() - from);
        const RowMatrix block = some(std::span(sides.train).subspan(from, count));
        gram.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
        right += block.transpose() * (y.segment(index(from), index(count)).array() - meanTarget).matrix();
    }
    gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
    const Vector weights = chooseCoefficients(gram, right, gram.trace() / static_cast<double>(sides.train.size()),
                                              some(sides.choose), chosen.array() - meanTarget, job);
    std::vector<double> predicted;
    predicted.reserve(rows.judged.size());
    for (std::size_t from = 0; from < rows.judged.size(); from += kBlock) {
        const auto which = rows.judged.subspan(from, std::min(kBlock, rows.judged.size() - from));
        const Vector part = (some(which) * weights).array() + meanTarget;
        predicted.insert(predicted.end(), part.data(), part.data() + part.size());
    }
    return predicted;
}

}  // namespace dank
