#include <torch/torch.h>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/nn/training/mlp.h"
#include "core/nn/training/optimiser.h"
#include "core/nn/training/trainer.h"
#include "core/nn/training/training_loss.h"

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

/// Forward and backward pass under a loss; returns the loss times rows.
double pass(Mlp &network, const std::vector<LossTerm> &terms, OutputActivation output,
            std::span<const float> parameters, std::span<const float> targets, std::span<const std::uint32_t> groups,
            Random *dropout, std::span<float> gradient)
{
    TrainingLoss loss(terms, output);
    std::vector<float> delta(targets.size());
    Random pairs(1);
    const auto answers = network.forward(parameters, static_cast<int>(targets.size()), dropout);
    const double total = loss.batch({network.scores(), answers, targets, groups}, delta, pairs);
    network.backward(parameters, delta, gradient);
    return total;
}

/// RankNet as its definition has it, over all pairs.
torch::Tensor rankNet(const torch::Tensor &scores, std::span<const float> targets,
                      std::span<const std::uint32_t> groups)
{
    torch::Tensor sum = torch::zeros({}, torch::kDouble);
    int pairs = 0;
    for (std::size_t i = 0; i < targets.size(); ++i)
        for (std::size_t j = 0; j < targets.size(); ++j)
            if ((groups.empty() || groups[i] == groups[j]) && targets[i] > targets[j]) {
                const auto gap = scores[static_cast<std::int64_t>(i)] - scores[static_cast<std::int64_t>(j)];
                sum = sum + torch::softplus(-gap.to(torch::kDouble));
                ++pairs;
            }
    return sum / std::max(pairs, 1);
}

torch::Tensor torchLoss(const std::vector<LossTerm> &terms, const torch::Tensor &scores, const torch::Tensor &answers,
                        std::span<const float> targets, std::span<const std::uint32_t> groups)
{
    torch::Tensor total = torch::zeros({});
    const torch::Tensor wanted = tensor(targets, {-1});
    for (const LossTerm &term : terms) {
        torch::Tensor part;
        switch (term.kind) {
        case LossKind::SquaredError: part = torch::mse_loss(answers, wanted); break;
        case LossKind::Huber: part = torch::huber_loss(answers, wanted, at::Reduction::Mean, term.delta); break;
        case LossKind::Bce: part = torch::binary_cross_entropy_with_logits(scores, wanted); break;
        case LossKind::RankNet: part = rankNet(scores, targets, groups); break;
        }
        total = total + term.weight * part;
    }
    return total;
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
        QTest::addColumn<bool>("layerNorm");
        QTest::addColumn<QString>("loss");
        QTest::newRow("linear output") << false << 0.0 << false << false << "mse";
        QTest::newRow("sigmoid output") << true << 0.0 << false << false << "mse";
        QTest::newRow("dropout") << true << 0.3 << false << false << "mse";
        QTest::newRow("the paper's dropout") << false << 0.8 << false << false << "mse";
        QTest::newRow("no hidden layer") << true << 0.5 << true << false << "mse";
        QTest::newRow("layer norm") << false << 0.0 << false << true << "mse";
        QTest::newRow("layer norm and dropout") << true << 0.3 << false << true << "bce";
        QTest::newRow("layer norm, no hidden layer") << true << 0.0 << true << true << "mse";
        QTest::newRow("weighted mse") << true << 0.0 << false << false << "3mse";
        QTest::newRow("huber") << false << 0.0 << false << false << "huber";
        QTest::newRow("wide huber") << true << 0.0 << false << false << "huber:0.4";
        QTest::newRow("bce") << true << 0.0 << false << false << "bce";
        QTest::newRow("ranknet") << false << 0.0 << false << false << "ranknet";
        QTest::newRow("ranknet before a sigmoid") << true << 0.0 << false << false << "ranknet";
        QTest::newRow("bce and ranknet") << true << 0.3 << false << true << "bce+0.5ranknet";
        QTest::newRow("all four") << true << 0.0 << false << false << "0.25ranknet+2bce+huber:0.3+0.1mse";
    }
    void gradientEqualsAutograd()
    {
        QFETCH(bool, sigmoid);
        QFETCH(double, dropout);
        QFETCH(bool, linearModel);
        QFETCH(bool, layerNorm);
        QFETCH(QString, loss);
        const std::vector<LossTerm> terms = lossFromText(loss.toStdString());
        const std::vector<int> hidden = linearModel ? std::vector<int>{} : kHidden;
        const OutputActivation output = sigmoid ? OutputActivation::Sigmoid : OutputActivation::Linear;
        Mlp network(kColumns, hidden, layerNorm, output, dropout, 20);
        const std::vector<LayerSlice> layers = layerSlices(kColumns, hidden, layerNorm);
        const std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        const std::vector<float> inputs = numbers(kRows * kColumns, 2, 1.0);
        std::vector<float> targets = numbers(kRows, 3, 1.0);
        for (float &target : targets)
            target = std::clamp(0.5f + 0.4f * target, 0.0f, 1.0f);
        targets[5] = targets[2];  // a tie in one group
        const std::vector<std::uint32_t> groups{7, 7, 3, 3, 7, 3, 3, 7, 9, 7, 3, 7};

        std::copy(inputs.begin(), inputs.end(), network.input().begin());
        Random ours(9);
        std::vector<float> gradient(network.parameterCount(), -1.0f);
        const double total =
            pass(network, terms, output, parameters, targets, groups, dropout > 0 ? &ours : nullptr, gradient);

        torch::Tensor flat = tensor(parameters, {-1}).requires_grad_();
        torch::Tensor x = tensor(inputs, {kRows, kColumns});
        if (layerNorm)
            x = torch::layer_norm(x, {kColumns}, flat.narrow(0, 0, kColumns), flat.narrow(0, kColumns, kColumns), 1e-5);
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
        const torch::Tensor scores = x.squeeze(1);
        const torch::Tensor answers = sigmoid ? torch::sigmoid(scores) : scores;
        const torch::Tensor theirLoss = torchLoss(terms, scores, answers, targets, groups);
        theirLoss.backward();

        QVERIFY(torch::allclose(tensor(network.scores(), {kRows}), scores, 1e-5, 1e-6));
        const double wanted = theirLoss.item<double>();
        QVERIFY2(std::abs(total / kRows - wanted) < 1e-5 * wanted, std::to_string(total / kRows - wanted).c_str());
        const torch::Tensor mine = tensor(gradient, {-1});
        const double error = ((mine - flat.grad()).norm() / flat.grad().norm()).item<double>();
        QVERIFY2(error < 1e-5, std::to_string(error).c_str());
        QVERIFY2(torch::allclose(mine, flat.grad(), 1e-4, 1e-6),
                 std::to_string((mine - flat.grad()).abs().max().item<double>()).c_str());
        QVERIFY(flat.grad().abs().max().item<double>() > 0);
    }

    void hugeScoresStayFinite()
    {
        TrainingLoss loss(lossFromText("bce+ranknet"), OutputActivation::Sigmoid);
        const std::vector<float> scores{800, -800, 90, -1e30f}, answers{1, 0, 1, 0}, targets{0, 1, 1, 0.5f};
        std::vector<float> delta(4);
        Random pairs(1);
        const double total = loss.batch({scores, answers, targets, {}}, delta, pairs);
        QVERIFY2(std::isfinite(total) && total > 1e29, std::to_string(total).c_str());
        QVERIFY(std::all_of(delta.begin(), delta.end(), [](float value) { return std::isfinite(value); }));
        QVERIFY(delta[0] > 0 && delta[1] < 0);
    }

    void aBatchWithoutPairsAddsNothing_data()
    {
        QTest::addColumn<QList<float>>("targets");
        QTest::addColumn<QList<int>>("groups");
        QTest::newRow("one row") << QList<float>{1} << QList<int>{};
        QTest::newRow("all the same") << QList<float>{1, 1, 1} << QList<int>{};
        QTest::newRow("each its own group") << QList<float>{1, 2, 3} << QList<int>{1, 2, 3};
        QTest::newRow("ties within") << QList<float>{1, 2, 1, 2} << QList<int>{1, 2, 1, 2};
    }
    void aBatchWithoutPairsAddsNothing()
    {
        QFETCH(QList<float>, targets);
        QFETCH(QList<int>, groups);
        const std::vector<float> wanted(targets.begin(), targets.end());
        const std::vector<std::uint32_t> group(groups.begin(), groups.end());
        const std::vector<float> scores = numbers(wanted.size(), 4, 1.0);
        std::vector<float> delta(wanted.size(), 5.0f);
        Random pairs(1);
        TrainingLoss loss(lossFromText("ranknet"), OutputActivation::Linear);
        QCOMPARE(loss.batch({scores, scores, wanted, group}, delta, pairs), 0.0);
        QCOMPARE(delta, std::vector<float>(wanted.size(), 0.0f));
        QCOMPARE(loss.choosePairs(wanted, group, pairs), std::size_t(0));
        QCOMPARE(loss.value({scores, scores, wanted, group}), 0.0);
    }

    void pairsAreThoseOfTheDefinition()
    {
        Random random(5);
        std::vector<float> targets(60);
        std::vector<std::uint32_t> groups(60);
        for (std::size_t i = 0; i < 60; ++i) {
            targets[i] = static_cast<float>(random.below(9));
            groups[i] = static_cast<std::uint32_t>(random.below(4));
        }
        for (const std::vector<std::uint32_t> &given : {std::vector<std::uint32_t>{}, groups}) {
            std::set<std::pair<std::uint32_t, std::uint32_t>> expected, found;
            for (std::uint32_t i = 0; i < 60; ++i)
                for (std::uint32_t j = 0; j < 60; ++j)
                    if (targets[i] > targets[j] && (given.empty() || given[i] == given[j]))
                        expected.emplace(i, j);
            RankPairs pairs;
            pairs.fit(targets, given);
            QCOMPARE(pairs.count(), expected.size());
            pairs.visit(random, [&](std::uint32_t higher, std::uint32_t lower) { found.emplace(higher, lower); });
            QVERIFY(found == expected);
        }
    }

    void tooManyPairsAreDrawnEvenly()
    {
        // 1,000 rows, ties included: 449,550 pairs at least.
        std::vector<float> targets(1000);
        Random random(5);
        for (float &target : targets)
            target = static_cast<float>(random.below(100));
        RankPairs pairs;
        pairs.fit(targets, {});
        QVERIFY(pairs.count() > RankPairs::kMost);
        QCOMPARE(pairs.visited(), RankPairs::kMost);
        std::vector<double> drawn(1000), expected(1000);
        std::uint64_t count = 0;
        pairs.visit(random, [&](std::uint32_t higher, std::uint32_t lower) {
            if (targets[higher] <= targets[lower])
                QFAIL("a pair in the wrong order");
            ++drawn[higher];
            ++count;
        });
        QCOMPARE(count, RankPairs::kMost);
        double chi = 0;
        for (std::size_t i = 0; i < 1000; ++i) {
            const auto below = std::count_if(targets.begin(), targets.end(), [&](float t) { return t < targets[i]; });
            expected[i] = static_cast<double>(below) * RankPairs::kMost / static_cast<double>(pairs.count());
            if (expected[i] == 0)
                QCOMPARE(drawn[i], 0.0);
            else
                chi += (drawn[i] - expected[i]) * (drawn[i] - expected[i]) / expected[i];
        }
        QVERIFY2(chi < 1200, std::to_string(chi).c_str());  // about 990 degrees of freedom
        // The same generator, the same pairs.
        std::vector<std::uint32_t> first, second;
        Random a(3), b(3);
        pairs.visit(a, [&](std::uint32_t higher, std::uint32_t) { first.push_back(higher); });
        pairs.visit(b, [&](std::uint32_t higher, std::uint32_t) { second.push_back(higher); });
        QCOMPARE(first, second);
    }

    void theMeansLossEqualsTorchs_data()
    {
        QTest::addColumn<QString>("loss");
        for (const char *loss : {"mse", "huber:0.2", "bce", "ranknet", "bce+0.5ranknet"})
            QTest::newRow(loss) << loss;
    }
    void theMeansLossEqualsTorchs()
    {
        QFETCH(QString, loss);
        TrainConfig config;
        config.loss = lossFromText(loss.toStdString());
        const std::vector<float> train{0.1f, 0.5f, 0.9f, 0.2f}, held{0.0f, 1.0f, 0.4f, 0.4f};
        const std::vector<std::uint32_t> groups{1, 1, 2, 2};
        const torch::Tensor mean = torch::full({4}, 0.425);
        const double expected = torchLoss(config.loss, torch::logit(mean), mean, held, groups).item<double>();
        const double found = meanPredictorLoss(config, train, held, groups);
        QVERIFY2(std::abs(found - expected) < 1e-6, std::to_string(found - expected).c_str());
        // A mean of 0 or 1 is no probability to take the logarithm of.
        const std::vector<float> ones{1, 1};
        QVERIFY(std::isfinite(meanPredictorLoss(config, ones, held, {})));
    }

    void aSmallerBatchLeavesNothingBehind()
    {
        Mlp network(kColumns, kHidden, true, OutputActivation::Linear, 0, 20);
        const std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        const std::vector<float> inputs = numbers(20 * kColumns, 2, 1.0);
        const std::vector<float> targets = numbers(20, 3, 1.0);
        std::vector<float> fresh(network.parameterCount()), reused(network.parameterCount());
        std::copy(inputs.begin(), inputs.end(), network.input().begin());
        const auto run = [&](std::size_t rows, std::span<float> gradient) {
            pass(network, {LossTerm{}}, OutputActivation::Linear, parameters, std::span(targets).first(rows), {},
                 nullptr, gradient);
        };
        run(3, fresh);
        run(20, reused);
        run(3, reused);
        QCOMPARE(reused, fresh);
    }

    void notANumberShowsInTheLoss()
    {
        Mlp network(kColumns, kHidden, true, OutputActivation::Sigmoid, 0.5, 20);
        std::vector<float> parameters = numbers(network.parameterCount(), 1, 0.5);
        std::fill(parameters.begin(), parameters.end(), std::nanf(""));
        Random random(1);
        QVERIFY(std::isnan(network.forward(parameters, 4, &random)[0]));
        QVERIFY(std::isnan(network.forward(parameters, 4, nullptr)[0]));
    }

    void optimiserEqualsTorch_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("decay");
        QTest::addColumn<double>("momentum");
        QTest::addColumn<double>("clip");
        QTest::newRow("Adam") << "adam" << 0.0 << 0.9 << 0.0;
        QTest::newRow("Adam with weight decay") << "adam" << 0.05 << 0.9 << 0.0;
        QTest::newRow("AdamW without") << "adamw" << 0.0 << 0.9 << 0.0;
        QTest::newRow("AdamW") << "adamw" << 0.05 << 0.9 << 0.0;
        QTest::newRow("SGD") << "sgd" << 0.0 << 0.0 << 0.0;
        QTest::newRow("SGD with momentum") << "sgd" << 0.0 << 0.9 << 0.0;
        QTest::newRow("SGD with momentum and weight decay") << "sgd" << 0.05 << 0.8 << 0.0;
        QTest::newRow("clipped SGD") << "sgd" << 0.05 << 0.9 << 15.0;
        QTest::newRow("clipped AdamW") << "adamw" << 0.05 << 0.9 << 15.0;
    }
    void optimiserEqualsTorch()
    {
        QFETCH(QString, name);
        QFETCH(double, decay);
        QFETCH(double, momentum);
        QFETCH(double, clip);
        constexpr std::size_t kSize = 51;
        TrainConfig config;
        config.optimiser = optimiserFromName(name.toStdString());
        config.weightDecay = decay;
        config.momentum = momentum;
        config.gradientClip = clip;
        std::vector<float> parameters = numbers(kSize, 1, 1.0), m(kSize), v(secondMomentSize(config, kSize));
        torch::Tensor theirs = tensor(parameters, {-1}).requires_grad_();
        std::unique_ptr<torch::optim::Optimizer> optimiser;
        const std::vector<torch::Tensor> all{theirs};
        if (config.optimiser == OptimiserKind::Sgd)
            optimiser = std::make_unique<torch::optim::SGD>(
                all, torch::optim::SGDOptions(0.01).momentum(momentum).weight_decay(decay));
        else if (config.optimiser == OptimiserKind::Adam)
            optimiser = std::make_unique<torch::optim::Adam>(all, torch::optim::AdamOptions(0.01).weight_decay(decay));
        else
            optimiser =
                std::make_unique<torch::optim::AdamW>(all, torch::optim::AdamWOptions(0.01).weight_decay(decay));
        for (int step = 1; step <= 30; ++step) {
            // About 7 to 35 long: on both sides of the bound.
            std::vector<float> gradient = numbers(kSize, 100 + static_cast<std::uint64_t>(step), 1.0 + step % 5);
            theirs.mutable_grad() = tensor(gradient, {-1});
            if (clip > 0)
                torch::nn::utils::clip_grad_norm_(all, clip);
            optimiser->step();
            optimiserStep(config, 0.01, step, parameters, m, v, gradient);
            const double error = (tensor(parameters, {-1}) - theirs.detach()).abs().max().item<double>();
            QVERIFY2(error < 1e-6 * (1 + theirs.detach().abs().max().item<double>()), std::to_string(error).c_str());
        }
    }

    void clippingTellsTheLength()
    {
        std::vector<float> gradient{3, 4};
        QCOMPARE(clipGradient(gradient, 10), 5.0);
        QCOMPARE(gradient, (std::vector<float>{3, 4}));
        QCOMPARE(clipGradient(gradient, 1), 5.0);
        QVERIFY(std::abs(std::hypot(gradient[0], gradient[1]) - 1) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(MlpTest)
#include "mlp_test.moc"
