#include "core/blend/word_ridge.h"

#include <cmath>

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>

namespace dank {

WordRidge::WordRidge(std::span<const std::string> texts, std::span<const std::size_t> rows)
    : m_rarity(TitleFeatures(texts, rows).rarity())
{
    const TitleFeatures features(m_rarity);  // as the model will have them
    m_words.reserve(rows.size());
    for (const std::size_t row : rows)
        m_words.push_back(features.of(texts[row]));
}

std::vector<LinearHead> WordRidge::heads(std::span<const float> targets, std::span<const std::size_t> places,
                                         std::span<const double> penalties, const JobContext &job) const
{
    // Few titles use few of the columns.
    constexpr Eigen::Index kUnused = -1;
    constexpr double kMostWeight = 1e3;  // of targets in 0..1: more is what rounding makes of titles that are all equal
    std::vector<Eigen::Index> columnOf(kTitleColumns, kUnused);
    std::vector<std::size_t> used;
    for (const std::size_t place : places)
        for (const auto &[column, value] : m_words[place])
            if (columnOf[column] == kUnused) {
                columnOf[column] = static_cast<Eigen::Index>(used.size());
                used.push_back(column);
            }

    // Ridge regression as least squares: under the rows, one for each column that says its weight should be 0. The last
    // column is the intercept's, which nothing pulls.
    const auto titles = static_cast<Eigen::Index>(places.size()), columns = static_cast<Eigen::Index>(used.size());
    double mean = 0;
    for (const std::size_t place : places)
        mean += targets[place] / static_cast<double>(places.size());
    std::vector<Eigen::Triplet<double>> entries;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(titles + columns);
    for (Eigen::Index i = 0; i < titles; ++i) {
        const std::size_t place = places[static_cast<std::size_t>(i)];
        for (const auto &[column, value] : m_words[place])
            entries.emplace_back(i, columnOf[column], value);
        entries.emplace_back(i, columns, 1);
        right[i] = targets[place] - mean;
    }
    for (Eigen::Index column = 0; column < columns; ++column)
        entries.emplace_back(titles + column, column, 1);
    Eigen::SparseMatrix<double, Eigen::RowMajor> rows(titles + columns, columns + 1);
    rows.setFromTriplets(entries.begin(), entries.end());
    entries = {};

    std::vector<LinearHead> heads;
    Eigen::VectorXd solution = Eigen::VectorXd::Zero(columns + 1);
    for (const double penalty : penalties) {
        job.cancel.check();
        for (Eigen::Index column = 0; column < columns; ++column)
            rows.coeffRef(titles + column, column) = std::sqrt(penalty);
        Eigen::LeastSquaresConjugateGradient<decltype(rows)> solver;
        solver.setTolerance(1e-5);
        solver.setMaxIterations(200);
        solver.compute(rows);
        const Eigen::VectorXd found = solver.solveWithGuess(right, solution);
        if (found.allFinite() && found.cwiseAbs().maxCoeff() < kMostWeight)
            solution = found;
        LinearHead &head = heads.emplace_back();
        head.bias = solution[columns] + mean;
        head.weight.resize(kTitleColumns);
        for (Eigen::Index column = 0; column < columns; ++column)
            head.weight[used[static_cast<std::size_t>(column)]] = static_cast<float>(solution[column]);
    }
    return heads;
}

double WordRidge::answer(const LinearHead &head, std::size_t place) const
{
    return wordAnswer(m_words[place], head.weight, head.bias);
}

}  // namespace dank
