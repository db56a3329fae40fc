#include <torch/torch.h>

#include <QtTest>

#include <cmath>

#include "core/nn/mlp.h"

using namespace dank;

namespace {

constexpr int kColumns = 7;
constexpr int kRows = 12;
const std::vector<int> kHidden{16, 9, 4};

std::vector<float> numbers(std::size_t count, std::uint64_t seed, double deviation)
{
    Random random(seed);
    std::vector<float> result(count);
    for (float &value : result)
        value = static_cast<float>(deviation * random.normal());
    return result;
}

torch::Tensor tensor(std::span<const float> values, at::IntArrayRef shape)
{
    return torch::tensor(std::vector<float>(values.begin(), values.end())).reshape(shape);
}

/// The masks that Mlp draws, from its documented rule: 32 bits a value, low half of a draw first.
torch::Tensor mask(int rows, int columns, double drop, Random &random)
{
    std::vector<float> keep(static_cast<std::size_t>(rows * columns));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < keep.size(); ++i) {
        bits = i % 2 == 0 ? random.next() : bits >> 32;
        keep[i] = static_cast<double>(bits & 0xffffffffu) < drop * 0x1.0p32 ? 0.0f : 1.0f;
    }
    return tensor(keep, {rows, columns}) / (1.0 - drop);
}

}  // namespace

class MlpTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gradientEqualsAutograd_data()
    {
        QTest::addColumn<bool>("sigmoid");
        QTest::addColumn<double>("dropout");
        QTest::addColumn<bool>("linearModel");
        QTest::newRow("linear output") << false << 0.0 << false;
        QTest::newRow("sigmoid output") << true << 0.0 << false;
        QTest::newRow("dropout") << true << 0.3 << false;
        QTest::newRow("the paper's dropout") << false << 0.8 << false;
        QTest::newRow("no hidden layer") << true << 0.5 << true;
    }
    void gradientEqualsAutograd()
    {
        QFETCH(bool, sigmoid);
        QFETCH(double, dropout);
        QFETCH(bool, linearModel);
        const std::vector<int> hidden = linearModel ? std::vector<int>{} : kHidden;
        Mlp network(kColumns, hidden, sigmoid ? OutputActivation::Sigmoid : OutputActivation::Linear, dropout, 20);
        const std::vector<LayerSlice> layers = layerSlices(kColumns, hidden);
        const std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        const std::vector<float> inputs = numbers(kRows * kColumns, 2, 1.0);
        const std::vector<float> targets = numbers(kRows, 3, 1.0);

        std::copy(inputs.begin(), inputs.end(), network.input().begin());
        Random ours(9);
        const std::span<const float> answers = network.forward(parameters, kRows, dropout > 0 ? &ours : nullptr);
        std::vector<float> gradient(network.parameterCount(), -1.0f);
        const double squares = network.backward(parameters, targets, gradient);

        torch::Tensor flat = tensor(parameters, {-1}).requires_grad_();
        torch::Tensor x = tensor(inputs, {kRows, kColumns});
        Random theirs(9);
        for (std::size_t l = 0; l < layers.size(); ++l) {
            const LayerSlice &layer = layers[l];
            const auto weight = flat.narrow(0, static_cast<std::int64_t>(layer.weight), layer.inputs * layer.outputs)
                                    .reshape({layer.outputs, layer.inputs});
            x = torch::linear(x, weight, flat.narrow(0, static_cast<std::int64_t>(layer.bias), layer.outputs));
            if (l + 1 < layers.size()) {
                x = torch::relu(x);
                if (dropout > 0)
                    x = x * mask(kRows, layer.outputs, dropout, theirs);
            }
        }
        x = (sigmoid ? torch::sigmoid(x) : x).squeeze(1);
        const torch::Tensor loss = torch::mse_loss(x, tensor(targets, {kRows}));
        loss.backward();

        QVERIFY(torch::allclose(tensor(answers, {kRows}), x, 1e-5, 1e-6));
        QVERIFY(std::abs(squares / kRows - loss.item<double>()) < 1e-5 * (1 + loss.item<double>()));
        const torch::Tensor mine = tensor(gradient, {-1});
        QVERIFY2(torch::allclose(mine, flat.grad(), 1e-4, 1e-6),
                 std::to_string((mine - flat.grad()).abs().max().item<double>()).c_str());
        QVERIFY(flat.grad().abs().max().item<double>() > 0);
    }

    void aSmallerBatchLeavesNothingBehind()
    {
        Mlp network(kColumns, kHidden, OutputActivation::Linear, 0, 20);
        const std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        const std::vector<float> inputs = numbers(20 * kColumns, 2, 1.0);
        const std::vector<float> targets = numbers(20, 3, 1.0);
        std::vector<float> fresh(network.parameterCount()), reused(network.parameterCount());
        std::copy(inputs.begin(), inputs.end(), network.input().begin());
        network.forward(parameters, 3, nullptr);
        network.backward(parameters, std::span(targets).first(3), fresh);
        network.forward(parameters, 20, nullptr);
        network.backward(parameters, targets, reused);
        network.forward(parameters, 3, nullptr);
        network.backward(parameters, std::span(targets).first(3), reused);
        QCOMPARE(reused, fresh);
    }

    void notANumberShowsInTheLoss()
    {
        Mlp network(kColumns, kHidden, OutputActivation::Sigmoid, 0.5, 20);
        std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        std::fill(parameters.begin(), parameters.end(), std::nanf(""));
        Random random(1);
        QVERIFY(std::isnan(network.forward(parameters, 4, &random)[0]));
        QVERIFY(std::isnan(network.forward(parameters, 4, nullptr)[0]));
    }

    void adamEqualsTorch_data()
    {
        QTest::addColumn<double>("decay");
        QTest::newRow("plain") << 0.0;
        QTest::newRow("decoupled weight decay") << 0.05;
    }
    void adamEqualsTorch()
    {
        QFETCH(double, decay);
        constexpr std::size_t kSize = 50;
        std::vector<float> parameters = numbers(kSize, 1, 1.0), m(kSize), v(kSize);
        torch::Tensor theirs = tensor(parameters, {-1}).requires_grad_();
        torch::optim::AdamW optimiser({theirs}, torch::optim::AdamWOptions(0.01).weight_decay(decay));
        for (int step = 1; step <= 30; ++step) {
            const std::vector<float> gradient = numbers(kSize, 100 + static_cast<std::uint64_t>(step), 3.0);
            adamStep(parameters, m, v, gradient, step, 0.01, decay);
            theirs.mutable_grad() = tensor(gradient, {-1});
            optimiser.step();
        }
        QVERIFY(torch::allclose(tensor(parameters, {-1}), theirs.detach(), 1e-5, 1e-6));
    }
};

QTEST_GUILESS_MAIN(MlpTest)
#include "mlp_test.moc"
