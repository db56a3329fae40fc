#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/dataset/foreign_file.h"
#include "core/dataset/heif/media_kind.h"
#include "core/dataset/image_probe.h"
#include "core/dataset/rate_input.h"

using namespace dank;
namespace fs = std::filesystem;

class TestRateInput : public QObject {
    Q_OBJECT

private slots:
    void expandsFoldersInOrder()
    {
        QTemporaryDir temporary;
        const fs::path root = temporary.path().toStdString();
        createFolder(root / "pile/b");
        createFolder(root / "pile/.hidden");
        createFolder(root / "elsewhere");
        const std::string jpeg = "\xff\xd8\xff" + std::string(20, 'x');
        for (const char *name : {"pile/c.jpg", "pile/a.PNG", "pile/b/z.webp", "pile/.x.jpg", "pile/.hidden/y.jpg",
                                 "pile/notes.txt", "elsewhere/e.jpg", "alone.txt"})
            writeFileAtomically(root / name, "text");
        writeFileAtomically(root / "pile/nameless", jpeg);
        writeFileAtomically(root / "pile/short", "\xff\xd8");
        fs::create_directory_symlink("../elsewhere", root / "pile/link");
        fs::create_directory_symlink(".", root / "pile/loop");
        fs::create_symlink("../elsewhere/e.jpg", root / "pile/d.jpg");
        QCOMPARE(::mkfifo((root / "pile/pipe.jpg").c_str(), 0600), 0);

        const std::vector<fs::path> given{root / "absent.jpg", root / "pile", root / "alone.txt"};
        const std::vector<fs::path> expected{root / "absent.jpg", root / "pile/a.PNG", root / "pile/b/z.webp",
                                             root / "pile/c.jpg", root / "pile/d.jpg", root / "pile/nameless",
                                             root / "alone.txt"};
        QVERIFY(expandRatePaths(given) == expected);
        // A link to a folder that was given by name is what the user meant.
        const std::vector<fs::path> link{root / "pile/link"};
        QCOMPARE(expandRatePaths(link).size(), 1u);
    }

    /// What a scraper leaves behind: all but the notes look like pictures by their name or their bytes.
    void listsPicturesOfEveryKind()
    {
        const fs::path folder = DANK_TEST_DATA "/reports/folder";
        const std::vector<fs::path> found = expandRatePaths({&folder, 1});
        const bool reads = readsHeif();  // what is left of these three has no list of pictures
        const std::map<std::string, std::string> says{
            {"a.jpg", ""},
            {"clip.gifv", "it is a film"},
            {"clip.mp4", "it is a film"},
            {"draw.svg", "an SVG drawing, which cannot be read"},
            {"empty.png", "empty"},
            {"hidden_as.jpg",
             reads ? "the AVIF file" : "an AVIF picture, which cannot be read without libheif: save it as"},
            {"iphone.heic", reads ? "the HEIC file" : "a HEIC picture, which cannot be read without libheif"},
            {"new.avif", reads ? "the AVIF file" : "an AVIF picture"},
            {"next.jxl", "a JPEG XL picture"},
            {"old.jp2", "a JPEG 2000 picture"},
            {"paint.ico", "an icon"},
            {"part.jpg.part", ""},
            {"photo.tga", "it is not JPEG, PNG, WebP, BMP or GIF"},
            {"pic.jpg?width=640", ""},
            {"pic.jpg_large", ""},
            {"removed.jpg", "it begins like a web page"},
            {"scan.tiff", "a TIFF picture"},
        };
        QCOMPARE(found.size(), says.size());
        for (const fs::path &path : found) {
            const auto expected = says.find(path.filename().string());
            QVERIFY2(expected != says.end(), path.c_str());
            const ImageProbe probe = probeImageFile(path);
            QCOMPARE(probe.problem.has_value(), !expected->second.empty());
            QVERIFY2(probe.detail.find(expected->second) != std::string::npos, probe.detail.c_str());
        }
    }

    void knowsTheNamesOfPictures_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isPicture");
        for (const char *name :
             {"a.JPG", "a.jfif", "a.pjpeg", "a.jpg_large", "a.png:large", "a.jpg?width=640&v=1.2", "a.jpg.part",
              "a.jpg.1", "a.png.crdownload", "a.webp~", "a.jpg (1)", "a.Heif", "a.b.c.tif", "a.mp4", "a.svgz"})
            QTest::newRow(name) << name << true;
        for (const char *name :
             {"jpg", "a", "a.txt", "a.jpg.json", "a.png.xmp", "a.jpgs", "a.1", "a.part", "a.pdf", "a."})
            QTest::newRow(name) << name << false;
    }
    void knowsTheNamesOfPictures()
    {
        QFETCH(QString, name);
        QTEST(isNamedLikePicture(name.toStdString()), "isPicture");
    }

    void knowsPicturesByTheirBytes_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const QByteArray &head, const char *says) {
            QTest::newRow(name) << head + QByteArray(40, '\1') << QString(says);
        };
        const auto media = [](const QByteArray &brands) {
            return QByteArray("\0\0\0", 3) + static_cast<char>(8 + brands.size()) + "ftyp" + brands;
        };
        row("HEIC", media(QByteArray("heic\0\0\0\0mif1heic", 16)), "HEIC");
        row("HEIC, compatible", media(QByteArray("mif1\0\0\0\0heic", 12)), "HEIC");
        row("AVIF, compatible", media(QByteArray("mif1\0\0\0\0miafavif", 16)), "AVIF");
        row("AVIF sequence", media(QByteArray("avis\0\0\0\0avifavis", 16)), "AVIF");
        row("film", media(QByteArray("isom\0\0\2\0isomavc1", 16)), "film");
        row("brand behind the box", media(QByteArray("isom\0\0\2\0", 8)) + "avif", "film");
        row("box of no length", QByteArray("\0\0\0\0ftypheic", 12), "film");
        row("webm", QByteArray("\x1a\x45\xdf\xa3"), "film");
        row("avi", QByteArray("RIFF\x20\0\0\0AVI LIST", 16), "film");
        row("JXL in a box", QByteArray("\0\0\0\x0cJXL \r\n\x87\n", 12), "JPEG XL");
        row("JPEG 2000 stream", QByteArray("\xff\x4f\xff\x51"), "JPEG 2000");
        row("big-endian TIFF", QByteArray("MM\0*", 4), "TIFF");
        row("BigTIFF", QByteArray("II+\0", 4), "TIFF");
        row("Photoshop", QByteArray("8BPS\0\1", 6), "Photoshop");
        row("icon", QByteArray("\0\0\1\0\2\0\x10\x10\0\0", 10), "icon");
        row("cursor", QByteArray("\0\0\2\0\1\0\x10\x10\0\0", 10), "icon");
        row("SVG behind XML and a comment", "<?xml version=\"1.0\"?>\n<!-- " + QByteArray(200, 'x') + " -->\n<svg ",
            "SVG");
        row("SVG with a mark", "\xef\xbb\xbf  <svg xmlns=", "SVG");
        row("MPEG stream, no icon", QByteArray("\0\0\1\xba", 4), "");
        row("web page", "<!DOCTYPE html>", "");
        row("text", "II* and more", "");
        row("nothing", QByteArray(), "");
    }
    void knowsPicturesByTheirBytes()
    {
        QFETCH(QByteArray, head);
        QFETCH(QString, says);
        const auto bytes = std::as_bytes(std::span(head.constData(), static_cast<std::size_t>(head.size())));
        const std::optional<std::string> known = foreignPicture(bytes);
        QCOMPARE(known.has_value(), !says.isEmpty());
        QVERIFY(!known || QString::fromStdString(*known).contains(says));
        for (std::size_t length = 0; length <= bytes.size(); ++length)
            QVERIFY(!describeForeign(bytes.first(length)).empty());
        QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        writeFileAtomically(folder / "nameless", bytes);
        QCOMPARE(expandRatePaths({&folder, 1}).size(), says.isEmpty() ? 0u : 1u);
    }

    void answersForWhatHidesAndLeadsNowhere()
    {
        QTemporaryDir temporary;
        const fs::path root = temporary.path().toStdString();
        createFolder(root / "a/closed");
        writeFileAtomically(root / "a/closed/x.jpg", "text");
        writeFileAtomically(root / "a/y.jpg", "text");
        fs::create_symlink("gone.jpg", root / "a/link.jpg");
        fs::create_symlink("gone.txt", root / "a/link.txt");
        fs::create_symlink("self.png", root / "a/self.png");
        fs::permissions(root, fs::perms::all);
        fs::permissions(root / "a/closed", fs::perms::none);
        const bool isRoot = ::geteuid() == 0;  // whom no folder stops
        if (isRoot)
            QCOMPARE(::seteuid(65534), 0);
        const fs::path folder = root / "a";
        const std::vector<fs::path> found = expandRatePaths({&folder, 1});
        const ImageProbe closed = probeImageFile(folder / "closed");
        if (isRoot)
            QCOMPARE(::seteuid(0), 0);
        fs::permissions(root / "a/closed", fs::perms::all);
        const std::vector<fs::path> expected{folder / "closed", folder / "link.jpg", folder / "self.png",
                                             folder / "y.jpg"};
        QVERIFY(found == expected);
        QCOMPARE(*closed.problem, SkipReason::ImageUnreadable);
        QVERIFY2(closed.detail.find("ermission denied") != std::string::npos, closed.detail.c_str());
    }

    void survivesDeepFoldersAndStops()
    {
        QTemporaryDir temporary;
        fs::path deep = temporary.path().toStdString();
        for (int i = 0; i < 300; ++i)
            deep /= "d";
        createFolder(deep);
        writeFileAtomically(deep / "a.jpg", "x");
        const std::vector<fs::path> given{temporary.path().toStdString()};
        QCOMPARE(expandRatePaths(given).size(), 1u);
        JobContext job;
        job.cancel.cancel();
        bool stopped = false;
        try {
            (void)expandRatePaths(given, job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        QVERIFY(stopped);
        QVERIFY(expandRatePaths({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestRateInput)
#include "rate_input_test.moc"
