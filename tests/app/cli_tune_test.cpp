#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// `dank train --fine-tune` as its users meet it: from a frozen run, stopped and killed, and what is done with the
/// model that comes of it. ResNet-50 with random weights, on few memes.
class TestCliTune : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void keepsTheFrozenNetworkWhereNothingIsGained();
    void keepsTheTunedOneWhereItIsBetter();
    void goesOnAfterAKill();
    void refusesWhatCannotBeTuned();

private:
    QTemporaryDir m_folder;
    QString m_db, m_run;

    QStringList command(const QStringList &arguments) const
    {
        return QStringList{"--library", m_folder.filePath("library"), "--threads", "2"} + arguments;
    }
    QJsonObject tune(const QStringList &options) const
    {
        const Outcome outcome = runDank(command(QStringList{"train", m_db, "--json", "--from", m_run} + options));
        if (outcome.code != 0)
            QTest::qFail(outcome.err, __FILE__, __LINE__);
        return outcome.object();
    }
};

void TestCliTune::initTestCase()
{
    m_db = makeSample(m_folder.filePath("sample"), 200);
    QVERIFY(!m_db.isEmpty());
    // A head that has learnt next to nothing, so that there is something to be gained.
    const Outcome outcome =
        runDank(command({"train", m_db, "--json", "--backbone", "resnet50", "--weights", "none", "--precision", "fp32",
                         "--preset", "standard", "--epochs", "1", "--lr", "1e-9", "--hold-out", "0.35"}));
    QVERIFY2(outcome.code == 0, outcome.err);
    m_run = QString::number(outcome.object()["run"_L1].toInt());
}

void TestCliTune::keepsTheFrozenNetworkWhereNothingIsGained()
{
    const QJsonObject result =
        tune({"--fine-tune", "last", "--tune-epochs", "1", "--head-lr", "1e-12", "--backbone-lr", "1e-12"});
    QCOMPARE(result["kept"_L1].toString(), u"frozen"_s);
    QCOMPARE(result["frozen_run"_L1].toInt(), m_run.toInt());
    QVERIFY(result["run"_L1].toInt() > m_run.toInt());
    for (const char *key : {"seconds", "memory_bytes", "disk_bytes", "parameters"})
        QVERIFY2(result["estimate"_L1][QLatin1String(key)].toDouble() > 0, key);
    for (const char *key : {"frozen", "fine_tuned"})
        QVERIFY2(result[QLatin1String(key)]["spearman"_L1].isDouble(), key);
    QVERIFY(std::abs(result["difference"_L1]["value"_L1].toDouble()) < 0.05);
    QVERIFY(result["verdict"_L1].toString().size() > 0);
    QVERIFY(!result["backbone"_L1].toString().contains("+t-"));
}

void TestCliTune::keepsTheTunedOneWhereItIsBetter()
{
    const QJsonObject result =
        tune({"--fine-tune", "last2", "--tune-epochs", "12", "--head-lr", "3e-3", "--backbone-lr", "1e-5"});
    QCOMPARE(result["kept"_L1].toString(), u"fine_tuned"_s);
    QVERIFY(result["difference"_L1]["interval"_L1][0].toDouble() > 0);
    const QString model = result["model"_L1].toString(), backbone = result["backbone"_L1].toString();
    QVERIFY(backbone.startsWith("resnet50/warp/fp32/seed-1+t-"));
    QVERIFY(!QDir(m_folder.filePath("library/runs/%1").arg(result["run"_L1].toInt())).exists("activations"));

    // Judged anew from the file alone, in a library that knows nothing of it, it is what it was.
    const Outcome judged =
        runDank({"--library", m_folder.filePath("elsewhere"), "--threads", "2", "eval", model, m_db, "--json"});
    QVERIFY2(judged.code == 0, judged.err);
    QVERIFY(std::abs(judged.object()["metrics"_L1]["spearman"_L1].toDouble()
                     - result["fine_tuned"_L1]["spearman"_L1].toDouble())
            < 1e-6);

    const QStringList pictures = QDir(m_folder.filePath("sample/memes")).entryList({"*.jpg"}, QDir::Files);
    const QString picture = m_folder.filePath("sample/memes/" + pictures.last());
    const Outcome rated =
        runDank({"--library", m_folder.filePath("third"), "rate", model, picture, "--format", "json"});
    QVERIFY2(rated.code == 0, rated.err);
    const Outcome stored = runDank(command({"rate", model, picture, "--format", "json"}));
    QVERIFY2(stored.code == 0, stored.err);
    QVERIFY(
        std::abs(rated.json().array()[0]["dankness"_L1].toDouble() - stored.json().array()[0]["dankness"_L1].toDouble())
        < 1e-4);
    const Outcome explained = runDank(command({"explain", model, picture, "--method", "gradcam", "--json"}));
    QVERIFY2(explained.code == 0, explained.err);
}

void TestCliTune::goesOnAfterAKill()
{
    const QStringList options{"--fine-tune", "last", "--tune-epochs", "4",
                              "--head-lr",   "3e-3", "--backbone-lr", "1e-4"};
    const QJsonObject whole = tune(options);
    for (const int epoch : {1, 3}) {
        int run = 0;
        (void)runDankUntil(
            command(QStringList{"train", m_db, "--json", "--from", m_run} + options),
            [&](const QJsonObject &event) {
                return event["stage"_L1] == "train" && event["epoch"_L1].toInt() == epoch;
            },
            SIGKILL);
        const QJsonArray runs = runDank(command({"runs", "list", "--json"})).object()["runs"_L1].toArray();
        run = runs[0]["run"_L1].toInt();
        QCOMPARE(runs[0]["state"_L1].toString(), u"interrupted"_s);
        const Outcome resumed = runDank(command({"resume", QString::number(run), "--json"}));
        QVERIFY2(resumed.code == 0, resumed.err);
        const QJsonObject result = resumed.object();
        for (const char *key : {"fine_tuned", "frozen", "kept", "difference"})
            QCOMPARE(result[QLatin1String(key)], whole[QLatin1String(key)]);
        if (whole["kept"_L1] == "fine_tuned")
            QCOMPARE(result["backbone"_L1], whole["backbone"_L1]);
    }
}

void TestCliTune::refusesWhatCannotBeTuned()
{
    const Outcome classic = runDank(command(
        {"train", m_db, "--backbone", "classic", "--preset", "standard", "--epochs", "1", "--fine-tune", "last"}));
    QVERIFY(classic.code != 0);
    QVERIFY2(classic.err.contains("cannot be fine-tuned"), classic.err);
    const Outcome alone = runDank(command({"train", m_db, "--backbone-lr", "1e-5"}));
    QCOMPARE(alone.code, 2);
    QVERIFY2(alone.err.contains("--fine-tune"), alone.err);
    const Outcome depth = runDank(command({"train", m_db, "--fine-tune", "first"}));
    QCOMPARE(depth.code, 2);
    const Outcome nothing = runDank(command({"train", m_db, "--fine-tune", "last", "--from", "999"}));
    QVERIFY(nothing.code != 0);
}

QTEST_GUILESS_MAIN(TestCliTune)
#include "cli_tune_test.moc"
