#include <signal.h>

#include <QFile>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

/// Stopped politely and killed: what was done stays done, and the rest can go on.
class TestCliStop : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void extractIsStoppedAndKilled_data();
    void extractIsStoppedAndKilled();
    void trainIsStoppedAndKilled_data();
    void trainIsStoppedAndKilled();
    void stopBeforeTrainingLeavesNoRun();

private:
    static constexpr int kBatch = 4;
    static constexpr int kEpochs = 120;
    QTemporaryDir m_folder;
    QString m_db;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList extractArguments(const QString &library) const
    {
        return {"--library", path(library), "extract", m_db,      "--weights",
                "none",      "--precision", "fp32",    "--batch", QString::number(kBatch)};
    }
    QStringList trainArguments(const QString &library) const
    {
        return {"--library",   path(library), "train",  m_db, "--weights", "none",
                "--precision", "fp32",        "--seed", "5",  "--epochs",  QString::number(kEpochs),
                "--patience",  "0",           "--json"};
    }
};

void TestCliStop::initTestCase()
{
    m_db = makeSample(path("sample"), 40);
    QVERIFY(!m_db.isEmpty());
}

void TestCliStop::extractIsStoppedAndKilled_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("code");
    QTest::newRow("SIGINT") << SIGINT << 130;
    QTest::newRow("SIGTERM") << SIGTERM << 130;
    QTest::newRow("SIGKILL") << SIGKILL << -1;
}

void TestCliStop::extractIsStoppedAndKilled()
{
    QFETCH(int, signal);
    QFETCH(int, code);
    const QString library = QTest::currentDataTag();
    int reported = 0, total = 0;
    const Outcome stopped = runDankUntil(
        extractArguments(library),
        [&](const QJsonObject &event) {
            if (event["stage"].toString() != "extract")
                return false;
            reported = event["done"].toInt();
            total = event["total"].toInt();
            return reported >= 2 * kBatch;
        },
        signal);
    QCOMPARE(stopped.code, code);
    QVERIFY(reported >= 2 * kBatch && reported < total);

    const Outcome again = runDank(extractArguments(library) + QStringList{"--json"});
    QVERIFY2(again.code == 0, again.err);
    const QJsonObject found = again.object();
    QVERIFY2(found["cached"].toInt() + kBatch >= reported, again.out);  // at most one batch is lost
    QCOMPARE(found["cached"].toInt() + found["computed"].toInt(), total);
    QCOMPARE(found["shape"][0].toInt(), total);
}

void TestCliStop::trainIsStoppedAndKilled_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGKILL") << SIGKILL;
}

void TestCliStop::trainIsStoppedAndKilled()
{
    QFETCH(int, signal);
    const QString library = "SIGINT";  // its features are there
    static QJsonObject unbroken;
    if (unbroken.isEmpty()) {
        const Outcome whole = runDank(trainArguments(library));
        QVERIFY2(whole.code == 0, whole.err);
        unbroken = whole.object();
        QCOMPARE(unbroken["epochs"].toInt(), kEpochs);
    }

    int reported = 0;
    const Outcome stopped = runDankUntil(
        trainArguments(library),
        [&](const QJsonObject &event) {
            if (event.contains("epoch"))
                reported = event["epoch"].toInt();
            return reported >= 5;
        },
        signal);
    QVERIFY(reported >= 5 && reported < kEpochs);
    if (signal == SIGINT) {
        QCOMPARE(stopped.code, 130);
        const QJsonObject kept = stopped.object();
        QVERIFY(kept["stopped_by_user"].toBool());
        QVERIFY(kept["epochs"].toInt() >= reported && kept["epochs"].toInt() < kEpochs);
        QVERIFY(QFile::exists(kept["model"].toString()));
        QVERIFY2(stopped.err.contains("resume"), stopped.err);
    } else {
        QCOMPARE(stopped.code, -1);
    }

    const QJsonObject run = runDank({"--library", path(library), "runs", "--json"}).object()["runs"][0].toObject();
    QCOMPARE(run["state"].toString(), QString("interrupted"));
    QVERIFY(run["epochs"].toInt() >= reported - 1);  // at most one epoch is lost

    // Resumed, it ends with the very numbers of the unbroken run.
    const Outcome resumed = runDank({"--library", path(library), "resume", QString::number(run["run"].toInt()),
                                     "--json", "--log", path("resumed.csv"), "--model", path("resumed.dankmodel")});
    QVERIFY2(resumed.code == 0, resumed.err);
    const QJsonObject found = resumed.object();
    QCOMPARE(found["run"], run["run"]);
    QCOMPARE(found["epochs"].toInt(), kEpochs);
    QCOMPARE(found["train_loss"], unbroken["train_loss"]);
    QCOMPARE(found["validation_loss"], unbroken["validation_loss"]);
    QCOMPARE(found["metrics"], unbroken["metrics"]);
    QCOMPARE(readAll(path("resumed.csv")).count('\n'), kEpochs + 1);
    QVERIFY(QFile::exists(path("resumed.dankmodel")));

    const Outcome twice = runDank({"--library", path(library), "resume", QString::number(run["run"].toInt())});
    QCOMPARE(twice.code, 1);
    QVERIFY2(twice.err.contains("finished"), twice.err);
}

void TestCliStop::stopBeforeTrainingLeavesNoRun()
{
    const Outcome stopped = runDankUntil(
        trainArguments("fresh"),
        [](const QJsonObject &event) { return event["stage"].toString() == "extract" && event["done"].toInt() > 0; },
        SIGINT);
    QCOMPARE(stopped.code, 130);
    QVERIFY(stopped.out.isEmpty());
    QVERIFY(runDank({"--library", path("fresh"), "runs", "--json"}).object()["runs"].toArray().isEmpty());
}

QTEST_GUILESS_MAIN(TestCliStop)
#include "cli_stop_test.moc"
