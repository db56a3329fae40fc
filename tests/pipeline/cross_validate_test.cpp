#include <QTest>

#include <atomic>
#include <cmath>
#include <numeric>

#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/cross_validate.h"
#include "core/pipeline/runs/permutation_controls.h"
#include "core/store/library.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

namespace {

/// Memes in two groups whose upvotes follow their first feature as far as `signal` goes; every author posted twice.
RunData planted(std::size_t rows, double signal, std::uint64_t seed = 1)
{
    Random random(seed);
    RunData data;
    data.features = {"test", {}, 6, {}};
    std::vector<std::int64_t> upvotes;
    std::vector<std::size_t> all(rows);
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < 6; ++column)
            data.features.values.push_back(static_cast<float>(random.normal()));
        const double z = signal * data.features.values[row * 6] + std::sqrt(1 - signal * signal) * random.normal();
        data.features.ids.push_back("m" + std::to_string(row));
        MemeRecord record;
        record.id = data.features.ids.back();
        record.author = "a" + std::to_string(row / 2);
        record.upvotes = static_cast<std::int64_t>(1000 * std::exp(z));
        upvotes.push_back(record.upvotes);
        data.records.push_back(record);
        data.groups.push_back(row % 4 < 2 ? "x" : "y");
        data.groupIndexes.push_back(row % 4 < 2 ? 0 : 1);
        data.copies.push_back(row);
        data.clusters.push_back(row / 2);
    }
    data.groupName = "subreddit";
    data.split = makeRunSplit(data.records, {SplitKind::Author, 0.2}, 42);
    data.target = GroupedTarget::fit(TargetKind::Percentile, upvotes, {}, data.split.train);
    for (const std::int64_t ups : upvotes)
        data.targets.push_back(data.target.toDankness(ups, {}));
    for (const std::size_t row : data.split.train)
        data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
    return data;
}

TrainConfig foldedConfig(int folds, int seeds)
{
    TrainConfig config = TrainConfig::standard();
    config.hidden = {8};
    config.dropout = 0;
    config.epochs = 20;
    config.batch = 20;
    config.learningRate = 1e-2;
    config.folds = folds;
    config.seeds = seeds;
    return config;
}

CrossValidation validated(const RunData &data, const TrainConfig &config, int threads = 2)
{
    TrainingControl control;
    return crossValidate(data, config, crossValidationSplits(data, config), threads, {}, control, {});
}

std::vector<double> answersOf(const CrossValidation &cross)
{
    std::vector<double> answers;
    for (const JudgedMeme &meme : cross.evaluation.memes)
        answers.push_back(meme.predicted);
    return answers;
}

const BaselineResult *find(const CrossValidation &cross, const char *name)
{
    for (const BaselineResult &baseline : cross.evaluation.baselines)
        if (baseline.name == name)
            return &baseline;
    return nullptr;
}

void compare(const CrossValidation &a, const CrossValidation &b)
{
    QCOMPARE(answersOf(a), answersOf(b));
    QCOMPARE(a.metrics.at(Figure::Spearman).mean, b.metrics.at(Figure::Spearman).mean);
    QCOMPARE(a.evaluation.intervals.at(Figure::Spearman).low, b.evaluation.intervals.at(Figure::Spearman).low);
    QCOMPARE(a.evaluation.baselines.size(), b.evaluation.baselines.size());
    for (std::size_t i = 0; i < a.evaluation.baselines.size(); ++i)
        QCOMPARE(a.evaluation.baselines[i].pooled.mae, b.evaluation.baselines[i].pooled.mae);
    QCOMPARE(a.evaluation.verdict.reason, b.evaluation.verdict.reason);
}

}  // namespace

class CrossValidateTest : public QObject, private RunFixture {
    Q_OBJECT

private slots:
    void init() { reset(); }

    void everyMemeOnceASeed()
    {
        const RunData data = planted(200, 0.8);
        const CrossValidation cross = validated(data, foldedConfig(4, 3));
        QCOMPARE(cross.folds, 4);
        QCOMPARE(cross.seeds, (std::vector<std::uint64_t>{42, 43, 44}));
        QCOMPARE(cross.evaluation.memes.size(), std::size_t{200});
        for (std::size_t row = 0; row < 200; ++row)
            QCOMPARE(cross.evaluation.memes[row].id, data.records[row].id);
        const MeanAndSd &spearman = cross.metrics.at(Figure::Spearman);
        QCOMPARE(spearman.runs, std::size_t{3});
        QVERIFY(spearman.mean > 0.6);
        QVERIFY(spearman.sd.value() > 0);
        QCOMPARE(cross.evaluation.model.spearman.value(), spearman.mean);
        QCOMPARE(cross.evaluation.within->spearman.value(), cross.within.at(Figure::Spearman).mean);
        QVERIFY(cross.evaluation.intervals.at(Figure::Spearman).holds(spearman.mean));
        QCOMPARE(cross.evaluation.verdict.kind, VerdictKind::LearnedSomething);
        for (const char *name : {"mean", "group", "nearest", "linear", "random_features", "shuffled"})
            QVERIFY2(find(cross, name), name);
        QVERIFY(find(cross, "shuffled")->pooled.spearman.value() < 0.5);
        QVERIFY(cross.notes.empty());
    }

    /// Answers are those of a head that saw the fold's training rows only.
    void answersAreThoseOfTrainingsByHand()
    {
        const RunData data = planted(120, 0.7);
        const TrainConfig config = foldedConfig(3, 1);
        const CrossValidation cross = validated(data, config);
        std::vector<float> targets;
        for (const JudgedMeme &meme : cross.evaluation.memes)
            targets.push_back(static_cast<float>(meme.actual));
        for (const Split &split : crossValidationSplits(data, config)) {
            TrainingControl control;
            const TrainingState state =
                trainRegressor({data.features, targets, split, data.groupIndexes}, config, {}, control, {}, {});
            const std::vector<double> answers =
                answersFor(perceptronOf(config, state, data.features.columns), data.features, split.test);
            for (std::size_t i = 0; i < answers.size(); ++i)
                QCOMPARE(cross.evaluation.memes[split.test[i]].predicted, answers[i]);
        }
    }

    void threadsChangeNothing()
    {
        const RunData data = planted(150, 0.6);
        const CrossValidation one = validated(data, foldedConfig(3, 2), 1);
        compare(one, validated(data, foldedConfig(3, 2), 2));
        compare(one, validated(data, foldedConfig(3, 2), 5));
    }

    void noiseIsNoEvidence()
    {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const CrossValidation cross = validated(planted(200, 0, seed), foldedConfig(5, 2));
            QCOMPARE(cross.evaluation.verdict.kind, VerdictKind::NoEvidence);
        }
    }

    void seedsAloneJudgeTheRunsHeldOutMemes()
    {
        const RunData data = planted(200, 0.8);
        const CrossValidation cross = validated(data, foldedConfig(0, 3));
        QCOMPARE(cross.folds, 0);
        QCOMPARE(cross.evaluation.memes.size(), data.split.test.size());
        QCOMPARE(cross.evaluation.memes.front().actual, double(data.targets[data.split.test.front()]));
        QCOMPARE(cross.metrics.at(Figure::Mae).runs, std::size_t{3});
    }

    /// A copy that its fold did not learn from is told from one that it did.
    void copiesAcrossFoldsAreNoticed()
    {
        RunData data = planted(120, 0.5);
        TrainConfig config = foldedConfig(4, 1);
        config.split = SplitKind::Random;
        data.copies[7] = 3;
        const CrossValidation cross = validated(data, config);
        const auto splits = crossValidationSplits(data, config);
        for (const Split &split : splits) {
            const auto learned = [&](std::size_t row) {
                return std::find(split.train.begin(), split.train.end(), row) != split.train.end();
            };
            for (const auto &[row, other] : {std::pair{3u, 7u}, std::pair{7u, 3u}})
                if (std::find(split.test.begin(), split.test.end(), row) != split.test.end())
                    QCOMPARE(cross.evaluation.memes[row].samePicture, learned(other));
        }
    }

    void divergenceIsToldAndNothingIsNaN()
    {
        TrainConfig config = foldedConfig(3, 2);
        config.optimiser = OptimiserKind::Sgd;
        config.output = OutputActivation::Linear;
        config.learningRate = 1e30;
        const CrossValidation cross = validated(planted(90, 0.5), config);
        QVERIFY(!cross.notes.empty());
        QVERIFY2(cross.notes.front().starts_with("6 of the 6 trainings diverged (fold 1 with seed 42, "),
                 cross.notes.front().c_str());
        for (const JudgedMeme &meme : cross.evaluation.memes)
            QVERIFY(std::isfinite(meme.predicted));
        QVERIFY(cross.evaluation.verdict.kind != VerdictKind::LearnedSomething);
        QVERIFY(!find(cross, "shuffled"));
    }

    void stepsNameFoldAndSeed()
    {
        const RunData data = planted(90, 0.5);
        const TrainConfig config = foldedConfig(3, 2);
        std::set<std::pair<int, int>> seen;
        std::size_t done = 0, total = 0;
        TrainingControl control;
        crossValidate(data, config, crossValidationSplits(data, config), 2,
                      [&](const CrossValidationStep &step) {
                          seen.emplace(step.fold, step.seed);
                          QVERIFY(step.done >= done && step.done <= step.total);
                          QCOMPARE(step.folds, 3);
                          QCOMPARE(step.seeds, 2);
                          done = step.done;
                          total = step.total;
                      },
                      control, {});
        QCOMPARE(seen, (std::set<std::pair<int, int>>{{0, 0}, {1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 1}, {3, 2}}));
        QCOMPARE(done, total);
    }

    void stopsKeepTheRun_data()
    {
        QTest::addColumn<bool>("discard");
        QTest::newRow("stop") << false;
        QTest::newRow("cancel") << true;
    }
    void stopsKeepTheRun()
    {
        QFETCH(bool, discard);
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        TrainingControl control;
        JobContext job;
        TrainingObserver observer;
        observer.crossValidation = [&](const CrossValidationStep &step) {
            if (step.done >= 2)
                discard ? job.cancel.cancel() : control.stopAndKeep();
        };
        const TrainReport report = train(dataset, foldedConfig(3, 2), observer, control, job);
        QVERIFY(report.crossValidationStopped);
        QVERIFY(!report.crossValidation);
        QVERIFY(!report.stoppedByUser);
        QVERIFY(report.evaluation.model.rows > 0);
        QVERIFY(std::filesystem::exists(report.modelPath));
        QCOMPARE(Library::open(folder() / "library").runs().get(report.run).state, RunState::Done);
    }

    void resumedRunComesToTheSame()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        const TrainReport whole = train(dataset, foldedConfig(3, 2));
        QVERIFY(whole.crossValidation);
        QVERIFY(find(*whole.crossValidation, "image_stats"));

        TrainingControl control, again, third;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 5)
                control.stopAndKeep();
        };
        const TrainReport part = train(dataset, foldedConfig(3, 2), observer, control);
        QVERIFY(part.stoppedByUser && !part.crossValidation);
        compare(*whole.crossValidation, *resumeRun(part.run, context(), {}, again, {}).crossValidation);

        // Killed between the last epoch and the end of the cross-validation.
        Library::open(folder() / "library").runs().setState(part.run, RunState::Interrupted);
        const TrainReport rest = resumeRun(part.run, context(), {}, third, {});
        compare(*whole.crossValidation, *rest.crossValidation);
        QCOMPARE(rest.model->epochsRun, whole.model->epochsRun);
        QCOMPARE(Library::open(folder() / "library").runs().get(part.run).state, RunState::Done);
    }

    void foldsThatCannotBeAreToldBeforeThereIsARun()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 6));
        try {
            train(dataset, foldedConfig(50, 1));
            QFAIL("made 50 folds of six memes");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Dataset);
        }
        QVERIFY(Library::open(folder() / "library").runs().list().empty());
        TrainConfig config = foldedConfig(3, 1);
        config.split = SplitKind::Time;
        QVERIFY_EXCEPTION_THROWN(config.validate(), Error);
    }

    void rankingWithoutAGroupRanksAll()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        TrainConfig config = TrainConfig::fromPreset("ranking");
        config.epochs = 3;
        const TrainReport report = train(dataset, config);
        QVERIFY(std::any_of(report.notes.begin(), report.notes.end(), [](const std::string &note) {
            return note.starts_with("No groups were named, so all memes are ranked as one group.");
        }));
        QVERIFY(!report.evaluation.within);
        config.preset = "small";
        QVERIFY_EXCEPTION_THROWN(train(dataset, config), Error);
    }
};

QTEST_GUILESS_MAIN(CrossValidateTest)
#include "cross_validate_test.moc"
