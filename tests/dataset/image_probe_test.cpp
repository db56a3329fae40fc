#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/dataset/heif/media_kind.h"
#include "core/dataset/image_probe.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

QByteArray pictureBytes(const QString &name)
{
    QFile file(DANK_TEST_DATA "/images/" + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::span<const std::byte> span(const QByteArray &bytes)
{
    return std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QString reasonOf(const ImageProbe &probe)
{
    return probe.problem ? skipReasonName(*probe.problem) : "";
}

const QStringList kPictures{"baseline_13x7.jpg", "progressive_13x7.jpg", "rgb_13x7.png",    "palette_13x7.png",
                            "still_13x7.gif",    "moving_13x7.gif",      "lossy_13x7.webp", "lossless_13x7.webp",
                            "alpha_13x7.webp",   "rgb_13x7.bmp",         "bits_13x7.bmp"};

QByteArray replaced(QByteArray bytes, int at, const QByteArray &with)
{
    return bytes.replace(at, with.size(), with);
}

}  // namespace

class TestImageProbe : public QObject {
    Q_OBJECT

private slots:
    void goodPictures_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString &name : kPictures)
            QTest::newRow(qPrintable(name)) << name;
    }
    void goodPictures()
    {
        QFETCH(QString, name);
        const QByteArray bytes = pictureBytes(name);
        QVERIFY(!bytes.isEmpty());
        const QString suffix = name.section('.', -1);
        for (const ImageProbe &probe :
             {probeImage(span(bytes)), probeImageFile((DANK_TEST_DATA "/images/" + name).toStdString())}) {
            QCOMPARE(reasonOf(probe), QString());
            QCOMPARE(probe.width, 13);
            QCOMPARE(probe.height, 7);
            QCOMPARE(QString(imageFormatName(probe.format)).toLower(), suffix == "jpg" ? "jpeg" : suffix);
        }
        // Something hung on behind the end is common and harmless.
        QCOMPARE(reasonOf(probeImage(span(bytes + QByteArray(100'000, '\0')))), QString());
    }

    void everyTruncationIsSeen_data() { goodPictures_data(); }
    void everyTruncationIsSeen()
    {
        QFETCH(QString, name);
        const QByteArray bytes = pictureBytes(name);
        QTemporaryDir folder;
        const fs::path path = folder.filePath(name).toStdString();
        for (int length = 0; length < bytes.size(); ++length) {
            const QByteArray cut = bytes.left(length);
            const ImageProbe probe = probeImage(span(cut));
            // What stands behind the picture may be missing: an end marker, or a byte or two of padding before it.
            // The first frame of several ends at 314.
            const int behind = name.startsWith("moving") ? 314 : static_cast<int>(bytes.size()) - 4;
            if (length >= behind && !probe.problem)
                continue;
            QVERIFY2(probe.problem, qPrintable(QString("%1 bytes of %2 pass").arg(length).arg(bytes.size())));
            QCOMPARE(reasonOf(probe), length == 0                                               ? "image_unreadable"
                                      : length < 12 && *probe.problem == SkipReason::NotAnImage ? "not_an_image"
                                                                                                : "image_truncated");
            QVERIFY(!probe.detail.empty());
            if (length % 7 == 0) {
                QFile file(folder.filePath(name));
                QVERIFY(file.open(QIODevice::WriteOnly) && file.write(cut) == length);
                file.close();
                QCOMPARE(reasonOf(probeImageFile(path)), reasonOf(probe));
            }
        }
    }

    void damagedBytesNeverCrash_data() { goodPictures_data(); }
    void damagedBytesNeverCrash()
    {
        QFETCH(QString, name);
        const QByteArray good = pictureBytes(name);
        Random random(11);
        for (int round = 0; round < 3000; ++round) {
            QByteArray bytes = good;
            for (std::uint64_t i = 0; i <= random.below(4); ++i)
                bytes[static_cast<int>(random.below(static_cast<std::uint64_t>(bytes.size())))] =
                    static_cast<char>(random.below(3) ? random.below(256) : 255);
            const ImageProbe probe = probeImage(span(bytes));
            if (!probe.problem)
                QVERIFY(probe.width > 0 && probe.height > 0
                        && std::int64_t{probe.width} * probe.height <= kMaxImagePixels);
            else
                QVERIFY(!probe.detail.empty());
        }
    }

    void badPictures_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("says");
        const QByteArray jpeg = pictureBytes("baseline_13x7.jpg"), png = pictureBytes("rgb_13x7.png");
        const QByteArray gif = pictureBytes("still_13x7.gif"), bmp = pictureBytes("rgb_13x7.bmp");
        const QByteArray webp = pictureBytes("alpha_13x7.webp");
        const int frame = jpeg.indexOf("\xff\xc0") + 5;
        QTest::newRow("empty") << QByteArray() << "image_unreadable"
                               << "empty";
        QTest::newRow("web page") << QByteArray("<!DOCTYPE html><html>404</html>") << "not_an_image"
                                  << "web page";
        QTest::newRow("svg") << QByteArray("<svg xmlns='x'></svg>") << "not_an_image"
                             << "SVG";
        QTest::newRow("text") << QByteArray("hello, this is no picture") << "not_an_image"
                              << "text";
        QTest::newRow("BM text") << QByteArray("BMW is a car maker, and this is no picture") << "not_an_image"
                                 << "BM";
        QTest::newRow("NITF") << QByteArray("NITF02.10" + QByteArray(50, '\0')) << "not_an_image"
                              << "not JPEG";
        QTest::newRow("AVIF's first box") << QByteArray("\0\0\0\x10"
                                                        "ftypavif"
                                                        "\0\0\0\0",
                                                        16)
                                          << (readsHeif() ? "image_truncated" : "not_an_image") << "AVIF";
        QTest::newRow("film") << QByteArray("\0\0\0\x10"
                                            "ftypisom"
                                            "\0\0\0\0",
                                            16)
                              << "not_an_image"
                              << "film";
        QTest::newRow("RIFF film") << QByteArray("RIFF\x20\0\0\0AVI LIST", 16) << "not_an_image"
                                   << "it is a film";
        QTest::newRow("png bomb") << replaced(png, 16, QByteArray("\0\0\x75\x30\0\0\x75\x30", 8)) << "image_too_large"
                                  << "30000 x 30000";
        QTest::newRow("png beyond") << replaced(png, 16, QByteArray("\xff\xff\xff\xff\xff\xff\xff\xff", 8))
                                    << "image_too_large"
                                    << "4294967295";
        QTest::newRow("png without width") << replaced(png, 16, QByteArray(4, '\0')) << "image_corrupt"
                                           << "0 x 7";
        QTest::newRow("png without data") << png.left(33) + png.right(12) << "image_corrupt"
                                          << "no picture";
        QTest::newRow("jpeg without height") << replaced(jpeg, frame, QByteArray(2, '\0')) << "image_corrupt"
                                             << "13 x 0";
        QTest::newRow("jpeg bomb") << replaced(jpeg, frame, QByteArray(4, '\xff')) << "image_too_large"
                                   << "65535 x 65535";
        QTest::newRow("jpeg of markers") << "\xff\xd8" + QByteArray("\xff\xe0\0\x02", 4).repeated(30'000)
                                         << "image_corrupt"
                                         << "too many";
        QTest::newRow("jpeg, end first") << QByteArray("\xff\xd8\xff\xd9") << "image_corrupt"
                                         << "before it begins";
        QTest::newRow("gif without width") << replaced(gif, 6, QByteArray(2, '\0')) << "image_corrupt"
                                           << "0 x 7";
        QTest::newRow("gif bomb") << replaced(gif, 6, QByteArray(4, '\xff')) << "image_too_large"
                                  << "65535";
        QTest::newRow("bmp bomb") << replaced(bmp, 18, QByteArray("\xff\xff\xff\x7f", 4)) << "image_too_large"
                                  << "2147483647";
        QTest::newRow("bmp of negative width")
            << replaced(bmp, 18, QByteArray("\xff\xff\xff\xff", 4)) << "image_corrupt"
            << "-1 x 7";
        QTest::newRow("bmp of least height") << replaced(bmp, 22, QByteArray("\0\0\0\x80", 4)) << "image_too_large"
                                             << "2147483648";
        QTest::newRow("bmp of 5 bits") << replaced(bmp, 28, "\x05") << "image_corrupt"
                                       << "5 bits";
        QTest::newRow("webp bomb") << replaced(webp, 24, QByteArray(6, '\xff')) << "image_too_large"
                                   << "16777216";
    }
    void badPictures()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        QFETCH(QString, says);
        const ImageProbe probe = probeImage(span(bytes));
        QCOMPARE(reasonOf(probe), reason);
        QVERIFY2(QString::fromStdString(probe.detail).contains(says), probe.detail.c_str());
    }

    void topDownBmpIsFine()
    {
        const QByteArray bmp = replaced(pictureBytes("rgb_13x7.bmp"), 22, QByteArray("\xf9\xff\xff\xff", 4));
        QCOMPARE(reasonOf(probeImage(span(bmp))), QString());
        QCOMPARE(probeImage(span(bmp)).height, 7);
    }

    void thumbnailsDoNotHideATruncation()
    {
        // The end marker of a thumbnail inside the metadata is not the picture's.
        const QByteArray jpeg = pictureBytes("baseline_13x7.jpg");
        const QByteArray thumbnail("\xff\xe1\x00\x08\xff\xd8\xff\xd9\x00\x00", 10);
        const QByteArray whole = jpeg.left(2) + thumbnail + jpeg.mid(2);
        QCOMPARE(reasonOf(probeImage(span(whole))), QString());
        QCOMPARE(reasonOf(probeImage(span(whole.chopped(10)))), "image_truncated");
        QCOMPARE(reasonOf(probeImage(span(whole.chopped(2)))), QString());
    }

    void longTailsKeepThePicture()
    {
        // A phone's film behind the picture: the end marker is far from the end.
        const QByteArray bytes = pictureBytes("baseline_13x7.jpg") + QByteArray(300'000, '\x11');
        QCOMPARE(reasonOf(probeImage(span(bytes))), QString());
        // The marker's two bytes on either side of where the tail begins.
        for (int tail = 4090; tail < 4100; ++tail)
            QCOMPARE(reasonOf(probeImage(span(pictureBytes("baseline_13x7.jpg") + QByteArray(tail, '\x11')))),
                     QString());
    }

    void filesThatAreNoFiles()
    {
        QTemporaryDir folder;
        QCOMPARE(reasonOf(probeImageFile(folder.filePath("absent").toStdString())), "image_missing");
        QCOMPARE(reasonOf(probeImageFile(folder.path().toStdString())), "image_unreadable");
        const std::string pipe = folder.filePath("pipe").toStdString();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(reasonOf(probeImageFile(pipe)), "image_unreadable");  // and does not hang
        QFile huge(folder.filePath("huge.jpg"));
        QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(static_cast<qint64>(kMaxImageBytes) + 1));
        const ImageProbe probe = probeImageFile(huge.fileName().toStdString());
        QCOMPARE(reasonOf(probe), "image_unreadable");
        QVERIFY(QString::fromStdString(probe.detail).contains("64 MiB"));
    }
};

QTEST_GUILESS_MAIN(TestImageProbe)
#include "image_probe_test.moc"
