// The settings of the next training: undone, and refused while they cannot be used.

#include <QTest>
#include <QUndoStack>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class TrainChoicesTest : public QObject {
    Q_OBJECT

private slots:
    void settingsAreUndone()
    {
        Fixture f;
        const TrainConfig first = f.session->choices().config();
        TrainConfig config = first;
        for (int epochs : {3, 30, 300}) {  // typed digit by digit: one step
            config.epochs = epochs;
            f.session->choices().setConfig(config);
        }
        TrainConfig second = config;
        second.dropout = 0.5;
        f.session->choices().setConfig(second);
        QUndoStack *undo = &f.session->workplace().undo();
        QCOMPARE(undo->count(), 2);
        undo->undo();
        QVERIFY(f.session->choices().config() == config);
        undo->undo();
        QVERIFY(f.session->choices().config() == first);
        undo->redo();
        QVERIFY(f.session->choices().config() == config);
    }

    void unusableSettingsAreNotTrainedWith()
    {
        Fixture f;
        QVERIFY(f.load());
        f.session->choices().setProblem("Layers: whole numbers.");
        f.session->training().train();
        QTest::qWait(50);
        QCOMPARE(f.engine->trainings.load(), 0);
        QCOMPARE(f.session->workplace().message()->text, QString("Layers: whole numbers."));
        f.session->choices().setProblem({});
        f.setEpochs(2);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.engine->trainings == 1 && f.settled(); }));
    }
};

QTEST_MAIN(TrainChoicesTest)
#include "train_choices_test.moc"
