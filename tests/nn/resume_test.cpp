// A run that is stopped anywhere, kept as a checkpoint and gone on with ends in the very bits of an unbroken one.

#include <QTemporaryDir>
#include <QTest>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/nn/training/trainer.h"
#include "core/store/checkpoint.h"

using namespace dank;

namespace {

constexpr int kEpochs = 6;
constexpr std::size_t kRows = 80, kColumns = 12, kHeldOut = 16;

struct Problem {
    FeatureMatrix features;
    std::vector<float> targets;
    std::vector<std::uint32_t> groups;
    Split split;

    TrainingData data() const { return {features, targets, split, groups}; }
};

Problem makeProblem()
{
    Problem problem;
    problem.features.columns = kColumns;
    Random random(7);
    for (std::size_t r = 0; r < kRows; ++r) {
        problem.features.ids.push_back(std::to_string(r));
        for (std::size_t c = 0; c < kColumns; ++c)
            problem.features.values.push_back(static_cast<float>(random.normal()));
        problem.targets.push_back(static_cast<float>(random.uniform()));
        problem.groups.push_back(static_cast<std::uint32_t>(random.below(3)));
        (r < kRows - kHeldOut ? problem.split.train : problem.split.validation).push_back(r);
    }
    return problem;
}

TrainConfig configOf(const QString &name)
{
    TrainConfig config;
    config.hidden = {16, 8};
    config.epochs = kEpochs;
    config.patience = 0;
    config.batch = 24;  // three an epoch, the last one smaller
    if (name == "adam") {
        config.weightDecay = 0.01;
    } else if (name == "adamw, step") {
        config.optimiser = OptimiserKind::AdamW;
        config.weightDecay = 0.01;
        config.schedule = Schedule::Step;
        config.scheduleEvery = 2;
    } else if (name == "sgd, clipped") {
        config.optimiser = OptimiserKind::Sgd;
        config.learningRate = 0.05;
        config.gradientClip = 0.01;
    } else if (name == "cosine") {
        config.schedule = Schedule::Cosine;
    } else if (name == "ranknet") {
        config.loss = lossFromText("bce+0.5ranknet");
    } else if (name == "layer norm") {
        config.layerNorm = true;
    } else if (name == "ranking preset") {
        config = TrainConfig::fromPreset("ranking");
        config.epochs = kEpochs;
        config.batch = 24;
    } else if (name == "early stopping") {
        config.epochs = 60;
        config.patience = 3;
        config.learningRate = 0.01;
    } else if (name == "paper") {
        config = TrainConfig::paper();
        config.epochs = kEpochs;
        config.batch = 24;
    }
    return config;
}

/// All that a state says but how long its epochs took.
QByteArray bytesOf(const TrainingState &state)
{
    QByteArray bytes = QByteArray::number(state.epoch) + ' ' + QByteArray::number(qlonglong(state.step)) + ' '
                       + QByteArray::number(state.bestEpoch);
    for (const std::vector<float> *part : {&state.parameters, &state.firstMoment, &state.secondMoment, &state.best,
                                           &state.featureMean, &state.featureScale})
        bytes += ' ' + QByteArray::number(qulonglong(part->size())) + ' '
                 + QByteArray::fromStdString(hashBytes(std::as_bytes(std::span(*part))));
    for (const EpochStats &stats : state.curve)
        for (const double loss : {stats.trainLoss, stats.validationLoss})
            bytes += ' ' + QByteArray(reinterpret_cast<const char *>(&loss), sizeof loss).toHex();
    return bytes;
}

/// Trains from the checkpoint until `stopAt` batches have begun, then stops and keeps; 0: to the end. Every whole epoch
/// goes through the checkpoint's file. Returns how many batches began.
int trainUntil(const Problem &problem, const TrainConfig &config, const std::filesystem::path &folder, int stopAt,
               TrainingState &last)
{
    CheckpointFile file{folder};
    TrainingControl control;
    control.pause();  // pausing before every batch lets the hook count them
    int begun = 0;
    TrainingHooks hooks;
    hooks.onPause = [&](bool paused, int) {
        if (!paused)
            control.pause();
        else if (stopAt > 0 && begun == stopAt)
            control.stopAndKeep();
        else {
            ++begun;
            control.resume();
        }
    };
    hooks.onEpoch = [&](const EpochStats &, const TrainingState &state) { file.save(state); };
    last = trainRegressor(problem.data(), config, file.load().value_or(TrainingState{}), control, hooks, {});
    return begun;
}

}  // namespace

class ResumeTest : public QObject {
    Q_OBJECT

private slots:
    void endsInTheSameBits_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"adam", "adamw, step", "sgd, clipped", "cosine", "ranknet", "layer norm",
                                 "ranking preset", "early stopping", "paper"})
            QTest::newRow(name) << name;
    }
    void endsInTheSameBits()
    {
        QFETCH(QString, name);
        const Problem problem = makeProblem();
        const TrainConfig config = configOf(name);
        QTemporaryDir folder;
        const auto path = [&](const std::string &run) { return folder.path().toStdString() + "/" + run; };
        TrainingState whole;
        const int batches = trainUntil(problem, config, path("whole"), 0, whole);
        QCOMPARE(batches, whole.epoch * 3);
        QVERIFY(name == "early stopping" ? whole.epoch > 3 && whole.epoch < config.epochs : whole.epoch == kEpochs);
        const QByteArray wanted = bytesOf(whole);

        TrainingState state;
        for (int stop = 1; stop < batches; ++stop) {  // at every epoch's end and at every batch inside
            const std::string run = path("stop" + std::to_string(stop));
            QCOMPARE(trainUntil(problem, config, run, stop, state), stop);
            QCOMPARE(state.epoch, stop / 3);  // the epoch that was begun is given up
            trainUntil(problem, config, run, 0, state);
            QVERIFY2(bytesOf(state) == wanted, qPrintable(QString("stopped before batch %1").arg(stop + 1)));
        }
        // Stopped again and again, in the middle of every epoch.
        for (int epoch = 0; epoch < whole.epoch; ++epoch) {
            trainUntil(problem, config, path("often"), 3 + 1 + epoch % 2, state);
            QCOMPARE(state.epoch, epoch + 1);
        }
        trainUntil(problem, config, path("often"), 0, state);
        QVERIFY(bytesOf(state) == wanted);
    }

    void anotherOptimisersStateIsRefused()
    {
        const Problem problem = makeProblem();
        QTemporaryDir folder;
        TrainingState state;
        TrainConfig config = configOf("sgd, clipped");
        trainUntil(problem, config, folder.path().toStdString(), 4, state);
        QCOMPARE(state.epoch, 1);
        QVERIFY(state.secondMoment.empty());
        config.optimiser = OptimiserKind::AdamW;
        TrainingControl control;
        try {
            trainRegressor(problem.data(), config, state, control, {}, {});
            QFAIL("went on");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Mismatch);
        }
    }
};

QTEST_GUILESS_MAIN(ResumeTest)
#include "resume_test.moc"
