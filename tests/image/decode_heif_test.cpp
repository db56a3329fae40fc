// HEIC and AVIF against the pictures that other programs find in them (tests/reference/heif_pictures.py), and damaged
// ones. Where the build has no libheif, there is nothing to hold against anything.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/resource.h>

#include <QTest>

#include "core/base/file.h"
#include "core/dataset/heif/media_kind.h"
#include "core/dataset/image_probe.h"
#include "tests/image/bytes.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

fs::path folder()
{
    return fs::path(DANK_TEST_DATA) / "heif";
}

QByteArray load(const QString &name)
{
    const std::vector<std::byte> bytes = readFile(folder() / name.toStdString(), 1 << 20);
    return {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

QByteArray withSize(QByteArray file, quint32 width, quint32 height)
{
    for (qsizetype at = file.indexOf("ispe"); at >= 0; at = file.indexOf("ispe", at + 4))
        file.replace(at + 8, 8, big(width) + big(height));
    return file;
}

long peakKilobytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

void compareOutcome(const Decoded &decoded)
{
    QCOMPARE(decoded.problem.has_value(), decoded.image.empty());
    QCOMPARE(decoded.problem.has_value(), !decoded.detail.empty());
}

}  // namespace

class TestDecodeHeif : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!readsHeif())
            QSKIP("built without libheif");
    }

    void matchesOtherPrograms_data()
    {
        QTest::addColumn<QString>("name");
        int files = 0;
        for (const fs::directory_entry &entry : fs::directory_iterator(folder()))
            if (entry.path().extension() != ".png" && ++files > 0)
                QTest::newRow(entry.path().filename().c_str()) << QString(entry.path().filename().c_str());
        QVERIFY(files >= 34);
    }
    void matchesOtherPrograms()
    {
        QFETCH(QString, name);
        const fs::path path = folder() / name.toStdString();
        const Decoded decoded = decodeImageFile(path);
        QVERIFY2(!decoded.problem, decoded.detail.c_str());
        const Image right = decodeImageFile(folder() / (path.stem().string() + ".right.png")).image;
        QCOMPARE(decoded.image.width, right.width);
        QCOMPARE(decoded.image.height, right.height);
        int most = 0;
        for (std::size_t i = 0; i < right.rgb.size(); ++i)
            most = std::max(most, std::abs(decoded.image.rgb[i] - right.rgb[i]));
        // From YCbCr programs round differently, more so under alpha; where RGB was stored, all is exact.
        static const QStringList kExact{"lossless", "irot", "imir", "crop", "1x1", "1x7", "64x3", "sequence", "alpha"};
        const bool exact = name.endsWith(".avif") && std::any_of(kExact.begin(), kExact.end(), [&](auto begin) {
                               return name.startsWith(begin);
                           });
        QVERIFY2(most <= (exact ? 0 : 2), qPrintable(QString("off by %1").arg(most)));
    }

    void probesWithoutDecoding_data() { matchesOtherPrograms_data(); }
    void probesWithoutDecoding()
    {
        QFETCH(QString, name);
        const std::size_t before = decodedPictures();
        const ImageProbe inMemory = probeImage(bytesOf(load(name)));
        const ImageProbe onDisk = probeImageFile(folder() / name.toStdString());
        QCOMPARE(decodedPictures(), before);
        const Image image = decodeImageFile(folder() / name.toStdString()).image;
        for (const ImageProbe &probe : {inMemory, onDisk}) {
            QVERIFY2(!probe.problem, probe.detail.c_str());
            QCOMPARE(probe.width, image.width);
            QCOMPARE(probe.height, image.height);
            QCOMPARE(QString(imageFormatName(probe.format)).toLower(), name.section('.', -1));
        }
    }

    void refusesACutFile_data() { matchesOtherPrograms_data(); }
    void refusesACutFile()
    {
        QFETCH(QString, name);
        const QByteArray whole = load(name);
        const Image right = decodeImage(bytesOf(whole)).image;
        for (int percent = 0; percent < 100; percent += 5) {
            const Decoded decoded = decodeImage(bytesOf(whole.left(whole.size() * percent / 100)));
            compareOutcome(decoded);
            // Only of a sequence may something be missing: the pictures behind the first one.
            if (!decoded.problem)
                QVERIFY2(name == "sequence.avif" && decoded.image.rgb == right.rgb,
                         qPrintable(QString::number(percent)));
        }
    }

    void neverCrashesOnAFlippedBit_data() { matchesOtherPrograms_data(); }
    void neverCrashesOnAFlippedBit()
    {
        QFETCH(QString, name);
        QByteArray file = load(name);
        const qsizetype step = std::max<qsizetype>(1, file.size() / 200);
        const long before = peakKilobytes();
        for (qsizetype at = 0; at < file.size(); at += step) {
            const char kept = file[at];
            file[at] = static_cast<char>(kept ^ 1 << at % 8);
            compareOutcome(decodeImage(bytesOf(file)));
            file[at] = kept;
        }
        QVERIFY2(peakKilobytes() - before < 600'000, qPrintable(QString::number(peakKilobytes() - before)));
    }

    void refusesABombByItsHeader_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"lossless.avif", "plain.heic", "by-hand-irot-1.heic", "by-hand-grid.heic", "grid.avif"})
            QTest::newRow(name) << name;
    }
    void refusesABombByItsHeader()
    {
        QFETCH(QString, name);
        const long before = peakKilobytes();
        const QByteArray file = withSize(load(name), 100'000, 100'000);
        QCOMPARE(refusalOf(file), QString("image_too_large"));
        const ImageProbe probe = probeImage(bytesOf(file));
        QVERIFY2(probe.detail.find("100000 x 100000") != std::string::npos, probe.detail.c_str());
        QVERIFY(peakKilobytes() - before < 50'000);
    }

    /// A size that is allowed and not that of what is coded: nothing of that size may come about.
    void believesTheStream_data() { refusesABombByItsHeader_data(); }
    void believesTheStream()
    {
        QFETCH(QString, name);
        const long before = peakKilobytes();
        const Decoded decoded = decodeImage(bytesOf(withSize(load(name), 9'000, 9'000)));
        compareOutcome(decoded);
        QVERIFY(decoded.problem || decoded.image.width < 200);
        QVERIFY(peakKilobytes() - before < 50'000);
    }
};

QTEST_GUILESS_MAIN(TestDecodeHeif)
#include "decode_heif_test.moc"
