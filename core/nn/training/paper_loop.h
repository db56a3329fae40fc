#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/job.h"

namespace dank {

/// The training loop of the paper's appendix: 2048-512-256-128-32-8-1 with weights and biases from N(0, 1), ReLU, keep
/// probability 0.2 after each hidden layer, Adam at 1e-3, batches of 100 in the order of the rows (the last one short),
/// mean squared error, on features drawn once from U(0, 1). Returns what it prints: for each epoch the sum of its
/// batches' losses. `onEpoch` (may be empty) is called on this thread. One LibTorch thread, which it leaves set. Same
/// inputs, same numbers on one machine. Throws Error{Dataset} for no targets, Cancelled, Error{Memory}.
std::vector<double> runPaperLoop(std::span<const float> targets, int epochs, std::uint64_t seed,
                                 const std::function<void(int epoch, double loss)> &onEpoch, const JobContext &job);

}  // namespace dank
