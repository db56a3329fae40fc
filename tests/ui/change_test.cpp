// What a Session tells: in order, each kind once, and of which part of it.

#include "ui/lanes/change.h"

#include <QTest>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class ChangeTest : public QObject {
    Q_OBJECT

private slots:
    void laterChangesAreMerged()
    {
        ChangeEvent scores(Change::Scores, ItemRange{3, 4});
        scores.merge({Change::Scores, ItemRange{7, 9}});
        QVERIFY(scores.as<ItemRange>());
        QCOMPARE(scores.as<ItemRange>()->first, std::size_t(3));
        QCOMPARE(scores.as<ItemRange>()->last, std::size_t(9));
        QVERIFY(scores.as<ItemRange>()->contains(8) && !scores.as<ItemRange>()->contains(9));
        scores.merge(Change::Scores);  // anything
        scores.merge({Change::Scores, ItemRange{1, 2}});
        QVERIFY(!scores.as<ItemRange>());

        ChangeEvent features(Change::Features, MemeIds{{"a"}});
        features.merge({Change::Features, MemeIds{{"b"}}});
        QCOMPARE(features.as<MemeIds>()->ids, (std::vector<MemeId>{"a", "b"}));

        JobStatus now;
        now.done = 2;
        ChangeEvent job(Change::Job, JobStatus{});
        job.merge({Change::Job, now});
        QCOMPARE(job.as<JobStatus>()->done, std::size_t(2));
    }

    void toldOnceInOrderWhenAllIsOver()
    {
        std::vector<ChangeEvent> told;
        int settled = 0;
        QTemporaryDir folder;
        Workplace place(
            folder.path().toStdString(), [&] { ++settled; },
            [&](const ChangeEvent &change) { told.push_back(change); });
        place.react([&](const ChangeEvent &change) {
            if (change == Change::Dataset)
                place.notify(Change::Target);
        });
        {
            const Workplace::Telling outer(place);
            place.notify({Change::Scores, ItemRange{0, 1}});
            {
                const Workplace::Telling inner(place);
                place.notify(Change::Dataset);
            }
            place.notify({Change::Scores, ItemRange{1, 2}});
            QVERIFY(told.empty());
        }
        QCOMPARE(told.size(), std::size_t(3));
        QCOMPARE(told[0].kind, Change::Scores);
        QCOMPARE(told[0].as<ItemRange>()->last, std::size_t(2));
        QCOMPARE(told[1].kind, Change::Dataset);
        QCOMPARE(told[2].kind, Change::Target);  // what followed is told with it
        QCOMPARE(settled, 1);
    }

    void theBoardTellsWhichItems()
    {
        Fixture f;
        std::vector<ItemRange> ranges;
        connect(f.session.get(), &Session::changed, this, [&](const ChangeEvent &change) {
            if (const auto *range = change.as<ItemRange>())
                ranges.push_back(*range);
        });
        f.session->board().rateImage("a", "first");
        f.session->board().rateImage("b", "second");
        QCOMPARE(ranges.size(), std::size_t(2));
        QCOMPARE(ranges.back().first, std::size_t(1));
        QCOMPARE(ranges.back().last, std::size_t(2));
    }
};

QTEST_MAIN(ChangeTest)
#include "change_test.moc"
