#include "core/base/memory.h"

#include <cstdint>
#include <cstdlib>  // says whether this is glibc
#include <system_error>
#include <thread>

#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dank {

void keepFreedMemory()
{
#ifdef __GLIBC__
    // Other arenas than the first hold 64 MB at most and would go to the system for each larger block.
    // NOLINTBEGIN(concurrency-mt-unsafe): called before there are threads.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
    // NOLINTEND(concurrency-mt-unsafe)
#endif
}

FreedMemoryReleaser::~FreedMemoryReleaser()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#ifdef MADV_HUGEPAGE
namespace {

/// Large pages for those addresses, handed out on two threads where they are many. Wishes: refusal costs nothing.
void provide(std::uintptr_t first, std::uintptr_t last, std::uintptr_t page)
{
    const auto advise = [](std::uintptr_t from, std::uintptr_t to, int advice) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): whole pages are counted, not objects.
        madvise(reinterpret_cast<void *>(from), to - from, advice);
    };
    advise(first, last, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    constexpr std::uintptr_t kMany = 64 << 20;
    if (last - first < kMany)
        return;
    const std::uintptr_t middle = first + (last - first) / 2 / page * page;
    try {
        const std::jthread other([&] { advise(middle, last, MADV_POPULATE_WRITE); });
        advise(first, middle, MADV_POPULATE_WRITE);
    } catch (const std::system_error &) {
        // No other thread is to be had: the pages come as they are written to.
    }
#endif
}

}  // namespace
#endif

std::vector<float> makeLargeMatrix(std::size_t size)
{
    std::vector<float> matrix;
    matrix.reserve(size);
#ifdef MADV_HUGEPAGE
    constexpr std::uintptr_t kPage = 2 << 20;
    const auto begin = reinterpret_cast<std::uintptr_t>(matrix.data());
    const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage,
                         last = (begin + size * sizeof(float)) / kPage * kPage;
    if (first < last)
        provide(first, last, kPage);
#endif
    matrix.resize(size);
    return matrix;
}

}  // namespace dank
