#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/backbone/weights_entry.h"
#include "core/base/job.h"
#include "core/weights/fetch/catalogue.h"

namespace dank {

/// A file to fetch and what it has to be.
struct DownloadRequest {
    std::string url;               ///< https; http where `allowHttp` says so
    std::filesystem::path target;  ///< where it goes; `<target>.part` and `<target>.part.json` are used meanwhile
    std::string sha256;            ///< lower-case hex: all 64 digits or the first 8 or more
    std::uint64_t bytes = 0;       ///< exact size, 0 where it is not known
    std::uint64_t limit = kMaxWeightsBytes;  ///< the most that is taken in where `bytes` is 0
    bool allowHttp = false;                  ///< for an address that the user named; never after an https one
    double stallSeconds = 30;                ///< how long a server may send less than 1 KiB
    std::filesystem::path authorities;       ///< PEM file of whom to trust instead of the system's; empty: the system's
};

/// What to ask for to get a catalogue's entry into `folder`.
DownloadRequest downloadRequest(const WeightsEntry &entry, const WeightsSources &sources,
                                const std::filesystem::path &folder);

/// Fetches a file. `target` is written only when everything is right: the size where it is known, and the SHA-256 of
/// the whole file; it is flushed and renamed into place, so there is never half a file of that name, and an older one
/// stays until then.
///
/// What has been fetched stays in `<target>.part` after a stop, a lost connection, a server that stops answering, a
/// full disk or a kill, and the next call for the same url and hash goes on from there if the server still has the
/// same file and can. A part whose hash turned out wrong is deleted. At most 5 redirects are followed, over https only
/// (over http only from a plain http address that `allowHttp` allows). Compressed answers and web pages are refused.
///
/// A `target` that is right already is left as it is, and no server is asked.
///
/// `progress` may be empty; it is called on this thread about ten times a second and at the end. Blocks; stops within
/// 200 ms of a cancel. While the hash is computed, `context` reports the stage "verify" in bytes.
///
/// Throws Error{Network} (no connection, refused, broken off, a redirect that is not followed, not a file),
/// Error{Weights} (another size or hash than expected), Error{Disk}, Error{File} (also when another download of the
/// same target runs, in this process or another), Error{Shape} for a request without a usable hash, and Cancelled.
void download(const DownloadRequest &request, const std::function<void(const DownloadProgress &)> &progress,
              const JobContext &context);

}  // namespace dank
