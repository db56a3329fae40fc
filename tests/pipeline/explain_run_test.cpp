#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/image/decode.h"
#include "core/pipeline/runs/explain.h"
#include "core/pipeline/runs/map_file.h"
#include "dot_pictures.h"

using namespace dank;

namespace {

constexpr int kThreads = 2;

/// A network of three maps of 4 × 4: the mean red, green and blue of each sixteenth of the picture.
class MeanBackbone final : public Backbone {
public:
    MeanBackbone()
    {
        m_spec.id = "inception_v3";
        m_spec.title = "Means";
        m_spec.inputSide = 8;
        m_spec.cropSide = 8;
        m_spec.columns = 3;
    }
    const BackboneSpec &spec() const override { return m_spec; }
    void extract(std::span<const Image> images, std::span<float> out, const CancelToken &cancel) const override
    {
        cancel.check();
        std::ranges::fill(out, 0.0f);
        for (std::size_t i = 0; i < images.size(); ++i)
            for (std::size_t k = 0; k < images[i].rgb.size(); ++k)
                out[i * 3 + k % 3] += static_cast<float>(images[i].rgb[k]) / 255 / 64;
    }
    std::optional<FeatureMaps> featureMaps(const Image &image, const CancelToken &) const override
    {
        FeatureMaps maps{4, 4, std::vector<float>(48)};
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    maps.values[c * 16 + static_cast<std::size_t>(y / 2 * 4 + x / 2)] +=
                        static_cast<float>(image.rgb[image.offset(x, y) + c]) / 255 / 4;
        return maps;
    }

private:
    BackboneSpec m_spec;
};

/// Answers with the mean red.
Model redModel()
{
    Model model;
    model.name = "red";
    model.backbone = "inception_v3/warp/fp32/w-0";
    model.output = OutputActivation::Linear;
    model.layers = {{3, 1, {1, 0, 0}, {0}}};
    for (int i = 0; i <= 20; ++i)
        model.reference.push_back(0.05f * static_cast<float>(i));
    return model;
}

/// Black, its lower right sixteenth red.
std::vector<std::byte> redCorner(int side)
{
    Image picture = blankImage(side, side, {0, 0, 0});
    Canvas(picture).rectangle({side * 0.75, side * 0.75}, {side * 0.25, side * 0.25}, {255, 0, 0});
    return encodePng(picture);
}

std::size_t largest(const Explanation &map)
{
    return static_cast<std::size_t>(std::ranges::max_element(map.grid) - map.grid.begin());
}

}  // namespace

class TestExplainRun : public QObject {
    Q_OBJECT

private slots:
    void everyMethodFindsTheRedCorner_data()
    {
        QTest::addColumn<bool>("cam");
        QTest::newRow("occlusion") << false;
        QTest::newRow("gradcam") << true;
    }
    void everyMethodFindsTheRedCorner()
    {
        QFETCH(bool, cam);
        const Model model = redModel();
        const MeanBackbone network;
        ExplainRequest request;
        request.method = cam ? ExplainMethod::GradCam : ExplainMethod::Occlusion;
        int told = 0;
        std::size_t last = 0, total = 0;
        const Explanation map =
            explainPicture({model, network, ResizeRule::Warp, kThreads}, redCorner(96), request,
                           [&](const Explanation &) { ++told; }, {{}, [&](const Progress &progress) {
                                                                      last = progress.done;
                                                                      total = progress.total;
                                                                  }});
        QVERIFY(map.complete && told >= 1);
        QCOMPARE(last, total);
        QCOMPARE(map.rows, std::size_t(cam ? 4 : 12));
        const double x = (double(largest(map) % map.columns) + 0.5) / double(map.columns);
        const double y = (double(largest(map) / map.columns) + 0.5) / double(map.rows);
        QVERIFY(x > 0.75 && y > 0.75);
        QVERIFY(*map.checks.deletionTop > *map.checks.deletionRandom);
        QVERIFY(!map.checks.keptControl && !map.checks.shuffledCorrelation);
        QVERIFY(std::ranges::any_of(
            map.notes, [](const std::string &note) { return note.find("train again") != std::string::npos; }));
    }

    void gridAddsUpToTheCells()
    {
        const Model model = redModel();
        const MeanBackbone network;
        const Explanation map = explainPicture({model, network, ResizeRule::Warp, kThreads}, redCorner(97), {}, {}, {});
        double cells = 0, grid = 0;
        for (const MapCell &cell : map.cells)
            cells += cell.points;
        for (const double value : map.grid)
            grid += value;
        QVERIFY(std::abs(cells - grid) < 1e-6 * std::max(1.0, std::abs(cells)));
        QCOMPARE(map.cells.size(), std::size_t(36 - 7 + 28));
    }

    void cropLooksAtTheMiddleAlone()
    {
        const Model model = redModel();
        const MeanBackbone network;
        ExplainRequest request;
        request.method = ExplainMethod::GradCam;
        Image wide = blankImage(200, 100, {0, 0, 0});
        Canvas(wide).rectangle({100, 0}, {50, 50}, {255, 0, 0});
        const Explanation map =
            explainPicture({model, network, ResizeRule::Crop, kThreads}, encodePng(wide), request, {}, {});
        const MapCell *found = map.cellOf(largest(map) / map.columns, largest(map) % map.columns);
        QVERIFY(found && found->x >= 0.45 && found->x < 0.75 && found->y < 0.5);
        for (const MapCell &cell : map.cells)
            QVERIFY(cell.x >= 0.24 && cell.x + cell.width <= 0.76);
    }

    void refusalsAreClear()
    {
        const Model model = redModel();
        const MeanBackbone network;
        const ExplainedWith with{model, network, ResizeRule::Warp, kThreads};
        QVERIFY_THROWS_EXCEPTION(Error, explainPicture(with, std::as_bytes(std::span("no picture")), {}, {}, {}));
        JobContext stopped;
        stopped.cancel.cancel();
        try {
            explainPicture(with, redCorner(96), {}, {}, stopped);
            QFAIL("not stopped");
        } catch (const Cancelled &) {
        }
    }

    void onePixel()
    {
        const Model model = redModel();
        const MeanBackbone network;
        const ExplainedWith with{model, network, ResizeRule::Warp, kThreads};
        const Explanation map = explainPicture(with, encodePng(blankImage(1, 1, {200, 0, 0})), {}, {}, {});
        QCOMPARE(map.grid.size(), std::size_t(1));
        QVERIFY(!map.warnings.empty());  // covered by itself nothing moves
        QVERIFY(explainPicture(with, encodePng(blankImage(1, 90, {200, 0, 0})), {}, {}, {}).complete);
    }

    void captionThatDoesNotCount()
    {
        const Model model = redModel();
        const MeanBackbone network;
        ExplainRequest request;
        request.caption = std::string(1'000'000, 'a');
        const Explanation map =
            explainPicture({model, network, ResizeRule::Warp, kThreads}, redCorner(24), request, {}, {});
        QVERIFY(map.words.empty());
        QVERIFY(std::ranges::any_of(map.notes,
                                    [](const std::string &note) { return note.find("caption") != std::string::npos; }));
    }

    void dotIsFoundAndUntrainedHeadsAreTold();
    void mapsAreWritten();
};

/// The short form of tests/bench/explain.sh.
void TestExplainRun::dotIsFoundAndUntrainedHeadsAreTold()
{
    TrainConfig config = TrainConfig::automatic();
    config.captions = Captions::None;
    config.epochs = 30;
    const test::DotTask task(240, 3, kThreads);
    const Model model = task.train(config, kThreads);
    QVERIFY(model.shuffled);
    QVERIFY(model.judgement->kind == VerdictKind::LearnedSomething);
    int dots = 0, told = 0;
    constexpr int kPictures = 10;
    for (std::uint64_t i = 0; i < kPictures; ++i) {
        const test::DotPicture picture = test::paintDot(mixSeed(3, 1'000'000 + i), true);
        const auto bytes = encodePng(picture.image);
        const Explanation map = explainPicture({model, *task.classic, ResizeRule::Whole, kThreads}, bytes, {}, {}, {});
        const double x = (double(largest(map) % map.columns) + 0.5) / double(map.columns);
        const double y = (double(largest(map) / map.columns) + 0.5) / double(map.rows);
        dots += picture.dotHolds(x, y, double(test::kDotSide) / 24);
        QCOMPARE(map.families.size(), std::size_t(6));
        const Model untrained = task.untrained(model, config, i + 1);
        const auto warnings =
            explainPicture({untrained, *task.classic, ResizeRule::Whole, kThreads}, bytes, {}, {}, {}).warnings;
        told += std::ranges::any_of(
            warnings, [](const std::string &text) { return text.find("not about") != std::string::npos; });
    }
    QVERIFY2(dots >= kPictures - 1, qPrintable(QString::number(dots)));
    QVERIFY2(told >= kPictures - 1, qPrintable(QString::number(told)));
}

void TestExplainRun::mapsAreWritten()
{
    const Model model = redModel();
    const MeanBackbone network;
    const Explanation map = explainPicture({model, network, ResizeRule::Warp, kThreads}, redCorner(96), {}, {}, {});
    const QTemporaryDir folder;
    const auto at = [&](const char *name) { return std::filesystem::path(folder.filePath(name).toStdString()); };
    writeMap(map, at("a.png"));
    const Decoded drawn = decodeImageFile(at("a.png"));
    QVERIFY(!drawn.problem && drawn.image.width >= 640 && drawn.image.height > drawn.image.width);  // with its legend
    writeMap(map, at("a.SVG"));
    QVERIFY(readFile(at("a.SVG"), 1 << 24).size() > 1000);
    QVERIFY_THROWS_EXCEPTION(Error, writeMap(map, at("a.bmp")));
}

QTEST_APPLESS_MAIN(TestExplainRun)
#include "explain_run_test.moc"
