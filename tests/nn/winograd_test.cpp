// Winograd's convolutions against the definition, in double precision.

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "core/nn/device.h"
#include "core/nn/networks/winograd.h"

using namespace dank;
using Shape = WinogradConvolution::Shape;

namespace {

struct Case {
    Shape shape;
    bool relu;
    std::vector<float> weight, bias;

    Case(const Shape &s, bool withRelu) : shape(s), relu(withRelu)
    {
        Random random(7);
        weight = numbers(random, static_cast<std::size_t>(s.outputs) * s.inputs * 9);
        bias = numbers(random, static_cast<std::size_t>(s.outputs));
    }

    static std::vector<float> numbers(Random &random, std::size_t count)
    {
        std::vector<float> result(count);
        for (float &number : result)
            number = static_cast<float>(random.uniform(-1, 1));
        return result;
    }

    std::unique_ptr<WinogradConvolution> make() const { return WinogradConvolution::make(shape, weight, bias, relu); }
    std::vector<float> input(std::size_t rows) const
    {
        Random random(11);
        return numbers(random, rows * shape.side * shape.side * shape.inputs);
    }
    std::vector<float> run(const WinogradConvolution &convolution, std::size_t rows) const
    {
        const std::size_t side = shape.outputSide();
        std::vector<float> out(rows * side * side * shape.outputs);
        convolution.run(input(rows).data(), rows, out.data());
        return out;
    }
    std::vector<double> definition(std::size_t rows) const
    {
        const std::vector<float> in = input(rows);
        const int side = shape.outputSide();
        std::vector<double> out;
        for (std::size_t row = 0; row < rows; ++row) {
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x)
                    for (int o = 0; o < shape.outputs; ++o)
                        out.push_back(at(in, row, y, x, o));
        }
        return out;
    }

private:
    double at(const std::vector<float> &in, std::size_t row, int y, int x, int o) const
    {
        double sum = bias[o];
        for (int ky = 0; ky < 3; ++ky) {
            for (int kx = 0; kx < 3; ++kx) {
                const int py = y + ky - shape.padding, px = x + kx - shape.padding;
                if (py < 0 || px < 0 || py >= shape.side || px >= shape.side)
                    continue;
                const float *pixel = &in[((row * shape.side + py) * shape.side + px) * shape.inputs];
                for (int i = 0; i < shape.inputs; ++i)
                    sum += static_cast<double>(pixel[i]) * weight[((o * shape.inputs + i) * 3 + ky) * 3 + kx];
            }
        }
        return relu ? std::max(sum, 0.0) : sum;
    }
};

double largestDifference(const std::vector<float> &got, const std::vector<double> &expected)
{
    double most = got.size() == expected.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
        most = std::isfinite(got[i]) ? std::max(most, std::abs(got[i] - expected[i])) : INFINITY;
    return most;
}

/// Sums of some hundreds of products of numbers up to 1.
constexpr double kRounding = 1e-4;

}  // namespace

class WinogradTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        setIntraOpThreads(1);
        if (!Case({64, 64, 8, 1}, true).make())
            QSKIP("Neither this build nor this processor has Winograd's convolutions.");
    }

    void equalsTheDefinition_data()
    {
        QTest::addColumn<int>("inputs");
        QTest::addColumn<int>("outputs");
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("padding");
        QTest::addColumn<bool>("relu");
        QTest::newRow("padded") << 64 << 96 << 11 << 1 << true;
        QTest::newRow("not padded") << 32 << 48 << 13 << 0 << true;
        QTest::newRow("without ReLU") << 80 << 64 << 8 << 1 << false;
        QTest::newRow("one place") << 64 << 32 << 3 << 0 << true;
        QTest::newRow("channels in no groups of 16") << 40 << 41 << 9 << 1 << true;
    }
    void equalsTheDefinition()
    {
        QFETCH(int, inputs);
        QFETCH(int, outputs);
        QFETCH(int, side);
        QFETCH(int, padding);
        QFETCH(bool, relu);
        const Case made({inputs, outputs, side, padding}, relu);
        const auto convolution = made.make();
        QVERIFY(convolution);
        // Alone, in lots, and both.
        for (const std::size_t rows : {1, 3, 8, 17, 1})
            QVERIFY(largestDifference(made.run(*convolution, rows), made.definition(rows)) < kRounding);
    }

    void threadsShareOne()
    {
        const Case made({64, 96, 17, 1}, true);
        const auto convolution = made.make();
        QVERIFY(convolution);
        const std::vector<double> expected = made.definition(9);
        std::array<double, 3> off{};
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < off.size(); ++t) {
            threads.emplace_back([&, t] {
                setIntraOpThreads(t == 0 ? 2 : 1);
                for (int round = 0; round < 5; ++round)
                    off[t] = std::max(off[t], largestDifference(made.run(*convolution, 9), expected));
            });
        }
        threads.clear();
        for (const double most : off)
            QVERIFY(most < kRounding);
    }

    void fewInputsAreLeftToTheOrdinaryOne() { QVERIFY(!Case({3, 64, 16, 1}, true).make()); }
};

QTEST_GUILESS_MAIN(WinogradTest)
#include "winograd_test.moc"
