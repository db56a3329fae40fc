// The session's settings: as commands for a terminal, undone, and refused while they cannot be used.

#include <QTest>
#include <QUndoStack>

#include "session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class SessionSettingsTest : public QObject {
    Q_OBJECT

private slots:
    void copiesCommands()
    {
        Fixture f;
        const auto db = writeDataset(f.folder.path().toStdString() + "/it's here");
        f.session->openDataset(QString::fromStdString(db.string()));
        QVERIFY(f.waitFor([&] { return f.session->dataset() != nullptr; }));
        const QString quoted = "'" + QString::fromStdString(db.string()).replace("'", "'\\''") + "'";
        const QString prefix = "dank --library " + QString::fromStdString(f.library.string()) + " --threads 1 ";
        QCOMPARE(f.session->commandFor(JobKind::Load), prefix + "inspect " + quoted);
        QVERIFY(f.waitFor([&] { return !f.session->request().backbone.empty(); }));
        QCOMPARE(f.session->commandFor(JobKind::Train), prefix + "train " + quoted + " --backbone classic");
        TrainConfig config = TrainConfig::paper();
        config.epochs = 10;
        config.hidden = {16, 8};
        f.session->setTrainConfig(config);
        BackboneRequest request;
        f.session->setRequest(request);
        QCOMPARE(f.session->commandFor(JobKind::Load), prefix + "inspect " + quoted);
        QCOMPARE(f.session->commandFor(JobKind::Extract), prefix + "extract " + quoted);  // empty: not said
        request.backbone = "inception_v3";
        request.weights = "none";
        request.batch = 4;
        f.session->setRequest(request);
        QCOMPARE(f.session->commandFor(JobKind::Train),
                 prefix + "train " + quoted + " --backbone inception_v3 --weights none --extract-batch 4"
                     + " --preset paper --epochs 10 --hidden 16,8");
        QCOMPARE(f.session->commandFor(JobKind::Extract),
                 prefix + "extract " + quoted + " --backbone inception_v3 --weights none --batch 4");
        f.session->setRequest({});
        config = TrainConfig::fromPreset("ranking");
        config.hidden.clear();
        config.layerNorm = false;
        config.initialisation = Initialisation::StandardNormal;
        config.output = OutputActivation::Linear;
        config.standardise = false;
        config.loss = lossFromText("0.25mse+huber:0.3");
        config.optimiser = OptimiserKind::Sgd;
        config.momentum = 0.1 + 0.2;  // read back it must be this very number
        config.weightDecay = 0;
        config.gradientClip = 2;
        config.schedule = Schedule::Step;
        config.scheduleEvery = 7;
        config.scheduleFactor = 0.5;
        config.group = "file:my groups.csv";
        config.within = false;
        config.folds = 5;
        config.seeds = 3;
        f.session->setTrainConfig(config);
        QCOMPARE(f.session->commandFor(JobKind::Train),
                 prefix + "train " + quoted
                     + " --preset ranking --hidden 0 --no-layer-norm --init standard_normal --output linear"
                     + " --no-standardise --loss 0.25mse+huber:0.3 --optimiser sgd --momentum 0.30000000000000004"
                     + " --weight-decay 0 --clip 2 --schedule step --schedule-every 7 --schedule-factor 0.5"
                     + " --group 'file:my groups.csv' --no-within --folds 5 --seeds 3");
        QCOMPARE(f.session->reproduceCommand(true, 1000, 3),
                 QString("dank --threads 1 reproduce --seeds 3 --epochs 1000"));
        QCOMPARE(f.session->reproduceCommand(false, 10, 1),
                 "dank --threads 1 reproduce " + quoted + " --seeds 1 --epochs 10");
    }

    void settingsAreUndone()
    {
        Fixture f;
        const TrainConfig first = f.session->trainConfig();
        TrainConfig config = first;
        for (int epochs : {3, 30, 300}) {  // typed digit by digit: one step
            config.epochs = epochs;
            f.session->setTrainConfig(config);
        }
        TrainConfig second = config;
        second.dropout = 0.5;
        f.session->setTrainConfig(second);
        QUndoStack *undo = f.session->undoStack();
        QCOMPARE(undo->count(), 2);
        undo->undo();
        QVERIFY(f.session->trainConfig() == config);
        undo->undo();
        QVERIFY(f.session->trainConfig() == first);
        undo->redo();
        QVERIFY(f.session->trainConfig() == config);
    }

    void unusableSettingsAreNotTrainedWith()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->setTrainProblem("Layers: whole numbers.");
        f.session->train();
        QTest::qWait(50);
        QCOMPARE(f.engine->trainings.load(), 0);
        QCOMPARE(f.session->message()->text, QString("Layers: whole numbers."));
        f.session->setTrainProblem({});
        f.setEpochs(2);
        f.session->train();
        QVERIFY(f.waitFor([&] { return f.engine->trainings == 1 && f.settled(); }));
    }
};

QTEST_MAIN(SessionSettingsTest)
#include "session_settings_test.moc"
