#pragma once

#include <cstddef>
#include <functional>

#include "core/base/job.h"

namespace dank {

/// Does work(0) … work(count - 1), each once, on up to `threads` threads, the calling one among them. Each thread takes
/// the lowest index that is left, so that long and short ones even out; fewer threads do it where no more are to be
/// had. What `work` throws first, Cancelled included, ends the rest: what is at work is waited for, nothing new begins,
/// and it is thrown on. Throws Cancelled once `cancel` is set. `work` must be safe to call from several threads.
void parallelFor(std::size_t count, int threads, const CancelToken &cancel,
                 const std::function<void(std::size_t)> &work);

/// How many threads the system has for us now, `wanted` at most, the calling one among them. To be asked before
/// `wanted` is handed to a library that ends the process where one cannot be made, as OpenMP does.
int threadsToBeHad(int wanted);

}  // namespace dank
