// What stands around a WebP's picture: more frames, EXIF, and ends that are missing.

#include <QTest>

#include "core/dataset/image_probe.h"
#include "tests/image/bytes.h"

using namespace dank;

namespace {

QByteArray chunk(const QByteArray &name, const QByteArray &data)
{
    return name + little(static_cast<quint32>(data.size()), 4) + data + QByteArray(data.size() % 2, '\0');
}

QByteArray riff(const QByteArray &chunks)
{
    return "RIFF" + little(static_cast<quint32>(chunks.size()) + 4, 4) + "WEBP" + chunks;
}

enum Flag { Animated = 0x02, Exif = 0x08, Alpha = 0x10 };

QByteArray canvas(int flags, quint32 width, quint32 height)
{
    return chunk("VP8X", little(static_cast<quint32>(flags), 4) + little(width - 1, 3) + little(height - 1, 3));
}

/// A still file's picture, as it lies in a frame.
QByteArray pictureOf(const char *name)
{
    return pictureFile(name).mid(12);
}

/// Its picture of 13 × 9 at an even place.
QByteArray frame(const QByteArray &picture, quint32 x, quint32 y)
{
    return chunk("ANMF", little(x / 2, 3) + little(y / 2, 3) + little(12, 3) + little(8, 3) + little(100, 3)
                             + QByteArray(1, '\0') + picture);
}

const QByteArray kAnimation =
    chunk("ANIM", QByteArray("\xff\0\0\xff\0\0", 6));  // a background of blue, which no one shows

}  // namespace

class TestDecodeWebP : public QObject {
    Q_OBJECT

private slots:
    void showsTheFirstFrame()
    {
        const Image still = decodeImage(bytesOf(pictureFile("lossless.webp"))).image;
        const QByteArray first = pictureOf("lossless.webp");
        const QByteArray begin = canvas(Animated | Alpha, 13, 9) + kAnimation + frame(first, 0, 0);
        const QByteArray others[] = {{},
                                     frame(pictureOf("alpha.webp"), 0, 0),
                                     frame("VP8L" + little(4, 4) + "junk", 0, 0),
                                     chunk("ANMF", "too short"),
                                     chunk("JUNK", QByteArray(50, 'x'))};
        for (const QByteArray &other : others) {
            const QByteArray whole = riff(begin + other);
            for (qsizetype size = riff(begin).size(); size <= whole.size(); ++size) {
                const QByteArray webp = whole.left(size);
                QVERIFY(!probeImage(bytesOf(webp)).problem);
                const Decoded decoded = decodeImage(bytesOf(webp));
                QVERIFY2(!decoded.problem, decoded.detail.c_str());
                QVERIFY(decoded.image.rgb == still.rgb);
            }
        }
        for (qsizetype size = 0; size < riff(begin).size() - 1; ++size)
            QVERIFY(decodeImage(bytesOf(riff(begin).left(size))).problem);
    }

    void laysAFrameAtItsPlace()
    {
        const Image still = decodeImage(bytesOf(pictureFile("alpha.webp"))).image;
        const Decoded decoded = decodeImage(
            bytesOf(riff(canvas(Animated | Alpha, 20, 14) + kAnimation + frame(pictureOf("alpha.webp"), 4, 2))));
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        QCOMPARE(decoded.image.width, 20);
        QCOMPARE(decoded.image.height, 14);
        for (int y = 0; y < 14; ++y)
            for (int x = 0; x < 20; ++x)
                for (std::size_t c = 0; c < 3; ++c) {
                    const bool inside = x >= 4 && x < 17 && y >= 2 && y < 11;
                    QCOMPARE(decoded.image.rgb[decoded.image.offset(x, y) + c],
                             inside ? still.rgb[still.offset(x - 4, y - 2) + c] : 255);
                }
    }

    void turnsByExif_data()
    {
        QTest::addColumn<int>("orientation");
        for (int orientation = 1; orientation <= 8; ++orientation)
            QTest::addRow("%d", orientation) << orientation;
    }
    void turnsByExif()
    {
        QFETCH(int, orientation);
        const Image still = decodeImage(bytesOf(pictureFile("lossless.webp"))).image;
        const QByteArray picture = pictureOf("lossless.webp"), exif = exifBlock(orientation, orientation % 2 == 0);
        for (const QByteArray &begin : {QByteArray(), QByteArray("Exif\0\0", 6)}) {
            const QByteArray webp = riff(canvas(Exif, 13, 9) + picture + chunk("EXIF", begin + exif));
            const Decoded decoded = decodeImage(bytesOf(webp));
            QVERIFY2(!decoded.problem, decoded.detail.c_str());
            QVERIFY(isTurned(decoded.image, still, orientation));
            // Cut in its EXIF the picture is still whole.
            for (const qsizetype less : {1, 10, 30})
                QVERIFY(!decodeImage(bytesOf(webp.chopped(less))).problem);
        }
    }

    void refusesDamageWithItsReason_data()
    {
        QTest::addColumn<QByteArray>("webp");
        QTest::addColumn<QString>("reason");
        const QByteArray picture = pictureOf("lossless.webp");
        const auto animated = [](quint32 width, quint32 height, const QByteArray &frames) {
            return riff(canvas(Animated, width, height) + kAnimation + frames);
        };
        QTest::newRow("a frame beside its canvas") << animated(13, 9, frame(picture, 2, 0)) << "image_corrupt";
        QTest::newRow("a frame of another size")
            << animated(13, 9, frame(pictureOf("lossy.webp"), 0, 0)) << "image_corrupt";
        QTest::newRow("a frame without a picture") << animated(13, 9, frame({}, 0, 0)) << "image_corrupt";
        QTest::newRow("no frame") << animated(13, 9, {}) << "image_truncated";
        QTest::newRow("a canvas too large") << animated(16'000, 16'000, frame(picture, 0, 0)) << "image_too_large";
        QTest::newRow("cut") << animated(13, 9, frame(picture, 0, 0)).chopped(9) << "image_truncated";
    }
    void refusesDamageWithItsReason()
    {
        QFETCH(QByteArray, webp);
        QFETCH(QString, reason);
        QCOMPARE(refusalOf(webp), reason);
    }
};

QTEST_GUILESS_MAIN(TestDecodeWebP)
#include "decode_webp_test.moc"
