#include "ui/session/terminal_command.h"

#include <QTest>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class TerminalCommandTest : public QObject {
    Q_OBJECT

private slots:
    void copiesCommands()
    {
        Fixture f;
        const auto db = writeDataset(f.folder.path().toStdString() + "/it's here");
        f.session->data().open(QString::fromStdString(db.string()));
        QVERIFY(f.waitFor([&] { return f.session->data().dataset() != nullptr; }));
        const QString quoted = "'" + QString::fromStdString(db.string()).replace("'", "'\\''") + "'";
        const QString prefix = "dank --library " + QString::fromStdString(f.library.string()) + " --threads 1 ";
        QCOMPARE(commandFor(*f.session, JobKind::Load), prefix + "inspect " + quoted);
        QVERIFY(f.waitFor([&] { return !f.session->features().request().backbone.empty(); }));
        QCOMPARE(commandFor(*f.session, JobKind::Train), prefix + "train " + quoted + " --backbone classic");
        TrainConfig config = TrainConfig::paper();
        config.epochs = 10;
        config.hidden = {16, 8};
        f.session->choices().setConfig(config);
        BackboneRequest request;
        f.session->features().setRequest(request);
        QCOMPARE(commandFor(*f.session, JobKind::Load), prefix + "inspect " + quoted);
        QCOMPARE(commandFor(*f.session, JobKind::Extract), prefix + "extract " + quoted);  // empty: not said
        request.backbone = "inception_v3";
        request.weights = "none";
        request.batch = 4;
        f.session->features().setRequest(request);
        QCOMPARE(commandFor(*f.session, JobKind::Train),
                 prefix + "train " + quoted + " --backbone inception_v3 --weights none --extract-batch 4"
                     + " --preset paper --epochs 10 --hidden 16,8");
        QCOMPARE(commandFor(*f.session, JobKind::Extract),
                 prefix + "extract " + quoted + " --backbone inception_v3 --weights none --batch 4");
        f.session->features().setRequest({});
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
        f.session->choices().setConfig(config);
        QCOMPARE(commandFor(*f.session, JobKind::Train),
                 prefix + "train " + quoted
                     + " --preset ranking --hidden 0 --no-layer-norm --init standard_normal --output linear"
                     + " --no-standardise --loss 0.25mse+huber:0.3 --optimiser sgd --momentum 0.30000000000000004"
                     + " --weight-decay 0 --clip 2 --schedule step --schedule-every 7 --schedule-factor 0.5"
                     + " --group 'file:my groups.csv' --no-within --folds 5 --seeds 3");
        QCOMPARE(reproduceCommand(*f.session, true, 1000, 3),
                 QString("dank --threads 1 reproduce --seeds 3 --epochs 1000"));
        QCOMPARE(reproduceCommand(*f.session, false, 10, 1),
                 "dank --threads 1 reproduce " + quoted + " --seeds 1 --epochs 10");
    }
};

QTEST_MAIN(TerminalCommandTest)
#include "terminal_command_test.moc"
