// The parts that the Session is made of: tasks, lanes, the mailbox, the table of actions.

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <new>

#include "ui/session/actions.h"
#include "ui/session/lane.h"
#include "ui/session/mailbox.h"
#include "ui/session/task.h"

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

Q_DECLARE_METATYPE(Facts)
Q_DECLARE_METATYPE(dank::ui::Page)

class SessionPartsTest : public QObject {
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

    void actionsTable_data()
    {
        QTest::addColumn<Facts>("facts");
        QTest::addColumn<QString>("can");  // the letters of what is enabled: see below
        QTest::addColumn<Page>("next");

        Facts empty;
        QTest::newRow("empty") << empty << "O r" << Page::Dataset;

        Facts loaded;
        loaded.dataset = true;
        loaded.usable = 10;
        QTest::newRow("dataset") << loaded << "OXT r" << Page::Features;
        Facts one = loaded;
        one.usable = 1;
        QTest::newRow("one row cannot train") << one << "OX r" << Page::Features;
        Facts none = loaded;
        none.usable = 0;
        QTest::newRow("nothing usable") << none << "O r" << Page::Dataset;
        Facts features = loaded;
        features.features = true;
        QTest::newRow("features") << features << "OXT r" << Page::Train;
        Facts noEngine = features;
        noEngine.engineFailed = true;
        QTest::newRow("no engine") << noEngine << "O" << Page::Train;

        Facts loading = empty;
        loading.job = JobKind::Load;
        loading.state = JobState::Running;
        QTest::newRow("loading") << loading << "OS r" << Page::Dataset;
        Facts extracting = loaded;
        extracting.job = JobKind::Extract;
        extracting.state = JobState::Running;
        QTest::newRow("extracting") << extracting << "S r" << Page::Features;
        extracting.state = JobState::Stopping;
        QTest::newRow("stopping an extraction") << extracting << "r" << Page::Features;
        extracting.state = JobState::Failed;
        QTest::newRow("extraction failed") << extracting << "OXT r" << Page::Features;

        Facts training = features;
        training.job = JobKind::Train;
        training.state = JobState::Running;
        QTest::newRow("before the first epoch") << training << "S r" << Page::Train;
        training.trainingStarted = true;
        training.curve = true;
        QTest::newRow("training") << training << "PS rc" << Page::Train;
        training.model = true;
        QTest::newRow("training, snapshot") << training << "PS rc" << Page::Train;
        training.judging = true;
        QTest::newRow("judging what was trained") << training << "S rc" << Page::Train;
        training.judging = false;
        training.state = JobState::Paused;
        QTest::newRow("paused") << training << "US rc" << Page::Train;
        training.state = JobState::Stopping;
        QTest::newRow("stopping") << training << "rc" << Page::Train;
        training.state = JobState::Done;
        training.trainingStarted = false;
        training.modelHasRun = true;
        training.evaluation = true;
        QTest::newRow("trained") << training << "OXT rcE" << Page::Rate;
        training.evaluation = false;
        QTest::newRow("not evaluated") << training << "OXT rcE" << Page::Evaluate;
        training.modelHasRun = false;
        QTest::newRow("model from a file") << training << "OXT rc" << Page::Rate;
        training.scored = training.cards = 1;
        QTest::newRow("scored") << training << "OXT rcs" << Page::Rate;
        Facts modelOnly = empty;
        modelOnly.model = true;
        QTest::newRow("only a model") << modelOnly << "O r" << Page::Rate;
    }

    void actionsTable()
    {
        QFETCH(Facts, facts);
        QFETCH(QString, can);
        QFETCH(Page, next);
        const Actions a = actionsFor(facts);
        QString enabled;
        const std::pair<char, bool> letters[] = {
            {'O', a.open}, {'X', a.extract}, {'T', a.train},       {'P', a.pause},    {'U', a.resume},
            {'S', a.stop}, {'r', a.rate},    {'c', a.exportChart}, {'E', a.evaluate}, {'s', a.exportScores}};
        for (const auto &[letter, on] : letters)
            if (on)
                enabled += QLatin1Char(letter);
        QCOMPARE(enabled, QString(can).remove(' '));
        QCOMPARE(int(a.next), int(next));
    }

    void pageStates()
    {
        const auto states = [](const Facts &facts) {
            QString text;
            for (const Page page : {Page::Dataset, Page::Features, Page::Train, Page::Evaluate, Page::Rate})
                text += QLatin1Char("ebwd"[int(pageStateFor(page, facts))]);
            return text;
        };
        Facts f;
        QCOMPARE(states(f), "eeeee");
        f.waiting = f.cards = 1;
        QCOMPARE(states(f), "eeeew");  // waits for a model
        f.model = true;
        QCOMPARE(states(f), "eeeeb");
        f.waiting = 0;
        f.dataset = true;
        QCOMPARE(states(f), "weeed");  // a dataset without a usable row
        f.usable = 10;
        f.features = true;
        QCOMPARE(states(f), "ddeed");
        f.untrained = true;
        QCOMPARE(states(f), "dweed");
        f.job = JobKind::Train;
        f.state = JobState::Running;
        QCOMPARE(states(f), "dbbed");  // features come first
        f.trainingStarted = f.curve = true;
        QCOMPARE(states(f), "dwbed");
        f.state = JobState::Failed;
        f.trainingFailed = true;
        QCOMPARE(states(f), "dwwed");
        f.trainingFailed = false;
        f.state = JobState::Done;
        f.evaluation = true;
        QCOMPARE(states(f), "dwdwd");
        f.convincing = true;
        QCOMPARE(states(f), "dwddd");
        f.job = JobKind::Evaluate;
        f.state = JobState::Running;
        QCOMPARE(states(f), "dwdbd");
    }
};

QTEST_GUILESS_MAIN(SessionPartsTest)
#include "session_parts_test.moc"
