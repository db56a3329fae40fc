#include <QTest>

#include <algorithm>
#include <string>
#include <vector>

#include "core/store/library.h"
#include "core/store/model_file.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

namespace {

/// What a killed process leaves: nothing after it runs, and nothing catches it.
struct Killed {};

Model fileOf(const TrainReport &report)
{
    return loadModel(report.modelPath);
}

}  // namespace

/// What follows a run's epochs: its verdict, in its model's file too, and how that ends early.
class TrainRunTest : public QObject, private RunFixture {
    Q_OBJECT

private slots:
    void init() { reset(); }

    void theModelCarriesItsVerdict()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 300));
        std::vector<Judgement> live;
        TrainingObserver observer;
        observer.snapshot = [&](const std::shared_ptr<const Model> &model) { live.push_back(model->verdict()); };
        const TrainReport report = train(dataset, quickConfig(), observer);
        QVERIFY(report.evaluation.model.rows >= kMinRowsToJudge);

        const Judgement &judged = report.model->judgement.value();
        QCOMPARE(judged, judgementOf(report.evaluation, true, "data"));
        QVERIFY(judged.kind == report.evaluation.verdict.kind);
        QVERIFY(judged.spearman && judged.r2 && judged.spearmanInterval);
        QCOMPARE(judged.subset, std::to_string(judged.rows) + " held-out memes of data");
        QCOMPARE(fileOf(report).judgement.value(), judged);
        QCOMPARE(fileOf(report).layers.front().weight, report.model->layers.front().weight);
        QCOMPARE(fileOf(report).trainPictures.size(), report.model->trainIds.size());

        // Whoever took it before knew that there was no verdict yet.
        QVERIFY(!live.empty());
        for (const Judgement &judgement : live)
            QCOMPARE(judgement, notJudgedYet());
    }

    void killedBeforeItsVerdictItIsNotJudged()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        JobContext job;
        job.progress = [](const Progress &progress) {
            if (progress.stage == "baselines")
                throw Killed();
        };
        bool killed = false;
        try {
            train(dataset, quickConfig(), {}, job);
        } catch (const Killed &) {
            killed = true;
        }
        QVERIFY(killed);
        const auto library = [&] { return Library::open(folder() / "library"); };
        const RunRecord run = library().runs().list().front();
        QCOMPARE(run.state, RunState::Interrupted);
        QVERIFY(!loadModel(run.model).judgement);

        TrainingControl control;
        const TrainReport rest = resumeRun(run.run, context(), {}, control, {});
        QCOMPARE(fileOf(rest).judgement.value(), rest.model->judgement.value());
        QCOMPARE(library().runs().get(run.run).state, RunState::Done);
    }

    void aStoppedRunCarriesItsOwn()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        TrainingControl control;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 5)
                control.stopAndKeep();
        };
        const TrainReport part = train(dataset, quickConfig(), observer, control);
        QVERIFY(part.stoppedByUser);
        QCOMPARE(fileOf(part).judgement.value(), judgementOf(part.evaluation, true, "data"));
        QVERIFY(part.evaluation.baselines.size()
                > 2);  // those that need no training: it was not the judging he stopped
    }

    void oneThatCannotBeJudgedSaysWhy()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        JobContext job;
        job.progress = [](const Progress &progress) {
            if (progress.stage == "baselines")
                throw Error(ErrorKind::Memory, "There is no room for the neighbours.");
        };
        const TrainReport report = train(dataset, quickConfig(), {}, job);
        const Judgement judgement = fileOf(report).judgement.value();
        QVERIFY(!judgement.kind);
        QCOMPARE(verdictText(judgement), std::string("It could not be judged. There is no room for the neighbours."));
    }

    /// Weights that decay to nothing at each step: every meme gets one score. A blend does without such a network.
    void aHeadThatTellsNothingApartIsTold()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 100));
        TrainConfig config = quickConfig();
        config.optimiser = OptimiserKind::AdamW;
        config.learningRate = 1e-4;
        config.weightDecay = 1e4;
        for (const bool blend : {false, true}) {
            config.blend = blend;
            std::vector<std::string> warnings;
            int epochs = 0, warnedAt = 0;
            TrainingObserver observer;
            observer.epoch = [&](const EpochStats &stats, int) { epochs = stats.epoch; };
            observer.warned = [&](const std::string &warning) {
                warnings.push_back(warning);
                warnedAt = epochs;
            };
            const TrainReport report = train(dataset, config, observer);
            QCOMPARE(warnings.size(), std::size_t(1));
            QCOMPARE(warnedAt, 1);
            QVERIFY(warnings.front().find("Try a lower learning rate") != std::string::npos);
            QCOMPARE(warnings.front().find("the preset auto") == std::string::npos, blend);
            QCOMPARE(std::ranges::count_if(
                         report.notes, [](const std::string &note) { return note.starts_with("This model gives"); }),
                     std::ptrdiff_t(blend ? 0 : 1));
            QCOMPARE(report.model->layers.empty(), blend);
        }
    }

    void stopEndsTheJudging_data()
    {
        QTest::addColumn<QString>("stage");
        QTest::newRow("at the controls") << "controls";
        QTest::newRow("at the simpler guesses") << "baselines";
    }
    void stopEndsTheJudging()
    {
        QFETCH(QString, stage);
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 300));
        TrainingControl control;
        std::vector<std::string> after;
        JobContext job;
        job.progress = [&](const Progress &progress) {
            if (control.isStopping())
                after.emplace_back(progress.stage);
            else if (progress.stage == stage.toStdString())
                control.stopAndKeep();
        };
        TrainConfig config = quickConfig();
        config.folds = 3;  // nor does that begin
        const TrainReport report = train(dataset, config, {}, control, job);
        QVERIFY2(after.empty(), qPrintable(QString("%1 more steps, the first is '%2'")
                                               .arg(after.size())
                                               .arg(QString::fromStdString(after.empty() ? "" : after.front()))));

        // The run is whole, and says what it was compared with.
        QVERIFY(!report.stoppedByUser && report.crossValidationStopped && !report.crossValidation);
        QCOMPARE(report.model->epochsRun, config.epochs);
        QCOMPARE(Library::open(folder() / "library").runs().get(report.run).state, RunState::Done);
        QCOMPARE(report.evaluation.baselines.size(), std::size_t(1));
        QCOMPARE(report.evaluation.baselines.front().name, std::string("mean"));
        QVERIFY(report.evaluation.model.rows >= kMinRowsToJudge);
        QVERIFY(intervalOf(report.evaluation.intervals, Figure::Spearman));
        const std::string &reason = report.evaluation.verdict.reason;
        QVERIFY2(
            reason.ends_with("Its judging was stopped: it was compared with nothing but always answering the mean."),
            reason.c_str());
        QCOMPARE(fileOf(report).judgement.value(), judgementOf(report.evaluation, true, "data"));
    }
};

QTEST_GUILESS_MAIN(TrainRunTest)
#include "train_run_test.moc"
