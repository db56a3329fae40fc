// What each loss makes a run learn.

#include <QTest>

#include <cmath>

#include "tests/nn/trainer_fixture.h"

using namespace dank;
using namespace dank::testing;

class LossesTest : public QObject {
    Q_OBJECT

private slots:
    void everyPresetAndLossLearns_data()
    {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<QString>("loss");
        QTest::addColumn<QString>("optimiser");
        QTest::newRow("small") << "small"
                               << "mse"
                               << "adamw";
        QTest::newRow("linear") << "linear"
                                << "mse"
                                << "adamw";
        QTest::newRow("ranking") << "ranking"
                                 << "bce+0.5ranknet"
                                 << "adamw";
        QTest::newRow("ranknet alone") << "small"
                                       << "ranknet"
                                       << "adamw";
        QTest::newRow("huber") << "small"
                               << "huber"
                               << "adamw";
        QTest::newRow("bce by gradient descent") << "linear"
                                                 << "bce"
                                                 << "sgd";
    }
    /// Targets that are one linear rule in the features: held-out memes come out in order, below the mean's loss.
    void everyPresetAndLossLearns()
    {
        QFETCH(QString, preset);
        QFETCH(QString, loss);
        QFETCH(QString, optimiser);
        Problem problem = makeProblem(400, 24, 80);
        for (std::size_t r = 0; r < 400; ++r)
            problem.targets[r] = 0.1f + 0.4f * problem.features.row(r)[0] + 0.4f * problem.features.row(r)[3];
        TrainConfig config = TrainConfig::fromPreset(preset.toStdString());
        config.loss = lossFromText(loss.toStdString());
        config.optimiser = optimiserFromName(optimiser.toStdString());
        config.learningRate = 0.01;
        config.batch = 16;
        config.epochs = 60;
        const TrainingState state = train(problem, config);
        std::vector<float> trainTargets, held;
        for (const std::size_t row : problem.split.train)
            trainTargets.push_back(problem.targets[row]);
        for (const std::size_t row : problem.split.validation)
            held.push_back(problem.targets[row]);
        // A cross-entropy's floor is the targets' own entropy.
        const double ceiling = lossHas(config.loss, LossKind::Bce) ? 0.99 : 0.6;
        const double best = state.curve[static_cast<std::size_t>(state.bestEpoch) - 1].validationLoss;
        const double mean = meanPredictorLoss(config, trainTargets, held, {});
        QVERIFY2(best < ceiling * mean, qPrintable(QString("%1 of %2").arg(best).arg(mean)));

        const std::vector<float> answers = predict(modelOf(state, state.best, config, 24), problem.features.values);
        int right = 0, pairs = 0;
        for (const std::size_t i : problem.split.validation)
            for (const std::size_t j : problem.split.validation)
                if (problem.targets[i] > problem.targets[j]) {
                    ++pairs;
                    right += answers[i] > answers[j];
                }
        QVERIFY2(right > 0.88 * pairs, qPrintable(QString("%1 of %2").arg(right).arg(pairs)));
    }

    /// Within groups only: an order between the groups that is against the one inside them does not matter.
    void rankNetLooksInsideGroups()
    {
        Problem problem = makeProblem(400, 3, 80);
        for (std::size_t r = 0; r < 400; ++r) {
            const auto group = static_cast<std::uint32_t>(r % 4);
            float *x = &problem.features.values[r * 3];
            problem.groups.push_back(group);
            x[1] = static_cast<float>(group);
            // The more of feature 1 and so the more of feature 0, the less; inside a group the more of 0 the more.
            problem.targets[r] = 0.9f - 0.2f * static_cast<float>(group) + 0.1f * x[0];
            x[0] += 3.0f * static_cast<float>(group);
            x[1] = 0;
        }
        TrainConfig config = TrainConfig::fromPreset("linear");
        config.loss = lossFromText("ranknet");
        config.learningRate = 0.1;
        config.batch = 32;
        config.epochs = 60;
        const TrainingState state = train(problem, config);
        const double last = state.curve.back().validationLoss;
        QVERIFY2(last < 0.4, std::to_string(last).c_str());  // log 2 = 0.69 is knowing nothing
        const Model model = modelOf(state, state.parameters, config, 3);
        const std::vector<float> answers = predict(model, std::vector<float>{0.1f, 0, 0.5f, 0.9f, 0, 0.5f});
        QVERIFY(answers[1] > answers[0]);
        problem.groups.clear();
        const TrainingState pooled = train(problem, config);
        const std::vector<float> other =
            predict(modelOf(pooled, pooled.parameters, config, 3), std::vector<float>{0.1f, 0, 0.5f, 0.9f, 0, 0.5f});
        QVERIFY(other[1] < other[0]);
    }

    void validationLossIsTheWeightedSum()
    {
        Problem problem = makeProblem(90, 9, 30, true);
        for (std::size_t r = 0; r < 90; ++r)
            problem.groups.push_back(static_cast<std::uint32_t>(r % 3));
        TrainConfig config = smallConfig();
        config.loss = lossFromText("bce+0.5ranknet");
        const TrainingState state = train(problem, config);
        const std::vector<float> answers =
            predict(modelOf(state, state.parameters, config, 9), problem.features.values);
        double entropy = 0, ranked = 0;
        int pairs = 0;
        const auto &rows = problem.split.validation;
        const auto logit = [&](std::size_t row) { return std::log(answers[row] / (1.0 - answers[row])); };
        for (const std::size_t i : rows) {
            const double p = answers[i], t = problem.targets[i];
            entropy -= (t * std::log(p) + (1 - t) * std::log(1 - p)) / static_cast<double>(rows.size());
            for (const std::size_t j : rows)
                if (problem.groups[i] == problem.groups[j] && problem.targets[i] > problem.targets[j]) {
                    ranked += std::log1p(std::exp(logit(j) - logit(i)));
                    ++pairs;
                }
        }
        const double expected = entropy + 0.5 * ranked / pairs;
        QVERIFY(std::abs(expected - state.curve.back().validationLoss) < 1e-5 * expected);
    }
};

QTEST_GUILESS_MAIN(LossesTest)
#include "losses_test.moc"
