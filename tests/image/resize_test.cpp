// resizeTriangle() against Pillow's own pictures (tests/reference/resize.py).

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <QTest>

#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

Image load(const std::string &name)
{
    return decodeImageFile(fs::path(DANK_TEST_DATA) / "data" / (name + ".png")).image;
}

Image plain(int width, int height, std::uint8_t value)
{
    return {width, height,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, value)};
}

}  // namespace

class TestResize : public QObject {
    Q_OBJECT

private slots:
    void matchesPillow_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        const std::pair<int, int> sizes[] = {{16, 16}, {7, 31},  {48, 40}, {47, 1}, {1, 40},
                                             {96, 90}, {30, 40}, {48, 13}, {3, 2}};
        for (const auto &[width, height] : sizes)
            QTest::addRow("%dx%d", width, height) << width << height;
    }

    void matchesPillow()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const Image source = load("resize-source");
        QCOMPARE(source.width, 48);
        const Image expected = load("resize-" + std::to_string(width) + "x" + std::to_string(height));
        const Image resized = resizeTriangle(source, width, height);
        QCOMPARE(resized.width, width);
        QCOMPARE(resized.height, height);
        QCOMPARE(resized.rgb.size(), expected.rgb.size());
        int most = 0;
        for (std::size_t i = 0; i < expected.rgb.size(); ++i)
            most = std::max(most, std::abs(resized.rgb[i] - expected.rgb[i]));
        QCOMPARE(most, 0);
    }

    void keepsAPlainPicturePlain()
    {
        for (const std::uint8_t value : {0, 1, 127, 254, 255}) {
            const Image resized = resizeTriangle(plain(601, 333, value), 299, 299);
            QVERIFY(std::all_of(resized.rgb.begin(), resized.rgb.end(), [&](std::uint8_t v) { return v == value; }));
        }
    }

    void survivesASliver()
    {
        const Image resized = resizeTriangle(plain(1, 400'000, 60), 299, 299);  // 120 million pixels in between
        QCOMPARE(resized.width, 299);
        QCOMPARE(resized.rgb.size(), std::size_t{299 * 299 * 3});
        QVERIFY(std::all_of(resized.rgb.begin(), resized.rgb.end(), [](std::uint8_t v) { return v == 60; }));
    }

    void fitsAThumbnail_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("expectedWidth");
        QTest::addColumn<int>("expectedHeight");
        QTest::newRow("wide") << 640 << 480 << 160 << 120;
        QTest::newRow("tall") << 300 << 900 << 53 << 160;
        QTest::newRow("never scaled up") << 90 << 70 << 90 << 70;
        QTest::newRow("a line stays a line") << 4000 << 1 << 160 << 1;
    }

    void fitsAThumbnail()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const Image small = thumbnail(plain(width, height, 9), 160);
        QTEST(small.width, "expectedWidth");
        QTEST(small.height, "expectedHeight");
    }

    void refusesNothing()
    {
        QVERIFY_EXCEPTION_THROWN(resizeTriangle({}, 10, 10), Error);
        QVERIFY_EXCEPTION_THROWN(resizeTriangle(plain(4, 4, 0), 0, 10), Error);
        Image lying = plain(4, 4, 0);
        lying.width = 400;
        QVERIFY_EXCEPTION_THROWN(resizeTriangle(lying, 2, 2), Error);
    }
};

QTEST_GUILESS_MAIN(TestResize)
#include "resize_test.moc"
