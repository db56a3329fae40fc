#pragma once

#include <cstdint>
#include <functional>

namespace dank {

/// How far a download is.
struct DownloadProgress {
    std::uint64_t done = 0;         ///< bytes on disk, those of an earlier attempt included
    std::uint64_t total = 0;        ///< 0 while unknown
    double bytesPerSecond = 0;      ///< over the last seconds
    std::uint64_t resumedFrom = 0;  ///< bytes that an earlier attempt had fetched and that were kept
};

/// Called on the job's thread.
using DownloadObserver = std::function<void(const DownloadProgress &)>;

}  // namespace dank
