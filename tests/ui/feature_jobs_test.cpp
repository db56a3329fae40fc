// What a training tells the features' part of the session.

#include <QTest>
#include <QThread>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class FeatureJobsTest : public QObject {
    Q_OBJECT

private slots:
    /// A training begun before the engine has said which network is the default is about that network.
    void trainingBegunBeforeTheDefaultIsKnown()
    {
        // On a busy machine the answer may come before the dataset does: then begin again.
        for (int attempts = 20; attempts > 0; --attempts)
            if (trainBeforeTheDefaultIsKnown() || QTest::currentTestFailed())
                return;
        QFAIL("The default was always known before.");
    }

private:
    /// False where it was known before.
    bool trainBeforeTheDefaultIsKnown()
    {
        Fixture f;
        f.engine->holdHashing = true;
        [&] {
            QVERIFY(f.load());
            QVERIFY(f.waitFor([&] { return f.engine->hashing > 0; }));
        }();
        f.setEpochs(3);
        const bool known = !f.session->features().request().backbone.empty();
        f.engine->holdHashing = false;
        if (known || QTest::currentTestFailed())
            return false;
        while (f.engine->hashing > 0)  // without the events that bring the answer
            QThread::msleep(1);
        QThread::msleep(20);
        f.session->training().train();
        [&] {
            QVERIFY(f.waitFor([&] { return f.session->evaluations().evaluation() && f.settled(); }));
            QVERIFY(!f.session->features().request().backbone.empty());
            QVERIFY(f.waitFor([&] { return f.session->features().summary() != nullptr; }));
            QCOMPARE(f.session->features().summary()->rows, std::size_t(kRows));
        }();
        return true;
    }
};

QTEST_MAIN(FeatureJobsTest)
#include "feature_jobs_test.moc"
