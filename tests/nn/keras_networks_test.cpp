// The seven networks from files as Keras writes them, against a transcription of Keras' own structure
// (tests/reference/keras_networks.py, which writes the files too: 80 to 575 MB, so they are not committed).

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "core/base/error.h"
#include "core/nn/networks/backbone.h"
#include "core/weights/weights_file.h"
#include "tests/nn/network_fixture.h"

using namespace dank;
using namespace fixture;

namespace {

constexpr const char *kPython = "/usr/bin/python3";  // Debian's, which has Debian's h5py
constexpr const char *kScript = DANK_TEST_DATA "/../reference/keras_networks.py";

bool runs(const QStringList &arguments)
{
    QProcess python;
    python.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    python.start(kPython, arguments);
    return python.waitForFinished(600'000) && python.exitStatus() == QProcess::NormalExit && python.exitCode() == 0;
}

Features expected(const std::string &id)
{
    std::ifstream in(DANK_TEST_DATA "/golden/keras_" + id + ".f32", std::ios::binary);
    Features numbers(static_cast<std::size_t>(specOf(id).columns));
    in.read(reinterpret_cast<char *>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
    return in && in.peek() == EOF ? numbers : Features{};
}

double byNorm(const Features &got, const Features &wanted)
{
    return norm(difference(got, wanted)) / norm(wanted);
}

Features computed(const BackboneSpec &spec, const TensorFile &weights, Convention convention)
{
    const auto backbone =
        makeBackbone(inConvention(spec, convention), weights, 0, chooseDevice("cpu"), Precision::Float32);
    return features(*backbone, {picture(0, spec.inputSide)});
}

}  // namespace

class KerasNetworksTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        setIntraOpThreads(2);
        if (!runs({"-c", "import h5py, numpy"}))
            QSKIP("needs Debian's python3-h5py");
    }

    void equalsKerasStructure_data()
    {
        QTest::addColumn<std::string>("id");
        for (const BackboneSpec &spec : networkSpecs())
            QTest::newRow(spec.id.c_str()) << spec.id;
    }
    void equalsKerasStructure()
    {
        QFETCH(std::string, id);
        const QTemporaryDir folder;
        const QString file = folder.filePath("network.h5");
        QVERIFY(runs({kScript, "h5", QString::fromStdString(id), file}));
        const TensorFile weights = openWeightsFile(file.toStdString());
        const BackboneSpec &spec = networkOf(weights);
        QCOMPARE(spec.id, id);
        // Only ResNet-50's ends in Keras' own thousand classes.
        QCOMPARE(weights.metadata().at(kConventionKey), std::string(id == "resnet50" ? "keras" : kUnsaid));

        const Features wanted = expected(id);
        QVERIFY(!wanted.empty());
        const Features ours = computed(spec, weights, Convention::Keras);
        qInfo("relative: norm %.2g, largest %.2g", byNorm(ours, wanted), off(ours, wanted));
        QVERIFY(byNorm(ours, wanted) < 1e-4);
        QVERIFY(off(ours, wanted) < 1e-4);
        const BackboneSpec &other = specOf(id == "vgg16" ? "vgg19" : "vgg16");
        try {
            makeBackbone(other, weights, 0, chooseDevice("cpu"), Precision::Float32);
            QFAIL("another network's weights were taken");
        } catch (const Error &error) {
            const std::string message = error.what();
            QVERIFY2(message.find(other.title + ": it is " + spec.title + " in Keras' names") != std::string::npos,
                     message.c_str());
        }
        // In another convention it is another network.
        QVERIFY(byNorm(computed(spec, weights, Convention::Torch), wanted) > 1e-3);
        QVERIFY(byNorm(computed(spec, weights, Convention::Unit), wanted) > 1e-3);
    }

    void aConventionChangesWhatItShould()
    {
        const BackboneSpec torch = specOf("resnet50"), keras = inConvention(torch, Convention::Keras),
                           unit = inConvention(keras, Convention::Unit);
        QVERIFY(!torch.blueFirst && keras.blueFirst && !unit.blueFirst);
        QCOMPARE(keras.batchNormEpsilon, 1.001e-5);
        QVERIFY(unit.mean == (std::array<float, 3>{0, 0, 0}) && unit.deviation == (std::array<float, 3>{1, 1, 1}));
        QVERIFY(inConvention(unit, Convention::Torch).mean == torch.mean);
        QCOMPARE(inConvention(specOf("xception"), Convention::Keras).batchNormEpsilon, 1e-3);
        QVERIFY(inConvention(specOf("inception_v3"), Convention::Keras).mean == specOf("inception_v3").mean);
    }
};

QTEST_GUILESS_MAIN(KerasNetworksTest)
#include "keras_networks_test.moc"
