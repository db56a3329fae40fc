#pragma once

#include <QObject>
#include <QTimer>

#include <functional>
#include <mutex>
#include <vector>

namespace dank::ui {

/// Brings closures from worker threads to the GUI thread, in the order they were posted, at most every 33 ms: a
/// thousand epochs between two drains are one drain, and so one repaint. An idle mailbox costs nothing: its timer
/// runs only while something arrives, and the first closure after a quiet time is run at once.
class Mailbox : public QObject {
public:
    using Item = std::function<void()>;
    static constexpr int kIntervalMs = 33;

    /// `around` is called on the GUI thread with a closure that runs all waiting items.
    explicit Mailbox(std::function<void(const Item &runAll)> around);
    // When it goes it forgets what was not drained; all posting threads must have been joined.

    void post(Item item);  ///< from any thread
    void drain();          ///< GUI thread: runs what waits now

private:
    /// Wakes it. An event that nobody reads: of a closure that Qt carries ThreadSanitizer sees no lock.
    void customEvent(QEvent *) override { m_timer.start(), drain(); }

    std::function<void(const Item &)> m_around;
    std::mutex m_mutex;
    std::vector<Item> m_items;  ///< guarded by m_mutex
    bool m_awake = false;       ///< guarded by m_mutex: the timer runs or a wake is on its way
    QTimer m_timer;             ///< GUI thread
};

}  // namespace dank::ui
