#pragma once

#include <Eigen/Core>

#include "core/base/job.h"

namespace dank {

/// `matrix` = L L^T, L in its lower half, by blocks as LAPACK's potrf: Eigen's own would keep a stop waiting for a
/// second. False where the matrix is not positive definite. Throws Cancelled.
bool factorise(Eigen::MatrixXd &matrix, const JobContext &job);

/// x of L L^T x = `right`, after factorise().
Eigen::VectorXd solveFactorised(const Eigen::MatrixXd &factor, const Eigen::VectorXd &right);

}  // namespace dank
