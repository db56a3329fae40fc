#include <QTest>

#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "core/backbone/backbone_id.h"
#include "core/pipeline/features/extract.h"
#include "core/pipeline/features/precision_choice.h"
#include "core/pipeline/features/preprocess.h"
#include "core/pipeline/runs/evaluate_model.h"
#include "core/pipeline/runs/rating.h"
#include "core/pipeline/runs/train_run.h"
#include "core/store/library.h"
#include "core/store/model_file.h"
#include "core/weights/safetensors.h"
#include "run_fixture.h"
#include "tests/base/error_kind_name.h"

using namespace dank;
using namespace dank::test;

/// Extraction, training runs and rating joined together, with a network that takes no time.
class PipelineTest : public QObject, private RunFixture {
    Q_OBJECT

private:
    ExtractReport extract(const Dataset &dataset) { return extractFeatures(dataset, request(), context(), {}, {}); }

private slots:
    void init() { reset(); }

    void backboneIdRoundTrip()
    {
        const BackboneId id{"inception_v3", ResizeRule::Letterbox, Precision::BFloat16, "w-" + std::string(32, 'a')};
        const BackboneId back = BackboneId::parse(id.text());
        QCOMPARE(back.text(), id.text());
        QVERIFY(!back.isUntrained());
        QCOMPARE(seedOf(BackboneId::parse("inception_v3/warp/fp32/seed-7").weights), std::uint64_t{7});
        for (const char *bad :
             {"", "inception_v3", "inception_v3/warp/fp32", "inception_v3/warp/fp99/seed-1",
              "inception_v3/bend/fp32/seed-1", "inception_v3/warp/fp32/w-12", "/warp/fp32/seed-1",
              "inception_v3/warp/fp32/seed-", "inception_v3/warp/fp32/seed-x", "inception_v3/warp/fp32/seed-1/more"})
            QVERIFY_EXCEPTION_THROWN(BackboneId::parse(bad), Error);
    }

    void extractComputesOnceAndJoinsById()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 21));
        const ExtractReport first = extract(dataset);
        QCOMPARE(first.computed, std::size_t{21});
        QCOMPARE(first.cached, std::size_t{0});
        QCOMPARE(first.matrix.rows(), std::size_t{21});
        QCOMPARE(first.matrix.columns, std::size_t{2048});
        QVERIFY(first.untrained);
        for (std::size_t i = 0; i < first.matrix.rows(); ++i) {
            QCOMPARE(first.matrix.ids[i], dataset.records()[i].id);
            // ups = 100 + red * 40 + green ties each row of the matrix to its own meme.
            const auto row = first.matrix.row(i);
            QCOMPARE(100 + std::lround(row[0] * 255) * 40 + std::lround(row[1] * 255), dataset.records()[i].upvotes);
        }
        const ExtractReport second = extract(dataset);
        QCOMPARE(second.computed, std::size_t{0});
        QCOMPARE(second.cached, std::size_t{21});
        QCOMPARE(second.matrix.values, first.matrix.values);
        QCOMPARE(m_computed.load(), 21);
    }

    void newPicturesAloneAreComputed()
    {
        const auto path = writeTinyDataset(folder() / "data", 10);
        extract(Dataset::load(path));
        writeFileAtomically(folder() / "data/memes/m3.png", colourPng(1, 2, 3));
        const ExtractReport report = extract(Dataset::load(path));
        QCOMPARE(report.computed, std::size_t{1});
        QCOMPARE(report.cached, std::size_t{9});
        QVERIFY(std::abs(report.matrix.row(3)[0] - 1 / 255.0f) < 1e-5f);
    }

    void brokenAndVanishedPicturesAreListed()
    {
        const auto path = writeTinyDataset(folder() / "data", 10);
        auto corrupt = colourPng(9, 9, 9);
        for (std::size_t i = 41; i < corrupt.size() - 16; ++i)
            corrupt[i] = std::byte{0x5a};  // headers and IEND stay: only the decoder can tell
        writeFileAtomically(folder() / "data/memes/m4.png", corrupt);
        const Dataset dataset = Dataset::load(path);
        QCOMPARE(dataset.records().size(), std::size_t{10});
        std::filesystem::remove(folder() / "data/memes/m6.png");
        const ExtractReport report = extract(dataset);
        QCOMPARE(report.matrix.rows(), std::size_t{8});
        std::set<MemeId> skipped;
        for (const Skipped &item : report.skipped)
            skipped.insert(item.id);
        QCOMPARE(skipped, (std::set<MemeId>{"m4", "m6"}));
        QCOMPARE(report.computed + report.cached + report.skipped.size(), dataset.records().size());
    }

    void cancelKeepsWhatWasStored()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 40));
        for (const std::size_t after : {0u, 4u, 12u, 39u}) {
            init();
            const Dataset again = Dataset::load(writeTinyDataset(folder() / "data", 40));
            JobContext job;
            const ExtractObserver observer = [&](const ExtractEvent &event) {
                if (event.done >= after)
                    job.cancel.cancel();
            };
            QVERIFY_EXCEPTION_THROWN(extractFeatures(again, request(), context(), observer, job), Cancelled);
            const std::size_t stored =
                Library::open(folder() / "library").features().hashes("inception_v3/warp/fp32/seed-1").size();
            // What was computed was stored, whole batches, and nothing is computed twice.
            const int before = m_computed;
            QCOMPARE(stored, static_cast<std::size_t>(before));
            const ExtractReport report = extract(again);
            QCOMPARE(report.cached, stored);
            QCOMPARE(m_computed.load(), 40);
        }
    }

    void autoPrecisionComparesOnceAndSaysSo()
    {
        if (!cpuHasNativeBFloat16())
            QSKIP("no native bfloat16 here");
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 20));
        BackboneRequest automatic = request();
        automatic.precision = "auto";
        const ExtractReport first = extractFeatures(dataset, automatic, context(), {}, {});
        QCOMPARE(first.precision, std::string("bf16"));  // this network gives the same in both
        QVERIFY(QString::fromStdString(first.precisionNote).contains("cosine 1.0000"));
        const int computed = m_computed;
        const ExtractReport second = extractFeatures(dataset, automatic, context(), {}, {});
        QCOMPARE(m_computed.load(), computed);
        QCOMPARE(second.precisionNote, first.precisionNote);
        QCOMPARE(second.cached, std::size_t{20});
    }

    void disagreeingPrecisionIsRefused()
    {
        QVERIFY(agreesWell({0.999, 0.99, 16}));
        QVERIFY(!agreesWell({0.999, 0.9, 16}));
        QVERIFY(!agreesWell({0.98, 0.99, 16}));
        QVERIFY(!agreesWell({std::nan(""), 0.99, 16}));
    }

    void requestsThatMakeNoSense()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 4));
        const auto kindOf = [&](const BackboneRequest &bad) {
            try {
                extractFeatures(dataset, bad, context(), {}, {});
            } catch (const Error &error) {
                return std::string(errorKindName(error.kind()));
            }
            return std::string("none");
        };
        BackboneRequest bad = request();
        bad.weights = "";
        QCOMPARE(kindOf(bad), std::string("weights"));
        bad = request();
        bad.backbone = "inception_v9";
        QCOMPARE(kindOf(bad), std::string("weights"));
        bad = request();
        bad.precision = "fp8";
        QCOMPARE(kindOf(bad), std::string("format"));
        bad = request();
        bad.resize = "bend";
        QCOMPARE(kindOf(bad), std::string("format"));
        bad = request();
        bad.batch = 0;
        QCOMPARE(kindOf(bad), std::string("format"));
        bad = request();
        bad.device = "cuda:9";
        QCOMPARE(kindOf(bad), std::string("device"));
    }

    void trainRecordsEverythingAndLearns()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 120));
        TrainConfig config = quickConfig();
        config.epochs = 60;
        int epochs = 0, snapshots = 0;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) { QCOMPARE(stats.epoch, ++epochs); };
        observer.snapshot = [&](const std::shared_ptr<const Model> &) { ++snapshots; };
        const TrainReport report = train(dataset, config, observer);
        QCOMPARE(epochs, 60);
        QVERIFY(snapshots >= 1);
        QVERIFY(*report.evaluation.model.r2 > 0.5);
        const RunRecord run = Library::open(folder() / "library").runs().get(report.run);
        QCOMPARE(run.state, RunState::Done);
        QCOMPARE(run.epochs, 60);
        QCOMPARE(run.bestEpoch, report.model->epoch);
        QCOMPARE(run.trainIds.size() + run.validationIds.size() + run.testIds.size(), std::size_t{120});
        QCOMPARE(report.evaluation.model.rows, run.testIds.size());
        QVERIFY(Library::open(folder() / "library").evaluations().get(report.run) == report.evaluation);
        QVERIFY(run.figures && run.figures->r2 == report.evaluation.model.r2);
        const Model saved = loadModel(report.modelPath);
        QCOMPARE(saved.layers.front().weight, report.model->layers.front().weight);
        QCOMPARE(saved.reference.size(), run.validationIds.size() + run.testIds.size());
        QVERIFY(saved.untrainedBackbone);
    }

    void tooFewMemesAreRefusedBeforeAnythingIsComputed()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 2));
        TrainingControl control;
        QVERIFY_EXCEPTION_THROWN(trainRun(dataset, request(), quickConfig(), context(), {}, control, {}), Error);
        QCOMPARE(m_computed.load(), 0);
    }

    void sameSeedSameRunWhateverTheOrderOfRows()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        const TrainReport first = train(dataset, quickConfig());
        const TrainReport second = train(dataset, quickConfig());
        QVERIFY(first.run != second.run);
        for (std::size_t i = 0; i < first.model->curve.size(); ++i) {
            QCOMPARE(first.model->curve[i].trainLoss, second.model->curve[i].trainLoss);
            QCOMPARE(first.model->curve[i].validationLoss, second.model->curve[i].validationLoss);
        }
        TrainConfig other = quickConfig();
        other.seed = 43;
        QVERIFY(train(dataset, other).model->curve[0].trainLoss != first.model->curve[0].trainLoss);
    }

    void stopAndKeepThenResumeEqualsAnUnbrokenRun()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        const TrainReport whole = train(dataset, quickConfig());

        TrainingControl control;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 5)
                control.stopAndKeep();
        };
        const TrainReport part = trainRun(dataset, request(), quickConfig(), context(), observer, control, {});
        QVERIFY(part.stoppedByUser);
        QCOMPARE(part.model->epochsRun, 5);
        QCOMPARE(Library::open(folder() / "library").runs().get(part.run).state, RunState::Interrupted);

        TrainingControl again;
        Library::open(folder() / "library").runs().setLocked(part.run, true);
        QVERIFY_EXCEPTION_THROWN(resumeRun(part.run, context(), {}, again, {}), Error);
        Library::open(folder() / "library").runs().setLocked(part.run, false);
        const TrainReport rest = resumeRun(part.run, context(), {}, again, {});
        QCOMPARE(rest.run, part.run);
        QCOMPARE(rest.model->epochsRun, 12);
        QCOMPARE(rest.model->epoch, whole.model->epoch);
        for (std::size_t layer = 0; layer < whole.model->layers.size(); ++layer)
            QCOMPARE(rest.model->layers[layer].weight, whole.model->layers[layer].weight);
        QCOMPARE(Library::open(folder() / "library").runs().epochs(part.run).size(), std::size_t{12});
        QVERIFY_EXCEPTION_THROWN(resumeRun(part.run, context(), {}, again, {}), Error);
    }

    void resumeRefusesAChangedDataset()
    {
        const auto path = writeTinyDataset(folder() / "data", 30);
        TrainingControl control;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &, int) { control.stopAndKeep(); };
        const TrainReport part =
            trainRun(Dataset::load(path), request(), quickConfig(), context(), observer, control, {});
        writeTinyDataset(folder() / "data", 31);
        TrainingControl again;
        try {
            resumeRun(part.run, context(), {}, again, {});
            QFAIL("resumed on another dataset");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Mismatch);
        }
    }

    void discardLeavesNothing()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 30));
        JobContext job;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 3)
                job.cancel.cancel();
        };
        QVERIFY_EXCEPTION_THROWN(train(dataset, quickConfig(), observer, job), Cancelled);
        const Library library = Library::open(folder() / "library");
        QVERIFY(library.runs().list().empty());
        QVERIFY(!std::filesystem::exists(library.runFolder(1)));
        QVERIFY(!std::filesystem::exists(library.modelPath(1)));
    }

    void pauseHoldsTheRunAndMarksIt()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 30));
        TrainingControl control;
        TrainingObserver observer;
        int pausedAfter = 0;
        RunState whilePaused = RunState::Failed;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 4)
                control.pause();
        };
        std::jthread resumer;
        observer.paused = [&](bool paused, int savedEpoch) {
            if (!paused)
                return;
            pausedAfter = savedEpoch;
            whilePaused = Library::open(folder() / "library").runs().list().front().state;
            resumer = std::jthread([&] { control.resume(); });
        };
        const TrainReport report = trainRun(dataset, request(), quickConfig(), context(), observer, control, {});
        QCOMPARE(pausedAfter, 4);
        QCOMPARE(whilePaused, RunState::Paused);
        QCOMPARE(report.model->epochsRun, 12);
    }

    void divergenceKeepsTheBestEpoch()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 40));
        TrainConfig config = quickConfig();
        config.output = OutputActivation::Linear;
        config.standardise = false;
        config.learningRate = 1e30;
        config.epochs = 50;
        try {
            train(dataset, config);
            QFAIL("did not diverge");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Diverged);
        }
        const auto runs = Library::open(folder() / "library").runs().list();
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs.front().state, RunState::Failed);
        QVERIFY(!runs.front().error.empty());
    }

    void ratingEqualsTheEvaluation()
    {
        const auto path = writeTinyDataset(folder() / "data", 80);
        const Dataset dataset = Dataset::load(path);
        const TrainReport report = train(dataset, quickConfig());
        const auto rating = openRatingSession(report.model, {}, "cpu", context());
        for (const JudgedMeme &meme : report.evaluation.memes) {
            const Score score = rating->rate(dataset.find(meme.id)->image);
            QVERIFY(score.skipped.empty());
            QVERIFY(std::abs(score.dankness - meme.predicted) < 1e-6);
            QVERIFY(score.percentile >= 0 && score.percentile <= 100);
            QVERIFY(score.expectedUpvotes >= 0);
        }
        QVERIFY(!rating->rate(folder() / "nothing.png").skipped.empty());
        QVERIFY(!rating->rate(path).skipped.empty());
        const std::vector<std::byte> garbage(100, std::byte{7});
        QVERIFY(!rating->rate(garbage, "pasted").skipped.empty());

        const Evaluation again = evaluateModel(*report.model, dataset, request(), nullptr, context(), {});
        QCOMPARE(again.model.rows, report.evaluation.model.rows);
        QVERIFY(std::abs(again.model.mae - report.evaluation.model.mae) < 1e-9);
        QVERIFY(std::abs(again.meanPredictor.mae - report.evaluation.meanPredictor.mae) < 1e-9);
    }

    void otherWeightsAreRefusedByName()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 30));
        Model model = *train(dataset, quickConfig()).model;
        model.backbone = "inception_v3/warp/fp32/w-" + std::string(32, '0');
        model.untrainedBackbone = false;
        const auto shared = std::make_shared<Model>(model);
        const std::vector<std::byte> number(4);
        const TensorToWrite tensor{"conv1.weight", DType::F32, {1}, number};
        writeSafetensors(folder() / "other.safetensors", {&tensor, 1}, {});
        try {
            openRatingSession(shared, (folder() / "other.safetensors").string(), "cpu", context());
            QFAIL("took other weights");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Mismatch);
        }
        try {
            openRatingSession(shared, {}, "cpu", context());
            QFAIL("found weights that are not there");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Weights);
        }
    }

    void preprocessRules_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("wide") << 60 << 20;
        QTest::newRow("tall") << 20 << 60;
        QTest::newRow("strip") << 4000 << 1;
        QTest::newRow("square") << 30 << 30;
    }
    void preprocessRules()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        Image image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3, 255)};
        for (const ResizeRule rule : {ResizeRule::Warp, ResizeRule::Crop, ResizeRule::Letterbox}) {
            const Image out = preprocess(image, rule, 30, 34);
            QCOMPARE(out.width, 30);
            QCOMPARE(out.height, 30);
            const auto grey = std::count(out.rgb.begin(), out.rgb.end(), 128);
            if (rule == ResizeRule::Letterbox && width != height)
                QVERIFY(grey > 0);
            else if (rule == ResizeRule::Warp)
                QCOMPARE(grey, std::ptrdiff_t{0});
        }
    }
};

QTEST_GUILESS_MAIN(PipelineTest)
#include "pipeline_test.moc"
