#include <QTest>

#include "core/dataset/dataset.h"
#include "tests/dataset/pictures.h"

using namespace dank;
using namespace dank::test;

/// Names in other bytes of the same letters; the rest of what is found where is dataset_test's.
class PictureFinderTest : public QObject {
    Q_OBJECT

private slots:
    void namesOfTheSameLetters_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<bool>("same");
        const auto row = [](const char *name, const char *id, const char *file, bool same) {
            QTest::newRow(name) << QByteArray(id) << QByteArray(file) << same;
        };
        row("composed, decomposed", "caf\u00e9", "cafe\u0301.png", true);
        row("decomposed, composed", "cafe\u0301", "caf\u00e9.png", true);
        row("with the extension in the id", "cafe\u0301.png", "caf\u00e9.png", true);
        row("two marks in another order", "a\u0323\u0302", "a\u0302\u0323.png", true);
        row("a letter with two marks", "\u1ead", "a\u0323\u0302.png", true);
        row("Hangul", "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af.png", true);
        row("kana", "\u304c", "\u304b\u3099.png", true);
        row("the sign for \u212b", "\u212b", "\u00c5.png", true);
        row("another case", "Caf\u00c9", "cafe\u0301.PNG", true);
        row("without its mark", "cafe", "caf\u00e9.png", false);
        row("another mark", "caf\u00e8", "cafe\u0301.png", false);
        row("full width", "\uff41", "a.png", false);
    }
    void namesOfTheSameLetters()
    {
        QFETCH(QByteArray, id);
        QFETCH(QByteArray, file);
        QFETCH(bool, same);
        const Pictures pictures({file});
        const Dataset dataset = Dataset::load(pictures.write("[{\"ups\": 1, \"id\": \"" + id + "\"}]"));
        QCOMPARE(dataset.records().size(), same ? 1u : 0u);
        if (same)
            QCOMPARE(QByteArray::fromStdString(dataset.records()[0].image.filename().string()), file);
        else
            QCOMPARE(dataset.skipped()[0].reason, SkipReason::ImageMissing);
    }
    /// Of two files of the same letters each is its own.
    void bytesGoBeforeLetters()
    {
        const Pictures pictures({"caf\u00e9.png", "cafe\u0301.png"});
        const Dataset dataset = Dataset::load(
            pictures.write("[{\"ups\": 1, \"id\": \"caf\u00e9\"}, {\"ups\": 2, \"id\": \"cafe\u0301\"}]"));
        QCOMPARE(dataset.records().size(), 2u);
        for (const MemeRecord &meme : dataset.records())
            QCOMPARE(meme.image.stem().string(), meme.id);
    }
};

QTEST_GUILESS_MAIN(PictureFinderTest)
#include "picture_finder_test.moc"
