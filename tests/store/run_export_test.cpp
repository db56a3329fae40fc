#include <QFile>
#include <QTest>

#include <cmath>
#include <limits>

#include "core/store/run_export.h"

using namespace dank;

namespace {

RunRecord someRun(std::int64_t number)
{
    RunRecord run;
    run.run = number;
    run.state = RunState::Done;
    run.created = "2026-01-02T03:04:05Z";
    run.dataset = "/d/my, memes/db.json";
    run.backbone = "classic/whole/fp32/v3";
    run.epochs = 3;
    run.bestEpoch = 2;
    run.bestValidationLoss = 0.25;
    run.lastValidationLoss = std::numeric_limits<double>::infinity();
    run.meanPredictorLoss = 0.3;
    run.figures = RunFigures{VerdictKind::NoEvidence, std::nullopt, 0.5, -0.25, 0.125};
    run.note = "a \"note\"";
    return run;
}

std::vector<EpochStats> someCurve()
{
    return {{1, 0.5, 0.4, 0.5}, {2, 0.4, 0.25, 0.75}, {3, 0.3, std::numeric_limits<double>::infinity(), 2}};
}

QStringList cellsOf(const QString &line)
{
    return line.split(',');
}

}  // namespace

class TestRunExport : public QObject {
    Q_OBJECT
private slots:
    void eventsEqualTheReference()
    {
        QFile golden(QStringLiteral(DANK_TEST_DATA "/golden/run.tfevents"));
        QVERIFY(golden.open(QIODevice::ReadOnly));
        QCOMPARE(QByteArray::fromStdString(runEvents(someRun(7), someCurve())).toHex(), golden.readAll().toHex());
        QCOMPARE(eventPath("/logs", someRun(7)).string(),
                 std::string("/logs/run-7/events.out.tfevents.1767323045.dank"));
        RunRecord odd = someRun(8);
        odd.created = "yesterday";
        QCOMPARE(eventPath("/logs", odd).filename().string(), std::string("events.out.tfevents.0.dank"));
    }

    void curve()
    {
        QCOMPARE(curveCsv(someCurve()), std::string("epoch,train_loss,validation_loss,seconds\n"
                                                    "1,0.5,0.4,0.5\n2,0.4,0.25,0.75\n3,0.3,,2\n"));
    }

    void tables()
    {
        RunRecord other = someRun(8);
        other.dataset = "/d/db.json";
        other.config.learningRate = 0.5;
        other.figures.reset();
        other.locked = true;
        other.note.clear();
        const QStringList lines = QString::fromStdString(runsCsv(std::vector{other, someRun(7)}, true)).split('\n');
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[0],
                 QString("run,state,created,locked,dataset,backbone,epochs_run,best_epoch,best_validation_loss,"
                         "last_validation_loss,mean_predictor_loss,verdict,spearman_within,spearman,r2,mae,"
                         "learning_rate,note"));
        QCOMPARE(lines[1],
                 QString("8,done,2026-01-02T03:04:05Z,yes,/d/db.json,classic/whole/fp32/v3,3,2,0.25,,0.3,,,,,,"
                         "0.5,"));
        QCOMPARE(lines[2], QString("7,done,2026-01-02T03:04:05Z,no,\"/d/my, memes/db.json\",classic/whole/fp32/v3,3,2,"
                                   "0.25,,0.3,no_evidence,,0.5,-0.25,0.125,0.001,\"a \"\"note\"\"\""));
        const QStringList whole = QString::fromStdString(runsCsv(std::vector{other})).split('\n');
        QVERIFY(cellsOf(whole[0]).contains("optimiser") && cellsOf(whole[0]).contains("seed"));
        QVERIFY(whole[1].contains("\"512,256,128,32,8\""));
        QCOMPARE(runsCsv({}).find('\n'), runsCsv({}).size() - 1);  // the header alone
    }
};

QTEST_GUILESS_MAIN(TestRunExport)
#include "run_export_test.moc"
