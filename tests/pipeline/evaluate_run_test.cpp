#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/runs/evaluate_run.h"
#include "core/pipeline/runs/run_data.h"
#include "core/pipeline/runs/run_head.h"
#include "tests/evaluate/binomial.h"

using namespace dank;

namespace {

/// Memes whose upvotes are dealt out without a look at their features, by authors with four memes on average, split and
/// measured as a run does.
RunData noise(std::size_t rows, const TrainConfig &config)
{
    constexpr std::size_t kColumns = 24;
    RunData data;
    data.features.columns = kColumns;
    Random random(mixSeed(config.seed, 7));
    std::vector<std::int64_t> upvotes;
    std::vector<std::size_t> firstOf(rows, rows);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < kColumns; ++column)
            data.features.values.push_back(static_cast<float>(random.normal()));
        const auto author = static_cast<std::size_t>(random.below(rows / 4));
        MemeRecord record;
        record.id = std::to_string(row);
        record.author = "author" + std::to_string(author);
        record.upvotes = static_cast<std::int64_t>(1000 * std::exp(random.normal()));
        upvotes.push_back(record.upvotes);
        data.features.ids.push_back(record.id);
        data.records.push_back(record);
        data.copies.push_back(row);
        firstOf[author] = std::min(firstOf[author], row);
        data.clusters.push_back(firstOf[author]);
        data.groups.emplace_back();
    }
    data.split = makeRunSplit(data.records, {config.split, config.validationFraction, data.copies}, config.seed);
    data.target = GroupedTarget::fit(config.target, upvotes, {}, data.split.train);
    for (const std::int64_t count : upvotes)
        data.targets.push_back(data.target.toDankness(count, {}));
    for (const std::size_t row : data.split.train)
        data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
    return data;
}

}  // namespace

/// Split, training, choice of the epoch and judgement together: how often they believe upvotes that are luck.
class EvaluateRunTest : public QObject {
    Q_OBJECT

private slots:
    void areSeldomBelieved()
    {
        constexpr int kRuns = 400;
        TrainConfig config = TrainConfig::standard();
        config.hidden = {16, 8};
        config.epochs = 25;
        config.patience = 8;
        config.learningRate = 5e-3;
        config.batch = 40;
        int believed = 0, judged = 0, above = 0;
        for (std::uint64_t seed = 1; judged < kRuns; ++seed) {
            config.seed = seed;
            const RunData data = noise(240, config);
            TrainingControl control;
            const TrainingState state =
                trainRegressor({data.features, data.targets, data.split}, config, {}, control, {}, {});
            Model model;
            model.config = config;
            model.target = data.target.global;
            model.featureMean = state.featureMean;
            model.featureScale = state.featureScale;
            setNetwork(model, state.best, static_cast<int>(data.features.columns), config);
            const Evaluation evaluation = judgeRunAlone(model, data, answersFor(model, data.features, data.split.test));
            if (evaluation.verdict.kind == VerdictKind::TooFewRows)
                continue;
            ++judged;
            believed += evaluation.verdict.kind != VerdictKind::NoEvidence;
            above += evaluation.model.spearman.value_or(0) > 0;
        }
        const double bound = test::upperBound(believed, kRuns);
        qInfo("%d of %d believed, at most %.2f %%; Spearman above 0 in %d", believed, kRuns, 100 * bound, above);
        QVERIFY2(bound <= 0.05, qPrintable(QString::number(bound)));
    }
};

QTEST_GUILESS_MAIN(EvaluateRunTest)
#include "evaluate_run_test.moc"
