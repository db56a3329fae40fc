#include <QtTest>

#include <string>
#include <vector>

#include "core/store/library.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

/// What follows a run's epochs, and how that ends early.
class TrainRunTest : public QObject, private RunFixture {
    Q_OBJECT

private slots:
    void init() { reset(); }

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
        QCOMPARE(Library::open(folder() / "library").run(report.run).state, RunState::Done);
        QCOMPARE(report.evaluation.baselines.size(), std::size_t(1));
        QCOMPARE(report.evaluation.baselines.front().name, std::string("mean"));
        QVERIFY(report.evaluation.model.rows >= kMinRowsToJudge);
        QVERIFY(intervalOf(report.evaluation.intervals, Figure::Spearman));
        const std::string &reason = report.evaluation.verdict.reason;
        QVERIFY2(
            reason.ends_with("Its judging was stopped: it was compared with nothing but always answering the mean."),
            reason.c_str());
    }
};

QTEST_GUILESS_MAIN(TrainRunTest)
#include "train_run_test.moc"
