#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// The default preset learns the sample's planted rule, and not upvotes that were shuffled. How often the verdict may
/// believe those is for evaluate_run_test and verdict_test, which count: an honest run is fooled now and
/// then, and the last digits of a processor's features decide by which shuffle.
class TestCliLearning : public QObject {
    Q_OBJECT

private slots:
    void learnsTheRuleAndNotTheNoise_data();
    void learnsTheRuleAndNotTheNoise();
    void foldsAndSeeds();
};

void TestCliLearning::learnsTheRuleAndNotTheNoise_data()
{
    QTest::addColumn<QStringList>("backbone");
    QTest::newRow("nothing installed: classic") << QStringList{};
    QTest::newRow("untrained network") << QStringList{"--weights", "none"};
}

void TestCliLearning::learnsTheRuleAndNotTheNoise()
{
    QFETCH(QStringList, backbone);
    QTemporaryDir folder;
    const QString db = makeSample(folder.filePath("sample"), 400), shuffled = folder.filePath("sample/shuffled.json");
    QVERIFY(!db.isEmpty());
    const auto train = [&](const QString &file) {
        const Outcome outcome =
            runDank(QStringList{"--library", folder.filePath("library"), "train", file, "--json"} + backbone);
        if (outcome.code != 0)
            QTest::qFail(outcome.err, __FILE__, __LINE__);
        return outcome.object();
    };
    const QJsonObject learned = train(db);

    // The same rows, the usable ones' upvotes dealt anew.
    QJsonObject document = QJsonDocument::fromJson(readAll(db)).object();
    const QString tableName = document.keys().first();
    QJsonObject rows = document[tableName].toObject();
    std::vector<QString> keys;
    std::vector<QJsonValue> upvotes;
    for (auto row = rows.constBegin(); row != rows.constEnd(); ++row)
        if (row.value().toObject()["ups"].toDouble(-1) >= 0) {
            keys.push_back(row.key());
            upvotes.push_back(row.value().toObject()["ups"]);
        }
    QVERIFY(keys.size() > 300);
    std::vector<QJsonObject> fooled;
    std::mt19937 random(7);
    for (int attempt = 0; attempt < 3; ++attempt) {
        std::shuffle(upvotes.begin(), upvotes.end(), random);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            QJsonObject row = rows[keys[i]].toObject();
            row["ups"] = upvotes[i];
            rows[keys[i]] = row;
        }
        document[tableName] = rows;
        QVERIFY(writeAll(shuffled, QJsonDocument(document).toJson()));
        fooled.push_back(train(shuffled));
    }

    const auto figure = [](const QJsonObject &result, const char *key) {
        return result["metrics"][QLatin1String(key)].toDouble();
    };
    qInfo("planted rule: R² %.3f, Spearman %.3f", figure(learned, "r2"), figure(learned, "spearman"));
    QVERIFY(figure(learned, "r2") > 0.3);
    QVERIFY(figure(learned, "spearman") > 0.5);
    QVERIFY(figure(learned, "mae") < 0.8 * learned["baselines"]["mean"_L1]["mae"_L1].toDouble());
    QCOMPARE(learned["verdict"].toString(), QString("learned_something"));

    const QJsonObject baselines = learned["baselines"].toObject();
    const double byChance = baselines["random_features"]["spearman"].toDouble();
    QVERIFY2(byChance < figure(learned, "spearman"), qPrintable(QString::number(byChance)));
    QVERIFY(learned["intervals"]["spearman"][0].toDouble() > 0);
    QVERIFY(learned["p_value"].toDouble(1) < 0.01);

    // Of some 80 judged memes, luck reaches these figures once in 100,000 shuffles, and it is believed twice in three
    // once in 500 even at the most that its rule allows.
    int believed = 0;
    for (const QJsonObject &result : fooled) {
        qInfo("shuffled: R² %.3f, Spearman %.3f, p-value %.3f, %s", figure(result, "r2"), figure(result, "spearman"),
              result["p_value"].toDouble(-1), qPrintable(result["verdict"].toString()));
        QVERIFY(figure(result, "r2") < 0.25);
        QVERIFY(figure(result, "spearman") < 0.5);
        QVERIFY(result["p_value"].isDouble());
        believed += result["verdict"].toString() != "no_evidence";
    }
    QVERIFY2(believed <= 1, qPrintable(QString::number(believed)));
}

/// Every meme judged once a seed, with mean and spread.
void TestCliLearning::foldsAndSeeds()
{
    QTemporaryDir folder;
    const QString db = makeSample(folder.filePath("sample"), 120);
    const QStringList train{"--library", folder.filePath("library"),
                            "train",     db,
                            "--preset",  "small",
                            "--epochs",  "15",
                            "--folds",   "3",
                            "--seeds",   "2"};
    const Outcome outcome = runDank(train + QStringList{"--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonObject cross = outcome.object()["cross_validation"].toObject();
    QCOMPARE(cross["folds"].toInt(), 3);
    QCOMPARE(cross["seeds"].toArray().size(), 2);
    QVERIFY(cross["rows"].toInt() > 100);
    const QJsonObject spearman = cross["metrics"]["spearman"].toObject();
    QCOMPARE(spearman["runs"].toInt(), 2);
    QVERIFY(spearman["sd"].isDouble() && spearman["low"].toDouble() < spearman["mean"].toDouble()
            && spearman["mean"].toDouble() < spearman["high"].toDouble());
    for (const char *name : {"mean", "nearest", "linear", "image_stats", "title", "random_features", "shuffled"})
        QVERIFY2(cross["baselines"][QLatin1String(name)].isObject(), name);
    QVERIFY(!cross["verdict"].toString().isEmpty());

    const Outcome text = runDank(train);
    QVERIFY2(text.code == 0, text.err);
    QVERIFY(text.out.contains("Cross-validation, 3 folds with 2 seeds:"));
    QVERIFY(text.out.contains("spread over seeds"));

    // And it is told again later.
    const QStringList show{"--library", folder.filePath("library"), "runs", "show", "1"};
    const Outcome shown = runDank(show + QStringList{"--json"});
    QVERIFY2(shown.code == 0, shown.err);
    QCOMPARE(shown.object()["runs"][0]["cross_validation"].toObject(), cross);
    QVERIFY(runDank(show).out.contains("Cross-validation, 3 folds with 2 seeds:"));
}

QTEST_GUILESS_MAIN(TestCliLearning)
#include "cli_learning_test.moc"
