#include "core/fetch/host_queue.h"

#include <algorithm>

namespace dank {

namespace {

constexpr std::chrono::milliseconds kLook{50};  // how long a stop may go unseen

}  // namespace

HostQueue::HostQueue(const std::vector<std::string> &hosts, int atOncePerHost, std::chrono::milliseconds pause)
    : m_atOncePerHost(atOncePerHost), m_pause(pause), m_open(hosts.size())
{
    for (std::size_t i = 0; i < hosts.size(); ++i)
        m_hosts[hosts[i]].waiting.push_back(i);
}

std::optional<std::size_t> HostQueue::take(const CancelToken &cancel)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        cancel.check();
        if (m_open == 0 || m_stopped)
            return std::nullopt;
        const auto now = Clock::now();
        auto next = m_hosts.upper_bound(m_last);
        for (std::size_t looked = 0; looked < m_hosts.size(); ++looked, ++next) {
            if (next == m_hosts.end())
                next = m_hosts.begin();
            Host &host = next->second;
            if (host.waiting.empty() || host.active >= m_atOncePerHost || host.notBefore > now)
                continue;
            const std::size_t picture = host.waiting.front();
            host.waiting.pop_front();
            ++host.active;
            host.notBefore = now + m_pause;
            m_last = next->first;
            return picture;
        }
        m_changed.wait_for(lock, kLook);
    }
}

void HostQueue::done(const std::string &host)
{
    const std::lock_guard lock(m_mutex);
    --m_hosts[host].active;
    --m_open;
    m_changed.notify_all();
}

void HostQueue::again(std::size_t picture, const std::string &host, std::chrono::milliseconds wait)
{
    const std::lock_guard lock(m_mutex);
    Host &asked = m_hosts[host];
    --asked.active;
    asked.waiting.push_front(picture);
    asked.notBefore = std::max(asked.notBefore, Clock::now() + wait);
    m_changed.notify_all();
}

std::vector<std::size_t> HostQueue::close(const std::string &host)
{
    const std::lock_guard lock(m_mutex);
    std::deque<std::size_t> &waiting = m_hosts[host].waiting;
    std::vector<std::size_t> left(waiting.begin(), waiting.end());
    waiting.clear();
    m_open -= left.size();
    m_changed.notify_all();
    return left;
}

void HostQueue::stop()
{
    const std::lock_guard lock(m_mutex);
    m_stopped = true;
    m_changed.notify_all();
}

}  // namespace dank
