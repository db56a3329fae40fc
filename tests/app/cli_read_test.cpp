#include <QDir>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

class TestCliRead : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void goesOnAfterAKill();
    void jsonInTheOrderGiven();
    void csvAndTable();
    void datasetsAndFolders();
    void refusals();

private:
    QTemporaryDir m_folder;
    QString m_db;
    QStringList m_pictures;  ///< that the sample did not break
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList read(const QStringList &rest) const { return QStringList{"--library", path("library"), "read"} + rest; }
};

void TestCliRead::initTestCase()
{
    m_db = makeSample(path("sample"), 20);
    QVERIFY(!m_db.isEmpty());
    const Outcome inspected = runDank({"inspect", m_db, "--json"});
    QStringList broken;
    for (const QJsonValue &skipped : inspected.object()["skipped"].toArray())
        broken << skipped["id"].toString();
    const QDir memes(path("sample/memes"));
    for (const QFileInfo &file : memes.entryInfoList(QDir::Files, QDir::Name))
        if (!broken.contains(file.completeBaseName()))
            m_pictures << file.filePath();
    QVERIFY2(m_pictures.size() >= 8, qPrintable(m_pictures.join(' ')));
}

/// Each picture is stored as it is read.
void TestCliRead::goesOnAfterAKill()
{
    int done = 0;
    const Outcome killed = runDankUntil(
        read(m_pictures),
        [&](const QJsonObject &event) {
            if (event["stage"].toString() == "text")
                done = event["done"].toInt();
            return done >= 2;
        },
        SIGKILL);
    QCOMPARE(killed.code, -1);
    const Outcome rest = runDank(read(m_pictures));
    QVERIFY2(rest.code == 0, rest.err);
    static const QRegularExpression kept("(\\d+) known from before");
    const int known = kept.match(QString(rest.err)).captured(1).toInt();
    QVERIFY2(known >= done && known < m_pictures.size(), rest.err);
}

void TestCliRead::jsonInTheOrderGiven()
{
    QVERIFY(writeAll(path("broken, \"really\".png"), "no picture"));
    const QStringList given{m_pictures[3], path("broken, \"really\".png"), m_pictures[0], m_pictures[3],
                            path("gone.png")};
    const Outcome outcome = runDank(read(given + QStringList{"--json"}));
    QVERIFY2(outcome.code == 0, outcome.err);
    const QJsonArray pictures = outcome.json().array();
    QCOMPARE(pictures.size(), given.size());
    for (int i = 0; i < given.size(); ++i) {
        const QJsonObject picture = pictures[i].toObject();
        QCOMPARE(picture["path"].toString(), given[i]);
        if (i == 1 || i == 4) {
            QVERIFY(!picture["skipped"].toString().isEmpty() && !picture.contains("text"));
            continue;
        }
        QVERIFY2(picture["text"].toString().size() > 5, outcome.out);
        QVERIFY(picture["confidence"].toDouble() >= 0.6);
        const QJsonArray words = picture["words"].toArray();
        QVERIFY(!words.isEmpty());
        QStringList texts;
        for (const QJsonValue &word : words) {
            texts << word["text"].toString();
            QCOMPARE(word["box"].toArray().size(), 4);
            QVERIFY(word["confidence"].toDouble() >= 0.6);
        }
        QCOMPARE(texts.join(' '), picture["text"].toString().simplified());
    }
    QCOMPARE(pictures[0], pictures[3]);
    QCOMPARE(runDank(read(given + QStringList{"--strict"})).code, 3);
    QCOMPARE(runDank(read({m_pictures[3], "--json", "--again"})).json().array()[0], pictures[0]);
}

void TestCliRead::csvAndTable()
{
    const QStringList given{m_pictures[0], path("broken, \"really\".png")};
    const Outcome csv = runDank(read(given + QStringList{"--format", "csv"}));
    QVERIFY2(csv.out.startsWith("path,text,confidence,words,skipped\n"), csv.out);
    QVERIFY2(csv.out.contains("broken, \"\"really\"\".png\",,,,"), csv.out);
    const Outcome table = runDank(read(given));
    QVERIFY2(table.out.startsWith(m_pictures[0].toUtf8() + "  0.")
                 || table.out.startsWith(m_pictures[0].toUtf8() + "  1."),
             table.out);
    QVERIFY2(table.out.contains("\n    "), table.out);
}

void TestCliRead::datasetsAndFolders()
{
    const Outcome dataset = runDank(read({m_db, "--json"}));
    QVERIFY2(dataset.code == 0, dataset.err);
    QCOMPARE(dataset.json().array().size(), runDank({"inspect", m_db, "--json"}).object()["usable"].toInt());
    const Outcome folder = runDank(read({path("sample/memes"), "--json"}));
    QCOMPARE(folder.json().array().size(), qsizetype(QDir(path("sample/memes")).entryList(QDir::Files).size()));
    QCOMPARE(runDank(read({"-", "--json"}), m_pictures[0].toUtf8() + '\n').json().array().size(), 1);
    QVERIFY(QDir().mkdir(path("empty")));
    const Outcome none = runDank(read({path("empty"), "--json"}));
    QCOMPARE(none.json().array().size(), 0);
    QVERIFY2(none.err.contains("no picture"), none.err);
}

void TestCliRead::refusals()
{
    const Outcome language = runDank(read({m_pictures[0], "--language", "eng+xyz"}));
    QCOMPARE(language.code, 1);
    QVERIFY2(language.err.contains("install tesseract-ocr-xyz"), language.err);
    const Outcome reader = runDank(read({m_pictures[0], "--reader", "nobody"}));
    QCOMPARE(reader.code, 1);
    QVERIFY2(reader.err.contains("There is no reader \"nobody\""), reader.err);
    QCOMPARE(runDank(read({m_pictures[0], "--format", "yaml"})).code, 2);
    QCOMPARE(runDank(read({})).code, 2);
}

QTEST_GUILESS_MAIN(TestCliRead)
#include "cli_read_test.moc"
