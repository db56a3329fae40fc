#pragma once

#include "core/engine/trainer.h"

namespace dank {

/// The paper's loss table, run again for `seeds` seeds (1, 2, …), as many at a time as there are threads, on a
/// dataset's ups / max(ups) or, without one, on kPaperRows targets drawn with seed 1. Same inputs, same numbers on one
/// machine. Throws Error{Format} for a count that makes no sense, Error{Dataset} for a dataset without upvotes,
/// Cancelled.
Reproduction reproducePaper(const Dataset *dataset, int epochs, int seeds, int threads,
                            const ReproductionObserver &observer, const JobContext &job);

}  // namespace dank
