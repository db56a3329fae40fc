#include <QTest>

#include <set>

#include "core/image/decode.h"
#include "core/pipeline/backbones/backbone_status.h"
#include "core/pipeline/features/extract.h"
#include "core/store/library.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

namespace {

/// `rows` memes that show the pictures of `names` in turn.
std::filesystem::path writeRows(const std::filesystem::path &folder, int rows, const std::vector<std::string> &names)
{
    std::string json = "{\"_default\": {";
    for (int i = 0; i < rows; ++i)
        json += (i ? ", \"" : "\"") + std::to_string(i + 1) + "\": {\"id\": \"r" + std::to_string(i)
                + "\", \"ups\": " + std::to_string(100 + i * 7) + ", \"author\": \"a" + std::to_string(i)
                + "\", \"title\": \"t\", \"media\": \"https://example.invalid/"
                + names[static_cast<std::size_t>(i) % names.size()] + "\"}";
    writeFileAtomically(folder / "db.json", json + "}}");
    return folder / "db.json";
}

}  // namespace

/// Pictures that several rows show.
class ExtractTest : public QObject, private RunFixture {
    Q_OBJECT

private:
    ExtractReport extract(const Dataset &dataset, const ExtractObserver &observer = {}, const JobContext &job = {})
    {
        return extractFeatures(dataset, request(), context(), observer, job);
    }
    std::filesystem::path memes() const { return folder() / "data/memes"; }
    /// One-colour pictures p0.png … as files of their own.
    std::vector<std::string> writePictures(int count) const
    {
        std::filesystem::create_directories(memes());
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) {
            names.push_back("p" + std::to_string(i) + ".png");
            writeFileAtomically(memes() / names.back(), colourPng(static_cast<std::uint8_t>(50 * i), 7, 9));
        }
        return names;
    }

private slots:
    void init() { reset(); }

    void equalPicturesAreComputedOnce()
    {
        std::vector<std::string> names = writePictures(4);
        std::filesystem::copy_file(memes() / "p1.png", memes() / "copy.png");  // equal bytes in another file
        names.push_back("copy.png");
        const Dataset dataset = Dataset::load(writeRows(folder() / "data", 200, names));
        QCOMPARE(dataset.records().size(), std::size_t{200});
        ExtractEvent last;
        const ExtractReport first = extract(dataset, [&](const ExtractEvent &event) { last = event; });
        QCOMPARE(m_computed.load(), 4);
        QCOMPARE(first.computed, std::size_t{4});
        QCOMPARE(first.cached, std::size_t{0});
        QCOMPARE(last.done, std::size_t{4});
        QCOMPARE(last.total, std::size_t{4});
        QCOMPARE(first.matrix.rows(), std::size_t{200});
        QCOMPARE(first.matrix.values.size(), 4 * first.matrix.columns);
        for (std::size_t row = 0; row < 200; ++row) {
            QCOMPARE(first.matrix.ids[row], dataset.records()[row].id);
            const std::size_t picture = row % 5 == 4 ? 1 : row % 5;
            QCOMPARE(std::lround(first.matrix.row(row)[0] * 255), static_cast<long>(50 * picture));
        }
        const ExtractReport second = extract(dataset);
        QCOMPARE(second.computed, std::size_t{0});
        QCOMPARE(second.cached, std::size_t{4});
        QCOMPARE(second.matrix.values, first.matrix.values);
        QVERIFY(second.pictureHashes == first.pictureHashes);
    }

    void whatIsKeptCountsPictures()
    {
        const Dataset dataset = Dataset::load(writeRows(folder() / "data", 30, writePictures(3)));
        extract(dataset);
        for (const BackboneStatus &status : backboneStatuses(&dataset, request(), context(), {}))
            if (status.id == "inception_v3") {
                QCOMPARE(status.cached, std::size_t{3});
                QCOMPARE(status.total, std::size_t{3});
            }
    }

    void aPictureIsRefusedForEachRowThatShowsIt()
    {
        const std::vector<std::string> names = writePictures(3);
        auto corrupt = colourPng(9, 9, 9);
        for (std::size_t i = 41; i < corrupt.size() - 16; ++i)
            corrupt[i] = std::byte{0x5a};
        writeFileAtomically(memes() / "p2.png", corrupt);
        const ExtractReport report = extract(Dataset::load(writeRows(folder() / "data", 12, names)));
        QCOMPARE(report.matrix.rows(), std::size_t{8});
        QCOMPARE(report.computed, std::size_t{2});
        std::set<MemeId> skipped;
        for (const Skipped &item : report.skipped)
            skipped.insert(item.id);
        QCOMPARE(skipped, (std::set<MemeId>{"r2", "r5", "r8", "r11"}));
    }

    /// Hashes are remembered while files stay the same; here one changes between hashing and reading.
    void aFileThatChangesMeanwhileTakesNoOtherRowAlong()
    {
        const std::vector<std::string> names = writePictures(1);
        std::filesystem::copy_file(memes() / "p0.png", memes() / "copy.png");
        const Dataset dataset = Dataset::load(writeRows(folder() / "data", 6, {names[0], "copy.png"}));
        for (const bool gone : {false, true}) {
            std::filesystem::remove_all(folder() / "library");
            writeFileAtomically(memes() / "p0.png", colourPng(0, 7, 9));
            JobContext job;
            job.progress = [&](const Progress &progress) {
                if (progress.stage != "network")
                    return;
                std::filesystem::remove(memes() / "p0.png");
                if (!gone)
                    writeFileAtomically(memes() / "p0.png", colourPng(200, 7, 9));
            };
            const ExtractReport report = extract(dataset, {}, job);
            QCOMPARE(report.matrix.rows(), std::size_t(gone ? 3 : 6));
            QCOMPARE(report.skipped.size(), std::size_t(gone ? 3 : 0));
            for (std::size_t row = 0; row < report.matrix.rows(); ++row)
                QCOMPARE(std::lround(report.matrix.row(row)[0] * 255), !gone && row % 2 == 0 ? 200L : 0L);
        }
    }

    void eachPictureIsDecodedOnce()
    {
        const Dataset dataset = Dataset::load(writeRows(folder() / "data", 200, writePictures(4)));
        std::size_t before = decodedPictures();
        extract(dataset);
        QCOMPARE(decodedPictures(), before + 4);
        before = decodedPictures();
        extract(dataset);
        train(dataset, quickConfig());
        QCOMPARE(decodedPictures(), before);
    }

    void everyStepHasAName()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        std::vector<std::string> stages;
        JobContext job;
        job.progress = [&](const Progress &progress) {
            QVERIFY(progress.done <= progress.total || progress.total == 0);
            if (stages.empty() || stages.back() != progress.stage)
                stages.emplace_back(progress.stage);
        };
        train(dataset, quickConfig(), {}, job);
        QCOMPARE(stages, (std::vector<std::string>{"hash", "extract", "network", "extract", "read", "look",
                                                   "duplicates", "train", "controls", "baselines", "judge"}));
    }

    void everyStepBeforeTheTrainingCanBeStopped()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        for (const std::string_view stage : {"hash", "network", "extract", "read", "look", "duplicates"}) {
            std::filesystem::remove_all(folder() / "library");
            JobContext job;
            std::string last;
            job.progress = [&](const Progress &progress) {
                last = progress.stage;
                if (progress.stage == stage)
                    job.cancel.cancel();
            };
            QVERIFY_EXCEPTION_THROWN(train(dataset, quickConfig(), {}, job), Cancelled);
            QCOMPARE(last, std::string(stage));
            QVERIFY(Library::open(folder() / "library").runs().list().empty());
        }
    }
};

QTEST_GUILESS_MAIN(ExtractTest)
#include "extract_test.moc"
