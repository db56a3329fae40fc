#pragma once

namespace dank {

/// Has the C library keep what is freed instead of handing each large block back to the system at once: a network's
/// activations are some hundred megabytes that every pass takes and frees, and the kernel clears each page anew.
/// For the whole process, from now on; threads made later share one arena. Does nothing where the library is not glibc.
void keepFreedMemory();

/// Gives what is kept but unused back to the system when a long job ends, however it does.
class FreedMemoryReleaser {
public:
    FreedMemoryReleaser() = default;
    ~FreedMemoryReleaser();
    FreedMemoryReleaser(const FreedMemoryReleaser &) = delete;
    FreedMemoryReleaser &operator=(const FreedMemoryReleaser &) = delete;
};

}  // namespace dank
