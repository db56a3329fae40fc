// Pictures of every kind against the pixels that Pillow finds in them (tests/reference/pictures.py), and hostile ones.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/image/encode.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::byte>;

fs::path dataFolder()
{
    return fs::path(DANK_TEST_DATA) / "data";
}

fs::path reportsFolder()
{
    return fs::path(DANK_TEST_DATA) / "reports";
}

Bytes load(const std::string &name)
{
    return readFile(dataFolder() / name, 1 << 20);
}

Image golden(const std::string &name)
{
    const Bytes bytes = load(name + ".rgb");
    const auto number = [&](std::size_t at) {
        return std::to_integer<int>(bytes.at(at)) | std::to_integer<int>(bytes.at(at + 1)) << 8;
    };
    Image image{number(0), number(2), {}};
    for (std::size_t i = 4; i < bytes.size(); ++i)
        image.rgb.push_back(std::to_integer<std::uint8_t>(bytes[i]));
    return image;
}

int largestDifference(const Image &a, const Image &b)
{
    int most = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i)
        most = std::max(most, std::abs(a.rgb[i] - b.rgb[i]));
    return most;
}

/// Every small picture file there is, but for the resize goldens.
std::vector<std::string> pictures()
{
    std::vector<std::string> names;
    for (const fs::directory_entry &entry : fs::directory_iterator(dataFolder())) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("resize-") && !name.ends_with(".rgb"))
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void putBigEndian(Bytes &bytes, std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

/// Claims another size in a PNG's header, with the checksum that goes with it.
void claimSize(Bytes &png, std::uint32_t width, std::uint32_t height)
{
    putBigEndian(png, 16, width);
    putBigEndian(png, 20, height);
    std::uint32_t crc = 0xffffffff;
    for (std::size_t at = 12; at < 29; ++at) {
        crc ^= std::to_integer<std::uint32_t>(png[at]);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    putBigEndian(png, 29, ~crc);
}

long peakKilobytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

class TestDecode : public QObject {
    Q_OBJECT

private slots:
    void matchesPillow_data()
    {
        QTest::addColumn<QString>("name");
        QVERIFY(pictures().size() >= 33);
        for (const std::string &name : pictures())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }

    void matchesPillow()
    {
        QFETCH(QString, name);
        const Decoded decoded = decodeImageFile(dataFolder() / name.toStdString());
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        const Image expected = golden(name.toStdString());
        QCOMPARE(decoded.image.width, expected.width);
        QCOMPARE(decoded.image.height, expected.height);
        QCOMPARE(decoded.image.rgb.size(), expected.rgb.size());
        // Lossy decoders may round differently, as may blending over white; all else is exact.
        const bool lossy = name.endsWith(".jpg") || name == "lossy.webp";
        const bool blended = name.contains("alpha") || name == "rgba.png";
        const int difference = largestDifference(decoded.image, expected);
        QVERIFY2(difference <= (lossy ? 2 : blended ? 1 : 0), qPrintable(QString::number(difference)));
    }

    /// tests/image/reports: what people's files looked like that were refused or read wrongly.
    void readsReportedPicturesRight_data()
    {
        QTest::addColumn<QString>("name");
        for (const fs::directory_entry &entry : fs::directory_iterator(reportsFolder()))
            if (entry.path().stem().extension() != ".right")
                QTest::newRow(entry.path().filename().c_str()) << QString(entry.path().filename().c_str());
    }

    void readsReportedPicturesRight()
    {
        QFETCH(QString, name);
        const fs::path path = reportsFolder() / name.toStdString();
        const ImageProbe probe = probeImageFile(path);
        QVERIFY2(!probe.problem, probe.detail.c_str());
        const Decoded decoded = decodeImageFile(path);
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        const Decoded expected = decodeImageFile(path.parent_path() / (path.stem().string() + ".right.png"));
        QCOMPARE(decoded.image.width, expected.image.width);
        QCOMPARE(decoded.image.height, expected.image.height);
        QVERIFY(decoded.image.rgb == expected.image.rgb);
    }

    void isRgbNotBgr()
    {
        for (const char *name : {"rgb.png", "rgb.bmp", "rgb.jpg", "lossless.webp"}) {
            const Image image = decodeImageFile(dataFolder() / name).image;
            const std::size_t topRight = static_cast<std::size_t>(image.width - 1) * 3;
            QVERIFY2(image.rgb[topRight] > 200 && image.rgb[topRight + 1] < 50, name);  // red grows to the right
        }
    }

    void neverCrashesOnACutFile_data() { matchesPillow_data(); }

    void neverCrashesOnACutFile()
    {
        QFETCH(QString, name);
        const Bytes whole = load(name.toStdString());
        const Image expected = decodeImage(whole).image;
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Decoded decoded = decodeImage(std::span(whole).first(length));
            // What stands behind the picture may be missing; the picture itself may not.
            if (!decoded.problem)
                QVERIFY2(decoded.image.rgb == expected.rgb, qPrintable(QString("%1 bytes were taken").arg(length)));
            QCOMPARE(decoded.problem.has_value(), decoded.image.empty());
            QCOMPARE(decoded.problem.has_value(), !decoded.detail.empty());
        }
    }

    void neverCrashesOnAFlippedByte_data() { matchesPillow_data(); }

    void neverCrashesOnAFlippedByte()
    {
        QFETCH(QString, name);
        Bytes bytes = load(name.toStdString());
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const std::byte kept = bytes[at];
            for (const int value : {0, 255}) {
                bytes[at] = static_cast<std::byte>(value);
                const Decoded decoded = decodeImage(bytes);
                QCOMPARE(decoded.problem.has_value(), decoded.image.empty());
            }
            bytes[at] = kept;
        }
    }

    void refusesACutJpegWithAnEndMarkerPastedOn_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("baseline") << "subsampled.jpg";
        QTest::newRow("progressive") << "progressive.jpg";
    }

    void refusesACutJpegWithAnEndMarkerPastedOn()
    {
        QFETCH(QString, name);
        Bytes bytes = load(name.toStdString());
        bytes.erase(bytes.end() - 30, bytes.end());
        bytes.push_back(std::byte{0xff});
        bytes.push_back(std::byte{0xd9});
        const Decoded decoded = decodeImage(bytes);
        QVERIFY(decoded.problem);
        QCOMPARE(*decoded.problem, SkipReason::ImageTruncated);
    }

    void refusesWhatIsNoPicture_data()
    {
        QTest::addColumn<QByteArray>("start");
        QTest::newRow("NITF, which would reach GDAL") << QByteArray("NITF02.10");
        QTest::newRow("HTML") << QByteArray("<!DOCTYPE html><title>404</title>");
        QTest::newRow("SVG") << QByteArray("<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        QTest::newRow("TIFF") << QByteArray("II*\0\x08\0\0\0", 8);
        QTest::newRow("EXR") << QByteArray("\x76\x2f\x31\x01");
    }

    void refusesWhatIsNoPicture()
    {
        QFETCH(QByteArray, start);
        QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "meme.jpg";
        std::ofstream(path, std::ios::binary) << start.toStdString() << std::string(400, ' ');
        const Decoded decoded = decodeImageFile(path);
        QVERIFY(decoded.problem);
        QCOMPARE(*decoded.problem, SkipReason::NotAnImage);
    }

    void refusesABombByItsHeader()
    {
        Bytes bytes = load("rgb.png");
        claimSize(bytes, 60'000, 60'000);
        const long before = peakKilobytes();
        const Decoded decoded = decodeImage(bytes);
        QVERIFY(decoded.problem);
        QCOMPARE(*decoded.problem, SkipReason::ImageTooLarge);
        QVERIFY(peakKilobytes() - before < 50'000);
    }

    void refusesALargePngOfFewBytesBeforeItIsAllocated()
    {
        Bytes bytes = load("rgb16.png");
        claimSize(bytes, 9'000, 9'000);
        const long before = peakKilobytes();
        const Decoded decoded = decodeImage(bytes);
        QVERIFY(decoded.problem);
        QCOMPARE(*decoded.problem, SkipReason::ImageCorrupt);  // 81 million pixels are allowed as such
        QVERIFY2(decoded.detail.find("claims more") != std::string::npos, decoded.detail.c_str());
        QVERIFY(peakKilobytes() - before < 50'000);
    }

    void saysWhyAFileCannotBeRead()
    {
        const Decoded missing = decodeImageFile("/nowhere/meme.jpg");
        QVERIFY(missing.problem);
        QCOMPARE(*missing.problem, SkipReason::ImageUnreadable);
        QVERIFY(!missing.detail.empty());
        const Decoded folder = decodeImageFile(dataFolder());
        QVERIFY(folder.problem);
        QCOMPARE(*folder.problem, SkipReason::ImageUnreadable);
        QVERIFY(decodeImage({}).problem);
    }

    void readsFilesOfAnyName()
    {
        QTemporaryDir folder;
        for (const char *name :
             {"m\u00EAm\u00E9 \u732B.png", "\U0001F525.png", "not\xFFutf8.png", "a b'c\".png", "wrong.jpg"}) {
            const fs::path path = fs::path(folder.path().toStdString()) / name;
            fs::copy_file(dataFolder() / "rgb.png", path);
            QVERIFY2(!decodeImageFile(path).problem, name);
            fs::remove(path);  // QTemporaryDir cannot remove what is not UTF-8
        }
    }

    void reducesAJpegOnlyWhileTwiceTheTarget_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("target");
        QTest::addColumn<int>("expectedWidth");
        QTest::newRow("not asked") << 640 << 480 << 0 << 640;
        QTest::newRow("too small") << 640 << 480 << 299 << 640;
        QTest::newRow("half at the very edge") << 400 << 400 << 100 << 200;
        QTest::newRow("one less") << 399 << 397 << 100 << 399;
        QTest::newRow("the shorter side decides") << 1600 << 400 << 100 << 800;
        QTest::newRow("a quarter") << 800 << 803 << 100 << 200;
        QTest::newRow("an eighth") << 3200 << 1601 << 100 << 400;
        QTest::newRow("never below an eighth") << 1600 << 1600 << 10 << 200;
    }

    void reducesAJpegOnlyWhileTwiceTheTarget()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, target);
        QFETCH(int, expectedWidth);
        Image image{width, height, {}};
        image.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 90);
        const Decoded decoded = decodeImage(encodeJpeg(image, 80), target);
        QVERIFY(!decoded.problem);
        QCOMPARE(decoded.image.width, expectedWidth);
        QCOMPARE(decoded.image.rgb.size(),
                 static_cast<std::size_t>(expectedWidth) * static_cast<std::size_t>(decoded.image.height) * 3);
        QVERIFY(std::abs(decoded.image.rgb[0] - 90) <= 1);
    }

    void writesWhatItReads()
    {
        const Image image = golden("rgb.png");
        const Decoded png = decodeImage(encodePng(image));
        QVERIFY(!png.problem);
        QVERIFY(png.image.rgb == image.rgb);
        QCOMPARE(png.image.width, image.width);
        const Image wide = golden("subsampled.jpg");
        const Decoded jpeg = decodeImage(encodeJpeg(wide, 95));
        QVERIFY(!jpeg.problem);
        double sum = 0;
        for (std::size_t i = 0; i < wide.rgb.size(); ++i)
            sum += std::abs(jpeg.image.rgb[i] - wide.rgb[i]);
        QVERIFY(sum / static_cast<double>(wide.rgb.size()) < 4);
    }
};

QTEST_GUILESS_MAIN(TestDecode)
#include "decode_test.moc"
