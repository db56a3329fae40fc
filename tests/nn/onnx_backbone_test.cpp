#include <QTemporaryDir>
#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/onnx/onnx_backbone.h"
#include "tests/base/error_kind_name.h"
#include "tests/nn/encode_onnx.h"

using namespace dank;

namespace {

constexpr const char *kColours = R"("mean": [0.5, 0.25, 0], "std": [0.5, 1, 2])";

std::string description(const std::string &more = {})
{
    return std::string("{") + kColours + (more.empty() ? "" : ", " + more) + "}";
}

/// A graph that takes x of that shape; its outputs by name and shape.
std::string graph(const std::string &nodes, const std::vector<std::int64_t> &input,
                  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> &outputs)
{
    std::string bytes = nodes + encode::value(11, "x", input);
    for (const auto &[name, shape] : outputs)
        bytes += encode::value(12, name, shape);
    return encode::model(bytes);
}

const std::string kMeans = encode::node("GlobalAveragePool", {"x"}, {"p"}) + encode::node("Flatten", {"p"}, {"y"});

}  // namespace

/// A user's own network as ONNX: what the graph says, what the JSON beside it has to say, and what it answers.
class TestOnnxBackbone : public QObject {
    Q_OBJECT

    std::filesystem::path write(const std::string &graph, const std::string &description)
    {
        const auto file =
            std::filesystem::path(m_folder.path().toStdString()) / ("net" + std::to_string(++m_count) + ".onnx");
        writeFileAtomically(file, graph);
        if (!description.empty())
            writeFileAtomically(networkDescriptionPath(file), description);
        return file;
    }

    /// Of two pictures, one of (255, 51, 102) and one black.
    static std::vector<float> features(const std::filesystem::path &file)
    {
        const BackboneSpec spec = onnxSpec(file);
        const auto backbone = makeOnnxBackbone(spec, file, chooseDevice("cpu"), Precision::Float32);
        Image image{spec.inputSide, spec.inputSide, {}}, black = image;
        for (int i = 0; i < spec.inputSide * spec.inputSide; ++i)
            image.rgb.insert(image.rgb.end(), {255, 51, 102});
        black.rgb.resize(image.rgb.size());
        std::vector<float> out(2 * static_cast<std::size_t>(spec.columns));
        backbone->extract(std::vector{image, black}, out);
        return out;
    }

    QTemporaryDir m_folder;
    int m_count = 0;

private Q_SLOTS:
    void answers_data();
    void answers();
    void saysWhatItIs();
    void disagreementsAreTold_data();
    void disagreementsAreTold();
};

void TestOnnxBackbone::answers_data()
{
    using encode::node, encode::constant, encode::raw;
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("json");
    QTest::newRow("means") << graph(kMeans, {-1, 3, 8, 8}, {{"y", {-1, 3}}}) << description();
    QTest::newRow("one picture at a time") << graph(kMeans, {1, 3, 8, 8}, {{"y", {1, 3}}}) << description();
    QTest::newRow("open sides") << graph(kMeans, {-1, 3, -1, -1}, {{"y", {-1, -1}}})
                                << description(R"("input_side": 16, "columns": 3)");
    QTest::newRow("maps") << graph(node("Identity", {"x"}, {"y"}), {-1, 3, 8, 8}, {{"y", {-1, 3, 8, 8}}})
                          << description();
    QTest::newRow("channels last") << graph(
        node("ReduceMean", {"x"}, {"y"},
             {encode::part(1, "axes") + encode::number(8, 1) + encode::number(8, 2) + encode::number(20, 7),
              encode::whole("keepdims", 0)}),
        {-1, 8, 8, 3}, {{"y", {-1, 3}}})
                                   << description();
    const std::string tokens = constant("s", 7, {3}, raw<std::int64_t>({0, 3, 64})) + node("Reshape", {"x", "s"}, {"r"})
                               + node("Transpose", {"r"}, {"y"},
                                      {encode::part(1, "perm") + encode::number(8, 0) + encode::number(8, 2)
                                       + encode::number(8, 1) + encode::number(20, 7)});
    QTest::newRow("the first token") << graph(tokens, {-1, 3, 8, 8}, {{"y", {-1, 64, 3}}})
                                     << description(R"("pool": "first")");
    QTest::newRow("all tokens") << graph(tokens, {-1, 3, 8, 8}, {{"y", {-1, 64, 3}}})
                                << description(R"("pool": "mean")");
    QTest::newRow("one of two") << graph(kMeans + node("Neg", {"y"}, {"z"}), {-1, 3, 8, 8},
                                         {{"z", {-1, 3}}, {"y", {-1, 3}}})
                                << description(R"("output": "y")");
    QTest::newRow("before the classifier")
        << graph(kMeans + node("Softmax", {"y"}, {"z"}), {-1, 3, 8, 8}, {{"z", {-1, 3}}})
        << description(R"("output": "y", "columns": 3)");
}

void TestOnnxBackbone::answers()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, json);
    const std::vector<float> out = features(write(bytes, json));
    const double expected[] = {(1 - 0.5) / 0.5, 0.2 - 0.25, 0.4 / 2, -1, -0.25, 0};
    QCOMPARE(out.size(), std::size_t(6));
    for (std::size_t i = 0; i < out.size(); ++i)
        QVERIFY2(std::abs(out[i] - expected[i]) < 1e-6, qPrintable(QString("%1: %2").arg(i).arg(out[i])));
}

void TestOnnxBackbone::saysWhatItIs()
{
    const BackboneSpec spec = onnxSpec(
        write(graph(kMeans, {-1, 3, 8, 8}, {{"y", {-1, 3}}}), description(R"("title": "Means", "crop_side": 10)")));
    QCOMPARE(spec.id, std::string("onnx"));
    QCOMPARE(spec.title, std::string("Means"));
    QCOMPARE(spec.inputSide, 8);
    QCOMPARE(spec.cropSide, 10);
    QCOMPARE(spec.columns, 3);
}

void TestOnnxBackbone::disagreementsAreTold_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("json");
    QTest::addColumn<QString>("told");
    const std::string good = graph(kMeans, {-1, 3, 8, 8}, {{"y", {-1, 3}}});
    const auto row = [](const char *name, const std::string &bytes, const std::string &json, const char *told) {
        QTest::newRow(name) << bytes << json << QString(told);
    };
    row("no description", good, "", "needs its preprocessing in");
    row("no mean", good, R"({"std": [1, 1, 1]})", "'mean' is missing");
    row("an unknown entry", good, description(R"("size": 8)"), "the unknown entry 'size'");
    row("another side", good, description(R"("input_side": 16)"),
        "'input_side' is 16, and the graph takes pictures of 8");
    row("an open side", graph(kMeans, {-1, 3, -1, -1}, {{"y", {-1, 3}}}), description(), "'input_side' has to say it");
    row("open columns", graph(kMeans, {-1, 3, 8, 8}, {{"y", {-1, -1}}}), description(), "'columns' has to say it");
    row("oblong", graph(kMeans, {-1, 3, 8, 16}, {{"y", {-1, 3}}}), description(), "only square ones are taken");
    row("four pictures", graph(kMeans, {4, 3, 8, 8}, {{"y", {4, 3}}}), description(), "Export it with an open batch");
    row("grey", graph(kMeans, {-1, 1, 8, 8}, {{"y", {-1, 1}}}), description(), "neither [batch, 3, side, side] nor");
    row("two outputs", graph(kMeans, {-1, 3, 8, 8}, {{"y", {-1, 3}}, {"p", {-1, 3, 1, 1}}}), description(),
        "the outputs y, p, and 'output' has to name");
    row("tokens", graph(encode::node("Identity", {"x"}, {"y"}), {-1, 3, 8, 8}, {{"y", {-1, 9, 3}}}), description(),
        "'pool' has to say");
    row("no such output", good, description(R"("output": "q", "columns": 3)"), "no node gives its output \"q\"");
    row("other columns", good, description(R"("columns": 4)"), "[2, 3], which does not give 4 numbers for each");
    row("an unknown operator", graph(encode::node("LSTM", {"x"}, {"y"}), {-1, 3, 8, 8}, {{"y", {-1, 3}}}),
        description(), "needs the operator LSTM");
    row("damaged", good.substr(0, 40), description(), "is not a usable ONNX file");
}

void TestOnnxBackbone::disagreementsAreTold()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, json);
    QFETCH(QString, told);
    try {
        features(write(bytes, json));
        QFAIL("accepted");
    } catch (const Error &error) {
        QVERIFY2(error.kind() == ErrorKind::Weights || error.kind() == ErrorKind::Format, error.what());
        QVERIFY2(QString(error.what()).contains(told), error.what());
    }
}

QTEST_GUILESS_MAIN(TestOnnxBackbone)
#include "onnx_backbone_test.moc"
