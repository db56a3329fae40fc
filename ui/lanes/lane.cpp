#include "ui/lanes/lane.h"

#include <utility>

namespace dank::ui {

Lane::Lane() : m_thread([this] { run(); }) {}

Lane::~Lane()
{
    end();
}

void Lane::end()
{
    {
        std::lock_guard lock(m_mutex);
        m_ending = true;
        m_low.clear();
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void Lane::post(Entry entry)
{
    {
        std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(entry));
    }
    m_wake.notify_one();
}

void Lane::postLow(Entry entry)
{
    {
        std::lock_guard lock(m_mutex);
        if (m_ending)
            return;
        m_low.push_back(std::move(entry));
    }
    m_wake.notify_one();
}

void Lane::run()
{
    int ordinary = 0;
    for (;;) {
        Entry entry;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_ending || !m_queue.empty() || !m_low.empty(); });
            const bool lowsTurn = !m_low.empty() && (m_queue.empty() || ordinary >= kFairness);
            if (!lowsTurn && m_queue.empty())
                return;
            auto &queue = lowsTurn ? m_low : m_queue;
            ordinary = lowsTurn ? 0 : ordinary + 1;
            entry = std::move(queue.front());
            queue.pop_front();
        }
        entry();
    }
}

}  // namespace dank::ui
