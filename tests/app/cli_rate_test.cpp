#include <QDir>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/model_file.h"
#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// A score never stands without its verdict.
class TestCliRate : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void verdictIsTold_data();
    void verdictIsTold();
    void trainedModelTellsItsOwn();

private:
    QTemporaryDir m_folder;
    QStringList m_library;
    QString m_picture;
    QJsonObject m_trained;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList rate(const QString &model, const QString &format) const
    {
        return m_library + QStringList{"rate", model, m_picture, path("gone.png"), "--format", format};
    }
};

void TestCliRate::initTestCase()
{
    m_library = {"--library", path("library")};
    const QString db = makeSample(path("sample"), 60);
    QVERIFY(!db.isEmpty());
    const Outcome trained = runDank(m_library
                                    + QStringList{"train", db, "--backbone", "classic", "--epochs", "5", "--json",
                                                  "--model", path("own.dankmodel")});
    QVERIFY2(trained.code == 0, trained.err);
    m_trained = trained.object();
    m_picture = path("sample/memes/" + QDir(path("sample/memes")).entryList({"*.png"}, QDir::Files).first());
}

void TestCliRate::verdictIsTold_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("text");
    QTest::newRow("no evidence") << int(dank::VerdictKind::NoEvidence) << "no_evidence"
                                 << "No evidence of learning. Its order, \"by luck\", has Spearman 0.14.";
    QTest::newRow("learned") << int(dank::VerdictKind::LearnedSomething) << "learned_something"
                             << "It learned something. Its order follows theirs.";
    QTest::newRow("an older file") << -1 << "not_judged" << QString::fromStdString(verdictText(dank::notJudged()));
}

void TestCliRate::verdictIsTold()
{
    QFETCH(int, kind);
    QFETCH(QString, name);
    QFETCH(QString, text);
    const QString file = path("other.dankmodel");
    dank::Model model = dank::loadModel(path("own.dankmodel").toStdString());
    model.judgement.reset();
    if (kind >= 0) {
        const int end = int(text.indexOf(". ")) + 1;
        model.judgement.emplace();
        model.judgement->kind = dank::VerdictKind(kind);
        model.judgement->headline = text.left(end).toStdString();
        model.judgement->reason = text.mid(end + 1).toStdString();
    }
    dank::saveModel(model, file.toStdString());

    // In the table once, above the scores.
    const QByteArray table = runDank(rate(file, "table")).out;
    QCOMPARE(table.count(text.toUtf8()), 1);
    QVERIFY2(table.indexOf(text.toUtf8()) < table.indexOf("dankness "), table);

    const Outcome csv = runDank(rate(file, "csv"));
    QVERIFY2(csv.code == 0, csv.err);
    const QList<QByteArray> lines = csv.out.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines[0].endsWith(",learned_from,neighbours,verdict,verdict_text"), lines[0]);
    QString quoted = text;
    if (text.contains('"') || text.contains(','))
        quoted = '"' + quoted.replace('"', "\"\"") + '"';
    for (const int line : {1, 2})
        QVERIFY2(lines[line].endsWith(QString(",%1,%2").arg(name, quoted).toUtf8()), lines[line]);

    const QJsonArray json = runDank(rate(file, "json")).json().array();
    QCOMPARE(json.size(), 2);
    for (const QJsonValue &item : json) {
        QCOMPARE(item["verdict"_L1].toString(), name);
        QCOMPARE(item["verdict_text"_L1].toString(), text);
    }
    QVERIFY(json[0]["dankness"_L1].isDouble() && json[1]["skipped"_L1].isString());
}

void TestCliRate::trainedModelTellsItsOwn()
{
    QCOMPARE(m_trained["verdict"].toString(), QString("too_few_rows"));
    const QString run = QString("models/run-%1.dankmodel").arg(m_trained["run"].toInt());
    for (const QString &file : {path("own.dankmodel"), path("library/" + run)}) {
        const QJsonArray json = runDank(rate(file, "json")).json().array();
        QVERIFY2(json.size() == 2, qPrintable(file));
        QCOMPARE(json[0]["verdict"_L1], m_trained["verdict"]);
        QCOMPARE(json[0]["verdict_text"_L1], m_trained["verdict_text"]);
    }
}

QTEST_GUILESS_MAIN(TestCliRate)
#include "cli_rate_test.moc"
