#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/learn/reproduction.h"
#include "core/nn/training/paper_loop.h"

using namespace dank;

/// The first of the paper's four figures; the others take minutes (`dank reproduce`).
class PaperLoopTest : public QObject {
    Q_OBJECT

private slots:
    void tenEpochsFallWithinADecadeOfThePaper()
    {
        const std::vector<float> targets = seededPaperTargets(kPaperRows, 1);
        int told = 0;
        const auto losses = runPaperLoop(targets, 10, 1, [&](int epoch, double) { QCOMPARE(epoch, ++told); }, {});
        QCOMPARE(told, 10);
        const double decades = std::log10(losses.back() / paperLosses().front().loss);
        qInfo("after 10 epochs %.3g, the paper %.3g: %+.2f decades", losses.back(), paperLosses().front().loss,
              decades);
        QVERIFY(std::abs(decades) < 1);
        for (std::size_t i = 1; i < losses.size(); ++i)
            QVERIFY(losses[i] < losses[i - 1] * 1.5);
        QVERIFY(losses.front() > 2 * losses.back());
    }

    void aSeedDecidesEverything()
    {
        const std::vector<float> targets = seededPaperTargets(150, 1);
        const auto first = runPaperLoop(targets, 2, 7, {}, {});
        QCOMPARE(runPaperLoop(targets, 2, 7, {}, {}), first);
        QVERIFY(runPaperLoop(targets, 2, 8, {}, {}) != first);
    }

    void stopsBetweenBatches()
    {
        JobContext job;
        QVERIFY_EXCEPTION_THROWN(runPaperLoop(
                                     seededPaperTargets(300, 1), 1000, 1,
                                     [&](int epoch, double) {
                                         if (epoch == 2)
                                             job.cancel.cancel();
                                     },
                                     job),
                                 Cancelled);
        QVERIFY_EXCEPTION_THROWN(runPaperLoop({}, 1, 1, {}, {}), Error);
    }
};

QTEST_GUILESS_MAIN(PaperLoopTest)
#include "paper_loop_test.moc"
