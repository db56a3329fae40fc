// The Session against an engine that only behaves: what starts, what stops, what is told and what is kept.

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <random>
#include <ranges>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

std::shared_ptr<Fixture> makeFixture()
{
    return std::make_shared<Fixture>();
}

}  // namespace

class SessionTest : public QObject {
    Q_OBJECT

private slots:
    void loadsAndRemembers()
    {
        Fixture f;
        QVERIFY(f.load());
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows));
        QCOMPARE(f.session->job().state, JobState::Done);
        QVERIFY(f.changes[Change::Dataset] > 0);
        QVERIFY(f.session->recentDatasets().contains(QString::fromStdString(f.db.string())));
        QVERIFY(f.waitFor([&] { return f.session->deviceText().startsWith("CPU"); }));
        QVERIFY(f.session->actions().train);
    }

    void failedLoadSaysWhyAndKeepsTheOldDataset()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->openDataset(f.folder.path() + "/nowhere/db.json");
        QVERIFY(f.waitFor([&] { return f.session->message().has_value(); }));
        QVERIFY(f.session->message()->text.contains("nowhere"));
        QCOMPARE(f.session->job().state, JobState::Failed);
        QVERIFY(f.session->dataset());
        QVERIFY(f.session->actions().open);
    }

    void newerLoadReplacesOne()
    {
        Fixture f;
        const auto other = writeDataset(f.folder.path().toStdString() + "/other", 3);
        for (int i = 0; i < 20; ++i)
            f.session->openDataset(QString::fromStdString((i % 2 ? other : f.db).string()));
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->dataset(); }));
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(3));
        QVERIFY(!f.session->message());
    }

    void sampleIsWrittenOnceAndNeedsNoWeights()
    {
        Fixture f;
        f.session->openSample();
        QVERIFY(f.waitFor([&] { return f.session->dataset() != nullptr; }));
        QCOMPARE(f.session->dataset()->name(), std::string("sample"));
        QVERIFY(f.waitFor([&] { return !f.session->request().backbone.empty(); }));
        QCOMPARE(f.session->request().backbone, std::string("classic"));
        QCOMPARE(f.session->request().weights, std::string());
        QVERIFY(f.session->message() && f.session->message()->text.contains("Classic"));
        QVERIFY(std::filesystem::exists(f.library / "sample" / "db.json"));
        f.session->openSample();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->samples.load(), 1);
    }

    void extractsAndStops()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->extract();
        QCOMPARE(f.session->job().kind, JobKind::Extract);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->features());
        QCOMPARE(f.session->features()->matrix.rows(), std::size_t(kRows));
        QCOMPARE(f.session->arrivals().size(), std::size_t(kRows));
        QCOMPARE(f.session->arrivals().back(), MemeId("m10"));

        f.engine->imageMs = 30;
        f.session->extract();
        QVERIFY(!f.session->actions().open);
        QVERIFY(f.waitFor([&] { return f.session->extraction().done > 1; }));
        f.session->stopAndKeep();
        QCOMPARE(f.session->job().state, JobState::Stopping);  // at once
        const std::size_t done = f.session->extraction().done;
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Idle);
        QCOMPARE(f.session->extraction().done, done);  // late events were dropped
        QVERIFY(!f.session->message());
        QVERIFY(f.session->actions().extract);
    }

    void missingWeightsOfferClassic()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.session->requested() != nullptr; }));
        BackboneRequest request = f.session->request();
        request.backbone = "inception_v3";
        f.session->setRequest(request);
        f.engine->onExtract = [&] {
            if (f.session->request().backbone != "classic")
                throw Error(ErrorKind::Weights, "There are no weights.", "/w/inception_v3.safetensors");
        };
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.session->message().has_value(); }));
        QVERIFY2(f.session->message()->text.contains("Inception V3"), qPrintable(f.session->message()->text));
        QCOMPARE(f.session->message()->actionText, QString("Use Classic"));
        QCOMPARE(f.session->job().state, JobState::Failed);
        QCOMPARE(f.session->pageState(Page::Features), PageState::Warning);
        f.setEpochs(20);
        f.session->message()->action();
        QVERIFY(!f.session->message());
        QCOMPARE(f.session->request().backbone, std::string("classic"));
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Done);
        QVERIFY(f.session->ratingModel());
    }

    /// Hashing a large dataset takes minutes: nothing that the user asks for waits for it.
    void aJobEndsTheHashing()
    {
        Fixture f;
        f.engine->holdHashing = true;
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.engine->hashing > 0; }));
        f.session->extract();
        QVERIFY(f.waitFor([&] { return f.engine->extractions > 0 && f.settled(); }));
        QVERIFY(f.waitFor([&] { return f.engine->hashing > 0; }));  // asked again once the job is done
        f.session.reset();
        QCOMPARE(f.engine->hashing.load(), 0);
    }

    void eachStepHasItsName_data()
    {
        QTest::addColumn<bool>("training");
        QTest::newRow("of an extraction") << false;
        QTest::newRow("of a training") << true;
    }
    void eachStepHasItsName()
    {
        QFETCH(bool, training);
        Fixture f;
        QVERIFY(f.load());
        f.engine->holdStage = "hash";
        training ? f.session->train() : f.session->extract();
        for (const auto &[stage, verb] :
             {std::pair("hash", "Hashing pictures"), std::pair("read", "Reading stored features"),
              std::pair("look", "Looking at pictures for copies"), std::pair("duplicates", "Finding copies")}) {
            f.engine->holdStage = stage;
            QVERIFY2(f.waitFor([&] { return f.session->job().verb == verb; }), verb);
            QVERIFY(f.waitFor([&] { return f.session->job().done == 3 && f.session->job().total == 10; }));
            QCOMPARE(f.session->job().detail, QString("3 of 10"));
        }
        f.session->stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.session->job().state == JobState::Idle; }));
    }

    void errorsBecomeMessages_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("action");
        QTest::newRow("disk") << int(ErrorKind::Disk) << "Try again";
        QTest::newRow("memory") << -1 << "Try again";
        QTest::newRow("bug") << -2 << "";
        QTest::newRow("diverged") << int(ErrorKind::Diverged) << "Retry at 0.1× learning rate";
    }
    void errorsBecomeMessages()
    {
        QFETCH(int, kind);
        QFETCH(QString, action);
        Fixture f;
        QVERIFY(f.load());
        f.engine->onEpoch = [kind](int epoch) {
            if (epoch != 3)
                return;
            if (kind == -1)
                throw std::bad_alloc();
            if (kind == -2)
                throw std::logic_error("oops");
            throw Error(static_cast<ErrorKind>(kind), "It broke at epoch 3.");
        };
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.session->message().has_value(); }));
        QCOMPARE(f.session->message()->actionText, action);
        QCOMPARE(f.session->message()->severity, Message::Severity::Error);
        QCOMPARE(f.session->job().state, JobState::Failed);
        QVERIFY(!f.session->training().live);
        QCOMPARE(f.session->training().curve.size(), std::size_t(2));  // what was learnt is still shown
        QVERIFY(f.session->actions().train);
        if (kind == int(ErrorKind::Diverged)) {
            const double before = f.session->trainConfig().learningRate;
            f.engine->onEpoch = {};
            f.setEpochs(5);
            f.session->message()->action();
            QCOMPARE(f.session->trainConfig().learningRate, before * 0.1);
            QCOMPARE(f.session->job().kind, JobKind::Train);
            QVERIFY(f.waitFor([&] { return f.settled(); }));
        }
    }

    void trainsPausesResumesAndKeeps()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 3;
        f.setEpochs(100000);
        f.session->train();
        QVERIFY(f.waitForEpoch(3));
        QVERIFY(f.session->actions().pause);
        QVERIFY(f.session->job().detail.startsWith("epoch "));
        QCOMPARE(f.session->runs().size(), std::size_t(1));

        f.session->pause();
        QCOMPARE(f.session->job().state, JobState::Paused);
        QVERIFY(f.waitFor([&] { return f.session->job().detail.startsWith("Paused at epoch"); }));
        const auto paused = f.session->training().curve.size();
        QTest::qWait(60);
        QCOMPARE(f.session->training().curve.size(), paused);
        QCOMPARE(f.session->training().pauses.size(), std::size_t(1));

        f.session->resume();
        QCOMPARE(f.session->job().state, JobState::Running);
        QVERIFY(f.waitForEpoch(int(paused) + 15));
        QVERIFY(f.session->ratingModel());  // a snapshot
        QCOMPARE(f.session->trainConfig().epochs, 100000);
        f.setEpochs(7);  // refused
        QCOMPARE(f.session->trainConfig().epochs, 100000);
        QVERIFY(f.session->message());
        f.session->dismissMessage();
        f.session->openDataset(QString::fromStdString(f.db.string()));
        QVERIFY(f.session->message()->text.contains("Stop the training first"));
        f.session->dismissMessage();

        f.session->stopAndKeep();
        QCOMPARE(f.session->job().state, JobState::Stopping);
        QVERIFY(!f.session->actions().stop);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Done);
        QCOMPARE(f.engine->kept.load(), 1);
        QVERIFY(f.session->evaluation());
        QCOMPARE(f.session->ratingModel(), f.session->evaluatedModel());
        QCOMPARE(f.session->runs().front().state, RunState::Done);
        QVERIFY(f.waitFor([&] { return f.session->features() != nullptr; }));
        QVERIFY(!f.session->message());
    }

    void discardLeavesNoTrace()
    {
        for (const bool late : {false, true}) {
            Fixture f;
            QVERIFY(f.load());
            f.engine->ignoresCancel = late;  // the engine finishes all the same
            f.setEpochs(late ? 60 : 100000);
            f.engine->epochMs = 4;
            f.session->train();
            QVERIFY(f.waitForEpoch(12));
            QVERIFY(f.session->ratingModel());
            f.session->stopAndDiscard();
            QCOMPARE(f.session->job().state, JobState::Stopping);
            QVERIFY(f.waitFor([&] { return f.settled(); }));
            QCOMPARE(f.session->job().state, JobState::Idle);
            QVERIFY(f.session->runs().empty());
            QVERIFY(f.session->training().curve.empty());
            QVERIFY(!f.session->ratingModel());
            QVERIFY(!f.session->evaluation());
            QVERIFY(!f.session->message());
        }
    }

    void closingKeepsATraining()
    {
        Fixture f;
        QVERIFY(f.load());
        f.setEpochs(100000);
        f.session->train();
        QVERIFY(f.waitForEpoch(3));
        f.session.reset();
        QCOMPARE(f.engine->running.load(), 0);
        QCOMPARE(f.engine->discarded.load(), 0);
        QCOMPARE(f.engine->kept.load(), 1);
    }

    void destroyWhileAnythingRuns()
    {
        // Each round ends at another moment of loading, extracting, training, rating and thumbnails.
        for (int round = 0; round < 25; ++round) {
            Fixture f;
            f.engine->imageMs = 1;
            f.engine->rateMs = 1;
            f.session->openDataset(QString::fromStdString(f.db.string()));
            for (int i = 1; i <= kRows; ++i)
                f.session->thumbnail(f.db.parent_path() / "memes" / QStringLiteral("m%1.png").arg(i).toStdString());
            f.session->rate({QString::fromStdString(f.db.parent_path().string())});
            QTest::qWait(round * 3);
            round % 2 ? f.session->train() : f.session->extract();
            QTest::qWait(round * 2);
            f.session.reset();
            QCOMPARE(f.engine->running.load(), 0);
        }
    }

    void rapidClicksInAnyOrder()
    {
        const auto shared = makeFixture();
        Fixture &f = *shared;
        QVERIFY(f.load());
        f.setEpochs(40);
        std::mt19937 random(20180401);
        int settledAtRest = 0;
        for (int i = 0; i < 400; ++i) {
            switch (random() % 8) {
            case 0:
            case 1: f.session->train(); break;
            case 2: f.session->pause(); break;
            case 3: f.session->resume(); break;
            case 4: f.session->stopAndKeep(); break;
            case 5: f.session->stopAndDiscard(); break;
            case 6: f.session->extract(); break;
            case 7: f.session->openDataset(QString::fromStdString(f.db.string())); break;
            }
            const JobState state = f.session->job().state;
            const Actions &can = f.session->actions();
            QVERIFY(!(can.pause && can.resume));
            QVERIFY(!can.pause || state == JobState::Running);
            QVERIFY(!can.resume || state == JobState::Paused);
            QVERIFY(!can.train || f.settled());
            if (random() % 3 == 0)
                QTest::qWait(int(random() % 25));
            settledAtRest += f.settled();
        }
        f.session->stopAndKeep();
        f.session->resume();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->running.load() == 0 || f.session->features() == nullptr, true);
        f.session->dismissMessage();
        QVERIFY(f.waitFor([&] { return f.session->actions().train; }));
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Done);
        QCOMPARE(f.session->training().curve.size(), std::size_t(40));
        QVERIFY(settledAtRest > 0);
    }

    void epochsAreCoalesced()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 0;
        f.engine->onEpoch = [](int) { std::this_thread::sleep_for(std::chrono::microseconds(100)); };
        f.setEpochs(5000);
        QElapsedTimer clock;
        qint64 longestGap = 0;
        QElapsedTimer beat;
        QTimer heart;
        heart.setInterval(5);
        connect(&heart, &QTimer::timeout, this, [&] { longestGap = std::max(longestGap, beat.restart()); });
        beat.start();
        heart.start();
        clock.start();
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        const qint64 elapsed = clock.elapsed();
        QCOMPARE(f.session->training().curve.size(), std::size_t(5000));
        const int epochs = f.changes[Change::Epochs];
        qInfo("5000 epochs: %d changes in %lld ms; longest gap of the GUI thread %lld ms", epochs, elapsed, longestGap);
        QVERIFY2(epochs <= elapsed / 33 + 4, qPrintable(QString::number(epochs)));
    }

    void resumesARunWithItsCurve()
    {
        Fixture f;
        QVERIFY(f.load());
        f.setEpochs(60);
        f.engine->epochMs = 5;
        f.session->train();
        QVERIFY(f.waitForEpoch(5));
        f.session->stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        const std::size_t before = f.session->training().curve.size();
        QVERIFY(before >= 5 && before < 60);
        f.engine->epochMs = 1;
        f.session->resumeRun(f.session->training().run);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Done);
        QCOMPARE(f.session->training().curve.size(), std::size_t(60));
        QCOMPARE(f.session->training().curve.front().epoch, 1);
    }

    void showsAndDeletesRuns()
    {
        Fixture f;
        QVERIFY(f.load());
        BackboneRequest request;
        request.backbone = "inception_v3";
        request.weights = "none";
        f.session->setRequest(request);
        for (const int epochs : {5, 8}) {
            f.setEpochs(epochs);
            f.session->train();
            QVERIFY(f.waitFor([&] { return f.settled(); }));
        }
        QCOMPARE(f.session->runs().size(), std::size_t(2));
        const std::int64_t older = f.session->runs().back().run;
        f.session->showRun(older);
        QCOMPARE(f.session->training().curve.size(), std::size_t(5));
        QCOMPARE(f.session->training().datasetName, std::string("data"));
        QVERIFY(f.session->training().untrained);
        f.session->setRunNote(older, "first");
        QCOMPARE(f.session->runs().back().note, std::string("first"));
        f.session->deleteRun(older);
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        QCOMPARE(f.session->training().curve.size(), std::size_t(8));
    }

    void excludeIsUndoneAndKept()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->extract();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->features(); }));
        f.session->setExcluded({"m1", "m2", "no such"}, true);
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows - 2));
        QVERIFY(f.session->features());  // they still cover the rest
        f.session->setExcluded({"m1"}, true);
        QCOMPARE(f.session->undoStack()->count(), 1);  // nothing changed
        f.session->undoStack()->undo();
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows));
        f.session->undoStack()->redo();
        f.open();
        QVERIFY(f.load());
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows - 2));
        QCOMPARE(std::count_if(f.session->dataset()->skipped().begin(), f.session->dataset()->skipped().end(),
                               [](const Skipped &s) { return s.reason == SkipReason::Excluded; }),
                 2);
        f.session->setExcluded({"m1", "m2"}, false);
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows));
    }

    void missingEngineLeavesBrowsing()
    {
        Fixture f;
        struct Failing : FakeEngine {
            EngineInfo info() const override { throw Error(ErrorKind::Engine, "The engine is not here."); }
        };
        f.engine = std::make_shared<Failing>();
        f.open();
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.session->message().has_value(); }));
        QVERIFY(f.session->message()->text.contains("The engine is not here."));
        QVERIFY(!f.session->actions().train);
        QVERIFY(f.session->dataset());
        f.session->extract();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Failed);
    }

    void unusableLibraryLeavesBrowsing()
    {
        Fixture f;
        f.session.reset();
        f.library = f.folder.path().toStdString() + "/a file";
        QFile(QString::fromStdString(f.library.string())).open(QIODevice::WriteOnly);
        f.open();
        QVERIFY(f.session->message());
        QVERIFY(f.load());
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows));
        f.session->setExcluded({"m1"}, true);
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows - 1));
    }
};

QTEST_MAIN(SessionTest)
#include "session_test.moc"
