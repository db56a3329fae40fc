#include <QtTest>

#include <filesystem>

#include "core/store/model_file.h"
#include "session_fixture.h"

using namespace dank;
using namespace dank::test;

namespace {

/// Trains `count` runs of different lengths.
bool trainRuns(Fixture &f, int count)
{
    BackboneRequest request;
    request.backbone = "inception_v3";
    request.weights = "none";
    f.session->setRequest(request);
    for (int i = 0; i < count; ++i) {
        f.setEpochs(4 + i);
        f.session->train();
        if (!f.waitFor([&] { return f.settled(); }))
            return false;
    }
    return f.session->runs().size() == std::size_t(count);
}

Evaluation storedEvaluation()
{
    Evaluation evaluation;
    evaluation.subset = "the stored one";
    evaluation.verdict.kind = VerdictKind::LearnedSomething;
    evaluation.model.spearman = 0.5;
    evaluation.memes = {{"m1", 0.1, 0.2, 3}};
    return evaluation;
}

/// Gives a run a model file, and where wanted an evaluation.
void giveModel(Fixture &f, std::int64_t run, bool evaluation)
{
    Library library = Library::open(f.library);
    saveModel(FakeEngine::tinyModel(run, 3), library.modelPath(run));
    library.setRunModel(run, library.modelPath(run).string());
    if (evaluation)
        library.setRunEvaluation(run, storedEvaluation());
    if (evaluation)
        library.setRunCrossValidation(run, {5, {1, 2}, storedEvaluation(), {}, {}, {"so"}});
    f.session->setRunNote(run, "judged");  // reads the runs again
}

}  // namespace

class SessionRunsTest : public QObject {
    Q_OBJECT

private slots:
    void trashIsUndone()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 3));
        const std::int64_t oldest = f.session->runs().back().run;
        f.session->showRun(oldest);
        f.session->trashRun(oldest);
        QCOMPARE(f.session->runs().size(), std::size_t(2));
        QCOMPARE(f.session->trashedRuns().size(), std::size_t(1));
        QVERIFY(f.session->training().run != oldest);
        QVERIFY(f.session->message() && f.session->message()->actionText == "Undo");
        const auto undo = f.session->message()->action;
        undo();
        QCOMPARE(f.session->runs().size(), std::size_t(3));
        QVERIFY(f.session->trashedRuns().empty());
        QVERIFY(!f.session->message());
        QVERIFY(f.session->undoStack()->canRedo());
        f.session->undoStack()->redo();
        QCOMPARE(f.session->trashedRuns().size(), std::size_t(1));

        // With another step since, the message's own run comes back, not that step.
        f.session->restoreRun(oldest);
        f.session->trashRun(oldest);
        const auto late = f.session->message()->action;
        f.session->setExcluded({"m1"}, true);
        late();
        QCOMPARE(f.session->runs().size(), std::size_t(3));
        QCOMPARE(f.session->dataset()->records().size(), std::size_t(kRows - 1));
        f.session->undoStack()->undo();  // of the restoring
        QCOMPARE(f.session->runs().size(), std::size_t(2));
    }

    /// Another step in the very place of the message's own is not undone by it.
    void trashUndoesOnlyItself()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t oldest = f.session->runs().back().run;
        const int before = f.session->undoStack()->index();
        f.session->trashRun(oldest);
        const auto late = f.session->message()->action;
        f.session->undoStack()->undo();
        f.session->trashRun(f.session->runs().front().run);  // takes its place on the stack
        QCOMPARE(f.session->undoStack()->index(), before + 1);
        late();
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        QCOMPARE(f.session->runs().front().run, oldest);
        QCOMPARE(f.session->undoStack()->index(), before + 1);
    }

    void trashIsKeptAndEmptied()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t oldest = f.session->runs().back().run;
        f.session->trashRun(oldest);
        f.open();
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        QCOMPARE(f.session->trashedRuns().size(), std::size_t(1));
        f.session->restoreRun(oldest);
        QCOMPARE(f.session->runs().size(), std::size_t(2));
        f.session->trashRun(oldest);
        f.session->emptyTrash();
        QVERIFY(f.session->trashedRuns().empty());
        f.session->undoStack()->undo();  // too late: told, and no step that fails again and again
        QVERIFY(f.session->message());
        QCOMPARE(f.session->message()->severity, Message::Severity::Error);
        QCOMPARE(Library::open(f.library).runs(Library::Which::All).size(), std::size_t(1));
    }

    void lockedRunsStay()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 1));
        const std::int64_t run = f.session->runs().front().run;
        const int steps = f.session->undoStack()->count();
        f.session->setRunLocked(run, true);
        QVERIFY(f.session->runs().front().locked);
        f.session->trashRun(run);
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        QVERIFY(f.session->message()->text.contains("is locked"));
        QCOMPARE(f.session->undoStack()->count(), steps);
        f.session->deleteRun(run);
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        f.session->setRunLocked(run, false);
        f.session->trashRun(run);
        QVERIFY(f.session->runs().empty());
    }

    void aRunAtWorkIsNotTrashed()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 5;
        f.setEpochs(2000);
        f.session->train();
        QVERIFY(f.waitForEpoch(2));
        f.session->trashRun(f.session->training().run);
        QVERIFY(f.session->message()->text.contains("is being trained"));
        QVERIFY(f.session->training().live);
        f.session->stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
    }

    void settingsAreCloned()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        TrainConfig mine = TrainConfig::paper();
        mine.seed = 99;
        f.session->setTrainConfig(mine);
        f.session->cloneSettings(f.session->runs().back().run);
        QVERIFY(f.session->trainConfig() == f.session->runs().back().config);
        QCOMPARE(f.session->message()->actionText, QString("Undo"));
        const auto undo = f.session->message()->action;
        undo();
        QVERIFY(f.session->trainConfig() == mine);
        // The features stay, and that is said where they are others.
        BackboneRequest request;
        request.backbone = "inception_v3";
        f.session->setRequest(request);
        f.session->cloneSettings(f.session->runs().back().run);
        QVERIFY2(f.session->message()->text.contains(
                     "were those of Inception V3, untrained; yours stay those of Inception V3."),
                 qPrintable(f.session->message()->text));
        QVERIFY(f.session->request() == request);
        f.session->setTrainConfig(mine);
        request.weights = "none";
        f.session->setRequest(request);
        f.session->cloneSettings(f.session->runs().back().run);
        QVERIFY2(!f.session->message()->text.contains("yours stay"), qPrintable(f.session->message()->text));
        f.session->setTrainConfig(mine);
        f.session->cloneSettings(12345);
        QVERIFY(f.session->trainConfig() == mine);
    }

    void storedEvaluationsAreShown()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t newer = f.session->runs()[0].run, older = f.session->runs()[1].run;
        giveModel(f, newer, true);
        giveModel(f, older, false);
        QVERIFY(f.session->runs()[0].figures);
        f.session->evaluateRun(newer);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(*f.session->evaluation() == storedEvaluation());
        QCOMPARE(f.session->evaluatedModel()->run, newer);
        QVERIFY(f.session->crossValidation());
        QCOMPARE(f.session->crossValidation()->seeds.size(), std::size_t(2));
        QVERIFY(f.session->crossValidation()->notes == std::vector<std::string>{"so"});
        QCOMPARE(f.engine->evaluations.load(), 0);
        f.session->evaluateRun(older);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 1);
        QVERIFY(f.session->evaluation()->subset.empty());
        QVERIFY(!f.session->crossValidation());

        // Of another dataset the stored one tells nothing.
        writeDataset(f.db.parent_path(), kRows + 3);
        QVERIFY(f.load());
        f.session->evaluateRun(newer);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 2);
        QVERIFY(!f.session->crossValidation());
    }

    void aCrossValidationIsShownStepByStep()
    {
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->trainConfig();
        config.epochs = 5;
        config.folds = 5;
        config.seeds = 3;
        f.session->setTrainConfig(config);
        f.engine->notes = {"Two authors are in no group.", "So it is."};
        f.engine->holdJudgeAt = 0;
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.session->job().verb == "Comparing with simpler guesses"; }));
        QCOMPARE(f.session->job().total, std::size_t(0));  // no bar that stands at the last epoch
        QVERIFY(f.session->job().detail.contains("random features"));
        QVERIFY(f.session->job().judging);
        QVERIFY(!f.session->actions().pause);
        QVERIFY(f.session->actions().stop);
        f.session->pause();
        QCOMPARE(f.session->job().state, JobState::Running);
        f.engine->holdJudgeAt = 4;
        QVERIFY(f.waitFor([&] { return f.session->job().detail == "fold 2 of 5, seed 1 of 3"; }));
        QCOMPARE(f.session->job().verb, QString("Cross-validating"));
        QCOMPARE(f.session->job().done, std::size_t(3));
        QCOMPARE(f.session->job().total, std::size_t(15));
        QVERIFY(!f.session->job().secondsLeft);
        QVERIFY(!f.session->actions().pause);
        QTest::qWait(3200);  // from here a time left is likely to hold
        f.engine->holdJudgeAt = 6;
        QVERIFY(f.waitFor([&] { return f.session->job().detail == "fold 2 of 5, seed 3 of 3"; }));
        QVERIFY(f.session->job().secondsLeft && *f.session->job().secondsLeft > 5);
        QVERIFY(!f.session->message());
        f.engine->holdJudgeAt = -1;
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().verb, QString("Training"));
        QVERIFY(f.session->crossValidation());
        QCOMPARE(f.session->crossValidation()->folds, 5);
        QVERIFY(f.session->message());
        QCOMPARE(f.session->message()->severity, Message::Severity::Info);
        QVERIFY(f.session->message()->text.contains("Two authors are in no group. So it is."));

        // The next run has none.
        f.session->setTrainConfig(TrainConfig::paper());
        f.setEpochs(3);
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->evaluation() && !f.session->crossValidation());
    }

    void stoppingACrossValidationKeepsTheRun_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<bool>("paused");
        QTest::newRow("controls") << 0 << false;
        QTest::newRow("a pause that came too late") << 0 << true;
        QTest::newRow("folds") << 3 << false;
    }
    void stoppingACrossValidationKeepsTheRun()
    {
        QFETCH(int, at);
        QFETCH(bool, paused);
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->trainConfig();
        config.epochs = 4;
        config.folds = 4;
        f.session->setTrainConfig(config);
        f.engine->holdJudgeAt = at;
        bool wasPaused = false;
        const auto pauseLate = [&] {
            f.waitFor([&] { return f.session->training().live; });
            f.session->pause();
            wasPaused = f.session->job().state == JobState::Paused;
        };
        if (paused)
            f.engine->onEpoch = [&](int epoch) {
                if (epoch == 4)
                    QMetaObject::invokeMethod(f.session.get(), pauseLate, Qt::BlockingQueuedConnection);
            };
        f.session->train();
        QVERIFY(f.waitFor([&] {
            return f.session->job().judging && (at == 0 || f.session->job().detail == QString("fold %1 of 4").arg(at));
        }));
        QCOMPARE(wasPaused, paused);
        QCOMPARE(f.session->job().state, JobState::Running);
        f.session->stopAndKeep();
        QCOMPARE(f.session->job().state, JobState::Stopping);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->job().state, JobState::Done);
        QCOMPARE(f.engine->kept.load(), 1);
        QCOMPARE(f.session->runs().size(), std::size_t(1));
        QVERIFY(f.session->ratingModel() && f.session->evaluation());
        QVERIFY(!f.session->crossValidation());
        QVERIFY(f.session->message()->text.contains("was stopped"));
    }

    void discardingACrossValidationLeavesNoRun()
    {
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->trainConfig();
        config.epochs = 4;
        config.seeds = 2;
        f.session->setTrainConfig(config);
        f.engine->holdJudgeAt = 1;
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.session->job().detail == "seed 1 of 2"; }));
        f.session->stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->runs().empty());
        QVERIFY(!f.session->crossValidation());
    }

    void curvesOfRuns()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        QCOMPARE(f.session->runCurve(f.session->runs()[0].run).size(), std::size_t(5));
        QCOMPARE(f.session->runCurve(f.session->runs()[1].run).size(), std::size_t(4));
        QVERIFY(f.session->runCurve(77).empty());
    }
};

QTEST_MAIN(SessionRunsTest)
#include "session_runs_test.moc"
