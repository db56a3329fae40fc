#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <latch>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace dank {

void parallelFor(std::size_t count, int threads, const CancelToken &cancel,
                 const std::function<void(std::size_t)> &work)
{
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    std::exception_ptr failure;
    std::once_flag first;
    const auto take = [&] {
        try {
            for (std::size_t i; !failed && !cancel.isCancelled() && (i = next++) < count;)
                work(i);
        } catch (...) {
            std::call_once(first, [&] { failure = std::current_exception(); });
            failed = true;
        }
    };
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t i = 1; i < count && static_cast<int>(i) < threads; ++i)
                others.emplace_back(take);
        } catch (const std::system_error &) {
            // The system has no more threads: those that there are do it.
        }
        take();
    }
    if (failure)
        std::rethrow_exception(failure);
    cancel.check();
}

int threadsToBeHad(int wanted)
{
    std::latch counted(1);
    std::vector<std::jthread> others;
    try {
        others.reserve(static_cast<std::size_t>(std::max(1, wanted)));
        while (static_cast<int>(others.size()) + 1 < wanted)
            others.emplace_back([&counted] { counted.wait(); });
    } catch (const std::system_error &) {
        // No more.
    } catch (const std::bad_alloc &) {
        // Nor memory for one.
    }
    counted.count_down();
    return static_cast<int>(others.size()) + 1;
}

}  // namespace dank
