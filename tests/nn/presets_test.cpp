// The presets `standard` and `paper` give the numbers that they gave when they were first published, to the bit.

#include <torch/torch.h>

#include <QtTest>

#include <array>
#include <cmath>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/nn/trainer.h"

using namespace dank;

/// Of each epoch: training and validation.
using Losses = std::vector<std::pair<double, double>>;
Q_DECLARE_METATYPE(Losses)

namespace {

/// What productsHash() was where the losses below were recorded.
constexpr std::uint64_t kRecordedProducts = 0x0a477913b4b19e9d;

constexpr std::size_t kRows = 240;
constexpr std::size_t kColumns = 96;

struct Problem {
    FeatureMatrix features;
    std::vector<float> targets;
    Split split;
};

Problem makeProblem()
{
    Problem problem;
    problem.features.columns = kColumns;
    Random random(7);
    for (std::size_t row = 0; row < kRows; ++row) {
        problem.features.ids.push_back(std::to_string(row));
        for (std::size_t c = 0; c < kColumns; ++c)
            problem.features.values.push_back(static_cast<float>(random.uniform()));
        problem.targets.push_back(static_cast<float>(random.uniform()));
        (row % 5 == 0 ? problem.split.validation : problem.split.train).push_back(row);
    }
    return problem;
}

std::uint64_t hashOf(std::span<const float> values)
{
    return hash64(std::as_bytes(values));
}

/// Names the way in which this processor's BLAS rounds, over the shapes of a first layer. Another one ends in other
/// last digits whoever calls it.
std::uint64_t productsHash()
{
    Random random(11);
    const auto matrix = [&](std::int64_t rows, std::int64_t columns) {
        torch::Tensor values = torch::empty({rows, columns});
        for (std::int64_t i = 0; i < rows * columns; ++i)
            values.data_ptr<float>()[i] = static_cast<float>(random.normal());
        return values;
    };
    torch::set_num_threads(1);
    std::uint64_t hash = 0;
    using Shape = std::array<std::int64_t, 3>;
    for (const auto [rows, inputs, outputs] : {Shape{100, 96, 512}, Shape{92, 512, 256}, Shape{48, 8, 1}}) {
        const torch::Tensor x = matrix(rows, inputs), w = matrix(outputs, inputs), d = matrix(rows, outputs);
        for (const torch::Tensor &product : {torch::mm(x, w.t()), torch::mm(d.t(), x), torch::mm(d, w)}) {
            const torch::Tensor flat = product.contiguous();
            const std::span values(flat.data_ptr<float>(), static_cast<std::size_t>(flat.numel()));
            hash = hash64(std::as_bytes(values), hash);
        }
    }
    return hash;
}

}  // namespace

class PresetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepTheirNumbers_data();
    void keepTheirNumbers();
};

void PresetsTest::keepTheirNumbers_data()
{
    QTest::addColumn<QString>("preset");
    QTest::addColumn<Losses>("losses");
    QTest::addColumn<quint64>("parameters");
    QTest::newRow("standard") << "standard"
                              << Losses{{0x1.ba82eb809dd8dp-4, 0x1.e97e7cde6180fp-4},
                                        {0x1.c2cf670292063p-4, 0x1.cdf3373a82b38p-4},
                                        {0x1.71e30440dd3a9p-4, 0x1.b3a2e421fab0dp-4},
                                        {0x1.5f8dcd7212511p-4, 0x1.a1ed2bca5be53p-4}}
                              << quint64(0x71f39205e8f2482e);
    QTest::newRow("paper") << "paper"
                           << Losses{{0x1.118e34d90894bp+43, 0x1.8f0718b157aa4p+31},
                                     {0x1.792fa409385e1p+43, 0x1.6d93173deb513p+31},
                                     {0x1.2a039fe28a712p+43, 0x1.4bc9b7b324187p+31},
                                     {0x1.060ca7d9f3706p+43, 0x1.31f508a927e89p+31}}
                           << quint64(0xb6baf31c9d58c1b0);
}

void PresetsTest::keepTheirNumbers()
{
    QFETCH(QString, preset);
    QFETCH(Losses, losses);
    QFETCH(quint64, parameters);
    const Problem problem = makeProblem();
    TrainConfig config = TrainConfig::fromPreset(preset.toStdString());
    config.epochs = static_cast<int>(losses.size());
    TrainingControl control;
    const TrainingState state =
        trainRegressor({problem.features, problem.targets, problem.split}, config, {}, control, {}, {});
    QCOMPARE(state.curve.size(), losses.size());
    if (productsHash() == kRecordedProducts) {
        for (std::size_t i = 0; i < losses.size(); ++i) {
            QCOMPARE(std::pair(state.curve[i].trainLoss, state.curve[i].validationLoss), losses[i]);
        }
        QCOMPARE(quint64(hashOf(state.parameters)), parameters);
        return;
    }
    qInfo("This processor's products round otherwise than those recorded: compared to 1e-3.");
    for (std::size_t i = 0; i < losses.size(); ++i) {
        QVERIFY(std::abs(state.curve[i].trainLoss / losses[i].first - 1) < 1e-3);
        QVERIFY(std::abs(state.curve[i].validationLoss / losses[i].second - 1) < 1e-3);
    }
}

QTEST_GUILESS_MAIN(PresetsTest)
#include "presets_test.moc"
