#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// `dank explain` from a training to a map on disk.
class TestCliExplain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void tellsTheContractsKeys();
    void tableIsForPeople();
    void writesMaps();
    void refusals();
    void longCaption();

private:
    QTemporaryDir m_folder;
    QString m_model, m_picture;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    Outcome explain(const QStringList &more) const
    {
        return runDank(QStringList{"--library", path("library"), "explain"} + more);
    }
};

void TestCliExplain::initTestCase()
{
    const QString db = makeSample(path("sample"), 80);
    QVERIFY(!db.isEmpty());
    m_model = path("m.dankmodel");
    const Outcome trained = runDank({"--library", path("library"), "train", db, "--backbone", "classic", "--epochs",
                                     "5", "--json", "--model", m_model});
    QVERIFY2(trained.code == 0, trained.err);
    m_picture = path("sample/memes/" + QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).first());
}

void TestCliExplain::tellsTheContractsKeys()
{
    const Outcome outcome = explain({m_model, m_picture, "--caption", "when the cat", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonObject map = outcome.object();
    QVERIFY(map["score"].isDouble() && map["base"].isDouble());
    const QJsonArray grid = map["grid"].toArray();
    QCOMPARE(grid.size(), 12);
    for (const QJsonValue &row : grid)
        QCOMPARE(row.toArray().size(), 12);
    const QJsonObject sanity = map["sanity"].toObject();
    for (const char *key : {"shuffled_correlation", "deletion_top", "deletion_random"})
        QVERIFY2(sanity.contains(QLatin1String(key)), key);
    QVERIFY(sanity["deletion_top"].isDouble());
    QVERIFY(map.contains("warning"));
    QCOMPARE(map["families"].toArray().size(), 6);
    for (const QJsonValue &word : map["words"].toArray())
        QVERIFY(word["word"].isString() && word["points"].isDouble());

    // The very score of `dank rate`, and the same map again.
    const Outcome rated = runDank(
        {"--library", path("library"), "rate", m_model, m_picture, "--caption", "when the cat", "--format", "json"});
    QCOMPARE(map["score"].toDouble(), rated.json().array().first()["percentile"].toDouble());
    QVERIFY(explain({m_model, m_picture, "--caption", "when the cat", "--json"}).object()["grid"] == map["grid"]);
}

void TestCliExplain::tableIsForPeople()
{
    const Outcome outcome = explain({m_model, m_picture});
    QVERIFY2(outcome.code == 0, outcome.err);
    QVERIFY(outcome.out.contains("percentile ") && outcome.out.contains("colours"));
    QVERIFY(outcome.out.contains("strongest fifth"));
}

void TestCliExplain::writesMaps()
{
    for (const char *name : {"map.png", "map.svg"}) {
        const Outcome outcome = explain({m_model, m_picture, "--out", path(name)});
        QVERIFY2(outcome.code == 0, outcome.err);
        QVERIFY(readAll(path(name)).size() > 1000);
    }
    QVERIFY(readAll(path("map.svg")).contains("</svg>"));
    QCOMPARE(explain({m_model, m_picture, "--out", path("map.bmp")}).code, 2);
}

void TestCliExplain::refusals()
{
    const Outcome cam = explain({m_model, m_picture, "--method", "gradcam"});
    QCOMPARE(cam.code, 1);
    QVERIFY2(cam.err.contains("occlusion"), cam.err);
    QVERIFY(writeAll(path("broken.png"), readAll(m_picture).left(200)));
    const Outcome broken = explain({m_model, path("broken.png")});
    QCOMPARE(broken.code, 1);
    QVERIFY2(broken.err.contains("no score to explain"), broken.err);
    QCOMPARE(explain({m_model, path("gone.png")}).code, 1);
    QCOMPARE(explain({m_picture, m_picture}).code, 1);
    QCOMPARE(explain({m_model, m_picture, "--method", "guided"}).code, 2);
}

void TestCliExplain::longCaption()
{
    // As long as an argument of a process may be on Linux.
    const Outcome outcome = explain({m_model, m_picture, "--caption", QString(120'000, u'ü').left(60'000), "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    QVERIFY(outcome.object()["words"].toArray().size() <= 60);
}

QTEST_GUILESS_MAIN(TestCliExplain)
#include "cli_explain_test.moc"
