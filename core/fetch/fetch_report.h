#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/dataset/image_probe.h"
#include "core/fetch/fetch_plan.h"

namespace dank {

/// How servers are treated, and how long they are waited for.
struct FetchSettings {
    int atOnce = 6;                                  ///< connections in all
    int atOncePerHost = 2;                           ///< and to one host
    std::chrono::milliseconds pause{200};            ///< between two requests to one host
    std::chrono::milliseconds connect{15'000};       ///< until a connection stands
    std::chrono::milliseconds stall{20'000};         ///< the longest time for which less than 1 KiB may arrive
    std::chrono::milliseconds whole{300'000};        ///< for one answer
    std::chrono::milliseconds busyPause{5'000};      ///< after "too many requests" that names no time
    std::chrono::milliseconds longestWait{120'000};  ///< a host that asks to wait longer is left alone
    std::uint64_t limit = kMaxImageBytes;            ///< bytes of one picture
    std::filesystem::path authorities;  ///< PEM file of whom to trust instead of the system's; empty: the system's
    /// For tests: "host:port:address" lines instead of asking name servers, for each request anew; may be empty.
    std::function<std::vector<std::string>(const WebAddress &)> names;
};

/// What became of a plan.
struct FetchReport {
    std::vector<std::string> fetched;    ///< ids of pictures that are there now, in the order in which they came
    std::vector<MissedPicture> refused;  ///< what would not be taken: the plan's, then what servers sent
    std::vector<MissedPicture> failed;   ///< what did not come
    std::uint64_t bytes = 0;             ///< of what was fetched
    bool anyAnswer = false;              ///< some server answered
};

}  // namespace dank
