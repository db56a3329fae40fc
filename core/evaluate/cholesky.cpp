#include "core/evaluate/cholesky.h"

#include <algorithm>

#include <Eigen/Cholesky>

namespace dank {

bool factorise(Eigen::MatrixXd &matrix, const JobContext &job)
{
    constexpr Eigen::Index kBlock = 128;
    const Eigen::Index size = matrix.rows();
    for (Eigen::Index from = 0; from < size; from += kBlock) {
        job.cancel.check();
        const Eigen::Index count = std::min(kBlock, size - from);
        const Eigen::Index rest = size - from - count;
        auto block = matrix.block(from, from, count, count);
        const Eigen::LLT<Eigen::MatrixXd> solver(block);
        if (solver.info() != Eigen::Success)
            return false;
        block = solver.matrixLLT();
        if (rest == 0)
            break;
        auto below = matrix.block(from + count, from, rest, count);
        block.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(below);
        matrix.bottomRightCorner(rest, rest).selfadjointView<Eigen::Lower>().rankUpdate(below, -1);
    }
    return true;
}

Eigen::VectorXd solveFactorised(const Eigen::MatrixXd &factor, const Eigen::VectorXd &right)
{
    Eigen::VectorXd solution = factor.triangularView<Eigen::Lower>().solve(right);
    factor.triangularView<Eigen::Lower>().transpose().solveInPlace(solution);
    return solution;
}

}  // namespace dank
