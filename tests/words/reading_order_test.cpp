#include <QTest>

#include "core/words/reading_order.h"

using namespace dank;

namespace {

using Reading = std::vector<TextWord>;

/// A word in letters of 20 × 30 pixels.
TextWord word(const char *text, int x, int y, double confidence = 0.9)
{
    return {text, x, y, static_cast<int>(std::string(text).size()) * 20, 30, confidence};
}

std::string merged(const std::vector<Reading> &readings)
{
    return mergeReadings(readings).text;
}

}  // namespace

class TestReadingOrder : public QObject {
    Q_OBJECT
private slots:
    void surerReadingStays();
    void linesAndColumns();
    void looseSignsAreNoText();
    void shortWordsNeedAnotherView();
    void confidenceIsByLength();
    void linesStayWhole();
    void slantedLinesStayBelowEachOther();
    void nothingIsEmpty();
};

/// Whatever the order of the views, and never both.
void TestReadingOrder::surerReadingStays()
{
    const Reading grey{word("whcn", 0, 0, 0.7), word("you", 100, 0, 0.95)};
    const Reading inverted{word("when", 2, 1, 0.9), word("yuo", 101, 2, 0.94)};
    QCOMPARE(merged({grey, inverted}), std::string("when you"));
    QCOMPARE(merged({inverted, grey}), std::string("when you"));
    // A word that spans two surer ones goes as a whole.
    QCOMPARE(merged({{word("whenyouu", 0, 0, 0.8)}, {word("when", 0, 0), word("you", 100, 0)}}),
             std::string("when you"));
}

void TestReadingOrder::linesAndColumns()
{
    // A heading, two columns of two lines with a wide gap between, and a slope within the line.
    const Reading words{word("years", 0, 240),   word("boi", 500, 235), word("laws", 80, 204),  word("The", 0, 200),
                        word("horny", 500, 195), word("WHO", 200, 50),  word("WOULD", 300, 54), word("WIN?", 420, 58)};
    QCOMPARE(merged({words}), std::string("WHO WOULD WIN?\nThe laws\nyears\nhorny\nboi"));
    QVERIFY(mergeReadings(std::vector<Reading>{words}).words.front().text == "WHO");
}

void TestReadingOrder::looseSignsAreNoText()
{
    const Reading texture{word("~", 10, 400, 0.95), word("Ww", 200, 500, 0.9), word("i)", 300, 620, 0.99),
                          word("«—©", 400, 300, 0.99), word("lrn", 500, 700, 0.62)};
    QCOMPARE(merged({texture}), std::string());
    // Within a line of text even one letter is a word.
    const Reading line{word("such", 0, 0), word("a", 100, 0, 0.61), word("day", 140, 0)};
    QCOMPARE(merged({line}), std::string("such day"));
    QCOMPARE(merged({line, {word("a", 101, 0, 0.6)}}), std::string("such a day"));
}

void TestReadingOrder::shortWordsNeedAnotherView()
{
    QCOMPARE(merged({{word("Me", 0, 0, 0.95)}, {}}), std::string());
    QCOMPARE(merged({{word("Me", 0, 0, 0.95)}, {word("me:", 0, 0, 0.7)}}), std::string("Me"));
    QCOMPARE(merged({{word("lobby", 0, 0, 0.7)}, {}}), std::string());
    QCOMPARE(merged({{word("lobby", 0, 0, 0.7)}, {word("lobby", 1, 1, 0.65)}}), std::string("lobby"));
}

void TestReadingOrder::confidenceIsByLength()
{
    const PictureText text = mergeReadings(std::vector<Reading>{{word("grün", 0, 0, 1.0), word("ist", 100, 0, 0.5)}});
    QCOMPARE(text.words.size(), std::size_t(2));
    QVERIFY2(std::abs(text.confidence - (4 * 1.0 + 3 * 0.5) / 7) < 1e-12, qPrintable(QString::number(text.confidence)));
}

/// Whatever its words look like; joined where they lie close beside each other, else column by column.
void TestReadingOrder::linesStayWhole()
{
    const std::vector<Reading> lines{{word("!", 300, 102, 0.5)},
                                     {word("b", 0, 100), word("a", 30, 100)},  // as it was read
                                     {word("above", 0, 50)},
                                     {word("far", 900, 60)},
                                     {},
                                     {word("below", 900, 100)},
                                     {word("c", 62, 101)}};
    QCOMPARE(QString::fromStdString(orderLines(lines).text), QString("above\nb a c\nfar\nbelow\n!"));
    QCOMPARE(orderLines({}), PictureText{});
}

/// Their upright boxes reach deep into each other.
void TestReadingOrder::slantedLinesStayBelowEachOther()
{
    const std::vector<Reading> lines{
        {{"low", 179, 769, 200, 84, 0.9}}, {{"wide", 187, 750, 150, 66, 0.9}}, {{"top", 217, 752, 69, 38, 0.9}}};
    QCOMPARE(QString::fromStdString(orderLines(lines).text), QString("top\nwide\nlow"));
}

void TestReadingOrder::nothingIsEmpty()
{
    QCOMPARE(mergeReadings({}), PictureText{});
    QCOMPARE(mergeReadings(std::vector<Reading>{{}, {}}), PictureText{});
    // Boxes without area, as a broken reader might say them.
    QCOMPARE(merged({{{"word", 5, 5, 0, 0, 0.9}}}), std::string("word"));
}

QTEST_GUILESS_MAIN(TestReadingOrder)
#include "reading_order_test.moc"
