#include <QTest>

#include <cmath>
#include <numeric>

#include "tests/nn/trainer_fixture.h"

using namespace dank;
using namespace dank::testing;

namespace {

std::vector<double> losses(const TrainingState &state)
{
    std::vector<double> all;
    for (const EpochStats &stats : state.curve) {
        all.push_back(stats.trainLoss);
        all.push_back(stats.validationLoss);
    }
    return all;
}

bool same(const TrainingState &a, const TrainingState &b)
{
    return a.epoch == b.epoch && a.step == b.step && a.parameters == b.parameters && a.firstMoment == b.firstMoment
           && a.secondMoment == b.secondMoment && a.best == b.best && a.bestEpoch == b.bestEpoch
           && a.featureMean == b.featureMean && a.featureScale == b.featureScale && losses(a) == losses(b);
}

}  // namespace

class TrainerTest : public QObject {
    Q_OBJECT

private slots:
    void learnsThirtyTwoRowsByHeart()
    {
        const Problem problem = makeProblem(40, 20, 8, true);
        TrainConfig config = smallConfig();
        config.hidden = {64, 32};
        config.dropout = 0;
        config.epochs = 400;
        const TrainingState state = train(problem, config);
        QVERIFY2(state.curve.back().trainLoss < 1e-3, std::to_string(state.curve.back().trainLoss).c_str());
        QVERIFY(state.curve.front().trainLoss > 20 * state.curve.back().trainLoss);
    }

    void generalisesWhatCanBeLearnt()
    {
        const Problem problem = makeProblem(300, 4, 60);
        TrainConfig config = smallConfig();
        config.dropout = 0;
        config.epochs = 60;
        const TrainingState state = train(problem, config);
        const double best = state.curve[static_cast<std::size_t>(state.bestEpoch) - 1].validationLoss;
        QVERIFY2(best < 0.002, std::to_string(best).c_str());  // the targets' variance is 0.015
    }

    void sameSeedSameNumbers()
    {
        const Problem problem = makeProblem(80, 8, 16);
        TrainConfig config = smallConfig();
        const TrainingState first = train(problem, config);
        QCOMPARE(first.epoch, 6);
        QCOMPARE(first.step, std::int64_t(6 * 4));
        QVERIFY(same(first, train(problem, config)));
        config.seed = 43;
        QVERIFY(losses(first) != losses(train(problem, config)));
    }

    void threadsChangeNothing()
    {
        const Problem problem = makeProblem(400, 150, 70);
        TrainConfig config = smallConfig();
        config.hidden = {300, 20};
        config.batch = 90;
        const TrainingState one = train(problem, config), three = train(problem, config, {}, {}, 3);
        QVERIFY(one.parameters == three.parameters);
        QVERIFY(one.firstMoment == three.firstMoment);
        QVERIFY(one.secondMoment == three.secondMoment);
        QCOMPARE(one.curve.back().validationLoss, three.curve.back().validationLoss);
    }

    void goesOnFromEveryEpochToTheSameBits()
    {
        const Problem problem = makeProblem(80, 8, 16);
        for (TrainConfig config : {smallConfig(), TrainConfig::paper()}) {
            config.epochs = 6;
            config.batch = 24;  // the last batch is smaller
            std::vector<TrainingState> states;
            TrainingHooks hooks;
            hooks.onEpoch = [&](const EpochStats &stats, const TrainingState &state) {
                QCOMPARE(stats.epoch, state.epoch);
                QCOMPARE(state.curve.back(), stats);
                states.push_back(state);
            };
            const TrainingState whole = train(problem, config, {}, hooks);
            QCOMPARE(states.size(), std::size_t(6));
            for (const TrainingState &state : states)
                QVERIFY2(same(train(problem, config, state), whole), std::to_string(state.epoch).c_str());
        }
    }

    void bestIsTheLeastValidationLoss()
    {
        const Problem problem = makeProblem(60, 8, 20, true);
        TrainConfig config = smallConfig();
        config.epochs = 30;
        config.learningRate = 0.02;
        TrainingHooks hooks;
        hooks.onEpoch = [](const EpochStats &, const TrainingState &state) {
            const auto least = std::min_element(state.curve.begin(), state.curve.end(),
                                                [](auto &a, auto &b) { return a.validationLoss < b.validationLoss; });
            QCOMPARE(state.bestEpoch, least->epoch);
            QCOMPARE(state.best == state.parameters, state.bestEpoch == state.epoch);
        };
        const TrainingState state = train(problem, config, {}, hooks);
        QVERIFY(state.bestEpoch < state.epoch);
    }

    void validationHasDropoutOffAndPredictAgrees_data()
    {
        QTest::addColumn<bool>("sigmoid");
        QTest::addColumn<bool>("layerNorm");
        QTest::addColumn<bool>("hidden");
        QTest::newRow("sigmoid") << true << false << true;
        QTest::newRow("linear") << false << false << true;
        QTest::newRow("layer norm") << true << true << true;
        QTest::newRow("layer norm, no hidden layer") << true << true << false;
    }
    void validationHasDropoutOffAndPredictAgrees()
    {
        QFETCH(bool, sigmoid);
        QFETCH(bool, layerNorm);
        QFETCH(bool, hidden);
        const Problem problem = makeProblem(90, 37, 30);  // no multiple of the vector width
        TrainConfig config = smallConfig();
        config.dropout = 0.7;
        config.layerNorm = layerNorm;
        config.output = sigmoid ? OutputActivation::Sigmoid : OutputActivation::Linear;
        if (!hidden)
            config.hidden = {};
        const TrainingState state = train(problem, config);
        const std::vector<float> answers =
            predict(modelOf(state, state.parameters, config, 37), problem.features.values);
        double squares = 0;
        for (std::size_t row : problem.split.validation)
            squares += std::pow(static_cast<double>(answers[row]) - problem.targets[row], 2);
        const double expected = squares / static_cast<double>(problem.split.validation.size());
        QVERIFY(std::abs(expected - state.curve.back().validationLoss) < 1e-5 * expected);
    }

    void aScoreDoesNotDependOnItsCompany()
    {
        const Problem problem = makeProblem(40, 37, 10);
        TrainConfig config = smallConfig();
        for (const bool layerNorm : {false, true}) {
            config.layerNorm = layerNorm;
            const TrainingState state = train(problem, config);
            const Model model = modelOf(state, state.best, config, 37);
            const std::vector<float> together = predict(model, problem.features.values);
            QCOMPARE(together.size(), std::size_t(40));
            for (std::size_t row = 0; row < 40; ++row)
                QCOMPARE(predict(model, problem.features.row(row)), std::vector<float>{together[row]});
            QVERIFY(predict(model, {}).empty());
            QCOMPARE(kindOf([&] { predict(model, std::span(problem.features.values).first(36)); }), ErrorKind::Shape);
        }
    }

    void standardisesByTheTrainingRowsOnly()
    {
        Problem problem = makeProblem(30, 3, 10);
        for (std::size_t r = 0; r < 30; ++r)
            problem.features.values[r * 3 + 1] = 0.1f;  // constant but for what the held-out rows hold
        for (std::size_t row : problem.split.validation) {
            problem.features.values[row * 3] = 1000;
            problem.features.values[row * 3 + 1] = 2;
        }
        const TrainingState state = train(problem, smallConfig());
        double mean = 0, squares = 0;
        for (std::size_t row : problem.split.train)
            mean += problem.features.values[row * 3] / 20.0;
        for (std::size_t row : problem.split.train)
            squares += std::pow(problem.features.values[row * 3] - mean, 2) / 20.0;
        QVERIFY(std::abs(state.featureMean[0] - mean) < 1e-6);
        QVERIFY(std::abs(state.featureScale[0] - std::sqrt(squares)) < 1e-6);
        QCOMPARE(state.featureScale[1], 1.0f);
    }

    void theScheduleRulesTheSteps()
    {
        const Problem problem = makeProblem(80, 8, 16);
        TrainConfig config = smallConfig();
        config.schedule = Schedule::Step;
        config.scheduleEvery = 2;
        config.scheduleFactor = 1e-12;
        config.optimiser = OptimiserKind::Sgd;
        config.epochs = 2;
        const std::vector<float> two = train(problem, config).parameters;
        config.epochs = 1;
        QVERIFY(train(problem, config).parameters != two);
        config.epochs = 6;
        QCOMPARE(train(problem, config).parameters, two);  // no step since then is large enough to be seen
    }

    void startsAsTheInitialisationSays_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("variance");
        QTest::newRow("kaiming") << "kaiming" << 2.0 / 400;
        QTest::newRow("xavier") << "xavier" << 2.0 / 500;
        QTest::newRow("standard_normal") << "standard_normal" << 1.0;
    }
    void startsAsTheInitialisationSays()
    {
        QFETCH(QString, name);
        QFETCH(double, variance);
        const Problem problem = makeProblem(12, 400, 4);
        TrainConfig config = smallConfig();
        config.hidden = {100};
        config.layerNorm = true;
        config.initialisation = initialisationFromName(name.toStdString());
        config.epochs = 1;
        config.optimiser = OptimiserKind::Sgd;
        config.learningRate = 1e-30;  // what it ends with is what it began with
        const TrainingState state = train(problem, config);
        const Model model = modelOf(state, state.parameters, config, 400);
        QCOMPARE(model.normScale, std::vector<float>(400, 1.0f));
        QVERIFY(
            std::all_of(model.normShift.begin(), model.normShift.end(), [](float x) { return std::abs(x) < 1e-20f; }));
        double squares = 0;
        for (const float weight : model.layers[0].weight)
            squares += static_cast<double>(weight) * weight;
        const double found = squares / static_cast<double>(model.layers[0].weight.size());
        QVERIFY2(std::abs(found / variance - 1) < 0.03, std::to_string(found).c_str());  // of 40,000 draws: 0.7 %
    }

    void patienceEndsARun()
    {
        const Problem problem = makeProblem(60, 8, 20, true);
        TrainConfig config = smallConfig();
        config.epochs = 500;
        config.patience = 4;
        config.learningRate = 0.02;
        const TrainingState state = train(problem, config);
        QVERIFY(state.epoch < 500);
        QCOMPARE(state.epoch - state.bestEpoch, 4);
        QVERIFY(same(train(problem, config, state), state));  // it stays ended
    }

    void stopAndKeepGivesTheLastWholeEpoch()
    {
        const Problem problem = makeProblem(80, 8, 16);
        const TrainConfig config = smallConfig();
        TrainingControl control;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &stats, const TrainingState &) {
            if (stats.epoch == 3)
                control.stopAndKeep();
        };
        const TrainingState stopped = trainRegressor(problem.data(), config, {}, control, hooks, {});
        QCOMPARE(stopped.epoch, 3);
        QVERIFY(!stopped.best.empty());
        QVERIFY(same(train(problem, config, stopped), train(problem, config)));

        const TrainingState none = trainRegressor(problem.data(), config, {}, control, {}, {});
        QCOMPARE(none.epoch, 0);
        QVERIFY(none.best.empty());
    }

    void cancelThrowsCancelled()
    {
        const Problem problem = makeProblem(80, 8, 16);
        TrainingControl control;
        JobContext job;
        int epochs = 0;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &, const TrainingState &) {
            if (++epochs == 2)
                job.cancel.cancel();
        };
        bool cancelled = false;
        try {
            trainRegressor(problem.data(), smallConfig(), {}, control, hooks, job);
        } catch (const Cancelled &) {
            cancelled = true;
        }
        QVERIFY(cancelled);
        QCOMPARE(epochs, 2);
    }

    void pauseIsToldAndChangesNothing()
    {
        const Problem problem = makeProblem(80, 8, 16);
        TrainingControl control;
        std::vector<std::pair<bool, int>> told;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &stats, const TrainingState &) {
            if (stats.epoch == 2)
                control.pause();
        };
        hooks.onPause = [&](bool paused, int savedEpoch) {
            told.emplace_back(paused, savedEpoch);
            if (paused)
                control.resume();
        };
        const TrainingState state = trainRegressor(problem.data(), smallConfig(), {}, control, hooks, {});
        QCOMPARE(told, (std::vector<std::pair<bool, int>>{{true, 2}, {false, 2}}));
        QVERIFY(same(state, train(problem, smallConfig())));
    }

    void progressCountsEpochs()
    {
        const Problem problem = makeProblem(40, 8, 8);
        TrainingControl control;
        JobContext job;
        std::vector<std::size_t> done;
        job.progress = [&](const Progress &progress) {
            QCOMPARE(progress.total, std::size_t(6));
            done.push_back(progress.done);
        };
        trainRegressor(problem.data(), smallConfig(), {}, control, {}, job);
        QCOMPARE(done, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}));
    }

    void divergingIsAnErrorAfterTheLastGoodEpoch_data()
    {
        QTest::addColumn<QString>("loss");
        QTest::addColumn<QString>("optimiser");
        QTest::addColumn<double>("learningRate");
        // Products of three layers stay finite once, their gradients do not.
        QTest::newRow("mse") << "mse"
                             << "adam" << 1e9;
        QTest::newRow("mse by gradient descent") << "mse"
                                                 << "sgd" << 1e9;
        // The other losses' gradients are bounded, so it takes more.
        for (const char *optimiser : {"adam", "sgd"})
            for (const char *loss : {"huber", "bce", "ranknet", "bce+0.5ranknet"})
                QTest::addRow("%s %s", optimiser, loss) << loss << optimiser << 1e30;
    }
    void divergingIsAnErrorAfterTheLastGoodEpoch()
    {
        QFETCH(QString, loss);
        QFETCH(QString, optimiser);
        QFETCH(double, learningRate);
        const Problem problem = makeProblem(40, 8, 8);
        TrainConfig config = smallConfig();
        config.loss = lossFromText(loss.toStdString());
        config.optimiser = optimiserFromName(optimiser.toStdString());
        config.output = loss.contains("bce") ? OutputActivation::Sigmoid : OutputActivation::Linear;
        config.epochs = 40;
        config.batch = 100;  // one step an epoch
        config.dropout = 0;
        config.learningRate = learningRate;
        int epochs = 0;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &stats, const TrainingState &state) {
            QVERIFY(std::isfinite(stats.trainLoss) && std::isfinite(stats.validationLoss));
            QVERIFY(!state.best.empty());
            ++epochs;
        };
        try {
            train(problem, config, {}, hooks);
            QFAIL("went on with numbers that are not finite");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Diverged);
            const std::string message = error.what();
            QVERIFY2(message.find("epoch " + std::to_string(epochs + 1)) != std::string::npos, error.what());
            QVERIFY(message.find("learning rate") != std::string::npos);
        }
        QVERIFY(epochs >= 1 || learningRate > 1e9);
    }

    void thePapersLossesAreHugeButFinite_data()
    {
        QTest::addColumn<int>("rows");
        QTest::newRow("240 memes") << 240;
        QTest::newRow("3,338 memes") << 3338;
    }
    void thePapersLossesAreHugeButFinite()
    {
        QFETCH(int, rows);
        const Problem problem = makeProblem(static_cast<std::size_t>(rows), 2048, static_cast<std::size_t>(rows) / 5);
        TrainConfig config = TrainConfig::paper();
        config.epochs = 2;
        const TrainingState state = train(problem, config);
        const double first = state.curve.front().trainLoss;
        qInfo("first training loss %.3g, validation %.3g, %.2f s an epoch", first, state.curve.front().validationLoss,
              state.curve.back().seconds);
        // In theory 2048/3 x (2.5 x 512)(2.5 x 256) … = 2.9e14 for features in 0..1.
        QVERIFY(first > 1e12 && first < 1e16);
        QVERIFY(std::isfinite(state.curve.back().validationLoss));
    }

    void wrongInputsAreRefused()
    {
        const TrainConfig config = smallConfig();
        const auto kind = [&](auto &&change) {
            Problem problem = makeProblem(40, 8, 8);
            change(problem);
            return kindOf([&] { train(problem, config); });
        };
        QCOMPARE(kind([](Problem &) {}), std::nullopt);
        QCOMPARE(kind([](Problem &p) { p.targets.pop_back(); }), ErrorKind::Shape);
        QCOMPARE(kind([](Problem &p) { p.features.values.pop_back(); }), ErrorKind::Shape);
        QCOMPARE(kind([](Problem &p) { p.split.train.push_back(40); }), ErrorKind::Shape);
        QCOMPARE(kind([](Problem &p) { p.split.validation.clear(); }), ErrorKind::Dataset);
        QCOMPARE(kind([](Problem &p) { p.features.values[8] = std::nanf(""); }), ErrorKind::Dataset);
        QCOMPARE(kind([](Problem &p) { p.targets[3] = INFINITY; }), ErrorKind::Dataset);
        QCOMPARE(kind([](Problem &p) { p.groups = {1, 2, 3}; }), ErrorKind::Shape);
        QCOMPARE(kind([](Problem &p) { p.targets[3] = 1.5f; }), std::nullopt);  // squared error takes it

        const auto kindUnder = [&](const char *loss, auto &&change) {
            Problem problem = makeProblem(40, 8, 8);
            change(problem);
            TrainConfig under = config;
            under.loss = lossFromText(loss);
            return kindOf([&] { train(problem, under); });
        };
        QCOMPARE(kindUnder("bce", [](Problem &p) { p.targets[3] = 1.5f; }), ErrorKind::Dataset);
        QCOMPARE(kindUnder("bce", [](Problem &p) { p.targets[3] = -0.1f; }), ErrorKind::Dataset);
        // Nothing to rank: refused where it is all there is to learn, else left out.
        const auto alone = [](Problem &p) {
            p.groups.resize(40);
            std::iota(p.groups.begin(), p.groups.end(), 0u);
        };
        const auto heldOutTied = [](Problem &p) {
            for (const std::size_t row : p.split.validation)
                p.targets[row] = 0.5f;
        };
        QCOMPARE(kindUnder("ranknet", alone), ErrorKind::Dataset);
        QCOMPARE(kindUnder("ranknet", heldOutTied), ErrorKind::Dataset);
        QCOMPARE(kindUnder("bce+ranknet", alone), std::nullopt);
        QCOMPARE(kindUnder("ranknet", [](Problem &) {}), std::nullopt);

        const Problem problem = makeProblem(40, 8, 8);
        TrainConfig other = config;
        other.hidden = {16, 9};
        const TrainingState state = train(problem, config);
        QCOMPARE(kindOf([&] { train(problem, other, state); }), ErrorKind::Mismatch);
        Model model;
        QCOMPARE(kindOf([&] { setNetwork(model, state.best, 9, config); }), ErrorKind::Shape);
    }
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "trainer_test.moc"
