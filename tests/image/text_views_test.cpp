#include <QTest>

#include <algorithm>

#include "core/image/draw.h"
#include "core/image/text_views.h"

using namespace dank;

class TestTextViews : public QObject {
    Q_OBJECT
private slots:
    void eachShowsItsKindOfText();
    void sizes_data();
    void sizes();
};

/// A quarter of the picture each: white, nearly white, a colour, nearly black.
void TestTextViews::eachShowsItsKindOfText()
{
    Image image = blankImage(80, 20, {255, 255, 255});
    Canvas canvas(image);
    canvas.rectangle({20, 0}, {20, 20}, {215, 210, 220});
    canvas.rectangle({40, 0}, {20, 20}, {200, 30, 30});
    canvas.rectangle({60, 0}, {20, 20}, {10, 40, 20});
    const TextViews views = textViews(image);
    QCOMPARE(views.scale, 2.0);
    QCOMPARE(views.images.size(), std::size_t(5));
    const auto middles = [&](std::size_t view) {
        const GreyImage &grey = views.images[view];
        QList<int> levels;
        for (const std::size_t x : {20, 60, 100, 140})
            levels << grey.levels[20 * static_cast<std::size_t>(grey.width) + x];
        return levels;
    };
    QCOMPARE(middles(0), (QList<int>{255, 213, 81, 29}));
    QCOMPARE(middles(1), (QList<int>{0, 42, 174, 226}));
    QCOMPARE(middles(2), (QList<int>{0, 255, 255, 255}));
    QCOMPARE(middles(3), (QList<int>{0, 0, 255, 255}));
    QCOMPARE(middles(4), (QList<int>{255, 255, 255, 0}));
}

void TestTextViews::sizes_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("expectedWidth");
    QTest::addColumn<int>("expectedHeight");
    QTest::newRow("twice") << 500 << 300 << 1000 << 600;
    QTest::newRow("as many pixels as there may be") << 2000 << 2000 << 2828 << 2828;
    QTest::newRow("smaller") << 4000 << 8000 << 2000 << 4000;
    QTest::newRow("a strip") << 20 << 20'000 << 16 << 16'384;
    QTest::newRow("a narrower strip") << 8 << 20'000 << 0 << 0;
    QTest::newRow("too small") << 7 << 300 << 0 << 0;
    QTest::newRow("a pixel") << 1 << 1 << 0 << 0;
}

void TestTextViews::sizes()
{
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, expectedWidth);
    QFETCH(int, expectedHeight);
    const TextViews views = textViews(blankImage(width, height, {0, 0, 0}));
    QCOMPARE(views.images.empty(), expectedWidth == 0);
    for (const GreyImage &view : views.images) {
        QCOMPARE(view.width, expectedWidth);
        QCOMPARE(view.height, expectedHeight);
        QCOMPARE(view.levels.size(), std::size_t(view.width) * std::size_t(view.height));
    }
}

QTEST_GUILESS_MAIN(TestTextViews)
#include "text_views_test.moc"
