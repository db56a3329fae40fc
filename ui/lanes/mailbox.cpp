#include "ui/lanes/mailbox.h"

#include <utility>

namespace dank::ui {

Mailbox::Mailbox(std::function<void(const Item &)> around) : m_around(std::move(around))
{
    m_timer.setInterval(kIntervalMs);
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { tick(); });
}

void Mailbox::post(Item item)
{
    bool asleep = false;
    {
        std::lock_guard lock(m_mutex);
        m_items.push_back(std::move(item));
        asleep = !std::exchange(m_awake, true);
    }
    if (asleep)
        QMetaObject::invokeMethod(
            &m_timer, [this] { wake(); }, Qt::QueuedConnection);
}

void Mailbox::wake()
{
    m_timer.start();
    drain();
}

void Mailbox::tick()
{
    {
        std::lock_guard lock(m_mutex);
        if (m_items.empty()) {
            m_awake = false;
            m_timer.stop();
            return;
        }
    }
    drain();
}

void Mailbox::drain()
{
    std::vector<Item> items;
    {
        std::lock_guard lock(m_mutex);
        items.swap(m_items);
    }
    if (items.empty())
        return;
    m_around([&items] {
        for (const Item &item : items)
            item();
    });
}

}  // namespace dank::ui
