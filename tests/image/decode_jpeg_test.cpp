// What stands around a JPEG's picture: EXIF wherever it may be, and ends that are missing.

#include <algorithm>
#include <array>
#include <string>

#include <QTest>

#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/dataset/jpeg_scans.h"
#include "core/image/decode.h"
#include "core/image/encode.h"

using namespace dank;

namespace {

using Bytes = std::vector<std::byte>;

Bytes load(const QString &name)
{
    return readFile(DANK_TEST_DATA "/data/" + name.toStdString(), 1 << 20);
}

Bytes bytesOf(const QByteArray &text)
{
    const auto *first = reinterpret_cast<const std::byte *>(text.constData());
    return {first, first + text.size()};
}

QByteArray segment(int marker, const QByteArray &body)
{
    const int length = static_cast<int>(body.size()) + 2;
    return QByteArray("\xff") + static_cast<char>(marker) + static_cast<char>(length >> 8) + static_cast<char>(length)
           + body;
}

QByteArray exif(int orientation)
{
    QByteArray tiff("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", 32);
    tiff[25] = static_cast<char>(orientation);
    return tiff;
}

/// A picture of 24 × 16 with segments at the place before marker `before` (0xd8: at the very beginning).
Bytes withSegments(const QByteArray &segments, int before = 0xd8)
{
    Bytes bytes = load("exif-1.jpg");
    std::size_t at = 2;
    while (before != 0xd8 && std::to_integer<int>(bytes.at(at + 1)) != before)
        at +=
            2 + (std::to_integer<std::size_t>(bytes.at(at + 2)) << 8 | std::to_integer<std::size_t>(bytes.at(at + 3)));
    const Bytes more = bytesOf(segments);
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
    // The file's own EXIF, which says 1, becomes a segment that nobody knows.
    const std::string own = "Exif";
    const auto isOwn = [&](auto from) {
        return std::equal(own.begin(), own.end(), from, [](char a, std::byte b) { return std::byte(a) == b; });
    };
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(before == 0xd8 ? 2 + more.size() : 2);
    for (auto from = begin; from + 4 < bytes.end(); ++from)
        if (isOwn(from)
            && (from < bytes.begin() + static_cast<std::ptrdiff_t>(at)
                || from >= bytes.begin() + static_cast<std::ptrdiff_t>(at + more.size())))
            *from = std::byte('X');
    return bytes;
}

constexpr std::array kScan{std::byte{0xff}, std::byte{0xda}};

bool isTurned(const Bytes &bytes)
{
    const Decoded decoded = decodeImage(bytes);
    return !decoded.problem && decoded.image.width == 16 && decoded.image.height == 24;
}

}  // namespace

class TestDecodeJpeg : public QObject {
    Q_OBJECT

private slots:
    void findsExifAfterAnySegment_data()
    {
        QTest::addColumn<QByteArray>("segments");
        QTest::addColumn<int>("before");
        const QByteArray turn = segment(0xe1, exif(6));
        QTest::newRow("first") << turn << 0xd8;
        for (const int marker : {0xe0, 0xe1, 0xe2, 0xed, 0xee, 0xef, 0xfe, 0xdd})
            QTest::newRow(qPrintable(QString("after %1").arg(marker, 0, 16)))
                << segment(marker, QByteArray(marker == 0xdd ? 2 : 40, '\0')) + turn << 0xd8;
        QTest::newRow("after XMP") << segment(0xe1, "http://ns.adobe.com/xap/1.0/") + turn << 0xd8;
        QTest::newRow("after fill bytes") << QByteArray("\xff\xff\xff") + turn << 0xd8;
        QTest::newRow("after a stray restart") << QByteArray("\xff\xd0\xff\x01") + turn << 0xd8;
        QTest::newRow("after 64 KiB of comment") << segment(0xfe, QByteArray(65'533, 'x')).repeated(3) + turn << 0xd8;
        QTest::newRow("before DQT") << turn << 0xdb;
        QTest::newRow("after DQT") << turn << 0xc0;
        QTest::newRow("after SOF") << turn << 0xc4;
        QTest::newRow("before SOS") << turn << 0xda;
        QTest::newRow("the first of two counts") << turn + segment(0xe1, exif(1)) << 0xda;
    }
    void findsExifAfterAnySegment()
    {
        QFETCH(QByteArray, segments);
        QFETCH(int, before);
        QVERIFY(isTurned(withSegments(segments, before)));
    }

    void leavesThePictureWhereExifMakesNoSense_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("orientation 0") << exif(0);
        QTest::newRow("orientation 9") << exif(9);
        QTest::newRow("a long") << exif(6).replace(19, 1, "\x04");
        QTest::newRow("two of them") << exif(6).replace(23, 1, "\x02");
        QTest::newRow("another tag") << exif(6).replace(17, 1, "\x13");
        QTest::newRow("no entries") << exif(6).replace(15, 1, QByteArray(1, '\0'));
        QTest::newRow("directory behind the end") << exif(6).replace(10, 4, "\xff\xff\xff\xff");
        QTest::newRow("directory at the last byte") << exif(6).replace(13, 1, "\x19");
        QTest::newRow("more entries than there are") << exif(6).replace(14, 4, "\xff\xff\x01\x11");
        QTest::newRow("neither byte order") << exif(6).replace(6, 2, "MI");
        QTest::newRow("no TIFF") << exif(6).replace(9, 1, "+");
        for (int length = 0; length < 26; ++length)
            QTest::newRow(qPrintable(QString("%1 bytes").arg(length))) << exif(6).left(length);
    }
    void leavesThePictureWhereExifMakesNoSense()
    {
        QFETCH(QByteArray, body);
        const Decoded decoded = decodeImage(withSegments(segment(0xe1, body)));
        QVERIFY(!decoded.problem);
        QCOMPARE(decoded.image.width, 24);
    }

    /// A JPEG may end anywhere: taken are those whose pixels are all there.
    void takesAJpegThatHasItsRows_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"rgb.jpg", "subsampled.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "restarts.jpg", "scans.jpg"})
            QTest::newRow(name) << name;
    }
    void takesAJpegThatHasItsRows()
    {
        QFETCH(QString, name);
        const Bytes whole = load(name);
        const Image expected = decodeImage(whole).image;
        QVERIFY(!expected.empty());
        std::size_t taken = 0;
        for (std::size_t length = 4; length < whole.size(); ++length) {
            const auto cut = std::span(whole).first(length);
            const Decoded decoded = decodeImage(cut);
            QCOMPARE(probeImage(cut).problem, decoded.problem);  // `inspect` and `extract` agree
            if (!decoded.problem) {
                QVERIFY2(decoded.image.rgb == expected.rgb, qPrintable(QString("%1 bytes").arg(length)));
                ++taken;
            } else {
                QCOMPARE(*decoded.problem, SkipReason::ImageTruncated);
            }
        }
        QVERIFY2(taken >= 2 && taken < 12, qPrintable(QString::number(taken)));  // without the marker, and half of it
    }

    void takesStrayBytesForTheEnd()
    {
        for (const char *name : {"rgb.jpg", "progressive.jpg", "scans.jpg"}) {
            Bytes bytes = load(name);
            const Image expected = decodeImage(bytes).image;
            bytes.resize(bytes.size() - 2);
            bytes.insert(bytes.end(), 20'000, std::byte{0x55});
            const Decoded decoded = decodeImage(bytes);
            QVERIFY2(!decoded.problem, name);
            QVERIFY(decoded.image.rgb == expected.rgb);
            // But not in the place of the last scan.
            const auto last = std::find_end(bytes.begin(), bytes.end(), kScan.begin(), kScan.end());
            bytes.erase(last, bytes.end());
            bytes.insert(bytes.end(), 20'000, std::byte{0x55});
            QVERIFY2(decodeImage(bytes).problem, name);
        }
    }

    void wantsEveryScan()
    {
        const Bytes whole = load("progressive.jpg");
        std::vector<std::size_t> scans;
        for (std::size_t at = 0; at + 1 < whole.size(); ++at)
            if (whole[at] == std::byte{0xff} && whole[at + 1] == std::byte{0xda})
                scans.push_back(at);
        QVERIFY(scans.size() > 5);
        for (const std::size_t scan : scans)
            QVERIFY(!jpegScansAreComplete(std::span(whole).first(scan)));
        QVERIFY(jpegScansAreComplete(whole));
        QVERIFY(!jpegScansAreComplete({}));
    }
};

QTEST_GUILESS_MAIN(TestDecodeJpeg)
#include "decode_jpeg_test.moc"
