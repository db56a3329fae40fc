#include <QFile>
#include <QTest>

#include <bit>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/decode.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/image/perceptual_hash.h"
#include "core/image/resize.h"

using namespace dank;

namespace {

std::uint8_t shade(Random &random)
{
    return static_cast<std::uint8_t>(random.below(256));
}

Colour anyColour(Random &random)
{
    return {shade(random), shade(random), shade(random)};
}

/// A scene unlike those of other seeds, under a caption.
Image scene(std::uint64_t seed, const std::string &caption)
{
    Random random(seed);
    Image image = blankImage(480 + static_cast<int>(random.below(200)), 360 + static_cast<int>(random.below(200)), {});
    Canvas canvas(image);
    canvas.gradient(anyColour(random), anyColour(random));
    for (int i = 0; i < 8; ++i)
        canvas.circle({random.uniform(0, image.width), random.uniform(0, image.height)}, random.uniform(30, 120),
                      anyColour(random));
    for (int i = 0; i < 4; ++i)
        canvas.rectangle({random.uniform(0, image.width), random.uniform(0, image.height)},
                         {random.uniform(20, 200), random.uniform(20, 200)}, anyColour(random));
    canvas.caption(caption, 40, false);
    return image;
}

Image throughJpeg(const Image &image, int quality)
{
    return decodeImage(encodeJpeg(image, quality)).image;
}

int distance(const Image &a, const Image &b)
{
    return std::popcount(perceptualHash(a) ^ perceptualHash(b));
}

}  // namespace

class TestPerceptualHash : public QObject {
    Q_OBJECT

private slots:
    void isTheReferences()
    {
        QFile golden(DANK_TEST_DATA "/golden/perceptual.txt");
        QVERIFY(golden.open(QIODevice::ReadOnly));
        int pictures = 0;
        for (const QByteArray &line : golden.readAll().split('\n')) {
            const QList<QByteArray> parts = line.split(' ');
            if (parts.size() != 2)
                continue;
            const Decoded decoded = decodeImageFile(std::string(DANK_TEST_DATA "/") + parts[0].toStdString());
            QVERIFY2(!decoded.problem, decoded.detail.c_str());
            QCOMPARE(
                QByteArray::number(static_cast<qulonglong>(perceptualHash(decoded.image)), 16).rightJustified(16, '0'),
                parts[1]);
            ++pictures;
        }
        QVERIFY(pictures >= 10);
    }

    void copiesStayNear_data()
    {
        QTest::addColumn<double>("scale");
        QTest::addColumn<int>("quality");
        for (const double scale : {1.0, 0.5, 0.31, 1.3})
            for (const int quality : {95, 60, 25})
                QTest::addRow("scale %g, quality %d", scale, quality) << scale << quality;
    }
    void copiesStayNear()
    {
        QFETCH(double, scale);
        QFETCH(int, quality);
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Image image = scene(seed, "ONE DOES NOT SIMPLY");
            const Image scaled =
                resizeTriangle(image, static_cast<int>(image.width * scale), static_cast<int>(image.height * scale));
            QVERIFY2(distance(image, throughJpeg(scaled, quality)) <= 8, qPrintable(QString::number(seed)));
        }
    }

    void othersAreFar()
    {
        for (std::uint64_t seed = 0; seed < 40; ++seed)
            for (std::uint64_t other = 0; other < seed; ++other)
                QVERIFY2(distance(scene(seed, "TOP TEXT"), scene(other, "TOP TEXT")) > 8,
                         qPrintable(QString("%1 and %2").arg(seed).arg(other)));
    }

    void aFrameDoesNotDecide()
    {
        // A white frame stays white through JPEG but for noise, which must not set bits.
        Image image = blankImage(300, 300, {255, 255, 255});
        QCOMPARE(perceptualHash(image), std::uint64_t{0});
        Random random(1);
        for (std::uint8_t &value : image.rgb)
            value = static_cast<std::uint8_t>(255 - random.below(4));
        QCOMPARE(perceptualHash(image), std::uint64_t{0});
    }

    void sizesAndShapes()
    {
        QCOMPARE(perceptualHash(blankImage(1, 1, {9, 9, 9})), std::uint64_t{0});
        Image ramp = blankImage(9, 1, {});
        for (std::size_t x = 0; x < 9; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                ramp.rgb[x * 3 + c] = static_cast<std::uint8_t>(200 - 10 * x);
        QCOMPARE(perceptualHash(ramp), ~std::uint64_t{0});
        QCOMPARE(perceptualHash(resizeTriangle(ramp, 9, 700)), ~std::uint64_t{0});
        QVERIFY_THROWS_EXCEPTION(Error, perceptualHash({}));
        QVERIFY_THROWS_EXCEPTION(Error, perceptualHash({2, 2, {1, 2, 3}}));
    }
};

QTEST_GUILESS_MAIN(TestPerceptualHash)
#include "perceptual_hash_test.moc"
