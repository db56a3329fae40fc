#include "ui/lanes/mailbox.h"

#include <QCoreApplication>
#include <QEvent>
#include <utility>

namespace dank::ui {

Mailbox::Mailbox(std::function<void(const Item &)> around) : m_around(std::move(around))
{
    m_timer.setInterval(kIntervalMs);
    connect(&m_timer, &QTimer::timeout, this, &Mailbox::drain);
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
        QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

void Mailbox::drain()
{
    std::vector<Item> items;
    {
        std::lock_guard lock(m_mutex);
        items.swap(m_items);
        m_awake = !items.empty();
    }
    if (items.empty())
        return m_timer.stop();
    m_around([&items] {
        for (const Item &item : items)
            item();
    });
}

}  // namespace dank::ui
