#include <QTest>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "core/store/model_file.h"
#include "session_fixture.h"
#include "tests/store/unreadable_run.h"

using namespace dank;
using namespace dank::test;

namespace {

/// Trains `count` runs of different lengths.
bool trainRuns(Fixture &f, int count)
{
    BackboneRequest request;
    request.backbone = "inception_v3";
    request.weights = "none";
    f.session->features().setRequest(request);
    for (int i = 0; i < count; ++i) {
        f.setEpochs(4 + i);
        f.session->training().train();
        if (!f.waitFor([&] { return f.settled(); }))
            return false;
    }
    return f.session->runs().all().size() == std::size_t(count);
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
    library.runs().setModel(run, library.modelPath(run).string());
    if (evaluation)
        library.evaluations().put(run, storedEvaluation());
    if (evaluation)
        library.evaluations().putCrossValidation(run, {5, {1, 2}, storedEvaluation(), {}, {}, {"so"}});
    f.session->runs().setNote(run, "judged");  // reads the runs again
}

}  // namespace

class RunHistoryTest : public QObject {
    Q_OBJECT

private slots:
    /// A run of a newer version: the others are there, and what is done next is kept.
    void oneUnreadableRunHidesNoOther()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 3));
        giveModel(f, 2, true);
        makeUnreadable(f.library, 2);
        f.open();
        Session &session = *f.session;
        QVERIFY2(!session.workplace().message(), "nothing is said while nothing is wrong with the library");
        QCOMPARE(session.runs().all().size(), std::size_t(3));
        QVERIFY(session.runs().all()[0].problem.empty() && session.runs().all()[2].problem.empty());
        QVERIFY(f.load());
        const TrainConfig before = session.choices().config();
        for (const auto &verb : std::initializer_list<std::function<void()>>{
                 [&] { session.runs().show(2); }, [&] { session.rater().useRun(2); },
                 [&] { session.evaluations().evaluate(2); }, [&] { session.choices().clone(2); },
                 [&] { session.training().resumeRun(2); }}) {
            session.workplace().dismissMessage();
            verb();
            QVERIFY(session.workplace().message());
            QVERIFY2(session.workplace().message()->text.contains("Run 2 cannot be read by this version"),
                     qPrintable(session.workplace().message()->text));
            QVERIFY(f.settled());
        }
        QVERIFY(session.choices().config() == before && !session.rater().model());
        session.runs().trash(2);
        QCOMPARE(session.runs().trashed().size(), std::size_t(1));
        session.runs().restore(2);
        session.runs().remove(2);
        QCOMPARE(session.runs().all().size(), std::size_t(2));
    }

    void trashIsUndone()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 3));
        const std::int64_t oldest = f.session->runs().all().back().run;
        f.session->runs().show(oldest);
        f.session->runs().trash(oldest);
        QCOMPARE(f.session->runs().all().size(), std::size_t(2));
        QCOMPARE(f.session->runs().trashed().size(), std::size_t(1));
        QVERIFY(f.session->chart().shown().run != oldest);
        QVERIFY(f.session->workplace().message() && f.session->workplace().message()->actionText == "Undo");
        const auto undo = f.session->workplace().message()->action;
        undo();
        QCOMPARE(f.session->runs().all().size(), std::size_t(3));
        QVERIFY(f.session->runs().trashed().empty());
        QVERIFY(!f.session->workplace().message());
        QVERIFY(f.session->workplace().undo().canRedo());
        f.session->workplace().undo().redo();
        QCOMPARE(f.session->runs().trashed().size(), std::size_t(1));

        // With another step since, the message's own run comes back, not that step.
        f.session->runs().restore(oldest);
        f.session->runs().trash(oldest);
        const auto late = f.session->workplace().message()->action;
        f.session->data().setExcluded({"m1"}, true);
        late();
        QCOMPARE(f.session->runs().all().size(), std::size_t(3));
        QCOMPARE(f.session->data().dataset()->records().size(), std::size_t(kRows - 1));
        f.session->workplace().undo().undo();  // of the restoring
        QCOMPARE(f.session->runs().all().size(), std::size_t(2));
    }

    /// Another step in the very place of the message's own is not undone by it.
    void trashUndoesOnlyItself()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t oldest = f.session->runs().all().back().run;
        const int before = f.session->workplace().undo().index();
        f.session->runs().trash(oldest);
        const auto late = f.session->workplace().message()->action;
        f.session->workplace().undo().undo();
        f.session->runs().trash(f.session->runs().all().front().run);  // takes its place on the stack
        QCOMPARE(f.session->workplace().undo().index(), before + 1);
        late();
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QCOMPARE(f.session->runs().all().front().run, oldest);
        QCOMPARE(f.session->workplace().undo().index(), before + 1);
    }

    void trashIsKeptAndEmptied()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t oldest = f.session->runs().all().back().run;
        f.session->runs().trash(oldest);
        f.open();
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QCOMPARE(f.session->runs().trashed().size(), std::size_t(1));
        f.session->runs().restore(oldest);
        QCOMPARE(f.session->runs().all().size(), std::size_t(2));
        f.session->runs().trash(oldest);
        f.session->runs().emptyTrash();
        QVERIFY(f.session->runs().trashed().empty());
        f.session->workplace().undo().undo();  // too late: told, and no step that fails again and again
        QVERIFY(f.session->workplace().message());
        QCOMPARE(f.session->workplace().message()->severity, Message::Severity::Error);
        QCOMPARE(Library::open(f.library).runs().list(RunStore::Which::All).size(), std::size_t(1));
    }

    void lockedRunsStay()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 1));
        const std::int64_t run = f.session->runs().all().front().run;
        const int steps = f.session->workplace().undo().count();
        f.session->runs().setLocked(run, true);
        QVERIFY(f.session->runs().all().front().locked);
        f.session->runs().trash(run);
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QVERIFY(f.session->workplace().message()->text.contains("is locked"));
        QCOMPARE(f.session->workplace().undo().count(), steps);
        f.session->runs().remove(run);
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        f.session->runs().setLocked(run, false);
        f.session->runs().trash(run);
        QVERIFY(f.session->runs().all().empty());
    }

    void aRunAtWorkIsNotTrashed()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->epochMs = 5;
        f.setEpochs(2000);
        f.session->training().train();
        QVERIFY(f.waitForEpoch(2));
        f.session->runs().trash(f.session->chart().shown().run);
        QVERIFY(f.session->workplace().message()->text.contains("is being trained"));
        QVERIFY(f.session->chart().shown().live);
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
    }

    void settingsAreCloned()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        TrainConfig mine = TrainConfig::paper();
        mine.seed = 99;
        f.session->choices().setConfig(mine);
        f.session->choices().clone(f.session->runs().all().back().run);
        QVERIFY(f.session->choices().config() == f.session->runs().all().back().config);
        QCOMPARE(f.session->workplace().message()->actionText, QString("Undo"));
        const auto undo = f.session->workplace().message()->action;
        undo();
        QVERIFY(f.session->choices().config() == mine);
        // The features stay, and that is said where they are others.
        QVERIFY(f.waitFor([&] { return f.session->features().statuses().size() == 3; }));  // their names come with it
        BackboneRequest request;
        request.backbone = "inception_v3";
        f.session->features().setRequest(request);
        f.session->choices().clone(f.session->runs().all().back().run);
        QVERIFY2(f.session->workplace().message()->text.contains(
                     "were those of Inception V3, untrained; yours stay those of Inception V3."),
                 qPrintable(f.session->workplace().message()->text));
        QVERIFY(f.session->features().request() == request);
        f.session->choices().setConfig(mine);
        request.weights = "none";
        f.session->features().setRequest(request);
        f.session->choices().clone(f.session->runs().all().back().run);
        QVERIFY2(!f.session->workplace().message()->text.contains("yours stay"),
                 qPrintable(f.session->workplace().message()->text));
        f.session->choices().setConfig(mine);
        f.session->choices().clone(12345);
        QVERIFY(f.session->choices().config() == mine);
    }

    void storedEvaluationsAreShown()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        const std::int64_t newer = f.session->runs().all()[0].run, older = f.session->runs().all()[1].run;
        giveModel(f, newer, true);
        giveModel(f, older, false);
        QVERIFY(f.session->runs().all()[0].figures);
        f.session->evaluations().evaluate(newer);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(*f.session->evaluations().evaluation() == storedEvaluation());
        QCOMPARE(f.session->evaluations().model()->run, newer);
        QVERIFY(f.session->evaluations().crossValidation());
        QCOMPARE(f.session->evaluations().crossValidation()->seeds.size(), std::size_t(2));
        QVERIFY(f.session->evaluations().crossValidation()->notes == std::vector<std::string>{"so"});
        QCOMPARE(f.engine->evaluations.load(), 0);
        f.session->evaluations().evaluate(older);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 1);
        QVERIFY(f.session->evaluations().evaluation()->subset.empty());
        QVERIFY(!f.session->evaluations().crossValidation());

        // Of another dataset the stored one tells nothing.
        writeDataset(f.db.parent_path(), kRows + 3);
        QVERIFY(f.load());
        f.session->evaluations().evaluate(newer);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.engine->evaluations.load(), 2);
        QVERIFY(!f.session->evaluations().crossValidation());
    }

    void aCrossValidationIsShownStepByStep()
    {
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->choices().config();
        config.epochs = 5;
        config.folds = 5;
        config.seeds = 3;
        f.session->choices().setConfig(config);
        f.engine->notes = {"Two authors are in no group.", "So it is."};
        f.engine->holdJudgeAt = 0;
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().verb == "Comparing with simpler guesses"; }));
        QCOMPARE(f.session->jobs().status().total, std::size_t(0));  // no bar that stands at the last epoch
        QVERIFY(f.session->jobs().status().detail.contains("random features"));
        QVERIFY(f.session->jobs().status().judging);
        QVERIFY(!f.session->actions().pause);
        QVERIFY(f.session->actions().stop);
        f.session->training().pause();
        QCOMPARE(f.session->jobs().status().state, JobState::Running);
        f.engine->holdJudgeAt = 4;
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().detail == "fold 2 of 5, seed 1 of 3"; }));
        QCOMPARE(f.session->jobs().status().verb, QString("Cross-validating"));
        QCOMPARE(f.session->jobs().status().done, std::size_t(3));
        QCOMPARE(f.session->jobs().status().total, std::size_t(15));
        QVERIFY(!f.session->jobs().status().secondsLeft);
        QVERIFY(!f.session->actions().pause);
        QTest::qWait(3200);  // from here a time left is likely to hold
        f.engine->holdJudgeAt = 6;
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().detail == "fold 2 of 5, seed 3 of 3"; }));
        QVERIFY(f.session->jobs().status().secondsLeft && *f.session->jobs().status().secondsLeft > 5);
        QVERIFY(!f.session->workplace().message());
        f.engine->holdJudgeAt = -1;
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().verb, QString("Training"));
        QVERIFY(f.session->evaluations().crossValidation());
        QCOMPARE(f.session->evaluations().crossValidation()->folds, 5);
        QVERIFY(f.session->workplace().message());
        QCOMPARE(f.session->workplace().message()->severity, Message::Severity::Info);
        QVERIFY(f.session->workplace().message()->text.contains("Two authors are in no group. So it is."));

        // The next run has none.
        f.session->choices().setConfig(TrainConfig::paper());
        f.setEpochs(3);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->evaluations().evaluation() && !f.session->evaluations().crossValidation());
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
        TrainConfig config = f.session->choices().config();
        config.epochs = 4;
        config.folds = 4;
        f.session->choices().setConfig(config);
        f.engine->holdJudgeAt = at;
        bool wasPaused = false;
        const auto pauseLate = [&] {
            f.waitFor([&] { return f.session->chart().shown().live; });
            f.session->training().pause();
            wasPaused = f.session->jobs().status().state == JobState::Paused;
        };
        std::atomic reached = false, released = !paused;
        f.engine->onEpoch = [&](int epoch) {
            for (reached = epoch == 4; reached && !released;)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
        };
        f.session->training().train();
        if (paused) {
            const bool came = f.waitFor([&] { return reached.load(); });
            pauseLate();
            released = true;
            QVERIFY(came);
        }
        QVERIFY(f.waitFor([&] {
            return f.session->jobs().status().judging
                   && (at == 0 || f.session->jobs().status().detail == QString("fold %1 of 4").arg(at));
        }));
        QCOMPARE(wasPaused, paused);
        QCOMPARE(f.session->jobs().status().state, JobState::Running);
        f.session->jobs().stopAndKeep();
        QCOMPARE(f.session->jobs().status().state, JobState::Stopping);
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->jobs().status().state, JobState::Done);
        QCOMPARE(f.engine->kept.load(), 1);
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QVERIFY(f.session->rater().model() && f.session->evaluations().evaluation());
        QVERIFY(!f.session->evaluations().crossValidation());
        QVERIFY(f.session->workplace().message()->text.contains("was stopped"));
    }

    void discardingACrossValidationLeavesNoRun()
    {
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->choices().config();
        config.epochs = 4;
        config.seeds = 2;
        f.session->choices().setConfig(config);
        f.engine->holdJudgeAt = 1;
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().detail == "seed 1 of 2"; }));
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->runs().all().empty());
        QVERIFY(!f.session->evaluations().crossValidation());
    }

    void discardingAResumedRunKeepsWhatItLearnt_data()
    {
        QTest::addColumn<int>("holdAt");
        QTest::newRow("while it is compared") << 0;
        QTest::newRow("while it is cross-validated") << 2;
    }
    void discardingAResumedRunKeepsWhatItLearnt()
    {
        QFETCH(int, holdAt);
        Fixture f;
        QVERIFY(f.load());
        TrainConfig config = f.session->choices().config();
        config.epochs = 40;
        config.folds = 3;
        f.session->choices().setConfig(config);
        f.engine->epochMs = 5;
        f.session->training().train();
        QVERIFY(f.waitForEpoch(5));
        f.session->jobs().stopAndKeep();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        const std::int64_t run = f.session->chart().shown().run;
        f.engine->epochMs = 1;
        f.engine->holdJudgeAt = holdAt;
        f.session->training().resumeRun(run);
        QVERIFY(f.waitFor([&] { return f.session->jobs().status().judging; }));
        f.session->jobs().stopAndDiscard();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QCOMPARE(f.session->runs().all().size(), std::size_t(1));
        QCOMPARE(f.session->runs().all().front().run, run);
        QVERIFY(f.session->runs().curve(run).size() >= 5);
        QVERIFY(!f.session->chart().shown().live);
        QVERIFY(f.session->rater().model());
    }

    void curvesOfRuns()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(trainRuns(f, 2));
        QCOMPARE(f.session->runs().curve(f.session->runs().all()[0].run).size(), std::size_t(5));
        QCOMPARE(f.session->runs().curve(f.session->runs().all()[1].run).size(), std::size_t(4));
        QVERIFY(f.session->runs().curve(77).empty());
    }
};

QTEST_MAIN(RunHistoryTest)
#include "run_history_test.moc"
