// The presets `standard` and `paper` give the losses that they gave when they were first published, but for rounding:
// its order in the products is the processor's and was LibTorch's then.

#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/nn/training/trainer.h"

using namespace dank;

/// Of each epoch: training and validation.
using Losses = std::vector<std::pair<double, double>>;
Q_DECLARE_METATYPE(Losses)

namespace {

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
    QTest::newRow("standard") << "standard"
                              << Losses{{0x1.ba82eb809dd8dp-4, 0x1.e97e7cde6180fp-4},
                                        {0x1.c2cf670292063p-4, 0x1.cdf3373a82b38p-4},
                                        {0x1.71e30440dd3a9p-4, 0x1.b3a2e421fab0dp-4},
                                        {0x1.5f8dcd7212511p-4, 0x1.a1ed2bca5be53p-4}};
    QTest::newRow("paper") << "paper"
                           << Losses{{0x1.118e34d90894bp+43, 0x1.8f0718b157aa4p+31},
                                     {0x1.792fa409385e1p+43, 0x1.6d93173deb513p+31},
                                     {0x1.2a039fe28a712p+43, 0x1.4bc9b7b324187p+31},
                                     {0x1.060ca7d9f3706p+43, 0x1.31f508a927e89p+31}};
}

void PresetsTest::keepTheirNumbers()
{
    QFETCH(QString, preset);
    QFETCH(Losses, losses);
    const Problem problem = makeProblem();
    TrainConfig config = TrainConfig::fromPreset(preset.toStdString());
    config.epochs = static_cast<int>(losses.size());
    TrainingControl control;
    const TrainingState state =
        trainRegressor({problem.features, problem.targets, problem.split}, config, {}, control, {}, {});
    QCOMPARE(state.curve.size(), losses.size());
    double worst = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        worst = std::max({worst, std::abs(state.curve[i].trainLoss / losses[i].first - 1),
                          std::abs(state.curve[i].validationLoss / losses[i].second - 1)});
    }
    QVERIFY2(worst < 1e-4, qPrintable(QString::number(worst)));
}

QTEST_GUILESS_MAIN(PresetsTest)
#include "presets_test.moc"
