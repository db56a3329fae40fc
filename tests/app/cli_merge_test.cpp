#include <signal.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// Extraction in parts and what joins them: the same library as one machine's.
class TestCliMerge : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void partsAreTheWhole();
    void repeatedItFindsAllThere();
    void killedAnywhereAndRepeated();
    void checkFindsADifference();
    void checkSaysWhatItCannotFind();
    void foreignIdsAreRefused();
    void anEmptyPartIsNoError();

private:
    static constexpr int kParts = 4;
    QTemporaryDir m_folder;
    QString m_db;
    QStringList m_parts, m_whole;
    int m_pictures = 0;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList extractArguments(const QString &library) const
    {
        return {"--library", library, "extract", m_db, "--backbone", "classic", "--json"};
    }
    QStringList mergeArguments(const QString &into) const
    {
        return QStringList{"merge"} + m_parts + QStringList{"--into", into, "--json"};
    }
    /// What a library knows of pictures, whatever rows it lies in; speeds are the machine's.
    static QStringList dump(const QString &library)
    {
        const SQLite::Database database((library + "/library.sqlite").toStdString());
        QStringList lines;
        for (const char *query : {"SELECT name || ' ' || image_hash || ' ' || hex(vector) FROM features"
                                  " JOIN backbones ON id = backbone ORDER BY 1",
                                  "SELECT 'backbone ' || name FROM backbones ORDER BY 1",
                                  "SELECT key || ' ' || value FROM facts WHERE key NOT LIKE 'speed/%' ORDER BY 1",
                                  "SELECT 'used ' || kind || ' ' || name FROM last_used WHERE kind = 'features' AND "
                                  "name LIKE 'classic/%'"}) {
            SQLite::Statement rows(database, query);
            while (rows.executeStep())
                lines << QString::fromStdString(rows.getColumn(0).getString());
        }
        return lines;
    }
};

void TestCliMerge::initTestCase()
{
    m_db = makeSample(path("sample"), 60);
    QVERIFY(!m_db.isEmpty());
    QTest::qSleep(2100);  // what changed just now is not remembered by its stamp
    const Outcome whole = runDank(extractArguments(path("whole")));
    QVERIFY2(whole.code == 0, whole.err);
    m_pictures = whole.object()["computed"].toInt();
    QVERIFY(m_pictures >= 40);
    m_whole = dump(path("whole"));

    int computed = 0;
    for (int part = 1; part <= kParts; ++part) {
        m_parts << path(QString("part-%1").arg(part));
        const Outcome outcome =
            runDank(extractArguments(m_parts.last()) + QStringList{"--shard", QString("%1/%2").arg(part).arg(kParts)});
        QVERIFY2(outcome.code == 0, outcome.err);
        const QJsonObject found = outcome.object();
        QVERIFY(found["computed"].toInt() > 0 && found["computed"].toInt() < m_pictures);
        QCOMPARE(found["cached"].toInt(), 0);
        QCOMPARE(found["shard"].toString(), QString("%1/%2").arg(part).arg(kParts));
        QCOMPARE(found["shape"][0].toInt(), found["computed"].toInt());
        computed += found["computed"].toInt();
    }
    QCOMPARE(computed, m_pictures);
}

void TestCliMerge::partsAreTheWhole()
{
    const Outcome outcome = runDank(mergeArguments(path("joined")));
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonObject found = outcome.object();
    QCOMPARE(found["merged"].toInt(), m_pictures);
    QCOMPARE(found["already"].toInt(), 0);
    QCOMPARE(found["checked"].toInt(), kParts);  // one of a thousand, at least one of each machine
    QCOMPARE(found["largest_difference"].toDouble(-1), 0.0);
    QCOMPARE(dump(path("joined")), m_whole);

    const Outcome again = runDank(extractArguments(path("joined")));
    QCOMPARE(again.object()["computed"].toInt(), 0);
    QCOMPARE(again.object()["cached"].toInt(), m_pictures);
}

void TestCliMerge::repeatedItFindsAllThere()
{
    const QJsonObject found = runDank(mergeArguments(path("joined"))).object();
    QCOMPARE(found["merged"].toInt(), 0);
    QCOMPARE(found["already"].toInt(), m_pictures);
    QCOMPARE(found["differing"].toInt(), 0);
    QCOMPARE(found["checked"].toInt(), kParts);
    QCOMPARE(dump(path("joined")), m_whole);
}

void TestCliMerge::killedAnywhereAndRepeated()
{
    const QStringList arguments{"--progress", "none"};
    QElapsedTimer clock;
    clock.start();
    QVERIFY2(runDank(mergeArguments(path("timed")) + QStringList{"--no-check"}).code == 0, "the timed merge");
    const auto microseconds = clock.nsecsElapsed() / 1000;
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo() << "seed" << seed;
    QRandomGenerator random(seed);
    const QString into = path("killed");
    int killed = 0;
    for (int round = 0; round < 3; ++round) {
        QProcess process;
        process.start(DANK_BIN "/dank", arguments + mergeArguments(into) + QStringList{"--no-check"});
        QVERIFY(process.waitForStarted());
        QTest::qSleep(static_cast<int>(random.bounded(static_cast<int>(microseconds)) / 1000));
        ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        QVERIFY(process.waitForFinished());
        killed += process.exitStatus() == QProcess::CrashExit;
    }
    qInfo() << killed << "of 3 were killed before their end";
    const Outcome rest = runDank(mergeArguments(into));
    QVERIFY2(rest.code == 0, rest.err);
    QCOMPARE(rest.object()["merged"].toInt() + rest.object()["already"].toInt(), m_pictures);
    QCOMPARE(dump(into), m_whole);
}

void TestCliMerge::checkFindsADifference()
{
    QDir().mkpath(path("wrong"));
    QVERIFY(QFile::copy(m_parts[0] + "/library.sqlite", path("wrong/library.sqlite")));
    {
        SQLite::Database database(path("wrong/library.sqlite").toStdString(), SQLite::OPEN_READWRITE);
        database.exec("UPDATE features SET vector = (SELECT vector FROM features AS other WHERE other.backbone ="
                      " features.backbone ORDER BY row DESC LIMIT 1) WHERE row ="
                      " (SELECT min(row) FROM features JOIN backbones ON id = backbone WHERE name LIKE 'classic/%')");
    }
    const Outcome outcome = runDank({"merge", path("wrong"), "--into", path("warned"), "--json"});
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.object()["largest_difference"].toDouble() > 0.01);
    QVERIFY2(outcome.err.contains("computes wrongly"), outcome.err);
}

void TestCliMerge::checkSaysWhatItCannotFind()
{
    QVERIFY(QDir().rename(path("sample"), path("moved")));
    const QJsonObject blind = runDank(mergeArguments(path("blind"))).object();
    QCOMPARE(blind["merged"].toInt(), m_pictures);
    QCOMPARE(blind["checked"].toInt(), 0);
    QVERIFY(blind["largest_difference"].isNull());
    QVERIFY(blind["backbones"][0]["note"].toString().contains("--dataset"));
    const QJsonObject told = runDank(mergeArguments(path("blind")) + QStringList{"--dataset", path("moved")}).object();
    QVERIFY(QDir().rename(path("moved"), path("sample")));
    QCOMPARE(told["checked"].toInt(), kParts);
    QCOMPARE(told["largest_difference"].toDouble(-1), 0.0);
}

void TestCliMerge::foreignIdsAreRefused()
{
    for (const QString rule : {"warp", "crop"}) {
        const Outcome made = runDank({"--library", path(rule), "extract", m_db, "--backbone", "resnet50", "--weights",
                                      "none", "--precision", "fp32", "--resize", rule, "--shard", "1/4"});
        QVERIFY2(made.code == 0, made.err);
    }
    const QStringList arguments{"merge", path("warp"), path("crop"), "--into", path("both"), "--json"};
    const Outcome refused = runDank(arguments);
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains("resnet50/crop/fp32/seed-1") && refused.err.contains("resnet50/warp/fp32/seed-1"),
             refused.err);
    const Outcome taken = runDank(arguments + QStringList{"--all-backbones"});
    QVERIFY2(taken.code == 0, taken.err);
    const QJsonObject found = taken.object();
    QCOMPARE(found["backbones"].toArray().size(), 2);
    QCOMPARE(found["checked"].toInt(), 2);
    QVERIFY2(found["largest_difference"].toDouble() <= found["backbones"][0]["tolerance"].toDouble(), taken.out);
}

void TestCliMerge::anEmptyPartIsNoError()
{
    int computed = 0;
    bool sawEmpty = false;
    for (int part = 1; part <= 3 && !sawEmpty; ++part) {
        const Outcome outcome =
            runDank(extractArguments(path("few"))
                    + QStringList{"--shard", QString("%1/999983").arg(part), "--out", path("few.npy")});
        QVERIFY2(outcome.code == 0, outcome.err);
        computed += outcome.object()["computed"].toInt();
        sawEmpty = outcome.object()["computed"].toInt() == 0;
        if (sawEmpty)
            QCOMPARE(outcome.object()["shape"][0].toInt(), 0);
    }
    QVERIFY(sawEmpty);
    QVERIFY(QFile::exists(path("few.npy")));
}

QTEST_GUILESS_MAIN(TestCliMerge)
#include "cli_merge_test.moc"
