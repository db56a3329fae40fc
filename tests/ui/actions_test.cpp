// The table of what may be done when.

#include "ui/session/actions.h"

#include <QTest>

using namespace dank;
using namespace dank::ui;

Q_DECLARE_METATYPE(Facts)
Q_DECLARE_METATYPE(dank::ui::Page)

class ActionsTest : public QObject {
    Q_OBJECT

private slots:
    void actionsTable_data()
    {
        QTest::addColumn<Facts>("facts");
        QTest::addColumn<QString>("can");  // the letters of what is enabled: see below
        QTest::addColumn<Page>("next");

        Facts empty;
        QTest::newRow("empty") << empty << "O r" << Page::Dataset;

        Facts loaded;
        loaded.dataset = true;
        loaded.usable = 10;
        QTest::newRow("dataset") << loaded << "OXT r" << Page::Features;
        Facts one = loaded;
        one.usable = 1;
        QTest::newRow("one row cannot train") << one << "OX r" << Page::Features;
        Facts none = loaded;
        none.usable = 0;
        QTest::newRow("nothing usable") << none << "O r" << Page::Dataset;
        Facts two = loaded;
        two.usable = kMinRowsToTrain - 1;
        QTest::newRow("too few to hold out twice") << two << "OX r" << Page::Features;
        two.usable = kMinRowsToTrain;
        QTest::newRow("just enough") << two << "OXT r" << Page::Features;
        Facts features = loaded;
        features.features = true;
        QTest::newRow("features") << features << "OXT r" << Page::Train;
        Facts noEngine = features;
        noEngine.engineFailed = true;
        QTest::newRow("no engine") << noEngine << "O" << Page::Train;

        Facts loading = empty;
        loading.job = JobKind::Load;
        loading.state = JobState::Running;
        QTest::newRow("loading") << loading << "OS r" << Page::Dataset;
        Facts extracting = loaded;
        extracting.job = JobKind::Extract;
        extracting.state = JobState::Running;
        QTest::newRow("extracting") << extracting << "S r" << Page::Features;
        extracting.state = JobState::Stopping;
        QTest::newRow("stopping an extraction") << extracting << "r" << Page::Features;
        extracting.state = JobState::Failed;
        QTest::newRow("extraction failed") << extracting << "OXT r" << Page::Features;

        Facts training = features;
        training.job = JobKind::Train;
        training.state = JobState::Running;
        QTest::newRow("before the first epoch") << training << "S r" << Page::Train;
        training.trainingStarted = true;
        training.curve = true;
        QTest::newRow("training") << training << "PS rc" << Page::Train;
        training.model = true;
        QTest::newRow("training, snapshot") << training << "PS rc" << Page::Train;
        training.judging = true;
        QTest::newRow("judging what was trained") << training << "S rc" << Page::Train;
        training.judging = false;
        training.state = JobState::Paused;
        QTest::newRow("paused") << training << "US rc" << Page::Train;
        training.state = JobState::Stopping;
        QTest::newRow("stopping") << training << "rc" << Page::Train;
        training.state = JobState::Done;
        training.trainingStarted = false;
        training.modelHasRun = true;
        training.evaluation = true;
        QTest::newRow("trained") << training << "OXT rcE" << Page::Rate;
        training.evaluation = false;
        QTest::newRow("not evaluated") << training << "OXT rcE" << Page::Evaluate;
        training.modelHasRun = false;
        QTest::newRow("model from a file") << training << "OXT rc" << Page::Rate;
        training.scored = training.cards = 1;
        QTest::newRow("scored") << training << "OXT rcs" << Page::Rate;
        Facts modelOnly = empty;
        modelOnly.model = true;
        QTest::newRow("only a model") << modelOnly << "O r" << Page::Rate;
    }

    void actionsTable()
    {
        QFETCH(Facts, facts);
        QFETCH(QString, can);
        QFETCH(Page, next);
        const Actions a = actionsFor(facts);
        QString enabled;
        const std::pair<char, bool> letters[] = {
            {'O', a.open}, {'X', a.extract}, {'T', a.train},       {'P', a.pause},    {'U', a.resume},
            {'S', a.stop}, {'r', a.rate},    {'c', a.exportChart}, {'E', a.evaluate}, {'s', a.exportScores}};
        for (const auto &[letter, on] : letters)
            if (on)
                enabled += QLatin1Char(letter);
        QCOMPARE(enabled, QString(can).remove(' '));
        QCOMPARE(int(a.next), int(next));
    }

    void pageStates()
    {
        const auto states = [](const Facts &facts) {
            QString text;
            for (const Page page : {Page::Dataset, Page::Features, Page::Train, Page::Evaluate, Page::Rate})
                text += QLatin1Char("ebwd"[int(pageStateFor(page, facts))]);
            return text;
        };
        Facts f;
        QCOMPARE(states(f), "eeeee");
        f.waiting = f.cards = 1;
        QCOMPARE(states(f), "eeeew");  // waits for a model
        f.model = true;
        QCOMPARE(states(f), "eeeeb");
        f.waiting = 0;
        f.dataset = true;
        QCOMPARE(states(f), "weeed");  // a dataset without a usable row
        f.usable = 10;
        f.features = true;
        QCOMPARE(states(f), "ddeed");
        f.untrained = true;
        QCOMPARE(states(f), "dweed");
        f.job = JobKind::Train;
        f.state = JobState::Running;
        QCOMPARE(states(f), "dbbed");  // features come first
        f.trainingStarted = f.curve = true;
        QCOMPARE(states(f), "dwbed");
        f.state = JobState::Failed;
        f.trainingFailed = true;
        QCOMPARE(states(f), "dwwed");
        f.trainingFailed = false;
        f.state = JobState::Done;
        f.evaluation = true;
        QCOMPARE(states(f), "dwdwd");
        f.convincing = true;
        QCOMPARE(states(f), "dwddd");
        f.job = JobKind::Evaluate;
        f.state = JobState::Running;
        QCOMPARE(states(f), "dwdbd");
    }
};

QTEST_GUILESS_MAIN(ActionsTest)
#include "actions_test.moc"
