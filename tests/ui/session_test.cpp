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
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QVERIFY(f.changes[Change::Dataset] > 0);
        QVERIFY(f.session->data().recents().contains(QString::fromStdString(f.db.string())));
        QVERIFY(f.waitFor([&] { return f.session->engine().deviceText().startsWith("CPU"); }));
        QVERIFY(f.session->actions().train);
    }

    void failedLoadSaysWhyAndKeepsTheOldDataset()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->data().open(f.folder.path() + "/nowhere/db.json");
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QVERIFY(f.session->workplace().message()->text.contains("nowhere"));
        QCOMPARE(f.session->jobs().status().state, JobState::Failed);
        QVERIFY(f.session->data().dataset());
        QVERIFY(f.session->actions().open);
    }

    void newerLoadReplacesOne()
    {
        Fixture f;
        const auto other = writeDataset(f.folder.path().toStdString() + "/other", 3);
        for (int i = 0; i < 20; ++i)
            f.session->data().open(QString::fromStdString((i % 2 ? other : f.db).string()));
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->data().dataset(); }));
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(3));
        QVERIFY(!f.session->workplace().message());
    }

    void sampleIsWrittenOnceAndNeedsNoWeights()
    {
        Fixture f;
        f.session->openSample();
        QVERIFY(f.waitFor([&] { return f.session->data().dataset() != nullptr; }));
        QCOMPARE(f.session->data().dataset()->name(), std::string("sample"));
        QVERIFY(f.waitFor([&] { return !f.session->features().request().backbone.empty(); }));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QCOMPARE(f.session->features().request().weights, std::string());
        QVERIFY(f.session->workplace().message() && f.session->workplace().message()->text.contains("Classic"));
        QVERIFY(std::filesystem::exists(f.library / "sample" / "db.json"));
        f.session->openSample();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->samples.load(), 1);
    }

    void extractsAndStops()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->features().extract();
        QCOMPARE(f.session->jobs().status().kind, JobKind::Extract);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->features().summary());
        QCOMPARE(f.session->features().summary()->rows, std::size_t(kRows));
        QCOMPARE(f.session->features().arrivals().size(), std::size_t(kRows));
        QCOMPARE(f.session->features().arrivals().back(), MemeId("m10"));

        f.engine->imageMs = 30;
        f.session->features().extract();
        QVERIFY(!f.session->actions().open);
        QVERIFY(f.waitFor([&] { return f.session->features().extraction().done > 1; }));
        f.session->jobs().stopAndKeep();
        QCOMPARE(f.session->jobs().status().state, JobState::Stopping);  // at once
        const std::size_t done = f.session->features().extraction().done;
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Idle);
        QCOMPARE(f.session->features().extraction().done, done);  // late events were dropped
        QVERIFY(!f.session->workplace().message());
        QVERIFY(f.session->actions().extract);
    }

    void missingWeightsOfferClassic()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.session->features().requested() != nullptr; }));
        BackboneRequest request = f.session->features().request();
        request.backbone = "inception_v3";
        f.session->features().setRequest(request);
        f.engine->onExtract = [&] {
            if (f.session->features().request().backbone != "classic")
                throw Error(ErrorKind::Weights, "There are no weights.", "/w/inception_v3.safetensors");
        };
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QVERIFY2(f.session->workplace().message()->text.contains("Inception V3"),
                 qPrintable(f.session->workplace().message()->text));
        QCOMPARE(f.session->workplace().message()->actionText, QString("Use Classic"));
        QCOMPARE(f.session->jobs().status().state, JobState::Failed);
        QCOMPARE(f.session->pageState(Page::Features), PageState::Warning);
        f.setEpochs(20);
        f.session->workplace().message()->action();
        QVERIFY(!f.session->workplace().message());
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QVERIFY(f.session->rater().model());
    }

    /// Hashing a large dataset takes minutes: nothing that the user asks for waits for it.
    void aJobEndsTheHashing()
    {
        Fixture f;
        f.engine->holdHashing = true;
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.engine->hashing > 0; }));
        f.session->features().extract();
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
        training ? f.session->training().train() : f.session->features().extract();
        for (const auto &[stage, verb] :
             {std::pair("hash", "Hashing pictures"), std::pair("read", "Reading stored features"),
              std::pair("look", "Looking at pictures for copies"), std::pair("duplicates", "Finding copies")}) {
            f.engine->holdStage = stage;
            QVERIFY2(f.waitFor([&] { return f.session->jobs().status().verb == verb; }), verb);
            QVERIFY(f.waitFor(
                [&] { return f.session->jobs().status().done == 3 && f.session->jobs().status().total == 10; }));
            QCOMPARE(f.session->jobs().status().detail, QString("3 of 10"));
        }
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().state == JobState::Idle; }));
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
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QCOMPARE(f.session->workplace().message()->actionText, action);
        QCOMPARE(f.session->workplace().message()->severity, Message::Severity::Error);
        QCOMPARE(f.session->jobs().status().state, JobState::Failed);
        QVERIFY(!f.session->chart().shown().live);
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(2));  // what was learnt is still shown
        QVERIFY(f.session->actions().train);
        if (kind == int(ErrorKind::Diverged)) {
            const double before = f.session->choices().config().learningRate;
            f.engine->onEpoch = {};
            f.setEpochs(5);
            f.session->workplace().message()->action();
            QCOMPARE(f.session->choices().config().learningRate, before * 0.1);
            QCOMPARE(f.session->jobs().status().kind, JobKind::Train);
            QVERIFY(f.waitFor([&] { return f.settled(); }));
        }
    }

    void trainsPausesResumesAndKeeps()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 3;
        f.setEpochs(100000);
        f.session->training().train();
        QVERIFY(f.waitForEpoch(3));
        QVERIFY(f.session->actions().pause);
        QVERIFY(f.session->jobs().status().detail.startsWith("epoch "));
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));

        f.session->training().pause();
        QCOMPARE(f.session->jobs().status().state, JobState::Paused);
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().detail.startsWith("Paused at epoch"); }));
        const auto paused = f.session->chart().shown().curve.size();
        QTest::qWait(60);
        QCOMPARE(f.session->chart().shown().curve.size(), paused);
        QCOMPARE(f.session->chart().shown().pauses.size(), std::size_t(1));

        f.session->training().resume();
        QCOMPARE(f.session->jobs().status().state, JobState::Running);
        QVERIFY(f.waitForEpoch(int(paused) + 15));
        QVERIFY(f.session->rater().model());  // a snapshot
        QCOMPARE(f.session->choices().config().epochs, 100000);
        f.setEpochs(7);  // refused
        QCOMPARE(f.session->choices().config().epochs, 100000);
        QVERIFY(f.session->workplace().message());
        f.session->workplace().dismissMessage();
        f.session->data().open(QString::fromStdString(f.db.string()));
        QVERIFY(f.session->workplace().message()->text.contains("Stop the training first"));
        f.session->workplace().dismissMessage();

        f.session->jobs().stopAndKeep();
        QCOMPARE(f.session->jobs().status().state, JobState::Stopping);
        QVERIFY(!f.session->actions().stop);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QCOMPARE(f.engine->kept.load(), 1);
        QVERIFY(f.session->evaluations().evaluation());
        QCOMPARE(f.session->rater().model(), f.session->evaluations().model());
        QCOMPARE(f.session->runs().all().front().state, RunState::Done);
        QVERIFY(f.waitFor([&] { return f.session->features().summary() != nullptr; }));
        QCOMPARE(f.session->features().summary()->rows, std::size_t(kRows));
        QCOMPARE(f.engine->extractions.load(), 1);  // nothing is read again for a summary
        QVERIFY(!f.session->workplace().message());
    }

    void discardLeavesNoTrace()
    {
        for (const bool late : {false, true}) {
            Fixture f;
            QVERIFY(f.load());
            f.engine->ignoresCancel = late;  // the engine finishes all the same
            f.setEpochs(late ? 60 : 100000);
            f.engine->epochMs = 4;
            f.session->training().train();
            QVERIFY(f.waitForEpoch(12));
            QVERIFY(f.session->rater().model());
            f.session->jobs().stopAndDiscard();
            QCOMPARE(f.session->jobs().status().state, JobState::Stopping);
            QVERIFY(f.waitFor([&] { return f.settled(); }));
            QCOMPARE(f.session->jobs().status().state, JobState::Idle);
            QVERIFY(f.session->runs().all().empty());
            QVERIFY(f.session->chart().shown().curve.empty());
            QVERIFY(!f.session->rater().model());
            QVERIFY(!f.session->evaluations().evaluation());
            QVERIFY(!f.session->workplace().message());
        }
    }

    void closingKeepsATraining()
    {
        Fixture f;
        QVERIFY(f.load());
        f.setEpochs(100000);
        f.session->training().train();
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
            f.session->data().open(QString::fromStdString(f.db.string()));
            for (int i = 1; i <= kRows; ++i)
                f.session->thumbnails().get(f.db.parent_path() / "memes"
                                            / QStringLiteral("m%1.png").arg(i).toStdString());
            f.session->board().rate({QString::fromStdString(f.db.parent_path().string())});
            QTest::qWait(round * 3);
            round % 2 ? f.session->training().train() : f.session->features().extract();
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
            case 1: f.session->training().train(); break;
            case 2: f.session->training().pause(); break;
            case 3: f.session->training().resume(); break;
            case 4: f.session->jobs().stopAndKeep(); break;
            case 5: f.session->jobs().stopAndDiscard(); break;
            case 6: f.session->features().extract(); break;
            case 7: f.session->data().open(QString::fromStdString(f.db.string())); break;
            }
            const JobState state = f.session->jobs().status().state;
            const Actions &can = f.session->actions();
            QVERIFY(!(can.pause && can.resume));
            QVERIFY(!can.pause || state == JobState::Running);
            QVERIFY(!can.resume || state == JobState::Paused);
            QVERIFY(!can.train || f.settled());
            if (random() % 3 == 0)
                QTest::qWait(int(random() % 25));
            settledAtRest += f.settled();
        }
        f.session->jobs().stopAndKeep();
        f.session->training().resume();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->running.load() == 0 || f.session->features().summary() == nullptr, true);
        f.session->workplace().dismissMessage();
        QVERIFY(f.waitFor([&] { return f.session->actions().train; }));
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(40));
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
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        const qint64 elapsed = clock.elapsed();
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(5000));
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
        f.session->training().train();
        QVERIFY(f.waitForEpoch(5));
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        const std::size_t before = f.session->chart().shown().curve.size();
        QVERIFY(before >= 5 && before < 60);
        f.engine->epochMs = 1;
        f.session->training().resumeRun(f.session->chart().shown().run);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(60));
        QCOMPARE(f.session->chart().shown().curve.front().epoch, 1);
    }

    void showsAndDeletesRuns()
    {
        Fixture f;
        QVERIFY(f.load());
        BackboneRequest request;
        request.backbone = "inception_v3";
        request.weights = "none";
        f.session->features().setRequest(request);
        for (const int epochs : {5, 8}) {
            f.setEpochs(epochs);
            f.session->training().train();
            QVERIFY(f.waitFor([&] { return f.settled(); }));
        }
        QCOMPARE(f.session->runs().all().size(), std::size_t(2));
        const std::int64_t older = f.session->runs().all().back().run;
        f.session->runs().show(older);
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(5));
        QCOMPARE(f.session->chart().shown().datasetName, std::string("data"));
        QVERIFY(f.session->chart().shown().untrained);
        f.session->runs().setNote(older, "first");
        QCOMPARE(f.session->runs().all().back().note, std::string("first"));
        f.session->runs().remove(older);
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QCOMPARE(f.session->chart().shown().curve.size(), std::size_t(8));
    }

    void excludeIsUndoneAndKept()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->features().extract();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->features().summary(); }));
        f.session->data().setExcluded({"m1", "m2", "no such"}, true);
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows - 2));
        QVERIFY(f.session->features().summary());  // they still cover the rest
        f.session->data().setExcluded({"m1"}, true);
        QCOMPARE(f.session->workplace().undo().count(), 1);  // nothing changed
        f.session->workplace().undo().undo();
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows));
        f.session->workplace().undo().redo();
        f.open();
        QVERIFY(f.load());
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows - 2));
        QCOMPARE(std::count_if(f.session->data().dataset()->skipped().begin(),
                               f.session->data().dataset()->skipped().end(),
                               [](const Skipped &s) { return s.reason == SkipReason::Excluded; }),
                 2);
        f.session->data().setExcluded({"m1", "m2"}, false);
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows));
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
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QVERIFY(f.session->workplace().message()->text.contains("The engine is not here."));
        QVERIFY(!f.session->actions().train);
        QVERIFY(f.session->data().dataset());
        f.session->features().extract();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Failed);
    }

    void unusableLibraryLeavesBrowsing()
    {
        Fixture f;
        f.session.reset();
        f.library = f.folder.path().toStdString() + "/a file";
        QFile(QString::fromStdString(f.library.string())).open(QIODevice::WriteOnly);
        f.open();
        QVERIFY(f.session->workplace().message());
        QVERIFY(f.load());
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows));
        f.session->data().setExcluded({"m1"}, true);
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows - 1));
    }
};

QTEST_MAIN(SessionTest)
#include "session_test.moc"
