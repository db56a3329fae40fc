#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>

#include "core/base/error.h"
#include "core/image/draw.h"
#include "core/pipeline/backbones/library_shelf.h"
#include "core/pipeline/words/ppocr_files.h"
#include "core/pipeline/words/read_pictures.h"
#include "core/store/library.h"
#include "tests/base/error_kind_name.h"
#include "tests/pipeline/tiny_dataset.h"
#include "tests/words/transcription_score.h"

using namespace dank;
using namespace dank::test;
namespace fs = std::filesystem;

namespace {

constexpr const char *kFiles[] = {"ch_PP-OCRv4_det_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx", "ppocr_keys_v1.txt"};

}  // namespace

/// The reader ppocr with PP-OCRv4's own networks, of which tests/reference/fetch_networks.sh fetches the files into the
/// folder that DANK_TEST_NETWORKS names.
class TestPpocrReader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysWhatIsMissing();
    void isDefaultOnceInstalled();
    void filesThatDoNotFit();
    void nothingWhereThereIsNothing();
    void realMemes();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path library() const { return fs::path(m_folder->path().toStdString()) / "library"; }
    fs::path picture(const char *name, const Image &image) const
    {
        const fs::path file = fs::path(m_folder->path().toStdString()) / name;
        writeFileAtomically(file, encodePng(image));
        return file;
    }
    fs::path meme(const char *name, const std::string &top, const std::string &bottom = {}) const
    {
        Image image = blankImage(600, 450, {20, 20, 60});
        Canvas canvas(image);
        canvas.caption(top, 40, false);
        if (!bottom.empty())
            canvas.caption(bottom, 40, true);
        return picture(name, image);
    }
    ReadReport read(const std::vector<fs::path> &files, const std::string &reader = {},
                    const std::string &languages = "eng") const
    {
        return readPictures(files, {.reader = reader, .languages = languages}, library(), 2, {});
    }
    PictureText textOf(const ReadReport &report, std::size_t i = 0) const
    {
        return Library::open(library()).texts().get(report.reader, report.pictures.at(i).hash).value();
    }
    /// False where the files are not here.
    bool install() const
    {
        const fs::path from = qEnvironmentVariable("DANK_TEST_NETWORKS").toStdString();
        for (const char *file : kFiles) {
            if (from.empty() || !fs::exists(from / file))
                return false;
            if (LibraryShelf().addWeights(from / file, {}, library(), {}, {}) != kPpocrReader)
                return false;
        }
        return true;
    }
};

void TestPpocrReader::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void TestPpocrReader::saysWhatIsMissing()
{
    const fs::path file = meme("a.png", "WHY");
    QCOMPARE(readerNames(library()), (std::vector<std::string>{"tesseract", "ppocr"}));
    QVERIFY(read({file}).reader.starts_with("tesseract-"));
    for (const auto &[reader, kind, told] :
         {std::tuple("ppocr", "weights", "detection.onnx is missing. `dank weights add FILE` takes each"),
          {"nobody", "format", "There is no reader \"nobody\". There is: ppocr, tesseract."}}) {
        try {
            read({file}, reader);
            QFAIL("It read.");
        } catch (const Error &error) {
            QCOMPARE(errorKindName(error.kind()), kind);
            QVERIFY2(QString(error.what()).contains(told), error.what());
        }
    }
}

/// What the other reader has read stays, under its name.
void TestPpocrReader::isDefaultOnceInstalled()
{
    const std::vector<fs::path> files{meme("a.png", "NOT SURE IF DANK", "OR JUST ANOTHER MEME"),
                                      meme("b.png", "WHY NOT")};
    const ReadReport before = read(files);
    QVERIFY(before.reader.starts_with("tesseract-"));
    const PictureText earlier = textOf(before);
    QVERIFY(!earlier.words.empty());
    if (!install())
        QSKIP("PP-OCR's files are not here: see tests/reference/fetch_networks.sh");
    QCOMPARE(readerNames(library()).front(), std::string("ppocr"));
    const ReadReport after = read(files);
    QVERIFY2(after.reader.starts_with("ppocr-v4/"), after.reader.c_str());
    QCOMPARE(after.computed, std::size_t(2));
    const PictureText text = textOf(after);
    // Wide spaces may cut a line: which of them do, is not this test's matter.
    QCOMPARE(QString::fromStdString(text.text).simplified(), QString("NOT SURE IF DANK OR JUST ANOTHER MEME"));
    QCOMPARE(text.words.size(), std::size_t(8));
    QVERIFY(text.confidence > 0.8 && text.confidence <= 1);
    for (const TextWord &word : text.words) {
        const bool above = &word - text.words.data() < 4;
        QVERIFY2(above ? word.y < 60 && word.y + word.height < 130 : word.y > 310 && word.y + word.height <= 450,
                 word.text.c_str());
        QVERIFY(word.x >= 0 && word.width > 10 && word.x + word.width <= 600);
    }
    QCOMPARE(textOf(after, 1).text, std::string("WHY NOT"));
    QCOMPARE(textOf(before), earlier);
    QCOMPARE(read(files).cached, std::size_t(2));
    QCOMPARE(read(files, "tesseract").cached, std::size_t(2));
    // Its characters are what they are: who names languages means the other one.
    QVERIFY_THROWS_EXCEPTION(Error, read(files, {}, "xyz"));
    std::vector<WeightsStatus> shelf = LibraryShelf().weights(library());
    QCOMPARE(shelf.back().entry.id, std::string("ppocr"));
    const auto areKnown = [&] {
        return std::ranges::count_if(shelf, [](const WeightsStatus &row) {
            return row.installed && row.entry.backbone == kPpocrReader && row.entry.isWholeHash();
        });
    };
    QCOMPARE(areKnown(), 3);
    // Another list of characters is none of the catalogue's.
    writeFileAtomically(PpocrFiles::in(library()).characters, "a\nb\n");
    shelf = LibraryShelf().weights(library());
    QCOMPARE(areKnown(), 2);
    QCOMPARE(LibraryShelf().removeWeights("ppocr", library()).size(), std::size_t(3));
    QVERIFY(read(files).reader.starts_with("tesseract-"));
}

void TestPpocrReader::filesThatDoNotFit()
{
    if (!install())
        QSKIP("PP-OCR's files are not here: see tests/reference/fetch_networks.sh");
    const fs::path shorter = fs::path(m_folder->path().toStdString()) / "short.txt";
    writeFileAtomically(shorter, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n");
    QCOMPARE(LibraryShelf().addWeights(shorter, {}, library(), {}, {}), std::string("ppocr"));
    try {
        read({meme("a.png", "WHY")});
        QFAIL("It read.");
    } catch (const Error &error) {
        QVERIFY2(QString(error.what()).contains("has 11 characters, and that is another number than"), error.what());
    }
}

void TestPpocrReader::nothingWhereThereIsNothing()
{
    if (!install())
        QSKIP("PP-OCR's files are not here: see tests/reference/fetch_networks.sh");
    std::vector<fs::path> files;
    for (const auto &[width, height] : {std::pair(1, 1), {7, 300}, {8, 8}, {9, 9000}, {9000, 9}, {64, 64}})
        files.push_back(picture((std::to_string(width) + 'x' + std::to_string(height) + ".png").c_str(),
                                blankImage(width, height, {90, 140, 60})));
    const ReadReport report = read(files);
    for (std::size_t i = 0; i < files.size(); ++i)
        QCOMPARE(textOf(report, i).text, std::string());
}

/// Beside what a person reads, on the memes of tests/words/transcriptions_test.cpp.
void TestPpocrReader::realMemes()
{
    const QString data = qEnvironmentVariable("DANK_TEST_REDDIT");
    if (data.isEmpty() || !install())
        QSKIP("DANK_TEST_REDDIT is not set, or PP-OCR's files are not here");
    QFile file(DANK_TEST_DATA "/../words/golden/transcriptions.json");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject memes = QJsonDocument::fromJson(file.readAll())["judged"].toObject();
    QVERIFY(memes.size() >= 20);
    const QDir folder(data + "/memes");
    std::vector<fs::path> files;
    for (const QString &id : memes.keys())
        files.emplace_back(folder.filePath(folder.entryList({id + ".*"}).value(0)).toStdString());
    const ReadReport report = read(files);
    Score score;
    for (std::size_t i = 0; i < files.size(); ++i) {
        QStringList lines;
        for (const QJsonValue &line : memes[memes.keys()[qsizetype(i)]].toArray())
            lines << line.toString();
        score.add(plain(QString::fromStdString(textOf(report, i).text)), plain(lines.join(u'\n')));
    }
    const QString figures = QString("character error rate %1, word F1 %2")
                                .arg(score.characterErrorRate(), 0, 'f', 3)
                                .arg(score.wordF1(), 0, 'f', 3);
    qInfo().noquote() << figures;
    // 0.049 and 0.950 were measured; 0.06 and 0.95 are the goal. Without a second look at what is not sure: 0.051,
    // 0.9446; without a margin around the picture besides: 0.066, 0.937.
    QVERIFY2(score.characterErrorRate() <= 0.06, qPrintable(figures));
    QVERIFY2(score.wordF1() >= 0.946, qPrintable(figures));
}

QTEST_GUILESS_MAIN(TestPpocrReader)
#include "ppocr_reader_test.moc"
