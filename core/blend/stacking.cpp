#include "core/blend/stacking.h"

#include <algorithm>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace dank {

Stack stack(std::span<const std::vector<double>> parts, std::span<const double> targets, std::size_t repeats)
{
    constexpr double kLeast = 0.02;
    constexpr double kLeastSpread = 1e-12;  // variance of a part that tells rows apart by more than rounding
    const auto count = static_cast<Eigen::Index>(parts.size());
    const auto rows = static_cast<Eigen::Index>(targets.size());
    Stack best{0, std::vector<double>(parts.size())};
    if (rows == 0 || count == 0)
        return best;
    Eigen::MatrixXd predicted(rows, count);
    for (Eigen::Index p = 0; p < count; ++p)
        predicted.col(p) = Eigen::Map<const Eigen::VectorXd>(parts[static_cast<std::size_t>(p)].data(), rows);
    const Eigen::RowVectorXd means = predicted.colwise().mean();
    predicted.rowwise() -= means;
    Eigen::VectorXd wanted = Eigen::Map<const Eigen::VectorXd>(targets.data(), rows);
    const double mean = wanted.mean();
    wanted.array() -= mean;
    const Eigen::MatrixXd gram = predicted.transpose() * predicted;
    const Eigen::VectorXd sums = predicted.transpose() * wanted;

    Eigen::VectorXd weights = Eigen::VectorXd::Zero(count);
    double bestGain = 0;  // by how much the squared error falls
    for (unsigned subset = 1; subset < (1u << count); ++subset) {
        std::vector<Eigen::Index> kept;
        for (Eigen::Index p = 0; p < count; ++p)
            if (subset >> p & 1u)
                kept.push_back(p);
        if (std::ranges::any_of(kept,
                                [&](Eigen::Index p) { return gram(p, p) < kLeastSpread * static_cast<double>(rows); }))
            continue;
        Eigen::MatrixXd system = gram(kept, kept);
        system.diagonal().array() *= 1 + 1e-9;  // parts may say the same
        const Eigen::VectorXd part = system.ldlt().solve(sums(kept));
        const double gain = 2 * part.dot(sums(kept)) - part.dot(gram(kept, kept) * part);
        if (!part.allFinite() || part.minCoeff() <= 0 || !(gain > bestGain))
            continue;
        bestGain = gain;
        weights.setZero();
        weights(kept) = part;
    }
    if (const auto used = static_cast<double>((weights.array() > 0).count()); used > 0) {
        const double once = static_cast<double>(rows) / static_cast<double>(repeats);  // repeats tell nothing new
        const double noise = used * (wanted.squaredNorm() - bestGain) / std::max(1.0, once - used - 1);
        weights *= std::max(kLeast, 1 - noise / bestGain);
    } else {
        Eigen::Index most = 0;
        sums.maxCoeff(&most);
        weights[most] = kLeast;
    }
    best.intercept = mean - means.dot(weights);
    std::copy(weights.begin(), weights.end(), best.weights.begin());
    return best;
}

}  // namespace dank
