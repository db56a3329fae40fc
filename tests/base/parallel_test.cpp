#include <QTest>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "core/base/parallel.h"

using namespace dank;

class TestParallel : public QObject {
    Q_OBJECT
private slots:
    void eachIndexOnce_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("threads");
        for (const int count : {0, 1, 2, 1000})
            for (const int threads : {-1, 0, 1, 2, 7})
                QTest::addRow("%d on %d", count, threads) << count << threads;
    }
    void eachIndexOnce()
    {
        QFETCH(int, count);
        QFETCH(int, threads);
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
        parallelFor(done.size(), threads, {}, [&](std::size_t i) { ++done[i]; });
        for (const auto &times : done)
            QCOMPARE(times.load(), 1);
    }

    void oneThreadIsTheCaller()
    {
        std::vector<std::size_t> order;
        const std::thread::id caller = std::this_thread::get_id();
        parallelFor(5, 1, {}, [&](std::size_t i) {
            if (std::this_thread::get_id() == caller)
                order.push_back(i);
        });
        QCOMPARE(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
    }

    /// Each of three waits until all three are at work: it would hang with fewer threads, or without the caller.
    void callerTakesPart()
    {
        std::mutex mutex;
        std::condition_variable met;
        std::set<std::thread::id> here;
        parallelFor(3, 3, {}, [&](std::size_t) {
            std::unique_lock lock(mutex);
            here.insert(std::this_thread::get_id());
            met.notify_all();
            met.wait(lock, [&] { return here.size() == 3; });
        });
        QVERIFY(here.contains(std::this_thread::get_id()));
    }

    void firstFailureEndsTheRest_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("alone") << 1;
        QTest::newRow("together") << 4;
    }
    void firstFailureEndsTheRest()
    {
        QFETCH(int, threads);
        std::atomic<bool> thrown = false;
        std::atomic<int> begunAfter = 0, running = 0;
        try {
            parallelFor(100'000, threads, {}, [&](std::size_t i) {
                ++running;
                begunAfter += thrown;
                if (i == 10) {
                    thrown = true;
                    --running;
                    throw Error(ErrorKind::Format, "ten");
                }
                --running;
            });
            QFAIL("nothing was thrown");
        } catch (const Error &error) {
            QCOMPARE(error.what(), "ten");
        }
        QCOMPARE(running.load(), 0);        // all that had begun has ended
        QVERIFY(begunAfter < 100'000 / 2);  // and most never began
    }

    void cancelledIsPassedOn()
    {
        QVERIFY_THROWS_EXCEPTION(Cancelled, parallelFor(4, 2, {}, [](std::size_t) { throw Cancelled{}; }));
    }

    void cancelEndsIt()
    {
        CancelToken cancel;
        std::atomic<int> done = 0;
        QVERIFY_THROWS_EXCEPTION(Cancelled, parallelFor(100'000, 3, cancel, [&](std::size_t) {
                                     if (++done == 5)
                                         cancel.cancel();
                                 }));
        QVERIFY(done >= 5 && done < 100'000);
        done = 0;
        QVERIFY_THROWS_EXCEPTION(Cancelled, parallelFor(10, 3, cancel, [&](std::size_t) { ++done; }));
        QCOMPARE(done.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestParallel)
#include "parallel_test.moc"
