#include <QTest>

#include <atomic>
#include <fstream>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/image/draw.h"
#include "core/pipeline/words/read_pictures.h"
#include "core/store/library.h"
#include "tests/base/error_kind_name.h"
#include "tests/pipeline/tiny_dataset.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

Image meme(const std::string &text, int width = 500, int height = 400)
{
    Image image = blankImage(width, height, {20, 20, 60});
    Canvas(image).caption(text, 36, false);
    return image;
}

/// A quarter turn against the clock: EXIF's orientation 6 turns it back.
Image turned(const Image &image)
{
    Image out{image.height, image.width, std::vector<std::uint8_t>(image.rgb.size())};
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            std::copy_n(&image.rgb[image.offset(x, y)], 3, &out.rgb[out.offset(y, image.width - 1 - x)]);
    return out;
}

/// A JPEG that says it is to be turned clockwise.
std::vector<std::byte> jpegWithOrientation6(const Image &image)
{
    std::vector<std::byte> bytes = encodeJpeg(image, 95);
    constexpr unsigned char kExif[] = {0xFF, 0xE1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                                       0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   6,   0, 0,  0, 0, 0, 0};
    const auto *const first = reinterpret_cast<const std::byte *>(kExif);
    bytes.insert(bytes.begin() + 2, first, first + sizeof kExif);
    return bytes;
}

}  // namespace

class TestReadPictures : public QObject {
    Q_OBJECT
private slots:
    void init();
    void keepsWhatItReads();
    void refusedPicturesSayWhy();
    void exifIsUpright();
    void goesOnAfterAStop();
    void damagedTextIsReadAgain();
    void changedFileIsStoredAsItIs();
    void statusOfADataset();
    void missingLanguage();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path path(const char *name) const { return fs::path(m_folder->path().toStdString()) / name; }
    fs::path write(const char *name, const std::vector<std::byte> &bytes) const
    {
        writeFileAtomically(path(name), bytes);
        return path(name);
    }
    fs::path writeMeme(const char *name, const std::string &text) const { return write(name, encodePng(meme(text))); }
    ReadReport read(const std::vector<fs::path> &files, const JobContext &job = {}, bool again = false) const
    {
        return readPictures(files, {.reader = {}, .again = again}, path("library"), 2, job);
    }
    std::string textOf(const ReadReport &report, std::size_t i) const
    {
        const auto found = Library::open(path("library")).texts().get(report.reader, report.pictures[i].hash);
        return found ? found->text : "nothing is stored";
    }
};

void TestReadPictures::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void TestReadPictures::keepsWhatItReads()
{
    const std::vector<fs::path> files{writeMeme("a.png", "NOT SURE IF DANK"), writeMeme("b.png", "WHY NOT BOTH"),
                                      writeMeme("copy.png", "NOT SURE IF DANK"), path("a.png")};
    const ReadReport first = read(files);
    QCOMPARE(first.computed, std::size_t(2));
    QCOMPARE(first.cached, std::size_t(0));
    QVERIFY(first.secondsAPicture > 0);
    QVERIFY(first.reader.starts_with("tesseract-") && first.reader.find("/eng/") != std::string::npos);
    for (const std::size_t i : {0, 2, 3})
        QCOMPARE(textOf(first, i), std::string("NOT SURE IF DANK"));
    QCOMPARE(textOf(first, 1), std::string("WHY NOT BOTH"));

    std::vector<std::size_t> told;
    const ReadReport second = read(files, {{}, [&](const Progress &progress) {
                                               if (progress.stage == "text")
                                                   told.push_back(progress.done * 100 + progress.total);
                                           }});
    QCOMPARE(second.computed, std::size_t(0));
    QCOMPARE(second.cached, std::size_t(2));
    QCOMPARE(told, std::vector<std::size_t>{202});
    QCOMPARE(read(files, {}, true).computed, std::size_t(2));
}

void TestReadPictures::refusedPicturesSayWhy()
{
    const ReadReport report = read({write("broken.png", {std::byte('x')}), path("gone.png"),
                                    write("dot.png", encodePng(blankImage(1, 1, {255, 0, 0}))), write("empty.png", {}),
                                    writeMeme("fine.png", "STILL READ")});
    QCOMPARE(report.refused, std::size_t(3));
    QCOMPARE(report.computed, std::size_t(2));
    for (const std::size_t i : {0, 1, 3}) {
        QVERIFY(!report.pictures[i].skipped.empty());
        QVERIFY(report.pictures[i].hash.empty());
    }
    QCOMPARE(textOf(report, 2), std::string());
    QCOMPARE(textOf(report, 4), std::string("STILL READ"));
    QVERIFY(read({}).pictures.empty());
}

void TestReadPictures::exifIsUpright()
{
    const ReadReport report = read({write("turned.jpg", jpegWithOrientation6(turned(meme("NOT SURE IF DANK"))))});
    QCOMPARE(QString::fromStdString(textOf(report, 0)), QString("NOT SURE IF DANK"));
}

/// What was read before the stop is not read again.
void TestReadPictures::goesOnAfterAStop()
{
    constexpr const char *kWords[] = {"FIRST WORD",  "SECOND WORD", "THIRD WORD",
                                      "FOURTH WORD", "FIFTH WORD",  "LAST WORD"};
    std::vector<fs::path> files;
    for (std::size_t i = 0; i < 6; ++i)
        files.push_back(writeMeme(("m" + std::to_string(i) + ".png").c_str(), kWords[i]));
    JobContext job;
    std::size_t done = 0;
    job.progress = [&](const Progress &progress) {
        if (progress.stage == "text" && (done = progress.done) == 2)
            job.cancel.cancel();
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, read(files, job));
    const ReadReport rest = read(files);
    QCOMPARE(rest.computed + rest.cached, std::size_t(6));
    QVERIFY2(rest.cached >= 2 && rest.cached < 6, qPrintable(QString::number(rest.cached)));
    for (std::size_t i = 0; i < files.size(); ++i)
        QCOMPARE(textOf(rest, i), std::string(kWords[i]));
}

void TestReadPictures::damagedTextIsReadAgain()
{
    const fs::path file = writeMeme("a.png", "NOT SURE IF DANK");
    const ReadReport first = read({file});
    const PictureText unlikely{"x", 7.0, {{"x", 1, 1, 1, 1, -3.0}}};
    const TextStore::Entry damaged{first.pictures[0].hash, unlikely};
    Library::open(path("library")).texts().put(first.reader, {&damaged, 1});
    QCOMPARE(textOf(first, 0), std::string("nothing is stored"));
    QCOMPARE(read({file}).computed, std::size_t(1));
    QCOMPARE(textOf(first, 0), std::string("NOT SURE IF DANK"));
}

/// Between hashing and reading; files that showed the same picture before keep what they show.
void TestReadPictures::changedFileIsStoredAsItIs()
{
    const std::vector<fs::path> files{writeMeme("a.png", "NOT SURE IF DANK"), writeMeme("b.png", "NOT SURE IF DANK")};
    const ReadReport report = read(files, {{}, [&](const Progress &progress) {
                                               if (progress.stage == "text" && progress.done == 0)
                                                   writeMeme("a.png", "ANOTHER ONE");
                                           }});
    QCOMPARE(textOf(report, 0), std::string("ANOTHER ONE"));
    QCOMPARE(report.pictures[0].hash, hashFile(files[0]));
    QCOMPARE(textOf(report, 1), std::string("NOT SURE IF DANK"));
    QCOMPARE(report.computed, std::size_t(2));
}

void TestReadPictures::statusOfADataset()
{
    const Dataset dataset = Dataset::load(test::writeTinyDataset(path("memes"), 5));
    const auto status = [&] { return readStatus(dataset, {}, path("library"), 2, {}); };
    QCOMPARE(status().total, std::size_t(5));
    QCOMPARE(status().read, std::size_t(0));
    const ReadReport report = read({dataset.records()[0].image, dataset.records()[3].image});
    QCOMPARE(status().read, std::size_t(2));
    QCOMPARE(status().reader, report.reader);
}

void TestReadPictures::missingLanguage()
{
    const std::vector<fs::path> files{writeMeme("a.png", "NOT SURE IF DANK")};
    try {
        readPictures(files, {.reader = {}, .languages = "eng+xyz"}, path("library"), 2, {});
        QFAIL("It was read.");
    } catch (const Error &error) {
        QCOMPARE(errorKindName(error.kind()), "file");
        QVERIFY2(QString(error.what()).contains("install tesseract-ocr-xyz"), error.what());
    }
}

QTEST_GUILESS_MAIN(TestReadPictures)
#include "read_pictures_test.moc"
