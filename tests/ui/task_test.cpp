// Tasks, lanes and the mailbox.

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <new>

#include "ui/lanes/lane.h"
#include "ui/lanes/mailbox.h"
#include "ui/lanes/task.h"

using namespace dank;
using namespace dank::ui;

namespace {

using Outcome = TaskResult::Outcome;

/// Waits until cancelled, as a long job does.
void untilCancelled(const CancelToken &cancel)
{
    for (;;) {
        cancel.check();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace

class TaskTest : public QObject {
    Q_OBJECT

private slots:
    void taskOutcomes_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QString>("text");
        QTest::newRow("finished") << 0 << int(Outcome::Finished) << "";
        QTest::newRow("cancelled") << 1 << int(Outcome::Cancelled) << "";
        QTest::newRow("error") << 2 << int(Outcome::Failed) << "The disk is full.";
        QTest::newRow("memory") << 3 << int(Outcome::Failed) << "not enough memory";
        QTest::newRow("bug") << 4 << int(Outcome::Failed) << "out of range";
    }

    void taskOutcomes()
    {
        QFETCH(int, kind);
        QFETCH(int, outcome);
        QFETCH(QString, text);
        Lane lane;
        std::atomic<int> ended{0};
        TaskResult result;
        Task task(
            lane,
            [kind](const CancelToken &) {
                switch (kind) {
                case 1: throw Cancelled{};
                case 2: throw Error(ErrorKind::Disk, "The disk is full.", "/x");
                case 3: throw std::bad_alloc();
                case 4: throw std::out_of_range("out of range");
                }
            },
            [&](const TaskResult &r) {
                result = r;
                ++ended;
            });
        task.join();
        QCOMPARE(ended.load(), 1);
        QCOMPARE(int(result.outcome), outcome);
        QVERIFY2(QString::fromStdString(result.text).contains(text), result.text.c_str());
        if (kind == 2) {
            QCOMPARE(result.kind, ErrorKind::Disk);
            QCOMPARE(result.path, std::filesystem::path("/x"));
        }
    }

    void destructorCancelsAndJoins()
    {
        Lane lane;
        std::atomic<bool> began{false};
        std::atomic<int> ended{0};
        {
            Task task(
                lane,
                [&](const CancelToken &cancel) {
                    began = true;
                    untilCancelled(cancel);
                },
                [&](const TaskResult &r) { ended += r.outcome == Outcome::Cancelled ? 1 : 100; });
            while (!began)
                std::this_thread::yield();
        }
        QCOMPARE(ended.load(), 1);  // joined: known without waiting
    }

    void cancelledBeforeItBegan()
    {
        Lane lane;
        std::atomic<bool> worked{false};
        std::atomic<int> ended{0};
        {
            Task first(lane, untilCancelled, [](const TaskResult &) {});
            Task second(
                lane, [&](const CancelToken &) { worked = true; },
                [&](const TaskResult &r) { ended += r.outcome == Outcome::Cancelled ? 1 : 100; });
            second.cancel();
            first.cancel();
        }
        QVERIFY(!worked);
        QCOMPARE(ended.load(), 1);
    }

    void laneServesInOrderAndLowEntriesInBetween()
    {
        std::vector<int> order;
        {
            Lane lane;
            std::atomic<bool> go{false};
            lane.post([&] {
                while (!go)
                    std::this_thread::yield();
            });
            for (int i = 0; i < 8; ++i)
                lane.post([&order, i] { order.push_back(i); });
            lane.postLow([&order] { order.push_back(100); });
            go = true;
            Task barrier(
                lane, [](const CancelToken &) {}, [](const TaskResult &) {});
            barrier.join();
        }
        const std::vector<int> ordinary{0, 1, 2, 3, 4, 5, 6, 7};
        std::vector<int> seen = order;
        std::erase(seen, 100);
        QCOMPARE(seen, ordinary);
        const auto low = std::find(order.begin(), order.end(), 100) - order.begin();
        QVERIFY2(low > 0 && low < 8, qPrintable(QString::number(low)));  // neither first nor starved
    }

    void mailboxKeepsOrderAndCoalesces()
    {
        int drains = 0;
        std::vector<int> seen;
        Mailbox mailbox([&](const Mailbox::Item &runAll) {
            ++drains;
            runAll();
        });
        constexpr int kItems = 5000;
        QElapsedTimer clock;
        clock.start();
        std::thread poster([&] {
            for (int i = 0; i < kItems; ++i) {
                mailbox.post([&seen, i] { seen.push_back(i); });
                if (i % 10 == 0)
                    std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
        });
        QTRY_COMPARE_WITH_TIMEOUT(int(seen.size()), kItems, 20000);
        poster.join();
        const qint64 elapsed = clock.elapsed();
        for (int i = 0; i < kItems; ++i)
            QCOMPARE(seen[std::size_t(i)], i);
        QVERIFY2(drains <= elapsed / Mailbox::kIntervalMs + 3,
                 qPrintable(QStringLiteral("%1 drains in %2 ms").arg(drains).arg(elapsed)));
    }

    void mailboxWakesAfterAQuietTime()
    {
        Mailbox mailbox([](const Mailbox::Item &runAll) { runAll(); });
        for (int round = 0; round < 3; ++round) {
            bool arrived = false;
            mailbox.post([&] { arrived = true; });
            QTRY_VERIFY(arrived);
            QTest::qWait(3 * Mailbox::kIntervalMs);  // long enough for the timer to stop
        }
    }
};

QTEST_GUILESS_MAIN(TaskTest)
#include "task_test.moc"
