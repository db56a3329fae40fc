// Heads that come to give every meme the same score.

#include <QTest>

#include <cmath>

#include "tests/nn/trainer_fixture.h"

using namespace dank;
using namespace dank::testing;

namespace {

/// Nothing to learn, a narrow last layer and large steps: what makes a head collapse.
TrainConfig narrowConfig(const char *loss, std::uint64_t seed)
{
    TrainConfig config = TrainConfig::standard();
    config.hidden = {32, 4};
    config.loss = lossFromText(loss);
    config.learningRate = 0.03;
    config.dropout = 0.5;
    config.epochs = 15;
    config.patience = 0;
    config.seed = seed;
    return config;
}

std::vector<float> heldOutTargets(const Problem &problem)
{
    std::vector<float> targets;
    for (const std::size_t row : problem.split.validation)
        targets.push_back(problem.targets[row]);
    return targets;
}

std::vector<float> answersOf(const Problem &problem, const TrainConfig &config, const TrainingState &state,
                             const std::vector<float> &parameters)
{
    const int columns = static_cast<int>(problem.features.columns);
    return predict(modelOf(state, parameters, config, columns), problem.features.gathered(problem.split.validation));
}

}  // namespace

class CollapseTest : public QObject {
    Q_OBJECT

private slots:
    void knowsAFlatHead()
    {
        std::vector<float> targets, answers;
        for (int i = 0; i < 100; ++i) {
            targets.push_back(static_cast<float>(i) / 100);
            answers.push_back(0.4f + (i < 5 ? 0.1f : 1e-6f) * static_cast<float>(i));
        }
        QVERIFY(answersAreFlat(answers, targets));
        answers[7] = answers[8] = 0.9f;  // now 94 of 100
        QVERIFY(!answersAreFlat(answers, targets));
        QVERIFY(!answersAreFlat(targets, targets));
        const std::vector<float> same(100, 0.5f);
        QVERIFY(answersAreFlat(same, targets));
        QVERIFY(!answersAreFlat(same, same));  // there is nothing to tell apart
        QVERIFY(!answersAreFlat(std::span(same).first(9), std::span<const float>(targets).first(9)));
    }

    /// Dropping some of a few units is noise that no pair can learn from: a loss that only ranks made all scores equal,
    /// as one that also says how high they are, by next to nothing, still does.
    void rankingAloneDoesNotCollapse()
    {
        const Problem problem = makeProblem(500, 24, 100, true);
        const auto collapses = [&](const char *loss) {
            int count = 0;
            TrainingHooks hooks;
            hooks.onCollapse = [&](int) { ++count; };
            for (std::uint64_t seed = 1; seed <= 4; ++seed)
                train(problem, narrowConfig(loss, seed), {}, hooks);
            return count;
        };
        QVERIFY(collapses("ranknet+0.000001mse") > 0);
        QCOMPARE(collapses("ranknet"), 0);
    }

    void aFlatEpochIsToldAndNotTheBest()
    {
        const Problem problem = makeProblem(500, 24, 100, true);
        const std::vector<float> targets = heldOutTargets(problem);
        int flatWouldHaveWon = 0;
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            const TrainConfig config = narrowConfig("mse", seed);
            std::vector<int> told;
            std::vector<TrainingState> states;
            double leastFlat = INFINITY;
            int firstFlat = 0, others = 0;
            TrainingHooks hooks;
            hooks.onCollapse = [&](int epoch) { told.push_back(epoch); };
            hooks.onEpoch = [&](const EpochStats &stats, const TrainingState &state) {
                states.push_back(state);
                if (!answersAreFlat(answersOf(problem, config, state, state.parameters), targets)) {
                    ++others;
                    return;
                }
                firstFlat = firstFlat == 0 ? stats.epoch : firstFlat;
                leastFlat = std::min(leastFlat, stats.validationLoss);
            };
            const TrainingState end = train(problem, config, {}, hooks);
            QCOMPARE(told.size(), firstFlat > 0 ? std::size_t(1) : std::size_t(0));
            if (firstFlat > 0)
                QCOMPARE(told.front(), firstFlat);
            if (others > 0)
                QVERIFY(!answersAreFlat(answersOf(problem, config, end, end.best), targets));
            const double least = end.curve[static_cast<std::size_t>(end.bestEpoch) - 1].validationLoss;
            flatWouldHaveWon += others > 0 && leastFlat < least;

            for (const std::size_t from : {std::size_t(0), std::size_t(5)})
                QCOMPARE(train(problem, config, states[from]).bestEpoch, end.bestEpoch);
        }
        QVERIFY(flatWouldHaveWon > 0);  // else this shows nothing
    }
};

QTEST_GUILESS_MAIN(CollapseTest)
#include "collapse_test.moc"
