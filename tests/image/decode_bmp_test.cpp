// BMP of every header version, depth and packing, against pixels that the test makes up.

#include <array>
#include <optional>

#include <QTest>

#include "core/dataset/image_probe.h"
#include "tests/image/bytes.h"

using namespace dank;

namespace {

constexpr int kWidth = 7, kHeight = 5;

struct Pixel {
    int red, green, blue, alpha;
};

/// No two corners alike, and every alpha below 255.
Pixel pixelAt(int x, int y)
{
    return {x * 40, y * 60, (x + y) * 20, 10 + x * 30 + y};
}

using Masks = std::array<quint32, 4>;
constexpr Masks kUsual{0xff0000, 0xff00, 0xff, 0xff000000};

/// A picture with a header of `size` bytes; masks lie where that version has them, or behind it.
QByteArray bmp(quint32 size, quint32 depth, quint32 compression, const Masks &masks, const QByteArray &pixels,
               const QByteArray &palette = {}, int height = kHeight)
{
    QByteArray header = little(size, 4);
    if (size == 12) {
        header += little(kWidth, 2) + little(static_cast<quint32>(height), 2) + little(1, 2) + little(depth, 2);
    } else {
        header += little(kWidth, 4) + little(static_cast<quint32>(height), 4) + little(1, 2) + little(depth, 2)
                  + little(compression, 4) + QByteArray(20, '\0');
        for (const quint32 mask : masks)
            header += little(mask, 4);
        header += QByteArray(80, '\0');
        const quint32 behind = size > 40 ? 0 : compression == 3 ? 12 : compression == 6 ? 16 : 0;
        header = header.left(static_cast<qsizetype>(size + behind));
    }
    const auto begin = static_cast<quint32>(14 + header.size() + palette.size());
    return "BM" + little(begin + static_cast<quint32>(pixels.size()), 4) + little(0, 4) + little(begin, 4) + header
           + palette + pixels;
}

quint32 packed(const Pixel &pixel, const Masks &masks)
{
    const std::array<int, 4> values{pixel.red, pixel.green, pixel.blue, pixel.alpha};
    quint32 word = 0;
    for (std::size_t c = 0; c < 4; ++c)
        if (masks[c])
            word |= static_cast<quint32>(values[c] * static_cast<qint64>(masks[c] >> qCountTrailingZeroBits(masks[c]))
                                         / 255)
                    << qCountTrailingZeroBits(masks[c]);
    return word;
}

/// Rows from below, each filled up to 4 bytes.
QByteArray words(int bytes, const Masks &masks, bool topDown = false)
{
    QByteArray out;
    for (int row = 0; row < kHeight; ++row) {
        QByteArray line;
        for (int x = 0; x < kWidth; ++x)
            line += little(packed(pixelAt(x, topDown ? row : kHeight - 1 - row), masks), bytes);
        out += line + QByteArray((4 - line.size() % 4) % 4, '\0');
    }
    return out;
}

/// The largest difference to what pixelAt() says, over white where `alpha`.
int difference(const Image &image, bool alpha)
{
    int most = image.width == kWidth && image.height == kHeight ? 0 : 999;
    for (int y = 0; most < 999 && y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            const Pixel pixel = pixelAt(x, y);
            const int opacity = alpha ? pixel.alpha : 255;
            const std::array<int, 3> values{pixel.red, pixel.green, pixel.blue};
            for (std::size_t c = 0; c < 3; ++c)
                most = std::max(most, std::abs(image.rgb[image.offset(x, y) + c]
                                               - (values[c] * opacity + 255 * (255 - opacity)) / 255));
        }
    return most;
}

}  // namespace

class TestDecodeBmp : public QObject {
    Q_OBJECT

private slots:
    void readsEveryHeader_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<bool>("alpha");
        QTest::addColumn<int>("tolerance");
        const Masks usual = kUsual, without{0xff0000, 0xff00, 0xff, 0}, other{0xff, 0xff00, 0xff0000, 0xff000000};
        const Masks few{0xf800, 0x07e0, 0x001f, 0}, fewer{0x7c00, 0x03e0, 0x001f, 0},
            alpha4{0x0f00, 0x00f0, 0x000f, 0xf000};
        const Masks many{0x3ff00000, 0x000ffc00, 0x000003ff, 0xc0000000};
        for (const quint32 size : {12u, 16u, 40u, 52u, 56u, 64u, 108u, 124u}) {
            QTest::addRow("%u, 24 bits", size) << bmp(size, 24, 0, without, words(3, without)) << false << 0;
            // A fourth byte that no mask declares is not alpha, whatever the header would have room for.
            QTest::addRow("%u, 32 bits", size) << bmp(size, 32, 0, usual, words(4, usual)) << false << 0;
            QTest::addRow("%u, 16 bits", size) << bmp(size, 16, 0, fewer, words(2, fewer)) << false << 9;
            if (size < 40 || size == 64)
                continue;
            const bool alpha = size >= 56;
            QTest::addRow("%u, fields", size) << bmp(size, 32, 3, usual, words(4, usual)) << alpha << (alpha ? 1 : 0);
            QTest::addRow("%u, turned fields", size)
                << bmp(size, 32, 3, other, words(4, other)) << alpha << (alpha ? 1 : 0);
            QTest::addRow("%u, three fields", size) << bmp(size, 32, 3, without, words(4, usual)) << false << 0;
            QTest::addRow("%u, four fields", size) << bmp(size, 32, 6, usual, words(4, usual)) << (size != 52) << 1;
            QTest::addRow("%u, 565", size) << bmp(size, 16, 3, few, words(2, few)) << false << 9;
            QTest::addRow("%u, 4444", size) << bmp(size, 16, 3, alpha4, words(2, alpha4)) << alpha << 32;
            QTest::addRow("%u, ten bits", size)
                << bmp(size, 32, 3, {many[0], many[1], many[2], 0}, words(4, many)) << false << 1;
            QTest::addRow("%u, from above", size)
                << bmp(size, 32, 0, usual, words(4, usual, true), {}, -kHeight) << false << 0;
        }
    }
    void readsEveryHeader()
    {
        QFETCH(QByteArray, file);
        QFETCH(bool, alpha);
        QFETCH(int, tolerance);
        const ImageProbe probe = probeImage(bytesOf(file));
        QVERIFY2(!probe.problem, probe.detail.c_str());
        const Decoded decoded = decodeImage(bytesOf(file));
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        const int most = difference(decoded.image, alpha);
        QVERIFY2(most <= tolerance, qPrintable(QString::number(most)));
        for (qsizetype size = 0; size < file.size(); ++size)
            QVERIFY(decodeImage(bytesOf(file.left(size))).problem);
    }

    void alphaThatIsZeroEverywhereIsNone()
    {
        const Masks without{0xff0000, 0xff00, 0xff, 0};
        QByteArray pixels = words(4, without);
        QCOMPARE(difference(decodeImage(bytesOf(bmp(124, 32, 3, kUsual, pixels))).image, false), 0);
        pixels[3] = 1;  // of the lowest row's first pixel: now all others are seen through
        const Image image = decodeImage(bytesOf(bmp(124, 32, 3, kUsual, pixels))).image;
        QCOMPARE(image.rgb[image.offset(3, 0)], std::uint8_t{255});
    }

    void readsPalettes_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 2, 4, 8})
            QTest::addRow("%d bits", depth) << depth;
    }
    void readsPalettes()
    {
        QFETCH(int, depth);
        const int colours = 1 << depth;
        const auto indexAt = [&](int x, int y) { return (x * 3 + y) % colours; };
        QByteArray pixels;
        for (int y = kHeight - 1; y >= 0; --y) {
            QByteArray line(8, '\0');
            for (int x = 0; x < kWidth; ++x)
                line[x * depth / 8] =
                    static_cast<char>(line[x * depth / 8] | indexAt(x, y) << (8 - depth - x * depth % 8));
            pixels += line.left((kWidth * depth + 31) / 32 * 4);
        }
        for (const quint32 size : {12u, 40u, 108u}) {
            QByteArray palette;
            for (int i = 0; i < colours; ++i)
                palette += little(static_cast<quint32>(i * 0x010203 + 0x40), size == 12 ? 3 : 4);
            const Decoded decoded =
                decodeImage(bytesOf(bmp(size, static_cast<quint32>(depth), 0, {}, pixels, palette)));
            QVERIFY2(!decoded.problem, decoded.detail.c_str());
            for (int y = 0; y < kHeight; ++y)
                for (int x = 0; x < kWidth; ++x) {
                    const int colour = indexAt(x, y) * 0x010203 + 0x40;
                    const std::uint8_t *rgb = &decoded.image.rgb[decoded.image.offset(x, y)];
                    QCOMPARE(rgb[0] << 16 | rgb[1] << 8 | rgb[2], colour & 0xffffff);
                }
        }
    }

    void readsRuns_data()
    {
        QTest::addColumn<quint32>("size");
        QTest::addColumn<quint32>("depth");
        QTest::addColumn<QByteArray>("codes");
        QTest::addColumn<QString>("rows");  // from below; a space is white
        const QByteArray rest = QByteArray("\7\1\0\0", 4).repeated(3);
        const QString ones = "1111111";
        const QString three = ones + ones + ones;
        QTest::newRow("8 bits") << 40u << 8u
                                << QByteArray("\3\1\4\2\0\0\0\3\1\2\3\0\4\1\0\0", 16) + rest + QByteArray("\0\1", 2)
                                << "1112222"
                                   "1231111"
                                       + three;
        QTest::newRow("no end") << 40u << 8u << QByteArray("\7\2\0\0", 4) + rest + QByteArray("\7\3", 2)
                                << "2222222" + three + "3333333";
        QTest::newRow("a run too long") << 40u << 8u << QByteArray("\xff\2\0\0", 4) + rest + QByteArray("\7\3", 2)
                                        << "2222222" + three + "3333333";
        QTest::newRow("passed over") << 108u << 8u
                                     << QByteArray("\2\1\0\2\2\1\1\2\0\0", 10) + rest + QByteArray("\0\1", 2)
                                     << "11     "
                                        "    2  "
                                            + three;
        QTest::newRow("the end first") << 40u << 8u << QByteArray("\0\1", 2) << QString(35, ' ');
        QTest::newRow("4 bits") << 40u << 4u
                                << QByteArray("\7\x12\0\0\0\7\x12\x31\x23\x10\0\0", 12)
                                       + QByteArray("\7\x11\0\0", 4).repeated(3)
                                << "1212121"
                                   "1231231"
                                       + three;
        QTest::newRow("24 bits of OS/2")
            << 64u << 24u
            << QByteArray("\7\x60\x40\x20\0\0\0\3\x30\x20\x10\x60\x40\x20\x30\x20\x10\0\4\x30\x20\x10\0\0", 24)
                   + QByteArray("\7\x30\x20\x10\0\0", 6).repeated(3)
            << "2222222"
               "1211111"
                   + three;
    }
    void readsRuns()
    {
        QFETCH(quint32, size);
        QFETCH(quint32, depth);
        QFETCH(QByteArray, codes);
        QFETCH(QString, rows);
        QByteArray palette;
        for (quint32 i = 0; depth < 24 && i < 4; ++i)
            palette += little(i * 0x102030, 4);
        const Decoded decoded = decodeImage(bytesOf(bmp(size, depth,
                                                        depth == 8   ? 1
                                                        : depth == 4 ? 2
                                                                     : 4,
                                                        {}, codes, palette)));
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        for (int i = 0; i < kWidth * kHeight; ++i) {
            const QChar digit = rows.at(i);
            const int colour = digit == ' ' ? 0xffffff : digit.digitValue() * 0x102030;
            const std::uint8_t *rgb = &decoded.image.rgb[decoded.image.offset(i % kWidth, kHeight - 1 - i / kWidth)];
            QVERIFY2((rgb[0] << 16 | rgb[1] << 8 | rgb[2]) == colour, qPrintable(QString::number(i)));
        }
    }

    void refusesDamageWithItsReason_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        const QByteArray pixels = words(4, kUsual);
        QTest::newRow("a JPEG inside") << bmp(40, 24, 4, {}, pixels) << "image_corrupt";
        QTest::newRow("runs of another depth") << bmp(40, 24, 1, {}, pixels) << "image_corrupt";
        QTest::newRow("fields of 24 bits") << bmp(40, 24, 3, kUsual, pixels) << "image_corrupt";
        QTest::newRow("scattered bits") << bmp(40, 32, 3, {0xf0f000, 0xff, 0, 0}, pixels) << "image_corrupt";
        QTest::newRow("runs that end early") << bmp(40, 8, 1, {}, QByteArray("\7\1\0\0\3", 5)) << "image_truncated";
        QTest::newRow("literals that end early")
            << bmp(40, 8, 1, {}, QByteArray("\0\x64\1\1\1", 5)) << "image_truncated";
    }
    void refusesDamageWithItsReason()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, reason);
        QCOMPARE(refusalOf(file), reason);
    }
};

QTEST_GUILESS_MAIN(TestDecodeBmp)
#include "decode_bmp_test.moc"
