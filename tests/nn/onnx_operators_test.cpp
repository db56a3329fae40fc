#include <QTest>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/interpreter.h"
#include "core/nn/onnx/operators.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

const Placement kCpu{c10::Device(at::kCPU), at::kFloat};

at::Tensor tensorFrom(const fs::path &file)
{
    return placedConstant(openOnnxTensor(file).tensor, kCpu);
}

/// What is not computed here, by a part of the test's name, and why that is right.
struct Excuse {
    const char *part, *why;
};
constexpr Excuse kExcused[] = {
    {"training_mode", "training is refused"},
    {"training_dropout", "training is refused"},
    {"maxpool_with_argmax", "the places of maxima are refused"},
    {"test_if", "only an If whose condition is a constant is known"},
    {"duplicate_indices", "combining what meets in one place is refused"},
    {"scatternd_add", "combining what meets in one place is refused"},
    {"scatternd_multiply", "combining what meets in one place is refused"},
    {"FLOAT16", "numbers are in the type that the network runs in, whatever is cast"},
    // The suite takes a side of 1.2 numbers for the last place; ONNX Runtime and we take the side that there is.
    {"downsample_scales_linear_align_corners", "rounded otherwise"},
    {"downsample_scales_cubic_align_corners", "rounded otherwise"},
};

bool isExcused(const std::string &name)
{
    return std::any_of(std::begin(kExcused), std::end(kExcused),
                       [&](const Excuse &excuse) { return name.find(excuse.part) != std::string::npos; });
}

/// Of each output; empty where all are near.
std::string difference(const at::Tensor &got, const at::Tensor &expected)
{
    if (got.sizes() != expected.sizes())
        return "shape " + c10::str(got.sizes()) + ", not " + c10::str(expected.sizes());
    if (got.scalar_type() != expected.scalar_type())
        return c10::str("type ", got.scalar_type(), ", not ", expected.scalar_type());
    const at::Tensor a = got.to(at::kDouble), b = expected.to(at::kDouble);
    if (at::allclose(a, b, 1e-4, 1e-4, true))
        return {};
    return c10::str("off by ", a.sub(b).abs().max().item().toDouble());
}

}  // namespace

/// Every operator against ONNX's own test data, which its authors computed with NumPy and PyTorch: the Debian package
/// libonnx-testdata.
class TestOnnxOperators : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void conform();
};

void TestOnnxOperators::conform()
{
    const fs::path data = "/usr/share/libonnx-testdata/data";
    if (!fs::is_directory(data))
        QSKIP("libonnx-testdata is not installed");
    const std::vector<std::string> known = knownOnnxOperators();
    std::set<std::string> untested(known.begin(), known.end());
    for (const char *name : {"Gelu", "GroupNormalization", "If"})  // onnx_network_test has these
        untested.erase(name);
    int passed = 0;
    QStringList failed;
    std::map<std::string, int> unknown;
    for (const char *kind : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
        for (const auto &entry : fs::directory_iterator(data / kind)) {
            const std::string name = entry.path().filename().string();
            const fs::path cases = entry.path() / "test_data_set_0";
            if (!fs::exists(entry.path() / "model.onnx") || !fs::exists(cases))
                continue;
            try {
                const c10::InferenceMode guard;
                const OnnxFile file = openOnnxFile(entry.path() / "model.onnx");
                const auto typed = [](const OnnxValue &value) { return value.type.has_value(); };
                if (!std::all_of(file.graph->inputs.begin(), file.graph->inputs.end(), typed)
                    || !std::all_of(file.graph->outputs.begin(), file.graph->outputs.end(), typed))
                    continue;  // sequences, maps, texts, unsigned numbers
                const OnnxInterpreter program(file, kCpu);
                Tensors inputs;
                for (std::size_t i = 0; i < program.inputs().size(); ++i)
                    inputs.push_back(tensorFrom(cases / ("input_" + std::to_string(i) + ".pb")));
                const Tensors outputs = program.run(inputs, {});
                for (std::size_t i = 0; i < outputs.size(); ++i) {
                    const at::Tensor expected = tensorFrom(cases / ("output_" + std::to_string(i) + ".pb"));
                    if (const std::string why = difference(outputs[i], expected); !why.empty() && !isExcused(name))
                        failed << QString::fromStdString(name + ": " + why);
                }
                ++passed;
                for (const OnnxNode &node : file.graph->nodes)
                    untested.erase(node.type);
            } catch (const Error &error) {
                const std::string what = error.what();
                const std::string marker = "needs the operator ";
                if (const auto at = what.find(marker); at != std::string::npos)
                    ++unknown[what.substr(at + marker.size(), what.find(',', at) - at - marker.size())];
                else if (!isExcused(name))
                    failed << QString::fromStdString(name + ": " + what);
            } catch (const std::exception &error) {
                failed << QString::fromStdString(name + ": not translated: " + error.what());
            }
        }
    }
    QStringList names;
    for (const auto &[name, times] : unknown)
        names << QString::fromStdString(name);
    qInfo().noquote() << passed << "graphs computed; not known:" << names.join(' ');
    for (const QString &line : failed)
        qInfo().noquote() << line;
    QVERIFY2(failed.isEmpty(), qPrintable(QString::number(failed.size()) + " differ"));
    QStringList without;
    for (const std::string &name : untested)
        without << QString::fromStdString(name);
    QCOMPARE(without.join(' '), QString());
    QVERIFY(passed >= 700);
}

QTEST_GUILESS_MAIN(TestOnnxOperators)
#include "onnx_operators_test.moc"
