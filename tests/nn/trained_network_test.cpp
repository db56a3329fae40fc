// A network that was really trained, the Inception V3 of the npm package nsfwjs, against what TensorFlow.js computed
// with it (tests/reference/trained_inception.mjs). packaging/test.sh fetches it and names its folder.

#include <QTest>

#include <array>
#include <cmath>
#include <fstream>

#include "core/nn/networks/backbone.h"
#include "core/weights/weights_file.h"
#include "tests/nn/network_fixture.h"

using namespace dank;
using namespace fixture;

namespace {

constexpr std::size_t kPictures = 6, kColumns = 2048, kClasses = 5;

/// What TensorFlow.js said of a picture.
struct Said {
    Features features, probabilities;
};

std::vector<Said> golden()
{
    std::ifstream in(DANK_TEST_DATA "/golden/trained_inception.f32", std::ios::binary);
    std::vector<Said> all;
    for (std::size_t k = 0; k < kPictures; ++k) {
        Said said{Features(kColumns), Features(kClasses)};
        for (Features *part : {&said.features, &said.probabilities})
            in.read(reinterpret_cast<char *>(part->data()), static_cast<std::streamsize>(part->size() * sizeof(float)));
        all.push_back(std::move(said));
    }
    return in && in.peek() == EOF ? all : std::vector<Said>{};
}

/// As trained_inception.mjs paints it.
Image painted(int k, int side)
{
    Image image{side, side, {}};
    const auto pixel = [&](int x, int y, int c) {
        if (y >= 20 && y < 60)
            return (x * (k + 3) / 31 * 7 + y / 9 * 5) % 4 == 0 ? 10 : 245;
        const int dx = x - 120 - 10 * k, dy = y - 150, radius = 40 + 8 * k;
        if (dx * dx + dy * dy < radius * radius)
            return 60 + 30 * ((c + k) % 3) * 2 + (x + y) / 8;
        if (y >= 250)
            return x / (5 + 2 * k) % 2 == 0 ? 230 - 40 * c : 30 + 20 * c;
        return (x * (k + 1) + y * (6 - k) + 200 * c) / 8 % 256;
    };
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>(pixel(x, y, c)));
    return image;
}

/// The network's own head on features: two layers with ReLU, then shares.
Features probabilities(const TensorFile &weights, const Features &features)
{
    Features x = features;
    for (const char *const layer : {"dense_1", "dense_2", "dense_3"}) {
        const std::string name = std::string("head.") + layer;
        const TensorView &kernel = *weights.find(name + ".kernel");
        const std::vector<float> matrix = kernel.toFloat(), bias = weights.find(name + ".bias")->toFloat();
        Features y(bias.size());
        for (std::size_t o = 0; o < y.size(); ++o) {
            double sum = bias[o];
            for (std::size_t i = 0; i < x.size(); ++i)
                sum += static_cast<double>(x[i]) * matrix[i * y.size() + o];
            y[o] = static_cast<float>(name.ends_with("3") ? std::exp(sum) : std::max(sum, 0.0));
        }
        x = std::move(y);
    }
    double sum = 0;
    for (const float value : x)
        sum += value;
    for (float &value : x)
        value = static_cast<float>(value / sum);
    return x;
}

}  // namespace

class TrainedNetworkTest : public QObject {
    Q_OBJECT

private slots:
    void equalsTensorFlowJs()
    {
        const QByteArray folder = qgetenv("DANK_TEST_INCEPTION");
        if (folder.isEmpty())
            QSKIP(
                "DANK_TEST_INCEPTION names no folder with the model: packaging/test.sh fetches it where npm is there");
        setIntraOpThreads(2);
        const TensorFile weights = openWeightsFile(folder.toStdString() + "/model.json");
        const BackboneSpec &spec = networkOf(weights);
        QCOMPARE(spec.id, std::string("inception_v3"));
        QCOMPARE(weights.metadata().at(kRecognisedKey),
                 std::string("Inception V3 in Keras' names, with a head for 5 classes"));
        QCOMPARE(weights.metadata().at(kConventionKey), std::string(kUnsaid));

        const std::vector<Said> said = golden();
        QCOMPARE(said.size(), kPictures);
        const auto unit =
            makeBackbone(inConvention(spec, Convention::Unit), weights, 0, chooseDevice("cpu"), Precision::Float32);
        const auto torch =
            makeBackbone(inConvention(spec, Convention::Torch), weights, 0, chooseDevice("cpu"), Precision::Float32);
        for (std::size_t k = 0; k < kPictures; ++k) {
            const Image image = painted(static_cast<int>(k), spec.inputSide);
            const Features ours = features(*unit, {image});
            const double byNorm = norm(difference(ours, said[k].features)) / norm(said[k].features);
            const double classes = maximum(difference(probabilities(weights, ours), said[k].probabilities));
            qInfo("picture %zu, relative: norm %.2g, largest %.2g; probabilities off by %.2g", k, byNorm,
                  off(ours, said[k].features), classes);
            QVERIFY(byNorm < 1e-4);
            QVERIFY(off(ours, said[k].features) < 1e-4);
            QVERIFY(classes < 1e-3);
            QVERIFY(off(features(*torch, {image}), said[k].features) > 1e-2);
        }
    }
};

QTEST_GUILESS_MAIN(TrainedNetworkTest)
#include "trained_network_test.moc"
