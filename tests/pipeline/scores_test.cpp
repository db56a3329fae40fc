#include <QTest>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>

#include "core/pipeline/runs/evaluate_model.h"
#include "core/pipeline/runs/rating.h"
#include "core/pipeline/runs/train_run.h"
#include "core/store/model_file.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

/// What a score says about its own doubt, from a run to the rated picture, with a network that takes no time.
class ScoresTest : public QObject, private RunFixture {
    Q_OBJECT

private slots:
    void init() { reset(); }

    void scoresSayWhatTheyRestOn()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 150));
        const TrainReport report = train(dataset, quickConfig());
        const auto model = std::make_shared<const Model>(loadModel(report.modelPath));
        QVERIFY(model->interval && model->range);
        QCOMPARE(model->interval->rows, model->testIds.size());
        QCOMPARE(model->trainPictures.size(), model->trainIds.size());
        QVERIFY(model->groupTargets.empty() && model->targetGroup.empty());
        QCOMPARE(model->splitHash.size(), std::size_t(32));
        QCOMPARE(loadModel(train(dataset, quickConfig()).modelPath).splitHash, model->splitHash);

        const auto rating = openRatingSession(model, {}, "cpu", context());
        std::size_t inside = 0, outside = 0;
        for (const JudgedMeme &meme : report.evaluation.memes) {
            const Score score = rating->rate(dataset.find(meme.id)->image);
            QVERIFY(score.interval->danknessLow <= score.dankness && score.dankness <= score.interval->danknessHigh);
            QVERIFY(score.interval->percentileLow <= score.percentile
                    && score.percentile <= score.interval->percentileHigh);
            QVERIFY(score.interval->upvotesLow <= score.expectedUpvotes
                    && score.expectedUpvotes <= score.interval->upvotesHigh);
            inside +=
                meme.actual >= score.interval->danknessLow - 1e-6 && meme.actual <= score.interval->danknessHigh + 1e-6;
            outside += score.outsideRange;
            QVERIFY(!score.learnedFrom);
            QCOMPARE(score.neighbours.size(), std::size_t{3});
            QCOMPARE(score.comparedWith, model->trainIds.size());
            for (const SimilarMeme &similar : score.neighbours) {
                QCOMPARE(similar.upvotes, dataset.find(similar.id)->upvotes);
                QCOMPARE(similar.path, dataset.find(similar.id)->image.string());
                QVERIFY(!similar.samePicture);
            }
            QVERIFY(score.neighbours[0].similarity >= score.neighbours[1].similarity);
        }
        QVERIFY(inside >= 0.9 * double(report.evaluation.memes.size()) - 1);
        QVERIFY(outside <= 1);

        // One that it learned from finds itself, and its score says so.
        const Score known = rating->rate(dataset.find(model->trainIds[4])->image);
        QVERIFY(known.learnedFrom);
        QCOMPARE(known.neighbours[0].id, model->trainIds[4]);
        QVERIFY(known.neighbours[0].samePicture);
        QVERIFY(known.neighbours[0].similarity > 0.9999);

        // The dataset's picture is another now: no longer shown as what was learned from. Without the library, no
        // neighbours.
        writeFileAtomically(dataset.find(model->trainIds[4])->image, colourPng(1, 2, 3));
        Model closer = *model;
        closer.range->distances.assign(20, 1e-6F);
        const auto strict = openRatingSession(std::make_shared<const Model>(closer), {}, "cpu", context());
        const Score far = strict->rate(dataset.find(model->trainIds[5])->image);
        QVERIFY(far.outsideRange && *far.rangeRatio > 1000);
        PipelineContext elsewhere{*m_networks, 2, folder() / "no library"};
        const auto alone = openRatingSession(model, {}, "cpu", elsewhere);
        const Score lonely = alone->rate(dataset.find(model->trainIds[5])->image);
        QVERIFY(lonely.neighbours.empty() && lonely.comparedWith == 0 && lonely.learnedFrom);
        QVERIFY(!std::filesystem::exists(folder() / "no library"));
        QVERIFY(lonely.interval.has_value());
        const Score again = rating->rate(dataset.find(model->trainIds[3])->image);
        for (const SimilarMeme &similar : again.neighbours)
            QCOMPARE(similar.path.empty(), similar.id == model->trainIds[4]);
    }

    void aTargetWithinGroupsIsKept()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 150));
        TrainConfig config = quickConfig();
        config.group = "rows:1-75,76-150";
        config.within = true;
        const TrainReport report = train(dataset, config);
        const Model model = loadModel(report.modelPath);
        QCOMPARE(model.groupTargets.size(), std::size_t{2});
        QCOMPARE(model.targetGroup, config.group);
        // The same rows judged by the map that it was trained on: the same actual values as the run's own evaluation.
        const Evaluation again = evaluateModel(model, dataset, request(), nullptr, context(), {});
        QCOMPARE(again.memes.size(), report.evaluation.memes.size());
        for (std::size_t i = 0; i < again.memes.size(); ++i) {
            QCOMPARE(again.memes[i].id, report.evaluation.memes[i].id);
            QVERIFY(std::abs(again.memes[i].actual - report.evaluation.memes[i].actual) < 1e-6);
        }
        // Compared within other groups, its target stays.
        Model other = model;
        other.config.group = "author";
        const Evaluation byAuthor = evaluateModel(other, dataset, request(), nullptr, context(), {});
        QCOMPARE(byAuthor.groupName, std::string("author"));
        QVERIFY(std::abs(byAuthor.memes[0].actual - again.memes[0].actual) < 1e-12);
        // Groups that it does not know are measured against all.
        other = model;
        other.targetGroup = other.config.group = "rows:1-10,11-150";
        const Evaluation unknown = evaluateModel(other, dataset, request(), nullptr, context(), {});
        for (const JudgedMeme &meme : unknown.memes)
            QVERIFY(std::abs(meme.actual - model.target.toDankness(meme.upvotes)) < 1e-6);
    }

    void fewMemesHaveNoInterval()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 40));
        const TrainReport report = train(dataset, quickConfig());
        QVERIFY(!report.model->interval);
        const Score score = openRatingSession(report.model, {}, "cpu", context())->rate(dataset.records()[0].image);
        QVERIFY(score.skipped.empty() && !score.interval);
    }

    void featuresThatAreNoNumbersGiveNoScore()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 40));
        const TrainReport report = train(dataset, quickConfig());
        class Broken final : public Backbone {
        public:
            const BackboneSpec &spec() const override { return *findNetworkSpec("inception_v3"); }
            void extract(std::span<const Image>, std::span<float> out, const CancelToken &) const override
            {
                std::fill(out.begin(), out.end(), 0.5F);
                out[7] = std::numeric_limits<float>::quiet_NaN();
            }
        };
        BackboneCache networks(
            [](const BackboneChoice &, Precision, const Device &) { return std::make_shared<Broken>(); });
        const auto rating = openRatingSession(report.model, {}, "cpu", {networks, 1, folder() / "library"});
        const Score score = rating->rate(colourPng(3, 1, 4), "one whose features are not stored");
        QVERIFY2(score.skipped.find("not finite") != std::string::npos, score.skipped.c_str());
        QCOMPARE(score.dankness, 0.0);
    }
};

QTEST_GUILESS_MAIN(ScoresTest)
#include "scores_test.moc"
