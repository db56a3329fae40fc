// What stands around a PNG's picture: eXIf, colour profiles, damage, and what libpng would have said about it.

#include <array>
#include <cstdio>

#include <unistd.h>

#include <QTemporaryFile>
#include <QTest>

#include "core/dataset/image_probe.h"
#include "tests/image/bytes.h"

using namespace dank;

namespace {

quint32 crcOf(const QByteArray &bytes)
{
    quint32 crc = 0xffffffff;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

QByteArray chunk(const QByteArray &name, const QByteArray &data)
{
    return big(static_cast<quint32>(data.size())) + name + data + big(crcOf(name + data));
}

constexpr int kFirst = 33;  // behind the header
/// In front of the data, or of the end.
QByteArray with(const QByteArray &png, const QByteArray &chunks, bool behindData = false)
{
    QByteArray out = png;
    return out.insert(behindData ? out.size() - 12 : kFirst, chunks);
}

const QByteArray kRgb = pictureFile("rgb.png");

/// What a call writes to stderr.
template <typename Call>
QByteArray saidBy(Call &&call)
{
    QTemporaryFile file;
    if (!file.open())
        return "no file";
    std::fflush(stderr);
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(file.handle(), STDERR_FILENO);
    call();
    std::fflush(stderr);
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    file.seek(0);
    return file.readAll();
}

}  // namespace

class TestDecodePng : public QObject {
    Q_OBJECT

private slots:
    void turnsByExif_data()
    {
        QTest::addColumn<int>("orientation");
        QTest::addColumn<bool>("behindData");
        for (int orientation = 1; orientation <= 8; ++orientation)
            for (const bool behindData : {false, true})
                QTest::addRow("%d %s the data", orientation, behindData ? "behind" : "before")
                    << orientation << behindData;
    }
    void turnsByExif()
    {
        QFETCH(int, orientation);
        QFETCH(bool, behindData);
        for (const char *name : {"rgb.png", "palette-alpha.png", "grey16.png", "interlaced-rgba.png"})
            for (const bool motorola : {false, true}) {
                const QByteArray plain = pictureFile(name);
                const QByteArray exif = chunk("eXIf", exifBlock(orientation, motorola));
                const Decoded decoded = decodeImage(bytesOf(with(plain, exif, behindData)));
                QVERIFY2(!decoded.problem, decoded.detail.c_str());
                QVERIFY2(isTurned(decoded.image, decodeImage(bytesOf(plain)).image, orientation), name);
            }
    }

    void takesNoNoticeOfWhatDecidesNothing_data()
    {
        QTest::addColumn<QByteArray>("png");
        const QByteArray exif = exifBlock(6, true);
        QByteArray wrongSum = chunk("eXIf", exif);
        wrongSum[wrongSum.size() - 1] = static_cast<char>(wrongSum[wrongSum.size() - 1] ^ 1);
        const auto row = [](const char *name, const QByteArray &chunks, bool behindData = false) {
            QTest::newRow(name) << with(kRgb, chunks, behindData);
        };
        row("a colour profile that is none", chunk("iCCP", QByteArray("icc\0\0garbage", 12)));
        row("a known bad sRGB", chunk("sRGB", QByteArray("\x09", 1)) + chunk("gAMA", big(0)));
        row("gamma", chunk("gAMA", big(100'000)));
        row("an intent and other chromaticities",
            chunk("cHRM", big(1).repeated(8)) + chunk("sRGB", QByteArray(1, '\0')));
        row("a text of 9 MB", chunk("tEXt", QByteArray("Comment\0", 8) + QByteArray(9'000'000, 'x')));
        row("a thousand texts", chunk("tEXt", QByteArray("a\0b", 3)).repeated(1500));
        row("a text that does not inflate", chunk("zTXt", QByteArray("a\0\0garbage", 10)));
        row("background and time", chunk("bKGD", QByteArray(6, '\xff')) + chunk("tIME", QByteArray(7, '\xff')));
        row("eXIf of another sum", wrongSum);
        row("empty eXIf", chunk("eXIf", {}));
        row("eXIf of orientation 9", chunk("eXIf", exifBlock(9, true)));
        row("unknown chunks", chunk("vpAg", "123456789") + chunk("caNv", ""), true);
        row("a transparent colour of no length", chunk("tRNS", {}));
        QTest::newRow("nothing behind the data") << kRgb.chopped(4);
        QTest::newRow("the end marker of another sum") << kRgb.chopped(4) + "abcd";
        QTest::newRow("a chunk behind the data that is cut")
            << kRgb.chopped(12) + chunk("tEXt", QByteArray(99, 'x')).left(50);
        QTest::newRow("bytes behind the data that are no chunk") << kRgb.chopped(12) + QByteArray(99, '\xff');
        QTest::newRow("a chunk behind the data that is endless") << kRgb.chopped(12)
                                                                        + "\x7f\xff\xff\xff"
                                                                          "eXIf";
    }
    void takesNoNoticeOfWhatDecidesNothing()
    {
        QFETCH(QByteArray, png);
        const ImageProbe probe = probeImage(bytesOf(png));
        QVERIFY2(!probe.problem, probe.detail.c_str());
        Decoded decoded;
        const QByteArray said = saidBy([&] { decoded = decodeImage(bytesOf(png)); });
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        QVERIFY(decoded.image.rgb == decodeImage(bytesOf(kRgb)).image.rgb);
        QCOMPARE(said, QByteArray());
    }

    void refusesDamageWithItsReason_data()
    {
        QTest::addColumn<QByteArray>("png");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("says");
        const qsizetype data = kRgb.indexOf("IDAT");
        QByteArray flipped = kRgb;
        flipped[data + 20] = static_cast<char>(flipped[data + 20] ^ 0x55);
        QTest::newRow("a byte of the data") << flipped << "image_corrupt"
                                            << "the PNG decoder says: IDAT";
        QTest::newRow("no more data than a byte")
            << kRgb.left(kFirst) + chunk("IDAT", "x") + chunk("IEND", {}) << "image_corrupt"
            << "Not enough";
        QTest::newRow("too few rows") << kRgb.left(kFirst) + chunk("IDAT", QByteArray("\x78\x9c\x03\0\0\0\0\x01", 8))
                                             + chunk("IEND", {})
                                      << "image_corrupt"
                                      << "Not enough";
        QTest::newRow("a palette without colours")
            << pictureFile("palette.png").replace("PLTE", "pLTE") << "image_corrupt"
            << "PLTE";
        QTest::newRow("cut in its data") << kRgb.left(data + 30) << "image_truncated"
                                         << "ends before";
        QTest::newRow("cut at the end of its data") << kRgb.chopped(12) << "image_truncated"
                                                    << "ends before";
    }
    void refusesDamageWithItsReason()
    {
        QFETCH(QByteArray, png);
        QFETCH(QString, reason);
        QFETCH(QString, says);
        Decoded decoded;
        const QByteArray said = saidBy([&] { decoded = decodeImage(bytesOf(png)); });
        QVERIFY(decoded.problem);
        QCOMPARE(skipReasonName(*decoded.problem), reason);
        QVERIFY2(QString::fromStdString(decoded.detail).contains(says), decoded.detail.c_str());
        QCOMPARE(said, QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestDecodePng)
#include "decode_png_test.moc"
