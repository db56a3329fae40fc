#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"

namespace dank {

/// Which of many pictures is asked for next, so that no host is asked too often. Thread-safe; what take() gave goes
/// back by done() or again().
class HostQueue {
public:
    /// `hosts` [picture] whom to ask. `pause` is between two requests to one host.
    HostQueue(const std::vector<std::string> &hosts, int atOncePerHost, std::chrono::milliseconds pause);

    /// A picture whose turn it is; waits for one. Empty once there are none. Throws Cancelled.
    std::optional<std::size_t> take(const CancelToken &cancel);
    void done(const std::string &host);
    /// It is to be tried again, after all requests to its host have rested for `wait`.
    void again(std::size_t picture, const std::string &host, std::chrono::milliseconds wait);
    /// Nothing more is asked of that host; the pictures that would have been.
    std::vector<std::size_t> close(const std::string &host);
    /// Nothing more is asked of anyone.
    void stop();

private:
    using Clock = std::chrono::steady_clock;
    struct Host {
        std::deque<std::size_t> waiting;
        int active = 0;
        Clock::time_point notBefore{};
    };

    const int m_atOncePerHost;
    const std::chrono::milliseconds m_pause;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::string, Host> m_hosts;
    std::string m_last;      ///< whose turn it was: hosts take turns
    std::size_t m_open = 0;  ///< pictures that are waiting or at work
    bool m_stopped = false;
};

}  // namespace dank
