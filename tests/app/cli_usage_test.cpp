#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// What needs no network: usage errors, help, inspect, and bad input.
class TestCliUsage : public QObject {
    Q_OBJECT

private slots:
    void exitCodes_data();
    void exitCodes();
    void helpShowsAnExample_data();
    void helpShowsAnExample();
    void inspectTellsRowsAndReasons();
    void strictExitsWithThree();
    void skippedRowsAreCutAfterTwenty();
    void badDatabases_data();
    void badDatabases();
    void badModels_data();
    void badModels();
    void globalOptionsStandAnywhere();
    void runsOfNoLibraryMakesNone();
    void doctorAlwaysAnswers();

private:
    QTemporaryDir m_folder;
    QString path(const QString &name) const { return m_folder.filePath(name); }
};

void TestCliUsage::exitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    const QString some = path("some.json");
    QVERIFY(writeAll(some, "{\"_default\": {}}"));

    QTest::newRow("nothing") << QStringList{} << 2 << "dank --help";
    QTest::newRow("unknown command") << QStringList{"bogus"} << 2 << "bogus";
    QTest::newRow("unknown option") << QStringList{"inspect", some, "--nope"} << 2 << "--nope";
    QTest::newRow("no dataset") << QStringList{"inspect"} << 2 << "FEED";
    QTest::newRow("mapping") << QStringList{"inspect", some, "--map", "karma=ups"} << 2 << "maps nothing";
    QTest::newRow("two datasets") << QStringList{"inspect", some, some} << 2 << "some.json";
    QTest::newRow("progress style") << QStringList{"--progress", "loud", "inspect", some} << 2 << "loud";
    QTest::newRow("progress style in capitals") << QStringList{"--progress", "PLAIN", "inspect", some} << 2 << "PLAIN";
    QTest::newRow("bins") << QStringList{"inspect", some, "--bins", "0"} << 2 << "--bins";
    QTest::newRow("device") << QStringList{"extract", some, "--device", "gpu"} << 2 << "gpu";
    QTest::newRow("precision") << QStringList{"extract", some, "--precision", "fp8"} << 2 << "fp8";
    QTest::newRow("resize") << QStringList{"extract", some, "--resize", "melt"} << 2 << "melt";
    QTest::newRow("batch") << QStringList{"extract", some, "--batch", "-1"} << 2 << "--batch";
    QTest::newRow("large batch") << QStringList{"extract", some, "--batch", "1025"} << 2 << "--batch";
    QTest::newRow("part nought") << QStringList{"extract", some, "--shard", "0/3"} << 2 << "1/3 to 3/3";
    QTest::newRow("part beyond") << QStringList{"extract", some, "--shard", "4/3"} << 2 << "1/3 to 3/3";
    QTest::newRow("no part") << QStringList{"extract", some, "--shard", "x"} << 2 << "\"x\" is no part";
    QTest::newRow("merge into nothing") << QStringList{"merge", path("a")} << 2 << "--into";
    QTest::newRow("merge of nothing") << QStringList{"merge", "--into", path("a")} << 2 << "LIBRARY";
    QTest::newRow("merge of no library") << QStringList{"merge", path("no"), "--into", path("a")} << 1
                                         << "holds no library";
    QTest::newRow("negative seed") << QStringList{"train", some, "--seed", "-1"} << 2 << "--seed";
    QTest::newRow("seed beyond 64 bits") << QStringList{"sample", path("s"), "--seed", "18446744073709551616"} << 2
                                         << "--seed";
    const QString whole = "is no whole number from 1 on";
    QTest::newRow("run to go on from") << QStringList{"train", some, "--from", "abc"} << 2 << "\"abc\" " + whole;
    QTest::newRow("half an epoch") << QStringList{"train", some, "--tune-epochs", "1.5"} << 2 << whole;
    QTest::newRow("no rate") << QStringList{"train", some, "--head-lr", "0"} << 2 << "is no number above 0";
    QTest::newRow("run to resume") << QStringList{"resume", "0"} << 2 << whole;
    QTest::newRow("run to show") << QStringList{"runs", "show", "1e3"} << 2 << whole;
    QTest::newRow("runs to compare") << QStringList{"runs", "diff", "1", "-2"} << 2 << whole;
    QTest::newRow("days") << QStringList{"library", "prune", "--unused-for", "soon"} << 2 << whole;
    QTest::newRow("preset") << QStringList{"train", some, "--preset", "best"} << 2 << "best";
    QTest::newRow("loss") << QStringList{"train", some, "--loss", "hubert"} << 2 << "hubert";
    QTest::newRow("target") << QStringList{"train", some, "--target", "sqrt"} << 2 << "sqrt";
    QTest::newRow("split") << QStringList{"train", some, "--split", "space"} << 2 << "space";
    QTest::newRow("group") << QStringList{"train", some, "--group", "rows:9-3"} << 2 << "9-3";
    QTest::newRow("within no group") << QStringList{"train", some, "--preset", "ranking", "--within"} << 2 << "--group";
    QTest::newRow("one fold") << QStringList{"train", some, "--folds", "1"} << 2 << "folds";
    QTest::newRow("folds by time") << QStringList{"train", some, "--folds", "5", "--split", "time"} << 2 << "newest";
    QTest::newRow("no seeds") << QStringList{"train", some, "--seeds", "0"} << 2 << "seeds";
    QTest::newRow("epochs") << QStringList{"train", some, "--epochs", "0"} << 2 << "epochs";
    QTest::newRow("dropout") << QStringList{"train", some, "--dropout", "1.5"} << 2 << "dropout";
    QTest::newRow("hidden") << QStringList{"train", some, "--hidden", "64,x"} << 2 << "--hidden";
    QTest::newRow("run is no number") << QStringList{"resume", "seven"} << 2 << "seven";
    QTest::newRow("format") << QStringList{"rate", "m", "a.png", "--format", "xml"} << 2 << "xml";
    QTest::newRow("captions") << QStringList{"train", "d", "--captions", "words"} << 2
                              << "none or title or text or both or auto";
    QTest::newRow("captions without a blend")
        << QStringList{"train", "d", "--preset", "small", "--captions", "title"} << 2 << "preset auto";
    QTest::newRow("export without a file") << QStringList{"runs", "export", "1"} << 2 << "--out";
    QTest::newRow("sample of nothing") << QStringList{"sample", path("s"), "--count", "0"} << 2 << "--count";

    QTest::newRow("missing dataset") << QStringList{"inspect", path("no/db.json")} << 1 << "no/db.json";
    QTest::newRow("log in no folder") << QStringList{"train", some, "--log", path("no/m.csv")} << 1 << "m.csv";
    QTest::newRow("out is a folder") << QStringList{"extract", some, "--out", m_folder.path()} << 1 << "folder";
    QTest::newRow("missing model") << QStringList{"rate", path("no.dankmodel"), some} << 1 << "no.dankmodel";
    QTest::newRow("run of no library") << QStringList{"--library", path("none"), "runs", "show", "1"} << 1 << "none";
    QTest::newRow("version") << QStringList{"--version"} << 0 << "";
}

void TestCliUsage::exitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, says);
    const Outcome outcome = runDank(arguments);
    QCOMPARE(outcome.code, code);
    if (code != 0) {
        QVERIFY2(outcome.err.startsWith("dank: "), outcome.err);
        QVERIFY2(outcome.err.contains(says.toUtf8()), outcome.err);
        QVERIFY2(outcome.out.isEmpty(), outcome.out);
    }
}

void TestCliUsage::helpShowsAnExample_data()
{
    QTest::addColumn<QString>("command");
    for (const char *command :
         {"sample", "inspect", "fetch", "extract", "merge", "train", "resume", "eval", "rate", "explain", "read",
          "search", "templates", "runs", "library", "bench", "selftest", "doctor", "demo"})
        QTest::newRow(command) << QString(command);
}

void TestCliUsage::helpShowsAnExample()
{
    QFETCH(QString, command);
    const Outcome help = runDank({command, "--help"});
    QCOMPARE(help.code, 0);
    QVERIFY(help.err.isEmpty());
    const qsizetype example = help.out.indexOf("Example:");
    QVERIFY(example > 0);
    QVERIFY(help.out.indexOf("dank " + command.toUtf8(), example) > 0);
    QVERIFY(help.out.contains("--library"));
}

namespace {

/// Rows with these upvotes and no pictures, in the paper's form.
QByteArray database(const QStringList &rows)
{
    QByteArray text = "{\"_default\": {";
    for (int i = 0; i < rows.size(); ++i)
        text += (i ? ", \"" : "\"") + QByteArray::number(i + 1) + "\": " + rows[i].toUtf8();
    return text + "}}";
}

}  // namespace

void TestCliUsage::inspectTellsRowsAndReasons()
{
    const QString folder = path("inspect");
    QVERIFY(!makeSample(folder, 40).isEmpty());
    const Outcome outcome = runDank({"inspect", folder + "/db.json", "--json", "--bins", "7"});
    QCOMPARE(outcome.code, 0);
    const QJsonObject found = outcome.object();
    QCOMPARE(found["rows"].toInt(), 40);
    const QJsonArray skipped = found["skipped"].toArray();
    QVERIFY(skipped.size() >= 6);
    QCOMPARE(found["usable"].toInt(), 40 - skipped.size());
    QStringList reasons;
    for (const QJsonValue &row : skipped) {
        QVERIFY(!row["id"_L1].toString().isEmpty());
        QVERIFY(!row["detail"_L1].toString().isEmpty());
        reasons << row["reason"_L1].toString();
    }
    for (const char *reason :
         {"image_missing", "image_truncated", "not_an_image", "upvotes_missing", "upvotes_invalid", "duplicate_id"})
        QVERIFY2(reasons.contains(reason), reason);
    const QJsonArray edges = found["histogram"]["edges"_L1].toArray(),
                     counts = found["histogram"]["counts"_L1].toArray();
    QCOMPARE(counts.size(), 7);
    QCOMPARE(edges.size(), 8);
    int total = 0;
    for (const QJsonValue &count : counts)
        total += count.toInt();
    QCOMPARE(total, found["usable"].toInt());
    const QJsonObject upvotes = found["upvotes"].toObject();
    QCOMPARE(upvotes["min"].toDouble(), edges.first().toDouble());
    QCOMPARE(upvotes["max"].toDouble(), edges.last().toDouble());
    QVERIFY(upvotes["median"].toDouble() < upvotes["mean"].toDouble());  // long-tailed by construction

    // A folder stands for the db.json in it.
    QCOMPARE(runDank({"inspect", folder, "--json"}).object()["rows"].toInt(), 40);
}

void TestCliUsage::strictExitsWithThree()
{
    const QString folder = path("strict");
    QVERIFY(!makeSample(folder, 40).isEmpty());
    QCOMPARE(runDank({"inspect", folder, "--strict"}).code, 3);
    QCOMPARE(runDank({"inspect", folder}).code, 0);
}

void TestCliUsage::skippedRowsAreCutAfterTwenty()
{
    QStringList rows;
    for (int i = 0; i < 33; ++i)
        rows << QString("{\"id\": \"m%1\", \"ups\": 5}").arg(i);
    QVERIFY(writeAll(path("many.json"), database(rows)));
    const Outcome text = runDank({"inspect", path("many.json")});
    QCOMPARE(text.err.count("\nskipped ") + text.err.startsWith("skipped "), 20);
    QVERIFY2(text.err.contains("13 more (--json lists all)"), text.err);
    QCOMPARE(runDank({"inspect", path("many.json"), "--json"}).object()["skipped"].toArray().size(), 33);
}

void TestCliUsage::badDatabases_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("hello");
    QTest::newRow("cut off") << QByteArray("{\"_default\": {\"1\": {\"id\": \"a\", ");
    QTest::newRow("a number") << QByteArray("42");
    QTest::newRow("deep") << QByteArray(200'000, '[');
    QTest::newRow("binary") << QByteArray("\x00\xff\xfe\x01", 4);
}

void TestCliUsage::badDatabases()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(writeAll(path("bad.json"), bytes));
    const Outcome outcome = runDank({"inspect", path("bad.json"), "--json"});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.startsWith("dank: ") && outcome.err.contains("bad.json"), outcome.err);
    QVERIFY(outcome.out.isEmpty());
    QCOMPARE(readAll(path("bad.json")), bytes);
}

void TestCliUsage::badModels_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("not a model");
    QTest::newRow("length beyond the file") << QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    QTest::newRow("no metadata") << QByteArray("\x02\x00\x00\x00\x00\x00\x00\x00{}", 10);
}

void TestCliUsage::badModels()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(writeAll(path("bad.dankmodel"), bytes));
    const Outcome outcome = runDank({"rate", path("bad.dankmodel"), path("x.png")});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.startsWith("dank: ") && outcome.err.contains("bad.dankmodel"), outcome.err);
}

void TestCliUsage::globalOptionsStandAnywhere()
{
    const QString library = path("anywhere");
    for (const QStringList &arguments :
         {QStringList{"--json", "--library", library, "runs"}, QStringList{"runs", "--json", "--library", library},
          QStringList{"runs", "list", "--library", library, "--json"}}) {
        const Outcome outcome = runDank(arguments);
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.object()["runs"].isArray());
    }
}

void TestCliUsage::runsOfNoLibraryMakesNone()
{
    const QString library = path("untouched");
    QCOMPARE(runDank({"runs", "--library", library}).code, 0);
    QVERIFY(!QDir(library).exists());
}

void TestCliUsage::doctorAlwaysAnswers()
{
    const Outcome outcome = runDank({"doctor", "--json", "--library", path("doctor")});
    QCOMPARE(outcome.code, 0);
    const QJsonObject facts = outcome.object();
    QVERIFY(!facts["version"].toString().isEmpty());
    QVERIFY2(facts["engine"]["ok"_L1].toBool(), outcome.out);
    QCOMPARE(facts["library"]["exists"_L1].toBool(), false);
    QVERIFY(!facts["engine"]["devices"_L1].toArray().isEmpty());
    const QJsonObject versions = facts["engine"]["versions"].toObject();
    QVERIFY(versions.contains("LibTorch"));
    for (auto it = versions.begin(); it != versions.end(); ++it)
        QVERIFY2(!it.value().toString().contains(it.key()), qPrintable(it.value().toString()));
    const QByteArray text = runDank({"doctor", "--library", path("doctor")}).out.simplified();
    QVERIFY2(text.contains("LibTorch " + versions["LibTorch"].toString().toUtf8() + " Tesseract "), text);
    QVERIFY2(text.contains("Tesseract " + versions["Tesseract"].toString().toUtf8() + " Vectors dank "), text);
    QVERIFY(!QDir(path("doctor")).exists());
}

QTEST_GUILESS_MAIN(TestCliUsage)
#include "cli_usage_test.moc"
