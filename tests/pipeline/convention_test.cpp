// Which convention a weights file is read in: what it says, what is asked for, and what a model needs.

#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <memory>
#include <thread>

#include "core/base/error.h"
#include "core/pipeline/backbones/backbone_choice.h"
#include "core/store/library.h"
#include "core/weights/safetensors.h"
#include "core/weights/weights_file.h"

using namespace dank;

namespace {

std::string messageOf(const std::function<void()> &act, ErrorKind kind)
{
    try {
        act();
    } catch (const Error &error) {
        return (error.kind() == kind ? "" : "wrong kind: ") + std::string(error.what());
    }
    return "nothing was thrown";
}

BackboneRequest request(const std::filesystem::path &weights, const std::string &convention = {})
{
    BackboneRequest request;
    request.backbone = "xception";
    request.weights = weights.string();
    request.convention = convention;
    return request;
}

}  // namespace

class ConventionTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::filesystem::path library() const { return m_dir->path().toStdString() + "/library"; }

    /// A file that says a convention, or nothing.
    std::filesystem::path write(const std::string &name, const std::string &convention, float value = 1) const
    {
        const std::filesystem::path file = std::filesystem::path(m_dir->path().toStdString()) / name;
        const std::vector<float> values{value};
        const std::vector<TensorToWrite> tensors{{"t", DType::F32, {1}, std::as_bytes(std::span(values))}};
        std::map<std::string, std::string> metadata;
        if (!convention.empty())
            metadata = {{kConventionKey, convention}, {kRecognisedKey, "Xception in Keras' names"}};
        writeSafetensors(file, tensors, metadata);
        return file;
    }

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void itIsAPartOfTheId()
    {
        WeightsNames names;
        const BackboneChoice torch = chooseBackbone(request(write("torch", "")), library(), names);
        const BackboneChoice keras = chooseBackbone(request(write("keras", "keras")), library(), names);
        const BackboneChoice unit = chooseBackbone(request(write("keras", "keras"), "unit"), library(), names);
        const std::string content = torch.weightsId.substr(2);
        QCOMPARE(torch.weightsId, "w-" + content);
        QCOMPARE(keras.weightsId, "keras-" + content);
        QCOMPARE(unit.weightsId, "unit-" + content);
        QVERIFY(torch.spec.convention == Convention::Torch && keras.spec.convention == Convention::Keras
                && unit.spec.convention == Convention::Unit);
        QCOMPARE(keras.spec.batchNormEpsilon, 1e-3);
        QVERIFY(unit.spec.mean == (std::array<float, 3>{0, 0, 0}));
        for (const BackboneChoice *const choice : {&torch, &keras, &unit}) {
            const BackboneId id = choice->id("warp", Precision::Float32);
            QVERIFY(BackboneId::parse(id.text()) == id);
            QVERIFY(conventionOf(id.weights) == choice->spec.convention);
            // The request that gives the same again does so whatever the file says.
            const BackboneRequest again = choice->requestFor(id, request(choice->weights));
            QCOMPARE(chooseBackbone(again, library(), names).weightsId, choice->weightsId);
        }
        QVERIFY(!BackboneId::tryParse("xception/warp/fp32/keras-" + content.substr(1)));
        QVERIFY(!BackboneId::tryParse("xception/warp/fp32/caffe-" + content));
    }

    void aFileThatDoesNotSayAsks()
    {
        WeightsNames names;
        const auto file = write("unsaid", kUnsaid);
        Library::open(library());
        std::this_thread::sleep_for(
            std::chrono::milliseconds(2100));  // what changed this very moment is not remembered
        for (int i = 0; i < 2; ++i) {          // remembered or not
            const std::string message =
                messageOf([&] { chooseBackbone(request(file), library(), names); }, ErrorKind::Weights);
            for (const char *const part : {"unsaid holds Xception in Keras' names", "--convention keras",
                                           "--convention unit", "--convention torch"})
                QVERIFY2(message.find(part) != std::string::npos && !message.starts_with("wrong"), message.c_str());
        }
        const std::string unit = chooseBackbone(request(file, "unit"), library(), names).weightsId;
        QVERIFY(unit.starts_with("unit-"));
        QVERIFY(chooseBackbone(request(file, "torch"), library(), names).weightsId.starts_with("w-"));
        QCOMPARE(WeightsNames().ofTensors(file, library(), "unit"), unit);  // from the library's memory
        QVERIFY(messageOf([&] { chooseBackbone(request(file, "caffe"), library(), names); }, ErrorKind::Format)
                    .find("no convention \"caffe\"")
                != std::string::npos);
    }

    void aModelFindsItsOwn()
    {
        WeightsNames names;
        const auto file = write("unsaid", kUnsaid), other = write("other", "keras", 2);
        const BackboneId id = chooseBackbone(request(file, "unit"), library(), names).id("warp", Precision::Float32);
        const BackboneChoice found = findBackbone(id, {}, file, library(), names);
        QCOMPARE(found.weightsId, id.weights);
        QVERIFY(found.spec.convention == Convention::Unit);
        QCOMPARE(findBackbone(id, file.string(), {}, library(), names).weightsId, id.weights);
        QVERIFY(messageOf([&] { findBackbone(id, other.string(), {}, library(), names); }, ErrorKind::Mismatch)
                    .find("is not the weights file")
                != std::string::npos);
    }

    void nothingElseHasOne()
    {
        WeightsNames names;
        BackboneRequest none = request("none", "keras"), classic;
        classic.backbone = "classic";
        classic.convention = "keras";
        for (const BackboneRequest &wrong : {none, classic})
            QVERIFY(messageOf([&] { chooseBackbone(wrong, library(), names); }, ErrorKind::Weights)
                        .find("Leave --convention out")
                    != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ConventionTest)
#include "convention_test.moc"
