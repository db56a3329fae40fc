#include "core/blend/principal_components.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "core/base/random.h"
#include "core/base/rows.h"

namespace dank {

namespace {

using Matrix = Eigen::MatrixXf;
using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kMost = 64, kRowsOfOne = 10, kMostVectors = 5'000;
constexpr Eigen::Index kBeyond = 8;  // directions that are looked for beside those that are kept
constexpr int kPasses = 3;

/// An orthonormal basis of the columns.
Matrix basisOf(const Matrix &columns)
{
    return Eigen::HouseholderQR<Matrix>(columns).householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

/// Different vectors of those rows, standardised and centred.
RowMatrix vectorsOf(const FeatureMatrix &features, const ModelScale &scale, std::span<const std::size_t> rows)
{
    std::vector<std::size_t> different;
    for (const auto &members : rowsByKey(rows.size(), [&](std::size_t i) {
             return features.vectorOf.empty() ? rows[i] : std::size_t{features.vectorOf[rows[i]]};
         }))
        different.push_back(rows[members.front()]);
    const std::vector<std::size_t> chosen = sampleRows(different, kMostVectors);
    RowMatrix vectors(static_cast<Eigen::Index>(chosen.size()), static_cast<Eigen::Index>(features.columns));
    for (std::size_t i = 0; i < chosen.size(); ++i)
        scale.apply(features.row(chosen[i]), std::span(vectors.data() + i * features.columns, features.columns));
    vectors.rowwise() -= vectors.colwise().mean().eval();
    return vectors;
}

}  // namespace

FeatureMatrix PrincipalComponents::project(const FeatureMatrix &features, const ModelScale &scale) const
{
    FeatureMatrix projected{features.backbone, features.ids, count, {}, features.vectorOf};
    const std::size_t vectors = features.columns > 0 ? features.values.size() / features.columns : 0;
    projected.values.resize(vectors * count);
    const Eigen::Map<const RowMatrix> along(directions.data(), static_cast<Eigen::Index>(count),
                                            static_cast<Eigen::Index>(features.columns));
    std::vector<float> row(features.columns);
    for (std::size_t v = 0; v < vectors; ++v) {
        scale.apply(std::span(features.values).subspan(v * features.columns, features.columns), row);
        Eigen::Map<Eigen::VectorXf>(projected.values.data() + v * count, static_cast<Eigen::Index>(count)).noalias() =
            along * Eigen::Map<const Eigen::VectorXf>(row.data(), static_cast<Eigen::Index>(row.size()));
    }
    return projected;
}

PrincipalComponents principalComponents(const FeatureMatrix &features, const ModelScale &scale,
                                        std::span<const std::size_t> rows, std::uint64_t seed, const JobContext &job)
{
    PrincipalComponents components;
    const RowMatrix vectors = vectorsOf(features, scale, rows);
    const std::size_t count = std::min(kMost, rows.size() / kRowsOfOne);
    const Eigen::Index looked = static_cast<Eigen::Index>(count) + kBeyond;
    // Where there are about as many columns as components the features themselves say the same.
    if (count < 2 || features.columns < 2 * count || vectors.rows() <= looked || vectors.cols() <= looked)
        return components;

    Random random(seed);
    Matrix start(vectors.cols(), looked);
    for (Eigen::Index i = 0; i < start.size(); ++i)
        start.data()[i] = static_cast<float>(random.normal());
    Matrix basis = basisOf(vectors * start);  // [vectors, looked]
    for (int pass = 1; pass < kPasses; ++pass) {
        job.cancel.check();
        basis = basisOf(vectors * basisOf(vectors.transpose() * basis));
    }
    job.cancel.check();
    const Matrix within = basis.transpose() * vectors;  // [looked, columns]
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(within * within.transpose());
    // Ascending; a direction in which nothing varies is none.
    const auto &variances = solver.eigenvalues();
    const float least = 1e-6F * std::max(variances[looked - 1], 0.0F);
    for (Eigen::Index i = looked - 1; i >= kBeyond && variances[i] > least; --i) {
        Eigen::VectorXf direction = within.transpose() * solver.eigenvectors().col(i);
        direction.normalize();
        if (!direction.allFinite())
            break;
        components.directions.insert(components.directions.end(), direction.data(),
                                     direction.data() + direction.size());
        ++components.count;
    }
    return components.count < 2 ? PrincipalComponents() : components;
}

DenseLayer unprojected(const DenseLayer &onComponents, const PrincipalComponents &components,
                       std::span<const float> mean, std::span<const float> deviation)
{
    const auto outputs = static_cast<Eigen::Index>(onComponents.outputs);
    const auto count = static_cast<Eigen::Index>(components.count);
    const auto columns = static_cast<Eigen::Index>(components.directions.size() / components.count);
    const Eigen::Map<const RowMatrix> along(components.directions.data(), count, columns);
    const Eigen::Map<const RowMatrix> weight(onComponents.weight.data(), outputs, count);
    const RowMatrix scaled =
        weight.array().rowwise() / Eigen::Map<const Eigen::VectorXf>(deviation.data(), count).transpose().array();
    DenseLayer layer{static_cast<int>(columns), onComponents.outputs,
                     std::vector<float>(static_cast<std::size_t>(outputs * columns)), onComponents.bias};
    Eigen::Map<RowMatrix>(layer.weight.data(), outputs, columns).noalias() = scaled * along;
    Eigen::Map<Eigen::VectorXf>(layer.bias.data(), outputs) -=
        scaled * Eigen::Map<const Eigen::VectorXf>(mean.data(), count);
    return layer;
}

}  // namespace dank
