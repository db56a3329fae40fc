#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/image/draw.h"
#include "core/image/text_quads.h"

using namespace dank;

namespace {

constexpr int kWidth = 200, kHeight = 120;

/// A map with a rectangle of `value` around a middle, turned by an angle.
std::vector<float> mapOf(double x, double y, double width, double height, double degrees, float value = 0.9f)
{
    std::vector<float> map(kWidth * kHeight);
    const double turn = degrees * M_PI / 180;
    for (int row = 0; row < kHeight; ++row)
        for (int column = 0; column < kWidth; ++column) {
            const double dx = column - x, dy = row - y;
            const double along = dx * std::cos(turn) + dy * std::sin(turn),
                         across = dy * std::cos(turn) - dx * std::sin(turn);
            if (std::abs(along) <= width / 2 && std::abs(across) <= height / 2)
                map[static_cast<std::size_t>(row * kWidth + column)] = value;
        }
    return map;
}

}  // namespace

class TestTextQuads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void linesAreFound_data();
    void linesAreFound();
    void whatIsNoLine();
    void cutsAreUpright();
    void cutsAreCloser();
};

void TestTextQuads::linesAreFound_data()
{
    QTest::addColumn<double>("degrees");
    for (const double degrees : {0.0, 20.0, -20.0})
        QTest::addRow("%g degrees", degrees) << degrees;
}

/// Of 80 × 12 in the map, widened by 80 × 12 × 2.4 / (2 × 92) on every side.
void TestTextQuads::linesAreFound()
{
    QFETCH(double, degrees);
    const auto quads = textQuads(mapOf(100, 60, 80, 12, degrees), kWidth, kHeight, {});
    QCOMPARE(quads.size(), std::size_t(1));
    const TextQuad &quad = quads.front();
    const double out = 80 * 12 * 2.4 / (2 * 92);
    QVERIFY2(std::abs(quad.width() - (80 + 2 * out)) < 3, qPrintable(QString::number(quad.width())));
    QVERIFY2(std::abs(quad.height() - (12 + 2 * out)) < 3, qPrintable(QString::number(quad.height())));
    QVERIFY2(quad.score > 0.75 && quad.score <= 0.9001, qPrintable(QString::number(quad.score)));
    // From the top left along the text.
    const double turn = std::atan2(quad.corners[1].y - quad.corners[0].y, quad.corners[1].x - quad.corners[0].x);
    QVERIFY2(std::abs(turn * 180 / M_PI - degrees) < 2, qPrintable(QString::number(turn * 180 / M_PI)));
    QVERIFY(quad.corners[3].y > quad.corners[0].y && quad.corners[2].y > quad.corners[1].y);
    QCOMPARE(quad.turned().width(), quad.height());
}

void TestTextQuads::whatIsNoLine()
{
    QVERIFY(textQuads(mapOf(100, 60, 80, 12, 0, 0.29f), kWidth, kHeight, {}).empty());  // below the threshold
    QVERIFY(textQuads(mapOf(100, 60, 80, 12, 0, 0.45f), kWidth, kHeight, {}).empty());  // too unsure
    QVERIFY(textQuads(mapOf(100, 60, 80, 1, 0), kWidth, kHeight, {}).empty());          // too thin
    QVERIFY_THROWS_EXCEPTION(Error, textQuads(std::vector<float>(7), kWidth, kHeight, {}));
    // Sides of no number.
    QVERIFY(textQuads(std::vector<float>(kWidth * kHeight, std::nanf("")), kWidth, kHeight, {}).empty());
}

/// Red on the left, blue on the right, wherever it lies.
void TestTextQuads::cutsAreUpright()
{
    Image picture = blankImage(200, 200, {255, 255, 255});
    for (int y = 50; y < 150; ++y)
        for (int x = 90; x < 110; ++x) {  // upwards: red below
            std::uint8_t *at = &picture.rgb[picture.offset(x, y)];
            at[0] = y >= 100 ? 255 : 0;
            at[1] = 0;
            at[2] = y >= 100 ? 0 : 255;
        }
    const TextQuad quad{{{{90, 50}, {110, 50}, {110, 150}, {90, 150}}}, 1};
    const Image cut = cutOut(picture, quad.turned(), 10, 1000);
    QCOMPARE(cut.height, 10);
    QCOMPARE(cut.width, 50);
    const std::uint8_t *left = &cut.rgb[cut.offset(10, 5)], *right = &cut.rgb[cut.offset(40, 5)];
    QVERIFY(left[0] > 240 && left[2] < 15 && right[0] < 15 && right[2] > 240);
    QCOMPARE(cutOut(picture, quad.turned(), 10, 30).width, 30);
    const TextQuad outside{{{{-50, -50}, {-20, -50}, {-20, -40}, {-50, -40}}}, 1};
    QVERIFY(std::ranges::all_of(cutOut(picture, outside, 48, 1000).rgb, [](int level) { return level == 255; }));
}

/// A line's own height, whichever way it runs: its ends stay.
void TestTextQuads::cutsAreCloser()
{
    const TextQuad level{{{{10, 20}, {110, 20}, {110, 60}, {10, 60}}}, 0.7}, closer = level.trimmed(0.1);
    QCOMPARE(closer.width(), 100.0);
    QCOMPARE(closer.height(), 32.0);
    QCOMPARE(closer.corners[0].y, 24.0);
    QCOMPARE(closer.corners[3].y, 56.0);
    QCOMPARE(closer.corners[2].x, 110.0);
    QCOMPARE(closer.score, 0.7);
    const TextQuad upwards = level.turned().trimmed(0.25);
    QCOMPARE(upwards.width(), level.height());
    QCOMPARE(upwards.height(), 50.0);
    QCOMPARE(level.trimmed(0).height(), level.height());
}

QTEST_GUILESS_MAIN(TestTextQuads)
#include "text_quads_test.moc"
