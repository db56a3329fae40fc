#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/image/image_statistics.h"

using namespace dank;

namespace {

Image painted(int width, int height, const std::function<std::array<std::uint8_t, 3>(int x, int y)> &colour)
{
    Image image{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto pixel = colour(x, y);
            image.rgb.insert(image.rgb.end(), pixel.begin(), pixel.end());
        }
    return image;
}

bool isNear(double value, double expected)
{
    return std::abs(value - expected) < 1e-5;
}

}  // namespace

/// Every number worked out by hand.
class TestImageStatistics : public QObject {
    Q_OBJECT

private slots:
    void oneColour()
    {
        const auto green = painted(48, 24, [](int, int) { return std::array<std::uint8_t, 3>{0, 255, 0}; });
        const ImageStatistics numbers = imageStatistics(green, 400.0 * 200, 8000);
        for (std::size_t i = 0; i < 144; ++i)
            QVERIFY(isNear(numbers[i], 0.587));
        const double expected[] = {-0.5,
                                   std::sqrt(0.75),
                                   1,
                                   0,
                                   1,
                                   0,  // a hue of 120 degrees, full and bright
                                   std::log(400.0 * 200) / 2,
                                   std::log(2.0),
                                   std::log(8000.0),
                                   std::log(0.1)};
        for (std::size_t i = 0; i < 10; ++i)
            QVERIFY2(isNear(numbers[144 + i], expected[i]), qPrintable(QString::number(numbers[144 + i])));
    }

    void halves()
    {
        const auto image = painted(24, 24, [](int x, int) {
            return x < 12 ? std::array<std::uint8_t, 3>{0, 0, 0} : std::array<std::uint8_t, 3>{255, 255, 255};
        });
        const ImageStatistics numbers = imageStatistics(image, 576, 100);
        QVERIFY(isNear(numbers[0], 0) && isNear(numbers[11], 1) && isNear(numbers[132], 0) && isNear(numbers[143], 1));
        QVERIFY(isNear(numbers[146], 0) && isNear(numbers[147], 0));      // grey has no saturation
        QVERIFY(isNear(numbers[148], 0.5) && isNear(numbers[149], 0.5));  // value
    }

    void oddSizes()
    {
        for (const auto &[width, height] : {std::pair{1, 1}, std::pair{1, 500}, std::pair{700, 300}})
            for (const float number :
                 imageStatistics(painted(width, height,
                                         [](int x, int y) {
                                             return std::array<std::uint8_t, 3>{std::uint8_t(x), std::uint8_t(y), 7};
                                         }),
                                 0, 0))
                QVERIFY(std::isfinite(number));
        QVERIFY_THROWS_EXCEPTION(Error, imageStatistics(Image{}, 1, 1));
        QVERIFY_THROWS_EXCEPTION(Error, imageStatistics(Image{2, 2, {1, 2, 3}}, 1, 1));
    }
};

QTEST_GUILESS_MAIN(TestImageStatistics)
#include "image_statistics_test.moc"
