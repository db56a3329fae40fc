#include <QTest>

#include <cmath>
#include <functional>
#include <numeric>
#include <span>

#include "core/base/error.h"
#include "core/nn/onnx/onnx_network.h"
#include "tests/nn/encode_onnx.h"

using namespace dank;
using encode::constant, encode::node, encode::raw, encode::simple;

namespace {

OnnxNetwork network(const std::string &bytes)
{
    const auto copy = std::make_shared<const std::string>(bytes);
    return OnnxNetwork(parseOnnx(std::as_bytes(std::span(copy->data(), copy->size())), "net.onnx", copy));
}

/// Numbers from -1 to 1 that do not repeat soon.
NumberArray numbers(std::vector<std::int64_t> shape)
{
    NumberArray array{std::move(shape), {}};
    const auto size = std::accumulate(array.shape.begin(), array.shape.end(), std::int64_t{1}, std::multiplies());
    for (std::int64_t i = 0; i < size; ++i)
        array.values.push_back(static_cast<float>(i * 37 % 101) / 50 - 1);
    return array;
}

std::string given(const std::string &name, const NumberArray &array)
{
    return constant(name, 1, array.shape, raw<float>(array.values));
}

std::string given(const std::string &name, float value)
{
    return constant(name, 1, {}, raw<float>({value}));
}

void compare(const NumberArray &found, const std::vector<double> &wanted)
{
    QCOMPARE(found.values.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        QVERIFY2(std::abs(found.values[i] - wanted[i]) < 1e-5 * std::max(1.0, std::abs(wanted[i])),
                 qPrintable(QString("number %1 is %2, not %3").arg(i).arg(found.values[i]).arg(wanted[i])));
}

double relu(double x)
{
    return std::max(x, 0.0);
}

/// x [rows, inputs] · w [inputs, outputs] + b [outputs], in double precision.
std::vector<double> product(const NumberArray &x, const NumberArray &w, const std::vector<float> &b)
{
    const auto inputs = static_cast<std::size_t>(w.shape[0]), outputs = static_cast<std::size_t>(w.shape[1]);
    std::vector<double> y;
    for (std::size_t row = 0; row < x.values.size() / inputs; ++row)
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = b.empty() ? 0 : static_cast<double>(b[o]);
            for (std::size_t i = 0; i < inputs; ++i)
                sum += static_cast<double>(x.values[row * inputs + i]) * static_cast<double>(w.values[i * outputs + o]);
            y.push_back(sum);
        }
    return y;
}

std::vector<double> each(std::vector<double> values, double (*change)(double))
{
    for (double &value : values)
        value = change(value);
    return values;
}

/// As exporters write GELU out: half · x · (1 + erf(x / root)).
std::string writtenOutGelu(float half, float root, const std::string &after = {})
{
    return given("r", root) + given("one", 1) + given("half", half) + node("Div", {"x", "r"}, {"d"})
           + node("Erf", {"d"}, {"e"}) + node("Add", {"e", "one"}, {"a"}) + node("Mul", {"x", "a"}, {"m"})
           + node("Mul", {"m", "half"}, {after.empty() ? "y" : "g"}) + after;
}

std::string writtenOutNorm(const std::string &axes, float power = 2)
{
    return given("two", power) + given("eps", 1e-5f)
           + node("ReduceMean", {"x"}, {"mean"}, {encode::wholes("axes", {axes == "first" ? 0 : -1})})
           + node("Sub", {"x", "mean"}, {"c"}) + node("Pow", {"c", "two"}, {"s"})
           + node("ReduceMean", {"s"}, {"v"}, {encode::wholes("axes", {-1})}) + node("Add", {"v", "eps"}, {"ve"})
           + node("Sqrt", {"ve"}, {"r"}) + node("Div", {"c", "r"}, {"n"}) + node("Mul", {"n", "w"}, {"nw"})
           + node("Add", {"nw", "b"}, {"y"});
}

/// The same in double precision, each row by itself.
std::vector<double> norm(const NumberArray &x, const NumberArray &w, const NumberArray &b)
{
    const std::size_t width = w.values.size();
    std::vector<double> y;
    for (std::size_t row = 0; row < x.values.size() / width; ++row) {
        const std::span<const float> some = std::span(x.values).subspan(row * width, width);
        double mean = 0, variance = 0;
        for (const float value : some)
            mean += static_cast<double>(value) / static_cast<double>(width);
        for (const float value : some)
            variance += std::pow(static_cast<double>(value) - mean, 2) / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i)
            y.push_back((static_cast<double>(some[i]) - mean) / std::sqrt(variance + 1e-5)
                            * static_cast<double>(w.values[i])
                        + static_cast<double>(b.values[i]));
    }
    return y;
}

}  // namespace

/// That steps are taken together where they may be, that they give the same numbers, and that what only looks alike is
/// left as it is.
class TestOnnxPreparation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void products();
    void gemm();
    void whatAnotherNodeTakesStays();
    void gelu_data();
    void gelu();
    void layerNorm();
    void convolutions_data();
    void convolutions();
    void productsOfTwoUnknowns();
    void sharedWeightsAreNotCopied();
    void oddInputs();
};

/// Weight, bias and ReLU are one step, for any number of rows and axes.
void TestOnnxPreparation::products()
{
    const NumberArray w = numbers({5, 7}), b = numbers({7});
    const std::string constants = given("w", w) + given("b", b);
    const OnnxNetwork plain = network(simple(constants + node("MatMul", {"x", "w"}, {"y"})));
    const OnnxNetwork full = network(simple(constants + node("MatMul", {"x", "w"}, {"p"})
                                            + node("Add", {"b", "p"}, {"s"}) + node("Relu", {"s"}, {"y"})));
    QCOMPARE(full.steps(), std::size_t{1});
    for (const std::vector<std::int64_t> &shape :
         {std::vector<std::int64_t>{5}, {1, 5}, {3, 5}, {2, 3, 5}, {2, 2, 2, 5}, {300, 5}}) {
        const NumberArray x = numbers(shape), found = full.run(x, {});
        std::vector<std::int64_t> wanted = shape;
        wanted.back() = 7;
        QCOMPARE(found.shape, wanted);
        compare(found, each(product(x, w, b.values), relu));
        compare(plain.run(x, {}), product(x, w, {}));
    }
    QCOMPARE(full.run({{0, 5}, {}}, {}).shape, (std::vector<std::int64_t>{0, 7}));
}

void TestOnnxPreparation::gemm()
{
    const NumberArray w = numbers({5, 7}), b = numbers({7}), x = numbers({3, 5});
    NumberArray turned{{7, 5}, {}};
    for (std::size_t o = 0; o < 7; ++o)
        for (std::size_t i = 0; i < 5; ++i)
            turned.values.push_back(w.values[i * 7 + o]);
    const std::string constants = given("w", turned) + given("b", b);
    const auto graph = [&](std::vector<std::string> settings) {
        settings.push_back(encode::whole("transB", 1));
        return network(simple(constants + node("Gemm", {"x", "w", "b"}, {"p"}, settings) + node("Relu", {"p"}, {"y"})));
    };
    const OnnxNetwork packed = graph({}), scaled = graph({encode::real("alpha", 2)});
    QCOMPARE(packed.steps(), std::size_t{1});
    compare(packed.run(x, {}), each(product(x, w, b.values), relu));
    QCOMPARE(scaled.steps(), std::size_t{2});
    std::vector<double> twice = product(x, w, {});
    for (std::size_t i = 0; i < twice.size(); ++i)
        twice[i] = 2 * twice[i] + static_cast<double>(b.values[i % 7]);
    compare(scaled.run(x, {}), each(twice, relu));
}

/// A value between that the graph gives out, or that another node takes too, is still computed.
void TestOnnxPreparation::whatAnotherNodeTakesStays()
{
    const NumberArray w = numbers({4, 4}), x = numbers({3, 4});
    const OnnxNetwork shared = network(simple(given("w", w) + node("MatMul", {"x", "w"}, {"p"})
                                              + node("Relu", {"p"}, {"r"}) + node("Sub", {"r", "p"}, {"y"})));
    QCOMPARE(shared.steps(), std::size_t{3});
    compare(shared.run(x, {}), each(product(x, w, {}), [](double v) { return relu(v) - v; }));
    // A bias of another shape is no bias: it is added to rows.
    const NumberArray rows{{3, 1}, {1, 2, 3}};
    const OnnxNetwork other = network(
        simple(given("w", w) + given("c", rows) + node("MatMul", {"x", "w"}, {"p"}) + node("Add", {"p", "c"}, {"y"})));
    std::vector<double> wanted = product(x, w, {});
    for (std::size_t i = 0; i < wanted.size(); ++i)
        wanted[i] += static_cast<double>(i / 4 + 1);
    compare(other.run(x, {}), wanted);
}

void TestOnnxPreparation::gelu_data()
{
    QTest::addColumn<std::string>("nodes");
    QTest::addColumn<std::size_t>("steps");
    QTest::addColumn<double>("half");
    QTest::addColumn<double>("root");
    constexpr float kRoot = 1.41421356f;
    QTest::newRow("halved last") << writtenOutGelu(0.5f, kRoot) << std::size_t{1} << 0.5 << std::sqrt(2.0);
    QTest::newRow("halved first") << given("r", 1 / kRoot) + given("one", 1) + given("half", 0.5f)
                                         + node("Mul", {"x", "half"}, {"h"}) + node("Mul", {"x", "r"}, {"d"})
                                         + node("Erf", {"d"}, {"e"}) + node("Add", {"one", "e"}, {"a"})
                                         + node("Mul", {"h", "a"}, {"y"})
                                  << std::size_t{1} << 0.5 << std::sqrt(2.0);
    QTest::newRow("another half") << writtenOutGelu(0.4f, kRoot) << std::size_t{5} << 0.4 << std::sqrt(2.0);
    QTest::newRow("another root") << writtenOutGelu(0.5f, 1.5f) << std::size_t{5} << 0.5 << 1.5;
}

void TestOnnxPreparation::gelu()
{
    QFETCH(std::string, nodes);
    QFETCH(std::size_t, steps);
    QFETCH(double, half);
    QFETCH(double, root);
    const OnnxNetwork found = network(simple(nodes));
    QCOMPARE(found.steps(), steps);
    const NumberArray x = numbers({3, 11});
    std::vector<double> wanted;
    for (const float value : x.values) {
        const double v = static_cast<double>(value);
        wanted.push_back(half * v * (1 + std::erf(v / root)));
    }
    compare(found.run(x, {}), wanted);
}

void TestOnnxPreparation::layerNorm()
{
    const NumberArray w = numbers({6}), b = numbers({6}), x = numbers({2, 4, 6});
    const std::string constants = given("w", w) + given("b", b);
    const OnnxNetwork together = network(simple(constants + writtenOutNorm("last"), {-1, -1, -1}));
    QCOMPARE(together.steps(), std::size_t{1});
    compare(together.run(x, {}), norm(x, w, b));
    // A side of one number is its own mean, and the weights widen it.
    const NumberArray one = together.run({{2, 1}, {7, -3}}, {});
    QCOMPARE(one.shape, (std::vector<std::int64_t>{2, 6}));
    QCOMPARE(std::vector<float>(one.values.begin(), one.values.begin() + 6), b.values);
    // Another power, or a mean over another axis, is something else.
    QCOMPARE(network(simple(constants + writtenOutNorm("last", 4), {-1, -1, -1})).steps(), std::size_t{9});
    QCOMPARE(network(simple(constants + writtenOutNorm("first"), {-1, -1, -1})).steps(), std::size_t{9});
}

void TestOnnxPreparation::convolutions_data()
{
    QTest::addColumn<std::vector<std::int64_t>>("pads");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("stride");
    QTest::newRow("plain") << std::vector<std::int64_t>{0, 0, 0, 0} << 1 << 1;
    QTest::newRow("padded, stride 2") << std::vector<std::int64_t>{1, 1, 1, 1} << 1 << 2;
    QTest::newRow("padded unevenly") << std::vector<std::int64_t>{0, 1, 1, 2} << 1 << 2;
    QTest::newRow("in groups") << std::vector<std::int64_t>{1, 1, 1, 1} << 2 << 1;
}

/// With bias and ReLU one step, for pictures of any size, against the sum itself.
void TestOnnxPreparation::convolutions()
{
    QFETCH(std::vector<std::int64_t>, pads);
    QFETCH(int, groups);
    QFETCH(int, stride);
    constexpr int kInputs = 4, kOutputs = 6, kSide = 3;
    const int each = kInputs / groups;
    const NumberArray w = numbers({kOutputs, each, kSide, kSide}), b = numbers({kOutputs});
    const OnnxNetwork found =
        network(simple(given("w", w) + given("b", b)
                           + node("Conv", {"x", "w", "b"}, {"c"},
                                  {encode::wholes("pads", pads), encode::wholes("strides", {stride, stride}),
                                   encode::whole("group", groups)})
                           + node("Relu", {"c"}, {"y"}),
                       {-1, kInputs, -1, -1}));
    QCOMPARE(found.steps(), std::size_t{1});
    for (const auto &[height, width] : {std::pair(8, 8), std::pair(5, 9), std::pair(40, 3)}) {
        const NumberArray x = numbers({2, kInputs, height, width});
        const int rows = (height + static_cast<int>(pads[0] + pads[2]) - kSide) / stride + 1,
                  columns = (width + static_cast<int>(pads[1] + pads[3]) - kSide) / stride + 1;
        std::vector<double> wanted;
        for (int n = 0; n < 2; ++n)
            for (int o = 0; o < kOutputs; ++o)
                for (int row = 0; row < rows; ++row)
                    for (int column = 0; column < columns; ++column) {
                        double sum = static_cast<double>(b.values[static_cast<std::size_t>(o)]);
                        for (int i = 0; i < each; ++i)
                            for (int k = 0; k < kSide * kSide; ++k) {
                                const int at = row * stride + k / kSide - static_cast<int>(pads[0]),
                                          along = column * stride + k % kSide - static_cast<int>(pads[1]);
                                if (at < 0 || at >= height || along < 0 || along >= width)
                                    continue;
                                const int channel = o / (kOutputs / groups) * each + i;
                                sum += static_cast<double>(x.values[static_cast<std::size_t>(
                                           ((n * kInputs + channel) * height + at) * width + along)])
                                       * static_cast<double>(
                                           w.values[static_cast<std::size_t>((o * each + i) * kSide * kSide + k)]);
                            }
                        wanted.push_back(relu(sum));
                    }
        const NumberArray y = found.run(x, {});
        QCOMPARE(y.shape, (std::vector<std::int64_t>{2, kOutputs, rows, columns}));
        compare(y, wanted);
    }
}

/// What attention multiplies: many small matrices, the second one turned or not.
void TestOnnxPreparation::productsOfTwoUnknowns()
{
    const NumberArray x = numbers({6, 4, 5});
    const auto graph = [](const std::vector<std::int64_t> &turned) {
        return simple(node("Transpose", {"x"}, {"t"}, {encode::wholes("perm", turned)})
                          + node("MatMul", {"x", "t"}, {"p"}) + node("MatMul", {"p", "x"}, {"y"}),
                      std::vector<std::int64_t>(turned.size(), -1));
    };
    std::vector<double> wanted;
    for (std::size_t m = 0; m < 6; ++m)
        for (std::size_t row = 0; row < 4; ++row)
            for (std::size_t column = 0; column < 5; ++column) {
                double sum = 0;
                for (std::size_t k = 0; k < 4; ++k)
                    for (std::size_t i = 0; i < 5; ++i)
                        sum += static_cast<double>(x.values[(m * 4 + row) * 5 + i])
                               * static_cast<double>(x.values[(m * 4 + k) * 5 + i])
                               * static_cast<double>(x.values[(m * 4 + k) * 5 + column]);
                wanted.push_back(sum);
            }
    compare(network(graph({0, 2, 1})).run(x, {}), wanted);
    const NumberArray y = network(graph({0, 1, 3, 2})).run({{2, 3, 4, 5}, x.values}, {});
    QCOMPARE(y.shape, (std::vector<std::int64_t>{2, 3, 4, 5}));
    compare(y, wanted);
}

/// A file of many nodes that share a weight is no larger in memory than on disk.
void TestOnnxPreparation::sharedWeightsAreNotCopied()
{
    const NumberArray w = numbers({4, 4}), x = numbers({3, 4});
    const OnnxNetwork tied = network(simple(given("w", w) + given("b", numbers({4})) + node("MatMul", {"x", "w"}, {"p"})
                                            + node("Add", {"p", "b"}, {"s"}) + node("MatMul", {"s", "w"}, {"y"})));
    QCOMPARE(tied.steps(), std::size_t{3});
    NumberArray between{{3, 4}, {}};
    for (const double value : product(x, w, numbers({4}).values))
        between.values.push_back(static_cast<float>(value));
    compare(tied.run(x, {}), product(between, w, {}));
}

void TestOnnxPreparation::oddInputs()
{
    // One token, of several pictures and heads: sides of length 1, whose strides mean nothing.
    const OnnxNetwork attention =
        network(simple(node("Transpose", {"x"}, {"q"}, {encode::wholes("perm", {0, 2, 1, 3})})
                           + node("Transpose", {"q"}, {"k"}, {encode::wholes("perm", {0, 1, 3, 2})})
                           + node("MatMul", {"q", "k"}, {"y"}),
                       {-1, -1, -1, -1}));
    const NumberArray tokens{{2, 1, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
    compare(attention.run(tokens, {}), {5, 25, 61, 113, 181, 265});

    const auto refusal = [](const OnnxNetwork &network, const NumberArray &x) -> QString {
        try {
            network.run(x, {});
        } catch (const Error &error) {
            return error.what();
        }
        return "accepted";
    };
    const std::string cast = node("Cast", {"x"}, {"i"}, {encode::whole("to", 7)}) + given("w", numbers({4, 4}));
    const QString other = refusal(network(simple(cast + node("MatMul", {"i", "w"}, {"y"}))), numbers({3, 4}));
    QVERIFY2(other.contains("MatMul") && other.contains("of another type than its weights"), qPrintable(other));
    const OnnxNetwork slide = network(simple(
        given("w", numbers({2, 3, 3, 3})) + node("Conv", {"x", "w"}, {"y"}, {encode::wholes("pads", {3, 3, 3, 3})}),
        {-1, 3, -1, -1}));
    const QString nothing = refusal(slide, {{1, 3, 0, 0}, {}});
    QVERIFY2(nothing.contains("nothing to slide over"), qPrintable(nothing));
    QCOMPARE(slide.run({{0, 3, 4, 4}, {}}, {}).shape, (std::vector<std::int64_t>{0, 2, 8, 8}));
    // A number in axes of its own adds these to the result.
    const std::string wide = constant("half", 1, {1, 1, 1}, raw<float>({0.5f}));
    const OnnxNetwork kept = network(simple(
        given("r", 1.41421356f) + given("one", 1) + wide + node("Div", {"x", "r"}, {"d"}) + node("Erf", {"d"}, {"e"})
        + node("Add", {"e", "one"}, {"a"}) + node("Mul", {"x", "a"}, {"m"}) + node("Mul", {"m", "half"}, {"y"})));
    QCOMPARE(kept.run({{2}, {1, 2}}, {}).shape, (std::vector<std::int64_t>{1, 1, 2}));
}

QTEST_APPLESS_MAIN(TestOnnxPreparation)
#include "onnx_preparation_test.moc"
