#include <QTest>

#include <algorithm>
#include <atomic>
#include <memory>

#include "core/pipeline/runs/evaluate_model.h"
#include "core/pipeline/runs/train_run.h"
#include "core/store/library.h"
#include "core/store/model_file.h"
#include "run_fixture.h"

using namespace dank;
using namespace dank::test;

/// How a finished model is judged, at home and elsewhere, and what a run with a side file of groups goes on with.
class EvaluateModelTest : public QObject, private RunFixture {
    Q_OBJECT

private slots:
    void init() { reset(); }

    void atHomeItIsJudgedAsItsRunWas()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 150));
        const TrainReport report = train(dataset, quickConfig());
        const Evaluation again = evaluateModel(*report.model, dataset, request(), nullptr, context(), {});
        QCOMPARE(again.memes.size(), report.evaluation.memes.size());
        QCOMPARE(again.clusters, report.evaluation.clusters);
        for (const BaselineResult &baseline : report.evaluation.baselines) {
            const auto found = std::find_if(again.baselines.begin(), again.baselines.end(),
                                            [&](const BaselineResult &other) { return other.name == baseline.name; });
            const bool isControl = baseline.name == "random_features" || baseline.name == "shuffled";
            QCOMPARE(found == again.baselines.end(), isControl);
            if (!isControl)
                QCOMPARE(found->pooled.mae, baseline.pooled.mae);
        }
        for (std::size_t i = 0; i < again.memes.size(); ++i)
            QCOMPARE(again.memes[i].nearest, report.evaluation.memes[i].nearest);
    }

    void otherDatasetsMayUseTheSameIds()
    {
        const Dataset home = Dataset::load(writeTinyDataset(folder() / "data", 100));
        const Model model = *train(home, quickConfig()).model;
        QVERIFY(!model.trainPictures.empty() || !model.trainIds.empty());
        const Model whole = loadModel(Library::open(folder() / "library").modelPath(model.run));
        // The same ids m0 … on other pictures: none of them was learned from.
        const Dataset other = Dataset::load(writeTinyDataset(folder() / "other", 80, 2));
        const Evaluation elsewhere = evaluateModel(whole, other, request(), nullptr, context(), {});
        QCOMPARE(elsewhere.memes.size(), std::size_t{80});
        QVERIFY(elsewhere.verdict.kind != VerdictKind::SeenInTraining);
        // The same pictures with the same ids in another place, some more among them.
        const Dataset grown = Dataset::load(writeTinyDataset(folder() / "grown", 120));
        const Evaluation more = evaluateModel(whole, grown, request(), nullptr, context(), {});
        QCOMPARE(more.memes.size(), whole.testIds.size() + 20);
        // The same pictures under other names.
        std::string json = readTextFile(folder() / "data" / "db.json", 1 << 20);
        for (std::size_t at = 0; (at = json.find("\"id\": \"m", at)) != std::string::npos; at += 8)
            json.replace(at, 8, "\"id\": \"x");
        for (std::size_t at = 0; (at = json.find("invalid/m", at)) != std::string::npos; at += 9)
            json.replace(at, 9, "invalid/x");
        std::filesystem::create_directories(folder() / "renamed" / "memes");
        for (const auto &entry : std::filesystem::directory_iterator(folder() / "data" / "memes"))
            std::filesystem::copy_file(entry.path(), folder() / "renamed" / "memes"
                                                         / ("x" + entry.path().filename().string().substr(1)));
        writeFileAtomically(folder() / "renamed" / "db.json", json);
        const Dataset renamed = Dataset::load(folder() / "renamed" / "db.json");
        const Evaluation same = evaluateModel(whole, renamed, request(), nullptr, context(), {});
        QVERIFY(same.memes.size() < 100 - whole.trainIds.size() + 1);
    }

    void groupsThatAreNotThereAreTold()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 150));
        Model model = loadModel(train(dataset, quickConfig()).modelPath);
        model.config.group = "flair";
        model.datasetHash = "another";
        const Evaluation evaluation = evaluateModel(model, dataset, request(), nullptr, context(), {});
        QVERIFY2(evaluation.verdict.reason.find("groups by flair") != std::string::npos,
                 evaluation.verdict.reason.c_str());
        // Ranges and side files mean nothing in another dataset, unless they are asked for.
        const std::string ranges = "rows:1-70,71-150";
        model.config.group = ranges;
        QVERIFY(!evaluateModel(model, dataset, request(), nullptr, context(), {}).within);
        QVERIFY(evaluateModel(model, dataset, request(), &ranges, context(), {}).within);
        const std::string gone = "file:" + (folder() / "gone.csv").string();
        QVERIFY_EXCEPTION_THROWN(evaluateModel(model, dataset, request(), &gone, context(), {}), Error);
    }

    void groupMistakesAreToldBeforeExtraction()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 40));
        TrainConfig config = quickConfig();
        config.group = "flair";
        const int before = m_computed;
        QVERIFY_EXCEPTION_THROWN(train(dataset, config), Error);
        QCOMPARE(m_computed.load(), before);
    }

    void aRunGoesOnWithItsGroupsOrNotAtAll()
    {
        const Dataset dataset = Dataset::load(writeTinyDataset(folder() / "data", 60));
        const auto file = folder() / "groups.csv";
        std::string groups = "id,group\n";
        for (const MemeRecord &record : dataset.records())
            groups += record.id + (record.upvotes % 2 ? ",odd\n" : ",even\n");
        writeFileAtomically(file, groups);
        TrainConfig config = quickConfig();
        config.group = "file:" + file.string();
        config.within = true;
        TrainingControl control;
        TrainingObserver observer;
        observer.epoch = [&](const EpochStats &stats, int) {
            if (stats.epoch == 3)
                control.stopAndKeep();
        };
        const TrainReport part = trainRun(dataset, request(), config, context(), observer, control, {});
        writeFileAtomically(file, groups + "\n");
        TrainingControl again;
        try {
            resumeRun(part.run, context(), {}, again, {});
            QFAIL("it went on with other groups");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Mismatch);
        }
        writeFileAtomically(file, groups);
        QCOMPARE(resumeRun(part.run, context(), {}, again, {}).model->epochsRun, 12);
    }
};

QTEST_GUILESS_MAIN(EvaluateModelTest)
#include "evaluate_model_test.moc"
