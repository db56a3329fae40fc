#include "core/base/memory.h"

#include <cstdlib>  // says whether this is glibc

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

}  // namespace dank
