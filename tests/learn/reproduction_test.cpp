#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/learn/reproduction.h"

using namespace dank;

/// The figures that stand around the paper's loop: its table, targets like its own, the mean predictor's line.
class ReproductionTest : public QObject {
    Q_OBJECT

private slots:
    void targetsAreLongTailedAsThePapers()
    {
        const std::vector<float> targets = seededPaperTargets(100'000, 1);
        const double mean = std::accumulate(targets.begin(), targets.end(), 0.0) / 1e5;
        double variance = 0;
        for (const float target : targets)
            variance += (target - mean) * (target - mean) / 1e5;
        QVERIFY2(std::abs(mean - 0.081) < 0.002, std::to_string(mean).c_str());
        QVERIFY2(std::abs(variance - 0.0098) < 0.0005, std::to_string(variance).c_str());
        QVERIFY(*std::min_element(targets.begin(), targets.end()) >= 0);
        QVERIFY(*std::max_element(targets.begin(), targets.end()) <= 1);
        QCOMPARE(seededPaperTargets(10, 3), seededPaperTargets(10, 3));
        QVERIFY(seededPaperTargets(10, 3) != seededPaperTargets(10, 4));
    }

    void meanPredictorSumsItsBatches()
    {
        // 100 rows of 0 and 50 of 3, mean 1: a whole batch of squares 1 and a short one of squares 4.
        std::vector<float> targets(100, 0.0f);
        targets.resize(150, 3.0f);
        QCOMPARE(meanPredictorBatchSum(targets), 5.0);
        QCOMPARE(meanPredictorBatchSum({}), 0.0);
        const double paper = meanPredictorBatchSum(seededPaperTargets(kPaperRows, 1));
        QVERIFY2(paper > 0.25 && paper < 0.4, std::to_string(paper).c_str());
    }

    void resultsAreAskedForByEpoch()
    {
        Reproduction result;
        result.curves = {{8, 4, 2}, {9, 5, 3}};
        QCOMPARE(result.after(2), (std::vector<double>{4, 5}));
        QVERIFY(result.after(0).empty() && result.after(4).empty());
        result.predictMean = 0.5;
        const std::string text = explainReproduction(result);
        QVERIFY2(text.find("After 3 epochs the median seed's loss is 2.50, 5.00 times") != std::string::npos,
                 text.c_str());
    }
};

QTEST_GUILESS_MAIN(ReproductionTest)
#include "reproduction_test.moc"
