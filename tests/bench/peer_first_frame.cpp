// Preloaded into a Qt program: ends it when its first frame is on its way to the screen, which makes how long it ran
// the time to a painted window. Stands for QBackingStore::flush(const QRegion &, QWindow *, const QPoint &).
#include <unistd.h>

extern "C" __attribute__((visibility("default"))) void _ZN13QBackingStore5flushERK7QRegionP7QWindowRK6QPoint()
{
    ::_exit(0);
}
