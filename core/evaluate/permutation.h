#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/job.h"
#include "core/evaluate/bootstrap.h"

namespace dank {

struct PermutationOptions {
    std::size_t permutations = 2000;
    std::uint64_t seed = 1;
};

/// How often targets that are dealt out at random follow the predictions at least as well as the rows' own do: the
/// one-sided p-value of Spearman's rho by permutation (Pitman 1937), (1 + as great) / (1 + permutations), so that it is
/// never 0 and, where the rows are exchangeable, at most α with probability α whatever their number (Phipson & Smyth
/// 2010). `within` deals inside the groups, for the mean of computeWithin(); rows.bySeed counts as in meanMetrics().
/// rows.clusters plays no part: rows that are alike by their author are no longer exchangeable, and are the bootstrap's
/// matter. Empty where the figure is undefined. Throws Error{Shape} for lengths that differ, Cancelled.
std::optional<double> permutationPValue(const JudgedRows &rows, bool within, const PermutationOptions &options = {},
                                        const JobContext &job = {});

}  // namespace dank
