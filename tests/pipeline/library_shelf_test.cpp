#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <random>

#include "core/base/file.h"
#include "core/pipeline/backbones/backbone_choice.h"
#include "core/pipeline/backbones/backbone_status.h"
#include "core/pipeline/backbones/library_shelf.h"
#include "core/pipeline/backbones/own_networks.h"
#include "core/pipeline/runs/rating.h"
#include "core/store/library.h"
#include "core/weights/safetensors.h"
#include "tests/base/error_kind_name.h"
#include "tiny_dataset.h"

using namespace dank;
namespace fs = std::filesystem;

/// Which backbone is meant, and the shelf of installed weights. Xception's are the smallest.
class LibraryShelfTest : public QObject {
    Q_OBJECT

    using Numbers = std::map<std::string, std::vector<float>>;

    static Numbers xceptionNumbers(float scale)
    {
        Numbers numbers;
        std::minstd_rand random(1);
        for (const ParameterShape &parameter : networkParameters(*findNetworkSpec("xception"))) {
            std::size_t count = 1;
            for (const std::int64_t size : parameter.shape)
                count *= static_cast<std::size_t>(size);
            std::vector<float> values(count);
            for (float &value : values)
                value = scale * static_cast<float>(random() % 1000) / 1000.0f;
            numbers[parameter.name] = std::move(values);
        }
        return numbers;
    }

    fs::path write(const std::string &name, const Numbers &numbers)
    {
        std::vector<TensorToWrite> tensors;
        for (const ParameterShape &parameter : networkParameters(*findNetworkSpec("xception"))) {
            const auto found = numbers.find(parameter.name);
            if (found != numbers.end())
                tensors.push_back(
                    {parameter.name, DType::F32, parameter.shape, std::as_bytes(std::span(found->second))});
        }
        writeSafetensors(folder() / name, tensors, {});
        return folder() / name;
    }

    static BackboneRequest request(const std::string &backbone, const std::string &weights = {})
    {
        BackboneRequest request;
        request.backbone = backbone;
        request.weights = weights;
        return request;
    }

    fs::path folder() const { return m_dir->path().toStdString(); }
    fs::path library() const { return folder() / "library"; }
    static std::string messageOf(auto &&call)
    {
        try {
            call();
        } catch (const Error &error) {
            return std::string(errorKindName(error.kind())) + ": " + error.what();
        }
        return "nothing was refused";
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    WeightsNames m_names;
    LibraryShelf m_shelf;

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void withoutWeightsItIsClassic()
    {
        QCOMPARE(defaultBackbone(library(), ""), std::string("classic"));
        QCOMPARE(defaultBackbone(library(), "none"), std::string("inception_v3"));
        const BackboneChoice choice = chooseBackbone({}, library(), m_names);
        QVERIFY(choice.kind() == BackboneKind::Classic);
        QCOMPARE(choice.id("letterbox", Precision::BFloat16).text(), std::string("classic/whole/fp32/v-1"));
        const std::string missing = messageOf([&] { chooseBackbone(request("vgg16"), library(), m_names); });
        for (const char *part : {"VGG16", "dank weights fetch vgg16", "--backbone classic", "--weights none"})
            QVERIFY2(missing.find(part) != std::string::npos, missing.c_str());
        QVERIFY(messageOf([&] { chooseBackbone(request("classic", "x"), library(), m_names); }).find("no weights")
                != std::string::npos);
        const std::string unknown = messageOf([&] { chooseBackbone(request("vgg17"), library(), m_names); });
        QVERIFY2(unknown.find("classic, inception_v3, vgg16") != std::string::npos, unknown.c_str());
    }

    void aFileIsRecognisedInstalledFoundAndVerified()
    {
        const fs::path file = write("some name.bin", xceptionNumbers(0.1f));
        QCOMPARE(m_shelf.addWeights(file, "", library(), {}, {}), std::string("xception"));
        QCOMPARE(defaultBackbone(library(), ""), std::string("xception"));
        const BackboneChoice installed = chooseBackbone(request("xception"), library(), m_names);
        const BackboneChoice named = chooseBackbone(request("xception", file.string()), library(), m_names);
        QCOMPARE(installed.weightsId, named.weightsId);  // the same tensors in another file
        QCOMPARE(originOf(installed.weights), std::string("some name.bin · a file of yours"));
        BackboneCache networks;
        const auto statuses = backboneStatuses(nullptr, {}, {networks, 1, library()}, {});
        const auto found =
            std::find_if(statuses.begin(), statuses.end(), [](const auto &s) { return s.id == "xception"; });
        QVERIFY(found->isDefault);
        QCOMPARE(found->weights, installed.weights);
        QVERIFY(!found->offers.empty());
        QCOMPARE(statuses.front().id, std::string("classic"));
        QCOMPARE(statuses.size(), networkSpecs().size() + 1);

        auto checks = m_shelf.verifyWeights(library(), {});
        QCOMPARE(checks.size(), std::size_t{1});
        QCOMPARE(checks[0].problem, std::string());
        {
            std::fstream damaged(installed.weights, std::ios::in | std::ios::out | std::ios::binary);
            damaged.seekp(-100, std::ios::end);
            damaged.put('\x12');
        }
        checks = m_shelf.verifyWeights(library(), {});
        QVERIFY2(checks[0].problem.find("changed or is damaged") != std::string::npos, checks[0].problem.c_str());
        // Nobody takes them silently.
        WeightsNames afterwards;
        const std::string refused = messageOf([&] { chooseBackbone(request("xception"), library(), afterwards); });
        QVERIFY2(refused.find("changed or is damaged") != std::string::npos, refused.c_str());
        BackboneCache fresh;
        const auto damaged = backboneStatuses(nullptr, {}, {fresh, 1, library()}, {});
        const auto told =
            std::find_if(damaged.begin(), damaged.end(), [](const auto &s) { return s.id == "xception"; });
        QVERIFY2(told->problem.find("damaged") != std::string::npos, told->problem.c_str());
        QVERIFY(!fs::exists(library() / "library.sqlite"));  // asking made none
    }

    void aFileOfOnesOwnIsListedAsThat()
    {
        m_shelf.addWeights(write("resnet50-0676ba61.pth", xceptionNumbers(0.1f)), "", library(), {}, {});
        const auto rows = m_shelf.weights(library());
        QCOMPARE(std::count_if(rows.begin(), rows.end(), [](const auto &row) { return row.installed; }),
                 std::ptrdiff_t{1});
        QCOMPARE(rows.back().entry.id, std::string("own-xception"));
        QVERIFY(rows.back().entry.licence.empty());
        QCOMPARE(m_shelf.removeWeights("xception", library()).size(), std::size_t{1});
        QCOMPARE(defaultBackbone(library(), ""), std::string("classic"));
        QVERIFY(messageOf([&] { m_shelf.removeWeights("classic", library()); }).find("no network")
                != std::string::npos);
    }

    void aWeightsFileAloneNamesItsNetwork()
    {
        const fs::path file = write("somewhere.bin", xceptionNumbers(0.1f));
        QCOMPARE(chooseBackbone(request("", file.string()), library(), m_names).spec.id, std::string("xception"));
    }

    void whatDoesNotFitChangesNothing()
    {
        const Numbers good = xceptionNumbers(0.1f);
        m_shelf.addWeights(write("good", good), "", library(), {}, {});
        const std::string before = chooseBackbone(request("xception"), library(), m_names).weightsId;

        Numbers lacking = good;
        lacking.erase("block7.rep.4.pointwise.weight");
        lacking.erase("bn4.running_var");
        const fs::path bad = write("bad", lacking);
        const std::string unnamed = messageOf([&] { m_shelf.addWeights(bad, "", library(), {}, {}); });
        QVERIFY2(unnamed.find("does not hold the weights of Xception") != std::string::npos, unnamed.c_str());
        QVERIFY2(unnamed.find("block7.rep.4.pointwise.weight (missing)") != std::string::npos, unnamed.c_str());
        const std::string asNamed = messageOf([&] { m_shelf.addWeights(bad, "xception", library(), {}, {}); });
        QVERIFY2(asNamed.find("bn4.running_var (missing)") != std::string::npos, asNamed.c_str());
        Numbers infinite = good;
        infinite["conv3.conv1.weight"][5] = std::numeric_limits<float>::infinity();
        QVERIFY(messageOf([&] {
                    m_shelf.addWeights(write("infinite", infinite), "", library(), {}, {});
                }).find("conv3.conv1.weight (its numbers are not finite)")
                != std::string::npos);
        QVERIFY(
            messageOf([&] { m_shelf.addWeights(write("good", good), "resnet50", library(), {}, {}); }).find("ResNet-50")
            != std::string::npos);
        writeFileAtomically(folder() / "page", "<!DOCTYPE html><html><body>404</body></html>");
        QVERIFY(messageOf([&] { m_shelf.addWeights(folder() / "page", "", library(), {}, {}); }).find("web page")
                != std::string::npos);
        QCOMPARE(chooseBackbone(request("xception"), library(), m_names).weightsId, before);
        QCOMPARE(std::distance(fs::directory_iterator(library() / "weights"), {}), std::ptrdiff_t{1});
    }

    void weightsThatWereReplacedStillServeTheirModels()
    {
        m_shelf.addWeights(write("first", xceptionNumbers(0.1f)), "", library(), {}, {});
        const BackboneChoice first = chooseBackbone(request("xception"), library(), m_names);
        m_shelf.addWeights(write("second", xceptionNumbers(0.2f)), "", library(), {}, {});
        const BackboneChoice second = chooseBackbone(request("xception"), library(), m_names);
        QVERIFY(first.weightsId != second.weightsId);
        const BackboneId id{"xception", ResizeRule::Warp, Precision::Float32, first.weightsId};
        QCOMPARE(findBackbone(id, "", {}, library(), m_names).weightsId, first.weightsId);
        const std::string other = messageOf([&] { findBackbone(id, second.weights.string(), {}, library(), m_names); });
        QVERIFY2(other.starts_with("mismatch: ") && other.find(first.weightsId) != std::string::npos, other.c_str());
        QCOMPARE(keptWeights(library(), "xception").size(), std::size_t{2});
        QCOMPARE(m_shelf.verifyWeights(library(), {}).size(), std::size_t{2});
        m_shelf.addWeights(folder() / "first", "", library(), {}, {});  // back again: no third copy
        QCOMPARE(keptWeights(library(), "xception").size(), std::size_t{2});
        QCOMPARE(chooseBackbone(request("xception"), library(), m_names).weightsId, first.weightsId);
    }

    void aModelFromElsewhereChoosesNoProgram()
    {
        const fs::path file = folder() / "own.pt";
        fs::copy_file(DANK_TEST_DATA "/../weights/golden/network.pt", file);
        writeFileAtomically(folder() / "own.json",
                            R"({"input_side": 8, "columns": 3, "mean": [0, 0, 0], "std": [1, 1, 1]})");
        const BackboneChoice choice = chooseBackbone(request(file.string()), library(), m_names);
        QVERIFY(choice.kind() == BackboneKind::TorchScript);
        const BackboneId id{"torchscript", ResizeRule::Warp, Precision::Float32, choice.weightsId};
        const BackboneChoice found = findBackbone(id, "", file, library(), m_names);
        const std::string refused = messageOf([&] { requireAllowed(found, "", library()); });
        QVERIFY2(refused.find("is a program") != std::string::npos, refused.c_str());
        requireAllowed(found, file.string(), library());  // the user named it
        allowProgram(choice.weightsId, library());
        requireAllowed(found, "", library());
        // Another description makes another network of it.
        writeFileAtomically(folder() / "own.json",
                            R"({"input_side": 8, "columns": 3, "mean": [0, 0, 0], "std": [1, 1, 2]})");
        QVERIFY(messageOf([&] { findBackbone(id, "", file, library(), m_names); }).starts_with("mismatch: "));
        writeFileAtomically(folder() / "text.pt", "hello");
        QVERIFY(messageOf([&] {
                    chooseBackbone(request((folder() / "text.pt").string()), library(), m_names);
                }).find("no ONNX or TorchScript file")
                != std::string::npos);
    }

    void anOnnxFileIsDataAndIsKept()
    {
        const fs::path file = folder() / "vit.onnx";
        fs::copy_file(DANK_TEST_DATA "/../nn/golden/tiny_vit.onnx", file);
        writeFileAtomically(folder() / "vit.json", R"({"mean": [0, 0, 0], "std": [1, 1, 1], "input_side": 64})");
        const BackboneChoice choice = chooseBackbone(request(file.string()), library(), m_names);
        QVERIFY(choice.kind() == BackboneKind::Onnx);
        QCOMPARE(choice.spec.columns, 10);
        const BackboneId id = choice.id("warp", Precision::Float32);
        QCOMPARE(id.text(), "onnx/warp/fp32/" + choice.weightsId);
        const BackboneChoice found = findBackbone(id, "", file, library(), m_names);
        QCOMPARE(found.weightsId, choice.weightsId);
        requireAllowed(found, "", library());
        QCOMPARE(found.requestFor(id, {}).backbone, file.string());

        QCOMPARE(m_shelf.addWeights(file, "", library(), {}, {}), std::string("onnx"));
        m_shelf.addWeights(file, "", library(), {}, {});  // again: no second copy
        QCOMPARE(keptOwnNetworks(library()).size(), std::size_t{1});
        writeFileAtomically(folder() / "vit.json", R"({"mean": [0, 0, 0], "std": [1, 1, 2], "input_side": 64})");
        QCOMPARE(findBackbone(id, "", file, library(), m_names).weights, keptOwnNetworks(library()).front());
        QVERIFY(messageOf([&] { findBackbone(id, file.string(), {}, library(), m_names); }).starts_with("mismatch: "));
        const std::string gone = messageOf([&] { findBackbone(id, "", file, folder() / "other", m_names); });
        QVERIFY2(gone.starts_with("mismatch: "), gone.c_str());
    }

    void classicDescribesTrainsAndRates()
    {
        const Dataset dataset = Dataset::load(test::writeTinyDataset(folder() / "data", 20));
        BackboneCache networks;
        const PipelineContext context{networks, 2, library()};
        BackboneRequest cropped, rough;
        cropped.resize = "crop";
        rough.precision = "bf16";
        const ExtractReport report = extractFeatures(dataset, cropped, context, {}, {});
        QCOMPARE(report.matrix.backbone, std::string("classic/whole/fp32/v-1"));
        QCOMPARE(report.computed, std::size_t{20});
        QVERIFY(!report.untrained);
        QCOMPARE(report.precision, std::string("fp32"));
        const ExtractReport again = extractFeatures(dataset, rough, context, {}, {});
        QCOMPARE(again.cached, std::size_t{20});  // it has one way only
        QVERIFY(again.matrix.values == report.matrix.values);
        QVERIFY(std::set<float>(report.matrix.values.begin(), report.matrix.values.end()).size() > 20);
    }
};

QTEST_GUILESS_MAIN(LibraryShelfTest)
#include "library_shelf_test.moc"
