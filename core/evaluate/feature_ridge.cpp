#include "core/evaluate/feature_ridge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Core>

#include "core/base/rows.h"
#include "core/evaluate/cholesky.h"

namespace dank {

namespace {

using Matrix = Eigen::MatrixXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Different vectors, each with how many rows have it.
struct Counted {
    std::vector<std::size_t> rows;  ///< one that has the vector
    Vector counts, targets;         ///< [rows.size()], how many and the sum of theirs
};

Counted countVectors(const FeatureMatrix &features, std::span<const float> targets, std::span<const std::size_t> rows)
{
    const auto sharing = rowsByKey(rows.size(), [&](std::size_t i) {
        return features.vectorOf.empty() ? rows[i] : std::size_t{features.vectorOf[rows[i]]};
    });
    const auto size = static_cast<Eigen::Index>(sharing.size());
    Counted counted{{}, Vector::Zero(size), Vector::Zero(size)};
    for (const std::vector<std::size_t> &members : sharing) {
        const auto at = static_cast<Eigen::Index>(counted.rows.size());
        counted.rows.push_back(rows[members.front()]);
        for (const std::size_t i : members)
            counted.targets[at] += targets[rows[i]];
        counted.counts[at] = static_cast<double>(members.size());
    }
    return counted;
}

}  // namespace

double LinearHead::operator()(std::span<const float> x) const
{
    double sum = bias;
    for (std::size_t c = 0; c < weight.size(); ++c)
        sum += static_cast<double>(weight[c]) * x[c];
    return sum;
}

void ModelScale::apply(std::span<const float> raw, std::span<float> out) const
{
    for (std::size_t c = 0; c < raw.size(); ++c)
        out[c] = (raw[c] - mean[c]) / scale[c];
}

std::vector<LinearHead> ridgeHeads(const FeatureMatrix &features, const ModelScale &scale,
                                   std::span<const float> targets, std::span<const std::size_t> rows,
                                   std::span<const double> penalties, const JobContext &job)
{
    constexpr Eigen::Index kBlock = 256;  // vectors between two looks at whether to stop
    const auto columns = static_cast<Eigen::Index>(features.columns);
    const Counted counted = countVectors(features, targets, rows);
    const auto vectors = static_cast<Eigen::Index>(counted.rows.size());
    const auto all = static_cast<double>(rows.size());
    const double meanTarget = counted.targets.sum() / all;

    std::vector<float> standardised(features.columns);
    const auto vectorAt = [&](Eigen::Index i) {
        scale.apply(features.row(counted.rows[static_cast<std::size_t>(i)]), standardised);
        return Eigen::Map<const Eigen::VectorXf>(standardised.data(), columns).cast<double>();
    };
    Vector mean = Vector::Zero(columns);
    for (Eigen::Index i = 0; i < vectors; ++i)
        mean += counted.counts[i] / all * vectorAt(i);
    // A vector that n rows have counts n times in every sum of squares: so it does when it is sqrt(n) times as long.
    const Vector lengths = counted.counts.cwiseSqrt();
    const Vector right = (counted.targets - meanTarget * counted.counts).cwiseQuotient(lengths);
    const auto centred = [&](Eigen::Index from, Eigen::Index count) {
        RowMatrix block(count, columns);
        for (Eigen::Index i = 0; i < count; ++i)
            block.row(i) = lengths[from + i] * (vectorAt(from + i) - mean).transpose();
        return block;
    };

    const bool dual = vectors <= columns;
    Matrix symmetric = Matrix::Zero(std::min(vectors, columns), std::min(vectors, columns));
    RowMatrix whole;
    Vector sums = Vector::Zero(symmetric.rows());
    if (dual) {
        whole = centred(0, vectors);
        job.cancel.check();
        symmetric.selfadjointView<Eigen::Lower>().rankUpdate(whole);
        sums = right;
    } else {
        for (Eigen::Index from = 0; from < vectors; from += kBlock) {
            job.cancel.check();
            const RowMatrix block = centred(from, std::min(kBlock, vectors - from));
            symmetric.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
            sums += block.transpose() * right.segment(from, block.rows());
        }
    }
    const double meanLength = symmetric.trace() / all;

    std::vector<LinearHead> heads;
    Matrix factor;
    for (const double penalty : penalties) {
        factor = symmetric;
        factor.diagonal().array() += std::max(penalty * meanLength, 1e-9);
        Vector weight = Vector::Zero(columns);
        if (factorise(factor, job)) {
            const Vector solution = solveFactorised(factor, sums);
            if (solution.allFinite())
                weight = dual ? Vector(whole.transpose() * solution) : solution;
        }
        LinearHead &head = heads.emplace_back();
        head.bias = meanTarget - weight.dot(mean);
        head.weight.resize(features.columns);
        Eigen::Map<Eigen::VectorXf>(head.weight.data(), columns) = weight.cast<float>();
    }
    return heads;
}

}  // namespace dank
