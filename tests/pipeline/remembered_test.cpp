#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <memory>
#include <thread>

#include "core/base/hash.h"
#include "core/pipeline/backbones/backbone_status.h"
#include "core/pipeline/bench.h"
#include "core/pipeline/features/extract.h"
#include "core/pipeline/runs/rating.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"
#include "core/weights/safetensors.h"
#include "tiny_dataset.h"

using namespace dank;
using namespace dank::test;

/// What the library remembers, so that it need not be computed again, and when it must not be believed.
class RememberedTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::atomic<int> m_computed = 0, m_built = 0;
    std::unique_ptr<BackboneCache> m_networks;

    std::filesystem::path folder() const { return m_dir->path().toStdString(); }
    std::filesystem::path libraryFolder() const { return folder() / "library"; }
    PipelineContext context() { return {*m_networks, 2, libraryFolder()}; }

    static std::shared_ptr<const Model> model()
    {
        auto model = std::make_shared<Model>();
        model->name = "tiny";
        model->backbone = "inception_v3/warp/fp32/seed-1";
        model->layers = {{2048, 1, std::vector<float>(2048, 0.25f), {0.1f}}};
        model->reference = {0, 1};
        return model;
    }
    /// Files that changed this very moment are not remembered.
    static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_computed = m_built = 0;
        m_networks = std::make_unique<BackboneCache>([this](const BackboneChoice &, Precision, const Device &) {
            ++m_built;
            return std::make_shared<ColourBackbone>(m_computed);
        });
    }

    void aRatedPictureIsComputedOnce()
    {
        Library::open(libraryFolder());
        const auto bytes = colourPng(200, 10, 60);
        const auto first = openRatingSession(model(), {}, "cpu", context())->rate(bytes, "a");
        QCOMPARE(m_computed.load(), 1);
        m_networks = std::make_unique<BackboneCache>([this](const BackboneChoice &, Precision, const Device &) {
            ++m_built;
            return std::shared_ptr<const Backbone>();
        });
        const auto second = openRatingSession(model(), {}, "cpu", context())->rate(bytes, "b");
        QCOMPARE(m_built.load(), 1);  // the network was not asked for again
        QCOMPARE(second.dankness, first.dankness);
        QCOMPARE(second.width, first.width);
        QCOMPARE(second.width, 24);
    }

    void ratingMakesNoLibrary()
    {
        const auto session = openRatingSession(model(), {}, "cpu", context());
        const auto bytes = colourPng(1, 2, 3);
        QCOMPARE(session->rate(bytes, "a").dankness, session->rate(bytes, "a").dankness);
        QCOMPARE(m_computed.load(), 2);
        QVERIFY(!std::filesystem::exists(libraryFolder()));
    }

    void aDatasetsPictureNeedsNoNetworkToBeRated()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder(), 6));
        BackboneRequest request;
        request.backbone = "inception_v3";
        request.weights = "none";
        request.device = "cpu";
        request.precision = "fp32";
        extractFeatures(dataset, request, context(), {}, {});
        QCOMPARE(m_computed.load(), 6);
        const auto score = openRatingSession(model(), {}, "cpu", context())->rate(dataset.records().front().image);
        QVERIFY(score.skipped.empty());
        QCOMPARE(m_computed.load(), 6);
    }

    void whatCannotBeDecodedStaysSkipped()
    {
        Library::open(libraryFolder());
        auto bytes = colourPng(9, 9, 9);
        bytes.resize(bytes.size() / 2);
        const auto session = openRatingSession(model(), {}, "cpu", context());
        for (int i = 0; i < 2; ++i)
            QVERIFY(!session->rate(bytes, "half").skipped.empty());
    }

    void hashesOfPicturesAreRememberedUntilTheyChange()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder(), 4));
        Library library = Library::open(libraryFolder());
        const auto fresh = hashPictures(dataset, 2, &library, {});
        QVERIFY(library.facts().under("picture/").empty());  // a second change might not show yet
        settle();
        QCOMPARE(hashPictures(dataset, 2, &library, {}), fresh);
        QCOMPARE(library.facts().under("picture/").size(), std::size_t{4});

        // What is remembered is believed …
        auto facts = library.facts().under("picture/");
        for (auto &[path, fact] : facts)
            fact = fact.substr(0, fact.find(' ')) + " remembered";
        library.facts().set(facts);
        QCOMPARE(hashPictures(dataset, 2, &library, {}), std::vector<std::string>(4, "remembered"));
        // … until the file is another, even of the same size and with its time set back.
        const auto &image = dataset.records()[2].image;
        const auto time = std::filesystem::last_write_time(image);
        auto bytes = readFile(image, 1 << 20);
        bytes[bytes.size() - 6] ^= std::byte{1};
        std::ofstream(image, std::ios::binary | std::ios::in)
            .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        std::filesystem::last_write_time(image, time);
        const auto after = hashPictures(dataset, 2, &library, {});
        QCOMPARE(after[2], hashBytes(bytes));
        QCOMPARE(after[1], std::string("remembered"));
    }

    void weightsNamesAreRememberedInTheLibrary()
    {
        Library library = Library::open(libraryFolder());
        const std::filesystem::path file = folder() / "own.safetensors";
        const auto write = [&](float last) {
            const std::vector<float> values{1, 2, last};
            const std::vector<TensorToWrite> tensors{{"t", DType::F32, {3}, std::as_bytes(std::span(values))}};
            writeSafetensors(file, tensors, {});
        };
        write(3);
        settle();
        const std::string name = WeightsNames().ofTensors(file, libraryFolder());
        const auto facts = library.facts().under("weights-name/");
        QCOMPARE(facts.size(), std::size_t{1});
        QVERIFY(facts.begin()->second.ends_with(name));
        library.facts().set(facts.begin()->first,
                            facts.begin()->second.substr(0, facts.begin()->second.find(' ')) + " w-known");
        QCOMPARE(WeightsNames().ofTensors(file, libraryFolder()), std::string("w-known"));
        write(4);
        const std::string other = WeightsNames().ofTensors(file, libraryFolder());
        QVERIFY(other != name && other != "w-known");
    }

    void expectedSpeedComesFromTheBenchmark()
    {
        const auto speedOf = [&](const std::string &id) {
            BackboneRequest request;
            request.device = "cpu";
            for (const BackboneStatus &status : backboneStatuses(nullptr, request, context(), {}))
                if (status.id == id)
                    return status.imagesPerSecond;
            return -1.0;
        };
        Library library = Library::open(libraryFolder());
        QCOMPARE(speedOf("classic"), 0.0);
        library.facts().set(benchKey(extractItem("classic", Precision::Float32), "cpu"), "150.5");
        QCOMPARE(speedOf("classic"), 150.5);
        library.facts().set("speed/classic/fp32@cpu", "99.0");  // of a real extraction
        QCOMPARE(speedOf("classic"), 99.0);
    }

    void askingWhatIsStoredCanBeStopped()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder(), 4));
        JobContext job;
        job.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(backboneStatuses(&dataset, {}, context(), job), Cancelled);
    }

    void anUnknownBenchmarkIsRefused()
    {
        QVERIFY_EXCEPTION_THROWN(benchmark("everything", "cpu", context(), {}), Error);
        JobContext job;
        job.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(benchmark("all", "cpu", context(), job), Cancelled);
    }
};

QTEST_GUILESS_MAIN(RememberedTest)
#include "remembered_test.moc"
