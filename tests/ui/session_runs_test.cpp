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
    f.session->setRunNote(run, "judged");   // reads the runs again
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
        f.session->undoStack()->undo();   // of the restoring
        QCOMPARE(f.session->runs().size(), std::size_t(2));
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
        f.session->undoStack()->undo();   // too late: told, and no step that fails again and again
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
        QCOMPARE(f.engine->evaluations.load(), 0);
        f.session->evaluateRun(older);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 1);
        QVERIFY(f.session->evaluation()->subset.empty());

        // Of another dataset the stored one tells nothing.
        writeDataset(f.db.parent_path(), kRows + 3);
        QVERIFY(f.load());
        f.session->evaluateRun(newer);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 2);
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
