#include "core/base/memory.h"

#include <cstdint>
#include <cstdlib>  // says whether this is glibc

#include <sys/mman.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dank {

void keepFreedMemory()
{
#ifdef __GLIBC__
    // Other arenas than the first hold 64 MB at most and would go to the system for each larger block.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

FreedMemoryReleaser::~FreedMemoryReleaser()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

std::vector<float> makeLargeMatrix(std::size_t size)
{
    std::vector<float> matrix;
    matrix.reserve(size);
#ifdef MADV_HUGEPAGE
    constexpr std::uintptr_t kPage = 2 << 20;
    const auto begin = reinterpret_cast<std::uintptr_t>(matrix.data());
    const std::uintptr_t first = (begin + kPage - 1) / kPage * kPage, last = (begin + size * sizeof(float)) / kPage * kPage;
    if (first < last)
        madvise(reinterpret_cast<void *>(first), last - first, MADV_HUGEPAGE);  // a wish: refusal costs nothing
#endif
    matrix.resize(size);
    return matrix;
}

}  // namespace dank
