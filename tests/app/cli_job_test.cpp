#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// The main job with a small sample: sample, extract, train, eval, rate, runs.
class TestCliJob : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void sampleIsTheSameForASeed();
    void sampleLeavesAForeignDatasetAlone();
    void extractWritesTheMatrix();
    void secondExtractComputesNothing();
    void missingWeightsSayWhatToDo();
    void absentDeviceIsAnError();
    void sameSeedSameLosses();
    void logHasEveryEpoch();
    void flagsOverrideThePreset();
    void failureLeavesAnEarlierLog();
    void evalAgreesWithTraining();
    void evalTellsWhatItLeftOut();
    void untrainedModelRefusesAWeightsFile();
    void rateFilesFoldersAndStdin();
    void rateFormatsAgree();
    void rateOfKnownPicturesOpensNoEngine();
    void runsAreListedExportedDeleted();
    void newerLibraryIsLeftAlone();
    void demoDoesItAll();

private:
    QTemporaryDir m_folder;
    QString m_db, m_model;
    QStringList m_library;
    QJsonObject m_extracted, m_trained;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList trainArguments(int seed) const
    {
        return m_library + QStringList{"train",    m_db, "--weights", "none",   "--precision",        "fp32",
                                       "--epochs", "12", "--json",    "--seed", QString::number(seed)};
    }
};

void TestCliJob::initTestCase()
{
    m_library = {"--library", path("library")};
    m_db = makeSample(path("sample"), 60);
    QVERIFY(!m_db.isEmpty());
    const Outcome extracted = runDank(m_library
                                      + QStringList{"extract", m_db, "--weights", "none", "--precision", "fp32",
                                                    "--json", "--out", path("features.npy")});
    QVERIFY2(extracted.code == 0, extracted.err);
    m_extracted = extracted.object();
    m_model = path("small.dankmodel");
    const Outcome trained = runDank(trainArguments(3) + QStringList{"--model", m_model, "--log", path("metrics.csv")});
    QVERIFY2(trained.code == 0, trained.err);
    m_trained = trained.object();
}

void TestCliJob::sampleIsTheSameForASeed()
{
    QVERIFY(!makeSample(path("a"), 20, 5).isEmpty());
    QVERIFY(!makeSample(path("b"), 20, 5).isEmpty());
    QVERIFY(!makeSample(path("c"), 20, 6).isEmpty());
    QCOMPARE(readAll(path("a/db.json")), readAll(path("b/db.json")));
    QVERIFY(readAll(path("a/db.json")) != readAll(path("c/db.json")));
    const QStringList names = QDir(path("a/memes")).entryList(QDir::Files);
    QCOMPARE(names, QDir(path("b/memes")).entryList(QDir::Files));
    for (const QString &name : names)
        QCOMPARE(readAll(path("a/memes/" + name)), readAll(path("b/memes/" + name)));
}

void TestCliJob::sampleLeavesAForeignDatasetAlone()
{
    QVERIFY(QDir().mkpath(path("mine")));
    QVERIFY(writeAll(path("mine/db.json"), "{\"_default\": {}}"));
    QCOMPARE(runDank({"sample", path("mine"), "--count", "20"}).code, 1);
    QCOMPARE(readAll(path("mine/db.json")), QByteArray("{\"_default\": {}}"));
}

void TestCliJob::extractWritesTheMatrix()
{
    const QJsonArray shape = m_extracted["shape"].toArray();
    QCOMPARE(shape.size(), 2);
    const int rows = shape[0].toInt(), columns = shape[1].toInt();
    QCOMPARE(columns, 2048);
    QCOMPARE(m_extracted["computed"].toInt(), rows);
    QCOMPARE(m_extracted["cached"].toInt(), 0);
    QCOMPARE(rows + m_extracted["skipped"].toArray().size(), 60);
    QVERIFY(m_extracted["images_per_second"].toDouble() > 0);
    QVERIFY(m_extracted["untrained"].toBool());
    QCOMPARE(m_extracted["precision"].toString(), QString("fp32"));
    QVERIFY(!m_extracted["device"].toString().isEmpty());

    const QByteArray npy = readAll(path("features.npy"));
    QVERIFY(npy.startsWith("\x93NUMPY\x01"));
    QVERIFY(npy.left(128).contains(QString("(%1, %2)").arg(rows).arg(columns).toUtf8()));
    QCOMPARE(npy.size() % 64, qsizetype(rows) * columns * 4 % 64);
    const char *values = npy.constData() + (npy.size() - qsizetype(rows) * columns * 4);
    for (qsizetype i = 0; i < qsizetype(rows) * columns; ++i) {
        float value = 0;
        std::memcpy(&value, values + i * 4, 4);
        QVERIFY(std::isfinite(value) && value >= 0);  // an average of ReLU outputs
    }
    const QList<QByteArray> ids = readAll(path("features.ids.txt")).split('\n');
    QCOMPARE(ids.size(), rows + 1);
    QVERIFY(ids.last().isEmpty());
}

void TestCliJob::secondExtractComputesNothing()
{
    const QJsonObject again =
        runDank(m_library + QStringList{"extract", m_db, "--weights", "none", "--precision", "fp32", "--json"})
            .object();
    QCOMPARE(again["computed"].toInt(), 0);
    QCOMPARE(again["cached"].toInt(), m_extracted["computed"].toInt());
    QCOMPARE(again["shape"], m_extracted["shape"]);
    QCOMPARE(
        runDank(m_library + QStringList{"extract", m_db, "--weights", "none", "--precision", "fp32", "--strict"}).code,
        3);
}

void TestCliJob::missingWeightsSayWhatToDo()
{
    for (const QString &weights : {QString(), path("no.safetensors")}) {
        QStringList arguments = m_library + QStringList{"extract", m_db, "--backbone", "inception_v3"};
        if (!weights.isEmpty())
            arguments += {"--weights", weights};
        const Outcome outcome = runDank(arguments);
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains(weights.isEmpty() ? "dank weights fetch inception_v3" : "no.safetensors"),
                 outcome.err);
    }
}

void TestCliJob::absentDeviceIsAnError()
{
    const Outcome outcome =
        runDank(m_library + QStringList{"extract", m_db, "--weights", "none", "--device", "cuda:97"});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("cuda"), outcome.err);
}

void TestCliJob::sameSeedSameLosses()
{
    const QJsonArray losses = m_trained["train_loss"].toArray();
    QCOMPARE(losses.size(), 12);
    const QJsonObject same = runDank(trainArguments(3)).object(), other = runDank(trainArguments(4)).object();
    QCOMPARE(same["train_loss"].toArray(), losses);
    QCOMPARE(same["validation_loss"], m_trained["validation_loss"]);
    QCOMPARE(same["metrics"], m_trained["metrics"]);
    QVERIFY(other["train_loss"].toArray() != losses);
    QVERIFY(same["run"].toInt() != m_trained["run"].toInt());

    for (const QString key : {"mae", "rmse", "r2", "spearman", "rows"}) {
        QVERIFY2(m_trained["metrics"].toObject().contains(key), qPrintable(key));
        QVERIFY2(m_trained["baselines"]["mean"_L1].toObject().contains(key), qPrintable(key));
    }
    QVERIFY(m_trained["baselines"]["mean"_L1]["spearman"_L1].isNull());  // a constant has no rank correlation
    QCOMPARE(m_trained["model"].toString(), m_model);
    QVERIFY(m_trained["untrained"].toBool());
    QVERIFY(!m_trained["verdict_text"].toString().isEmpty());
    QCOMPARE(m_trained["verdict"].toString(), QString("too_few_rows"));
    const QJsonArray parts = m_trained["head"]["parts"_L1].toArray();
    QCOMPARE(parts.size(), 4);
    for (const QJsonValue &part : parts)
        QVERIFY(part["weight"_L1].toDouble() >= 0);

    // A caption counts where the blend found something in the titles, and is passed over with a word where not.
    const QString picture =
        path("sample/memes/") + QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).first();
    const Outcome said = runDank(m_library + QStringList{"rate", m_model, picture, "--json", "--caption", "a cat"});
    QVERIFY2(said.code == 0, said.err);
    const bool reads = m_trained["captions"].toString() == "title";
    QCOMPARE(said.json().array()[0]["parts"_L1].isObject(), reads);
    QCOMPARE(said.err.contains("the caption does not count"), !reads);
}

void TestCliJob::logHasEveryEpoch()
{
    const QList<QByteArray> lines = readAll(path("metrics.csv")).trimmed().split('\n');
    QCOMPARE(lines.size(), 13);
    QCOMPARE(lines.first(), QByteArray("epoch,train_loss,validation_loss,seconds"));
    for (int i = 1; i < lines.size(); ++i) {
        const QList<QByteArray> cells = lines[i].split(',');
        QCOMPARE(cells.size(), 4);
        QCOMPARE(cells[0].toInt(), i);
        QCOMPARE(cells[1].toDouble(), m_trained["train_loss"][i - 1].toDouble());
        QCOMPARE(cells[2].toDouble(), m_trained["validation_loss"][i - 1].toDouble());
    }
}

void TestCliJob::flagsOverrideThePreset()
{
    const Outcome trained =
        runDank(trainArguments(1)
                + QStringList{"--preset", "paper", "--hidden", "16,4", "--dropout", "0.1", "--target", "log", "--lr",
                              "0.01", "--split", "random", "--batch", "20", "--hold-out", "0.4", "--layer-norm"});
    QVERIFY2(trained.code == 0 || trained.code == 5, trained.err);
    const QJsonObject run = runDank(m_library + QStringList{"runs", "--json"}).object()["runs"][0].toObject();
    const QJsonObject config = run["config"].toObject();
    QCOMPARE(config["preset"].toString(), QString("paper"));
    QCOMPARE(config["hidden"].toArray(), (QJsonArray{16, 4}));
    QCOMPARE(config["dropout"].toDouble(), 0.1);
    QCOMPARE(config["target"].toString(), QString("log"));
    QCOMPARE(config["learning_rate"].toDouble(), 0.01);
    QCOMPARE(config["split"].toString(), QString("random"));
    QCOMPARE(config["batch"].toInt(), 20);
    QCOMPARE(config["epochs"].toInt(), 12);
    QCOMPARE(config["output"].toString(), QString("linear"));  // the preset's own stays
    QCOMPARE(config["layer_norm"].toBool(), true);
    QCOMPARE(config["standardise"].toBool(true), false);
    // A switch that nobody turned leaves the preset alone.
    const QJsonArray runs = runDank(m_library + QStringList{"runs", "--json"}).object()["runs"].toArray();
    QCOMPARE(runs.last()["config"]["standardise"].toBool(), true);
    QCOMPARE(runs.last()["config"]["layer_norm"].toBool(true), false);
}

void TestCliJob::failureLeavesAnEarlierLog()
{
    const QString log = path("earlier.csv");
    QVERIFY(QFile::copy(path("metrics.csv"), log));
    QCOMPARE(runDank(m_library + QStringList{"resume", "999", "--log", log}).code, 1);
    QCOMPARE(readAll(log), readAll(path("metrics.csv")));
}

void TestCliJob::evalTellsWhatItLeftOut()
{
    const QStringList arguments = m_library + QStringList{"eval", m_model, m_db, "--json", "--strict"};
    const Outcome outcome = runDank(arguments);
    QCOMPARE(outcome.code, 3);
    QCOMPARE(outcome.object()["skipped"].toArray().size(), m_extracted["skipped"].toArray().size());
    QVERIFY2(outcome.err.contains("skipped "), outcome.err);
}

void TestCliJob::untrainedModelRefusesAWeightsFile()
{
    const Outcome outcome = runDank(m_library + QStringList{"rate", m_model, m_db, "--weights", m_db});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("seeded random weights"), outcome.err);
}

void TestCliJob::evalAgreesWithTraining()
{
    const Outcome outcome = runDank(m_library + QStringList{"eval", m_model, m_db, "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonObject found = outcome.object();
    QCOMPARE(found["rows"].toInt(), m_trained["metrics"]["rows"_L1].toInt());
    QCOMPARE(found["verdict"], m_trained["verdict"]);
    const auto agrees = [](const QJsonValue &is, const QJsonValue &was) {
        for (const QString key : {"mae", "rmse", "r2"})
            if (!is[key].isDouble() || std::abs(is[key].toDouble() - was[key].toDouble()) > 1e-6)
                return false;
        return true;
    };
    QVERIFY2(agrees(found["metrics"], m_trained["metrics"]), outcome.out);
    QVERIFY2(agrees(found["baselines"]["mean"_L1], m_trained["baselines"]["mean"_L1]), outcome.out);
}

void TestCliJob::rateFilesFoldersAndStdin()
{
    // The folder, then a missing file, a text file, and two by stdin: in this order, none lost.
    QVERIFY(QDir().mkpath(path("pile")));
    QStringList pictures;
    for (const QString &name : QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).mid(0, 3)) {
        QVERIFY(QFile::copy(path("sample/memes/" + name), path("pile/" + name)));
        pictures << path("pile/" + name);
    }
    QCOMPARE(pictures.size(), 3);
    QVERIFY(writeAll(path("pile/notes.txt"), "not a picture"));
    QVERIFY(writeAll(path("fake.png"), "neither"));
    const Outcome outcome = runDank(
        m_library + QStringList{"rate", m_model, path("pile"), path("gone.jpg"), path("fake.png"), "-", "--json"},
        (pictures[2] + "\n\n" + pictures[0] + "\n").toUtf8());
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonArray scores = outcome.json().array();
    const QStringList order = pictures + QStringList{path("gone.jpg"), path("fake.png"), pictures[2], pictures[0]};
    QCOMPARE(scores.size(), order.size());
    for (int i = 0; i < order.size(); ++i) {
        const QJsonObject score = scores[i].toObject();
        QCOMPARE(score["path"_L1].toString(), order[i]);
        if (i == 3 || i == 4) {
            QVERIFY(!score["skipped"_L1].toString().isEmpty());
            QVERIFY(!score.contains("dankness"));
            continue;
        }
        QVERIFY(score["dankness"_L1].toDouble(-1) >= 0 && score["dankness"_L1].toDouble(2) <= 1);
        QVERIFY(score["percentile"_L1].toDouble(-1) >= 0 && score["percentile"_L1].toDouble(200) <= 100);
        QVERIFY(score["expected_upvotes"_L1].toDouble(-1) >= 0);
        QCOMPARE(score["epoch"_L1].toInt(), m_trained["best_epoch"].toInt());
        QVERIFY(score["untrained"_L1].toBool());
        for (const char *key : {"interval", "outside_training_range", "training_distance", "learned_from", "neighbours",
                                "neighbours_among"})
            QVERIFY2(score.contains(QLatin1String(key)), key);
        QCOMPARE(score["neighbours"_L1].toArray().size(), 3);
        for (const QJsonValue &meme : score["neighbours"_L1].toArray()) {
            QVERIFY(meme["upvotes"_L1].isDouble() && QFile::exists(meme["path"_L1].toString()));
            QVERIFY(std::abs(meme["similarity"_L1].toDouble(9)) <= 1);
        }
        const QJsonValue interval = score["interval"_L1];
        if (!interval.isNull()) {
            QCOMPARE(interval["level"_L1].toDouble(), 0.9);
            for (const char *key : {"dankness", "percentile", "expected_upvotes"}) {
                const QJsonArray ends = interval[QLatin1String(key)].toArray();
                QCOMPARE(ends.size(), 2);
                const double value = score[QLatin1String(key)].toDouble();
                QVERIFY(ends[0].toDouble() <= value && value <= ends[1].toDouble());
            }
        }
    }
    QCOMPARE(scores[5]["dankness"_L1], scores[2]["dankness"_L1]);  // the same picture, the same score
    QCOMPARE(runDank(m_library + QStringList{"rate", m_model, path("gone.jpg"), "--strict"}).code, 3);
}

void TestCliJob::rateFormatsAgree()
{
    const QString name = QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).first();
    const QString picture = path("with, comma.png");
    QVERIFY(QFile::copy(path("sample/memes/" + name), picture));
    const QStringList rate = m_library + QStringList{"rate", m_model, picture, path("gone.png"), "--format"};
    const QJsonArray json = runDank(rate + QStringList{"json"}).json().array();
    const QList<QByteArray> csv = runDank(rate + QStringList{"csv"}).out.trimmed().split('\n');
    QCOMPARE(csv.size(), 3);
    QVERIFY(csv[0].startsWith("path,dankness,percentile,expected_upvotes"));
    QVERIFY2(csv[1].startsWith('"' + picture.toUtf8() + "\","), csv[1]);
    QCOMPARE(csv[1].mid(picture.toUtf8().size() + 3).split(',').first().toDouble(), json[0]["dankness"_L1].toDouble());
    const Outcome table = runDank(rate + QStringList{"table"});
    QVERIFY(table.out.contains(QByteArray::number(json[0]["dankness"_L1].toDouble(), 'f', 3)));
    QVERIFY(table.out.contains("untrained"));
    QVERIFY2(table.out.contains("most like "), table.out);
    QVERIFY(!table.out.contains("nan"));
    QVERIFY2(table.out.contains("nterval"), table.out);
    QCOMPARE(csv[0].count(','), 19);
    const qsizetype verdict = csv[2].indexOf(',' + m_trained["verdict"].toString().toUtf8() + ',');
    QCOMPARE(csv[2].left(verdict).count(','), 17);
    QVERIFY2(table.err.contains("gone.png"), table.err);
}

void TestCliJob::rateOfKnownPicturesOpensNoEngine()
{
    const QStringList names = QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).mid(3, 3);
    const QString fresh = path("fresh.png");
    // Bytes behind a PNG's end make another file of the same picture.
    QVERIFY(writeAll(fresh, readAll(path("sample/memes/" + names[0])) + "more"));
    QStringList known;
    for (const QString &name : names)
        known << path("sample/memes/" + name);
    const auto rate = [&](const QStringList &pictures, const QStringList &options = {}) {
        return runDank(m_library + QStringList{"rate", m_model, "--json"} + pictures + options);
    };
    const QJsonDocument expected = rate(known, {"--device", "cpu"}).json();  // which asks the engine for all of them
    QCOMPARE(expected.array().size(), 3);

    qputenv("DANK_ENGINE", "/none/at/all.so");
    const Outcome stored = rate(known), named = rate(known, {"--device", "cpu"}), other = rate({known[0], fresh});
    qunsetenv("DANK_ENGINE");
    QVERIFY2(stored.code == 0, stored.err);
    QCOMPARE(stored.json(), expected);
    QCOMPARE(named.code, 1);
    QCOMPARE(other.code, 1);
    QVERIFY2(other.err.contains("engine"), other.err);

    // Nor does a mistyped path, nor what is no picture at all.
    QVERIFY(writeAll(path("no picture.png"), "words"));
    const QStringList mistyped{path("gone.png"), known[0], path("no picture.png")};
    qputenv("DANK_ENGINE", "/none/at/all.so");
    const Outcome withoutEngine = rate(mistyped);
    qunsetenv("DANK_ENGINE");
    QVERIFY2(withoutEngine.code == 0, withoutEngine.err);
    QCOMPARE(withoutEngine.json(), rate(mistyped, {"--device", "cpu"}).json());

    // Some known, some not: in the order given, and the fresh one is known from then on.
    const QStringList pile{known[2], path("gone.png"), known[0], fresh, known[1]};
    const Outcome mixed = rate(pile);
    QVERIFY2(mixed.code == 0, mixed.err);
    QCOMPARE(mixed.json(), rate(pile, {"--device", "cpu"}).json());
    // The same but for the last digits that a network gives a picture alone and in a lot.
    const QJsonArray scores = mixed.json().array();
    QVERIFY(std::abs(scores[3]["dankness"_L1].toDouble() - scores[2]["dankness"_L1].toDouble()) < 1e-5);
    QVERIFY(mixed.json().array()[1]["skipped"_L1].isString());
}

void TestCliJob::runsAreListedExportedDeleted()
{
    const auto runs = [&] {
        return runDank(m_library + QStringList{"runs", "list", "--json"}).object()["runs"].toArray();
    };
    const QJsonArray before = runs();
    QVERIFY(before.size() >= 2);
    for (int i = 1; i < before.size(); ++i)
        QVERIFY(before[i - 1]["run"_L1].toInt() > before[i]["run"_L1].toInt());  // newest first
    const QString run = QString::number(m_trained["run"].toInt());
    const QJsonObject shown =
        runDank(m_library + QStringList{"runs", "show", run, "--json"}).object()["runs"][0].toObject();
    QCOMPARE(shown["state"].toString(), QString("done"));
    QCOMPARE(shown["epochs"].toInt(), 12);
    QCOMPARE(shown["train_loss"], m_trained["train_loss"]);
    QVERIFY(QFile::exists(shown["model"].toString()));
    QCOMPARE(shown["split_hash"].toString().size(), 32);
    const QJsonObject judged =
        runDank(m_library + QStringList{"eval", m_model, m_db, "--json", "--group", "author"}).object();
    QCOMPARE(judged["split_hash"], shown["split_hash"]);
    QCOMPARE(judged["group"].toString(), QString("author"));
    QCOMPARE(runDank(m_library + QStringList{"eval", m_model, m_db, "--group", "rows:5-1"}).code, 2);
    const Outcome noColumn = runDank(m_library + QStringList{"eval", m_model, m_db, "--group", "no_such_column"});
    QVERIFY2(noColumn.code != 0 && noColumn.err.contains("no_such_column"), noColumn.err);

    QCOMPARE(runDank(m_library + QStringList{"runs", "export", run, "--out", path("run.csv")}).code, 0);
    QCOMPARE(readAll(path("run.csv")), readAll(path("metrics.csv")));
    QCOMPARE(runDank(m_library + QStringList{"runs", "delete", run}).code, 0);
    QVERIFY(!QFile::exists(shown["model"].toString()));
    QCOMPARE(runs().size(), before.size() - 1);
    QCOMPARE(runDank(m_library + QStringList{"runs", "show", run}).code, 1);
    QCOMPARE(runDank(m_library + QStringList{"resume", "9999"}).code, 1);
    QVERIFY(QFile::exists(m_model));  // the copy is the user's
}

void TestCliJob::newerLibraryIsLeftAlone()
{
    QVERIFY(QDir().mkpath(path("newer")));
    const QString file = path("newer/library.sqlite");
    QVERIFY(QFile::copy(path("library/library.sqlite"), file));
    QByteArray bytes = readAll(file);
    bytes.replace(60, 4, QByteArray("\x00\x00\x7f\xff", 4));  // SQLite's user_version
    QVERIFY(writeAll(file, bytes));
    const Outcome outcome = runDank({"--library", path("newer"), "runs"});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("newer"), outcome.err);
    QCOMPARE(readAll(file), bytes);
    const QJsonObject facts = runDank({"--library", path("newer"), "doctor", "--json"}).object()["library"].toObject();
    QCOMPARE(facts["schema"].toInt(), 0x7fff);
    QVERIFY(!facts["error"].toString().isEmpty());
}

void TestCliJob::demoDoesItAll()
{
    const Outcome outcome =
        runDank({"--library", path("demo-library"), "demo", path("demo"), "--count", "30", "--json"});
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonObject found = outcome.object();
    QVERIFY(!found["scores"].toArray().isEmpty());
    for (const QJsonValue &score : found["scores"].toArray())
        QVERIFY(score["dankness"_L1].isDouble() && !score["untrained"_L1].toBool(true));
    QVERIFY(QFile::exists(found["model"].toString()));
    QCOMPARE(found["run"].toInt(), 1);
    QVERIFY(QFile::exists(path("demo/db.json")));
}

QTEST_GUILESS_MAIN(TestCliJob)
#include "cli_job_test.moc"
