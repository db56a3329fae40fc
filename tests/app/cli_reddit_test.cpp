#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// The main job on 252 real memes of the paper's own kind, where DANK_TEST_REDDIT names their folder.
class TestCliReddit : public QObject {
    Q_OBJECT

private slots:
    void mainJob();
};

void TestCliReddit::mainJob()
{
    const QString data = qEnvironmentVariable("DANK_TEST_REDDIT");
    if (data.isEmpty())
        QSKIP("DANK_TEST_REDDIT is not set");
    QTemporaryDir folder;
    const QStringList library{"--library", folder.filePath("library")};
    const QString db = data + "/db.json", model = folder.filePath("reddit.dankmodel");

    const QJsonObject inspected = runDank({"inspect", db, "--json"}).object();
    QCOMPARE(inspected["rows"].toInt(), 252);
    QCOMPARE(inspected["usable"].toInt(), 240);
    QCOMPARE(inspected["skipped"].toArray().size(), 12);
    for (const QJsonValue &row : inspected["skipped"].toArray())
        QCOMPARE(row["reason"_L1].toString(), QString("image_missing"));

    const QStringList extract = library + QStringList{"extract", db, "--weights", "none", "--json"};
    const Outcome first = runDank(extract);
    QVERIFY2(first.code == 0, first.err);
    QCOMPARE(first.object()["shape"].toArray(), (QJsonArray{240, 2048}));
    QCOMPARE(first.object()["computed"].toInt(), 240);
    const QJsonObject second = runDank(extract).object();
    QCOMPARE(second["computed"].toInt(), 0);
    QCOMPARE(second["cached"].toInt(), 240);

    const Outcome classic = runDank(library + QStringList{"extract", db, "--backbone", "classic", "--json"});
    QVERIFY2(classic.code == 0, classic.err);
    QCOMPARE(classic.object()["computed"].toInt(), 240);
    QCOMPARE(classic.object()["shape"].toArray().first().toInt(), 240);
    QCOMPARE(classic.object()["backbone"].toString(), "classic/whole/fp32/v-1"_L1);

    const QStringList train = library + QStringList{"train",  db,       "--weights", "none",    "--epochs", "20",
                                                    "--json", "--seed", "1",         "--model", model};
    const Outcome trained = runDank(train);
    QVERIFY2(trained.code == 0, trained.err);
    QCOMPARE(runDank(train).object()["train_loss"], trained.object()["train_loss"]);

    // The four subreddits that the rows come from, by their place in the file: they explain the upvotes, nothing else.
    const QJsonObject byGroup =
        runDank(library
                + QStringList{"train", db, "--backbone", "classic", "--group",
                              "rows:1-902,903-1773,1774-2285,2286-3226", "--json", "--seed", "1"})
            .object();
    QCOMPARE(byGroup["verdict"].toString(), "explained_by_group"_L1);
    QVERIFY2(byGroup["verdict_text"].toString().contains("range of rows"),
             qPrintable(byGroup["verdict_text"].toString()));
    const QJsonObject baselines = byGroup["baselines"].toObject();
    for (const char *name : {"mean", "group", "random_features", "shuffled", "nearest", "linear", "title"})
        QVERIFY2(baselines.contains(QLatin1String(name)), name);
    QVERIFY(baselines["group"]["spearman"].toDouble() > 0.7);
    QVERIFY(byGroup["metrics_within"]["spearman"].isDouble());
    QCOMPARE(byGroup["intervals_within"]["spearman"].toArray().size(), 2);

    const Outcome rated = runDank(library + QStringList{"rate", model, data + "/memes", "--json"});
    QVERIFY2(rated.code == 0, rated.err);
    const QJsonArray scores = rated.json().array();
    QCOMPARE(scores.size(), 240);
    for (const QJsonValue &score : scores) {
        QVERIFY2(score["dankness"_L1].isDouble(), qPrintable(score["path"_L1].toString()));
        QVERIFY(score["dankness"_L1].toDouble() >= 0 && score["dankness"_L1].toDouble() <= 1);
        QVERIFY(score["percentile"_L1].toDouble() >= 0 && score["percentile"_L1].toDouble() <= 100);
    }
}

QTEST_GUILESS_MAIN(TestCliReddit)
#include "cli_reddit_test.moc"
