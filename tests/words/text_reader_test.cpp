#include <QTest>

#include "core/base/error.h"
#include "core/image/draw.h"
#include "core/words/text_reader.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

namespace {

constexpr Colour kBlack{0, 0, 0}, kWhite{255, 255, 255}, kGreen{90, 140, 60}, kSky{170, 200, 235};

/// White outlined capitals, as memes have them.
Image captioned(Colour background, double letterHeight, const std::string &top, const std::string &bottom = {})
{
    Image image = blankImage(800, 600, background);
    Canvas canvas(image);
    canvas.caption(top, letterHeight, false);
    if (!bottom.empty())
        canvas.caption(bottom, letterHeight, true);
    return image;
}

/// A wallpaper of colours and edges without a word.
Image texture()
{
    Image image = blankImage(640, 480, kGreen);
    Canvas canvas(image);
    for (int i = 0; i < 60; ++i)
        canvas.line({i * 11.0, 0}, {640 - i * 7.0, 480}, 1 + i % 4,
                    {static_cast<std::uint8_t>(i * 4), static_cast<std::uint8_t>(255 - i * 3), 80});
    return image;
}

}  // namespace

class TestTextReader : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_reader = makeTextReader("tesseract", "eng"); }
    void reads_data();
    void reads();
    void boxesLieOnTheWords();
    void nothingWhereThereIsNothing_data();
    void nothingWhereThereIsNothing();
    void sameEveryTime();
    void hugePictures();
    void cancels();
    void refuses_data();
    void refuses();

private:
    std::unique_ptr<TextReader> m_reader;
    PictureText read(const Image &image) { return m_reader->read(image, {}); }
};

void TestTextReader::reads_data()
{
    QTest::addColumn<int>("background");
    QTest::addColumn<double>("height");
    QTest::newRow("white on black") << 0 << 40.0;
    QTest::newRow("outlined on the sky") << 1 << 40.0;
    QTest::newRow("outlined on a colour") << 2 << 40.0;
    QTest::newRow("tiny print") << 0 << 12.0;
}

void TestTextReader::reads()
{
    QFETCH(int, background);
    QFETCH(double, height);
    const Colour colours[] = {kBlack, kSky, kGreen};
    const PictureText text = read(captioned(colours[background], height, "NOT SURE IF DANK", "OR JUST ANOTHER MEME"));
    QCOMPARE(QString::fromStdString(text.text), QString("NOT SURE IF DANK\nOR JUST ANOTHER MEME"));
    QVERIFY(text.confidence >= 0.6 && text.confidence <= 1);
}

void TestTextReader::boxesLieOnTheWords()
{
    const PictureText text = read(captioned(kBlack, 40, "NOT SURE IF DANK", "OR JUST ANOTHER MEME"));
    QCOMPARE(text.words.size(), std::size_t(8));
    for (const TextWord &word : text.words) {
        const bool above = &word - text.words.data() < 4;
        QVERIFY2(above ? word.y > 5 && word.y + word.height < 90 : word.y > 510 && word.y + word.height <= 600,
                 word.text.c_str());
        QVERIFY(word.x >= 0 && word.width > 0 && word.x + word.width <= 800);
        QVERIFY(word.confidence >= 0.6 && word.confidence <= 1);
    }
}

void TestTextReader::nothingWhereThereIsNothing_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    for (const auto &[width, height] :
         {std::pair(0, 0), {1, 1}, {1, 2000}, {2000, 1}, {7, 7}, {8, 8}, {9, 30'000}, {30'000, 9}, {64, 64}, {3, 500}})
        QTest::addRow("%d by %d", width, height) << width << height;
    QTest::newRow("texture") << -1 << -1;
}

void TestTextReader::nothingWhereThereIsNothing()
{
    QFETCH(int, width);
    QFETCH(int, height);
    if (width < 0) {
        QCOMPARE(read(texture()).text, std::string());
        return;
    }
    for (const Colour colour : {kBlack, kWhite, kGreen})
        QCOMPARE(read(width ? blankImage(width, height, colour) : Image{}), PictureText{});
}

/// What was read before leaves no trace.
void TestTextReader::sameEveryTime()
{
    const Image one = captioned(kGreen, 30, "THE INTERNET DOES NOT BELONG TO YOU"),
                other = captioned(kBlack, 40, "WHY");
    const PictureText first = read(one);
    QVERIFY(!first.words.empty());
    read(other);
    QCOMPARE(read(one), first);
    QCOMPARE(makeTextReader("tesseract", "eng")->read(one, {}), first);
}

/// Far more pixels than are looked at, with the boxes still where the words are.
void TestTextReader::hugePictures()
{
    Image image = blankImage(6000, 4000, kBlack);
    Canvas(image).caption("NOT SURE IF DANK", 300, true);
    const PictureText text = read(image);
    QCOMPARE(text.text, std::string("NOT SURE IF DANK"));
    QVERIFY(text.words.front().y > 3000 && text.words.front().height > 200);
}

void TestTextReader::cancels()
{
    CancelToken cancel;
    cancel.cancel();
    QVERIFY_THROWS_EXCEPTION(Cancelled, m_reader->read(captioned(kBlack, 40, "NOT SURE"), cancel));
    QCOMPARE(read(captioned(kBlack, 40, "NOT SURE IF")).text, std::string("NOT SURE IF"));
}

void TestTextReader::refuses_data()
{
    QTest::addColumn<QString>("reader");
    QTest::addColumn<QString>("languages");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("reason");
    QTest::newRow("a language") << "tesseract"
                                << "xyz"
                                << "file"
                                << "install tesseract-ocr-xyz,";
    QTest::newRow("a second one") << "tesseract"
                                  << "eng+chi_xyz"
                                  << "file"
                                  << "install tesseract-ocr-chi-xyz,";
    QTest::newRow("no language") << "tesseract"
                                 << ""
                                 << "format"
                                 << "names no language";
    QTest::newRow("a path") << "tesseract"
                            << "../eng"
                            << "format"
                            << "names no language";
    QTest::newRow("an empty one") << "tesseract"
                                  << "eng+"
                                  << "format"
                                  << "names no language";
    QTest::newRow("a reader") << "ppocr"
                              << "eng"
                              << "format"
                              << "There is no reader \"ppocr\". There is: tesseract.";
}

void TestTextReader::refuses()
{
    QFETCH(QString, reader);
    QFETCH(QString, languages);
    QFETCH(QString, kind);
    QFETCH(QString, reason);
    try {
        makeTextReader(reader.toStdString(), languages.toStdString());
        QFAIL("It was made.");
    } catch (const Error &error) {
        QCOMPARE(QString(errorKindName(error.kind())), kind);
        QVERIFY2(QString(error.what()).contains(reason), error.what());
    }
}

QTEST_GUILESS_MAIN(TestTextReader)
#include "text_reader_test.moc"
