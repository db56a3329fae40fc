#include <QTest>

#include "core/store/library.h"
#include "core/store/model_file.h"
#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::test;

namespace {

/// A finished and judged run of the fixture's dataset.
std::int64_t addRun(const Fixture &f, const std::string &backbone, const TrainConfig &config,
                    RunState state = RunState::Done)
{
    Library library = Library::open(f.library);
    RunRecord record;
    record.dataset = f.db.string();
    record.datasetHash = Dataset::load(f.db).contentHash();
    record.backbone = backbone;
    record.config = config;
    auto [run, lock] = library.runs().create(record);
    library.runs().addEpoch(run, {.epoch = 1, .trainLoss = 0.1, .validationLoss = 0.2, .seconds = 1});
    saveModel(FakeEngine::tinyModel(run, 1), library.modelPath(run));
    library.runs().setModel(run, library.modelPath(run).string());
    library.runs().setState(run, state);
    Evaluation evaluation;
    evaluation.subset = "what run " + std::to_string(run) + " held out";
    library.evaluations().put(run, evaluation);
    return run;
}

TrainConfig otherSettings()
{
    TrainConfig config = TrainConfig::fromPreset("standard");
    config.epochs = 77;
    return config;
}

constexpr auto kClassic = "classic/whole/fp32/v-1";
constexpr auto kUntrained = "resnet50/warp/fp32/seed-1";

}  // namespace

/// What is known of a dataset comes back with it.
class TestLastRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comesBack();
    void theNewestFinishedOne();
    void whatTheUserChoseStays();
    void ofThisDatasetAlone();
    void withoutItsModel();
    void anotherDatasetAfterIt();
};

void TestLastRun::comesBack()
{
    Fixture f;
    const std::int64_t run = addRun(f, kUntrained, otherSettings());
    f.open();
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->rater().model() != nullptr; }));
    QCOMPARE(f.session->rater().model()->run, run);
    QVERIFY(!f.session->rater().isLive());
    QCOMPARE(f.session->chart().shown().run, run);
    QCOMPARE(f.session->chart().shown().curve.size(), std::size_t{1});
    QVERIFY(f.session->evaluations().evaluation());
    QCOMPARE(f.session->evaluations().evaluation()->subset, "what run " + std::to_string(run) + " held out");
    QCOMPARE(f.session->choices().config().epochs, 77);
    QCOMPARE(f.session->features().request().backbone, std::string("resnet50"));
    QCOMPARE(f.session->features().request().weights, std::string("none"));
    QVERIFY(!f.session->workplace().undo().canUndo());
    QVERIFY(f.session->actions().evaluate && f.session->actions().train);
    // The next training's model takes its place: nobody picked this one.
    f.session->training().train();
    QVERIFY(f.waitFor([&] { return f.settled() && f.session->rater().model()->run != run; }));
}

void TestLastRun::theNewestFinishedOne()
{
    Fixture f;
    addRun(f, kUntrained, {});
    const std::int64_t last = addRun(f, kClassic, {});
    addRun(f, kUntrained, {}, RunState::Interrupted);
    f.open();
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->rater().model() != nullptr; }));
    QCOMPARE(f.session->rater().model()->run, last);
    QCOMPARE(f.session->features().request().backbone, std::string("classic"));
}

void TestLastRun::whatTheUserChoseStays()
{
    Fixture f;
    const std::int64_t first = addRun(f, kUntrained, otherSettings()), last = addRun(f, kUntrained, otherSettings());
    f.open();
    f.session->rater().useRun(first);
    QVERIFY(f.waitFor([&] { return f.session->rater().model() != nullptr; }));
    TrainConfig mine = TrainConfig::automatic();
    mine.epochs = 5;
    f.session->choices().setConfig(mine);
    QVERIFY(f.waitFor([&] { return !f.session->features().statuses().empty(); }));
    BackboneRequest request = f.session->features().request();
    request.backbone = "inception_v3";
    f.session->features().setRequest(request);
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->chart().shown().run == last; }));
    QCOMPARE(f.session->rater().model()->run, first);
    QCOMPARE(f.session->choices().config().epochs, 5);
    QCOMPARE(f.session->features().request().backbone, std::string("inception_v3"));
}

void TestLastRun::ofThisDatasetAlone()
{
    Fixture f;
    addRun(f, kUntrained, {});
    f.db = writeDataset(f.folder.path().toStdString() + "/other", kRows + 1);
    f.open();
    QVERIFY(f.load());
    QTest::qWait(300);
    QVERIFY(!f.session->rater().model());
    QCOMPARE(f.session->chart().shown().run, std::int64_t{0});
}

/// Where the file is gone, all is as without the run, and nothing complains.
void TestLastRun::withoutItsModel()
{
    Fixture f;
    const std::int64_t run = addRun(f, kUntrained, {});
    std::filesystem::remove(Library::open(f.library).modelPath(run));
    f.open();
    QVERIFY(f.load());
    QTest::qWait(300);
    QVERIFY(!f.session->rater().model());
    QVERIFY(!f.session->workplace().message());
    QCOMPARE(f.session->chart().shown().run, std::int64_t{0});
}

/// What came with one dataset's run does not stay for another that has none.
void TestLastRun::anotherDatasetAfterIt()
{
    Fixture f;
    addRun(f, kUntrained, otherSettings());
    f.open();
    QVERIFY(f.load());
    QVERIFY(f.waitFor([&] { return f.session->choices().config().epochs == 77; }));
    f.db = writeDataset(f.folder.path().toStdString() + "/other", kRows + 1);
    QVERIFY(f.load());
    QVERIFY(f.session->choices().config() == TrainConfig::automatic());
    QVERIFY(f.session->features().request().weights != "none");
}

QTEST_MAIN(TestLastRun)
#include "last_run_test.moc"
