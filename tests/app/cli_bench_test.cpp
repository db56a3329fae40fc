#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

/// `dank bench` and `dank selftest`.
class TestCliBench : public QObject {
    Q_OBJECT

private slots:
    void benchMeasuresRating();
    void benchMeasuresTraining();
    void selftestHolds();
    void nonsenseIsRefused();

private:
    QTemporaryDir m_folder;
};

void TestCliBench::benchMeasuresRating()
{
    const Outcome outcome =
        runDank({"--library", m_folder.filePath("none"), "bench", "--what", "rate", "--device", "cpu", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonArray items = outcome.object()["items"].toArray();
    QCOMPARE(items.size(), 2);
    for (const QJsonValue &item : items) {
        QVERIFY(item["value"].toDouble() > 0);
        QCOMPARE(item["unit"].toString(), QString("ms"));
        QVERIFY(!item["name"].toString().isEmpty());
    }
    QVERIFY(!QDir(m_folder.filePath("none")).exists());  // measuring makes no library
}

void TestCliBench::benchMeasuresTraining()
{
    const QStringList library{"--library", m_folder.filePath("library")};
    const Outcome outcome = runDank(library + QStringList{"bench", "--what", "train", "--device", "cpu", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    QStringList names;
    for (const QJsonValue &item : outcome.object()["items"].toArray())
        names << item["name"].toString();
    QCOMPARE(names, QStringList({"train_standard", "train_paper"}));
    const Outcome words = runDank(library + QStringList{"bench", "--what", "rate", "--device", "cpu"});
    QVERIFY2(words.code == 0, words.err);
    QVERIFY(words.out.contains("first score"));
}

void TestCliBench::selftestHolds()
{
    const Outcome outcome = runDank({"selftest", "--device", "cpu", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonArray checks = outcome.object()["checks"].toArray();
    QVERIFY(checks.size() >= 3);
    for (const QJsonValue &check : checks) {
        QVERIFY(check["ok"].toBool());
        QVERIFY(check["max_difference"].toDouble() <= check["tolerance"].toDouble());
        QVERIFY(!check["name"].toString().isEmpty());
    }
}

void TestCliBench::nonsenseIsRefused()
{
    QCOMPARE(runDank({"bench", "--what", "everything"}).code, 2);
    QCOMPARE(runDank({"selftest", "--device", "toaster"}).code, 2);
}

QTEST_GUILESS_MAIN(TestCliBench)
#include "cli_bench_test.moc"
