#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <span>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/onnx_network.h"
#include "tests/base/error_kind_name.h"
#include "tests/nn/encode_onnx.h"

using namespace dank;

namespace {

OnnxFile parse(const std::string &bytes)
{
    const auto copy = std::make_shared<const std::string>(bytes);
    return parseOnnx(std::as_bytes(std::span(copy->data(), copy->size())), "net.onnx", copy);
}

NumberArray run(const std::string &bytes, NumberArray input)
{
    return OnnxNetwork(parse(bytes)).run(input, {});
}

/// "kind: message", or "accepted".
QString refusal(const std::string &bytes, const NumberArray &input = {{1}, {1}})
{
    try {
        run(bytes, input);
    } catch (const Error &error) {
        return QString(errorKindName(error.kind())) + ": " + error.what();
    }
    return "accepted";
}

const std::string kOnes = encode::constant("ones", 7, {1}, encode::raw<std::int64_t>({1}));

}  // namespace

/// What reading and preparing a graph does beside computing, and what strangers' files are refused for.
class TestOnnxNetwork : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newerOperators();
    void constantBranchesAreTaken();
    void inputsAreLeftAlone();
    void refuses_data();
    void refuses();
    void damage();
    void tensorsBesideTheFile();
};

/// Those that ONNX's test data of version 1.12 do not have yet, against their formulas.
void TestOnnxNetwork::newerOperators()
{
    const std::vector<float> x{-3, -1, -0.1f, 0, 0.5f, 1, 2, 4};
    const NumberArray exact = run(encode::simple(encode::node("Gelu", {"x"}, {"y"})), {{8}, x});
    const NumberArray curve =
        run(encode::simple(encode::node("Gelu", {"x"}, {"y"}, {encode::text("approximate", "tanh")})), {{8}, x});
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double v = x[i];
        QVERIFY(std::abs(exact.values[i] - v / 2 * (1 + std::erf(v / std::sqrt(2)))) < 1e-6);
        QVERIFY(std::abs(curve.values[i] - v / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))))
                < 1e-6);
    }
    // Two groups of two channels, each centred and scaled by its own deviation, then by channel.
    const std::string scale = encode::constant("s", 1, {4}, encode::raw<float>({1, 2, 3, 4})),
                      bias = encode::constant("b", 1, {4}, encode::raw<float>({0, 0, 1, 1}));
    const NumberArray grouped = run(
        encode::simple(
            scale + bias + encode::node("GroupNormalization", {"x", "s", "b"}, {"y"}, {encode::whole("num_groups", 2)}),
            {1, 4, 1}, 21),
        {{1, 4, 1}, {1, 3, 10, 30}});
    const double expected[] = {-1, 2, -2, 5};
    for (std::size_t i = 0; i < 4; ++i)
        QVERIFY2(std::abs(grouped.values[i] - expected[i]) < 1e-4, qPrintable(QString::number(grouped.values[i])));
}

void TestOnnxNetwork::constantBranchesAreTaken()
{
    for (const bool yes : {true, false}) {
        const std::string condition = encode::constant("c", 9, {}, encode::raw<std::uint8_t>({yes}));
        const std::string then = encode::node("Neg", {"x"}, {"t"}) + encode::value(12, "t", {}),
                          otherwise = encode::node("Abs", {"x"}, {"e"}) + encode::value(12, "e", {});
        const NumberArray y = run(encode::simple(condition
                                                 + encode::node("If", {"c"}, {"y"},
                                                                {encode::branch("then_branch", then),
                                                                 encode::branch("else_branch", otherwise)})),
                                  {{2}, {-1, 2}});
        QCOMPARE(y.values, yes ? (std::vector<float>{1, -2}) : (std::vector<float>{1, 2}));
    }
    const std::string open =
        encode::node("If", {"x"}, {"y"}, {encode::branch("then_branch", encode::value(12, "x", {}))});
    QVERIFY(refusal(encode::simple(open)).contains("only an If whose condition is a constant is known"));
}

/// Some operators write into what nobody needs any more; never into what the caller, a constant or another node has.
void TestOnnxNetwork::inputsAreLeftAlone()
{
    const std::string graph = encode::constant("c", 1, {2}, encode::raw<float>({-5, 5}))
                              + encode::node("Relu", {"x"}, {"a"}) + encode::node("Add", {"x", "a"}, {"b"})
                              + encode::node("Relu", {"c"}, {"d"}) + encode::node("Identity", {"b"}, {"e"})
                              + encode::node("Neg", {"b"}, {"f"}) + encode::node("Add", {"e", "f"}, {"g"})
                              + encode::node("Add", {"g", "d"}, {"h"}) + encode::node("Add", {"h", "c"}, {"y"});
    const OnnxNetwork network(parse(encode::simple(graph)));
    const NumberArray input{{2}, {-3, 4}};
    for (int i = 0; i < 3; ++i)
        QCOMPARE(network.run(input, {}).values, (std::vector<float>{-5, 10}));
    QCOMPARE(input.values, (std::vector<float>{-3, 4}));
}

void TestOnnxNetwork::refuses_data()
{
    using encode::node, encode::constant, encode::simple, encode::raw, encode::part, encode::number;
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<QString>("told");
    const auto row = [](const char *name, const std::string &bytes, const char *told) {
        QTest::newRow(name) << bytes << QString(told);
    };
    const auto huge = std::int64_t{1} << 39;
    row("nothing", "", "format: net.onnx is not a usable ONNX file: it holds no graph");
    row("a web page", "<!DOCTYPE html><html>", "format: net.onnx is not a usable ONNX file: ");
    row("an operator", simple(node("LSTM", {"x"}, {"y"})),
        "its node LSTM that gives \"y\" needs the operator LSTM, which this version does not know");
    row("another's operator", simple(node("Relu", {"x"}, {"y"}, {}, "com.example")),
        "needs the operator com.example.Relu");
    row("a cycle", simple(node("Relu", {"b"}, {"a"}) + node("Relu", {"a"}, {"b"}) + node("Add", {"x", "b"}, {"y"})),
        "takes \"b\", which no node before it gives");
    row("itself", simple(node("Relu", {"y"}, {"y"})), "takes \"y\", which no node before it gives");
    row("two of a name", simple(node("Relu", {"x"}, {"y"}) + node("Neg", {"x"}, {"y"})), "give the value \"y\"");
    row("an input again", simple(node("Relu", {"x"}, {"x"})), "give the value \"x\"");
    row("no output", simple(node("Relu", {"x"}, {"z"})), "no node gives its output \"y\"");
    row("two inputs", simple(node("Relu", {"x"}, {"y"}) + encode::value(11, "z", {})), "takes 2 inputs");
    row("a short tensor", simple(constant("c", 1, {3}, raw<float>({1, 2})) + node("Add", {"x", "c"}, {"y"})),
        "tensor \"c\" has 8 bytes, and its shape takes 3 numbers of 4");
    row("a huge tensor", simple(constant("c", 1, {huge, huge}, raw<float>({1})) + node("Add", {"x", "c"}, {"y"})),
        "tensor \"c\" is too large");
    row("a negative side", simple(constant("c", 1, {-1}, raw<float>({1})) + node("Add", {"x", "c"}, {"y"})),
        "has a side of -1");
    row("a bool of 2", simple(constant("c", 9, {1}, raw<std::uint8_t>({2})) + node("Not", {"c"}, {"y"})),
        "neither true nor false");
    row("a shape of nothing",
        simple(constant("c", 7, {1}, raw<std::int64_t>({huge})) + node("ConstantOfShape", {"c"}, {"z"})
               + node("Add", {"z", "x"}, {"y"})),
        "the result would be too large");
    row("a sum that grows",
        simple(constant("c", 7, {2}, raw<std::int64_t>({1 << 20, 1}))
               + constant("d", 7, {2}, raw<std::int64_t>({1, 1 << 20})) + node("Expand", {"x", "c"}, {"a"})
               + node("Expand", {"x", "d"}, {"b"}) + node("Add", {"a", "b"}, {"y"})),
        "the result would be too large");
    row("a product that grows",
        simple(constant("c", 7, {2}, raw<std::int64_t>({1 << 20, 1}))
               + constant("d", 7, {2}, raw<std::int64_t>({1, 1 << 20})) + node("Expand", {"x", "c"}, {"a"})
               + node("Expand", {"x", "d"}, {"b"}) + node("MatMul", {"a", "b"}, {"y"})),
        "the result would be too large");
    row("a range without an end",
        simple(constant("a", 7, {}, raw<std::int64_t>({0})) + constant("b", 7, {}, raw<std::int64_t>({9}))
               + node("Range", {"a", "b", "a"}, {"z"}) + node("Add", {"z", "x"}, {"y"})),
        "it would not end");
    row("a division by 0",
        simple(kOnes + constant("c", 7, {1}, raw<std::int64_t>({0})) + node("Div", {"ones", "c"}, {"y"})),
        "it would divide by 0");
    row("a shape that does not fit",
        simple(constant("c", 7, {1}, raw<std::int64_t>({7})) + node("Reshape", {"x", "c"}, {"y"})),
        "weights: net.onnx cannot be run: the node Reshape that gives \"y\" cannot take its inputs of [1], [1]: ");
    row("another kind of setting", simple(node("Flatten", {"x"}, {"y"}, {encode::text("axis", "1")})),
        "its setting 'axis' is of another kind");
    row("an axis beyond", simple(node("Softmax", {"x"}, {"y"}, {encode::whole("axis", 9)})), "there is no axis 9");
    row("a missing input", simple(node("Add", {"x"}, {"y"})), "its input 2 is missing");
    std::string deep = node("Relu", {"x"}, {"y"});
    for (int i = 0; i < 100; ++i)
        deep = node("If", {"x"}, {"y"}, {encode::branch("then_branch", deep)});
    row("a deep graph", simple(deep), "more than 8 deep");
    std::string many;
    for (int i = 0; i < 1'100'000; ++i)
        many += part(1, "");
    row("a million nodes", simple(many), "more than a million");
    row("a length beyond the end", simple("") + "\x42\xff\xff\xff\xff\x0f",
        "a part is said to have 4294967295 bytes and 0");
    row("two graphs", simple("") + part(7, ""), "it has two graphs");
    row("elsewhere",
        simple(part(5, encode::shape({1}) + number(2, 1) + part(8, "c") + number(14, 1)
                           + part(13, part(1, "location") + part(2, "../secret")))
               + node("Add", {"x", "c"}, {"y"})),
        "tensor \"c\" lies in the file \"../secret\", and only a file in the same folder may hold tensors");
}

void TestOnnxNetwork::refuses()
{
    QFETCH(std::string, bytes);
    QFETCH(QString, told);
    const QString message = refusal(bytes);
    QVERIFY2(message.contains(told), qPrintable(message));
    QVERIFY2(message.startsWith("format: ") || message.startsWith("weights: "), qPrintable(message));
    QVERIFY2(message.endsWith('.') && !message.contains('\n') && message.size() < 600, qPrintable(message));
}

/// Cut at each twentieth, and single bits turned: refused in words or computed, never more.
void TestOnnxNetwork::damage()
{
    QFile file(DANK_TEST_DATA "/golden/tiny_vit.onnx");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const std::string whole = file.readAll().toStdString();
    const NumberArray input{{1, 3, 64, 64}, std::vector<float>(3 * 64 * 64, 0.5f)};
    QCOMPARE(refusal(whole, input), QString("accepted"));
    for (std::size_t part = 0; part < 20; ++part) {
        const QString message = refusal(whole.substr(0, whole.size() * part / 20), input);
        QVERIFY2(message.startsWith("format: net.onnx is not a usable ONNX file: "), qPrintable(message));
    }
    int refused = 0;
    std::uint32_t state = 7;
    for (int i = 0; i < 300; ++i) {
        std::string turned = whole;
        for (int bit = 0; bit < 4; ++bit) {
            state = state * 1664525u + 1013904223u;
            turned[(state >> 8) % std::min<std::size_t>(turned.size(), i % 2 ? 20'000 : turned.size())] ^=
                static_cast<char>(1 << (state >> 29));
        }
        const QString message = refusal(turned, input);
        refused += message != "accepted";
        QVERIFY2(message == "accepted" || message.startsWith("format: ") || message.startsWith("weights: "),
                 qPrintable(message));
    }
    QVERIFY2(refused > 30, qPrintable(QString::number(refused)));
}

void TestOnnxNetwork::tensorsBesideTheFile()
{
    QTemporaryDir folder;
    const auto path = [&](const char *name) { return std::filesystem::path(folder.filePath(name).toStdString()); };
    const auto elsewhere = [](const std::string &location, int offset, int length) {
        const auto entry = [](const char *key, const std::string &value) {
            return encode::part(13, encode::part(1, key) + encode::part(2, value));
        };
        return encode::simple(encode::part(5, encode::shape({2}) + encode::number(2, 1) + encode::part(8, "c")
                                                  + encode::number(14, 1) + entry("location", location)
                                                  + entry("offset", std::to_string(offset))
                                                  + entry("length", std::to_string(length)))
                              + encode::node("Add", {"x", "c"}, {"y"}));
    };
    const std::vector<float> numbers{9, 9, 10, 20};
    std::string data(16, '\0');
    std::memcpy(data.data(), numbers.data(), 16);
    writeFileAtomically(path("net.data"), data);
    writeFileAtomically(path("net.onnx"), elsewhere("net.data", 8, 8));
    const OnnxFile file = openOnnxFile(path("net.onnx"));
    QCOMPARE(file.outside, std::vector{path("net.data")});
    QCOMPARE(OnnxNetwork(file).run({{2}, {1, 2}}, {}).values, (std::vector<float>{11, 22}));
    std::filesystem::create_symlink(path("net.data"), path("link.data"));
    const std::pair<std::string, const char *> wrong[] = {{elsewhere("net.data", 12, 8), "ends behind the end"},
                                                          {elsewhere("net.data", 100, 8), "begins behind the end"},
                                                          {elsewhere("net.data", 8, 4), "has 4 bytes"},
                                                          {elsewhere("gone.data", 0, 8), "is not beside it"},
                                                          {elsewhere("link.data", 8, 8), "is no regular file"},
                                                          {elsewhere("/etc/passwd", 0, 8), "in the same folder"},
                                                          {elsewhere("..", 0, 8), "in the same folder"},
                                                          {elsewhere("a/../../b", 0, 8), "in the same folder"},
                                                          {elsewhere("net.data", -1, 8), "no number for its offset"}};
    for (const auto &[bytes, told] : wrong) {
        writeFileAtomically(path("bad.onnx"), bytes);
        try {
            openOnnxFile(path("bad.onnx"));
            QFAIL(told);
        } catch (const Error &error) {
            QVERIFY2(QString(error.what()).contains(told), error.what());
        }
    }
}

QTEST_GUILESS_MAIN(TestOnnxNetwork)
#include "onnx_network_test.moc"
