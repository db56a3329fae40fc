#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/conformal_interval.h"

using namespace dank;

class ConformalIntervalTest : public QObject {
    Q_OBJECT
private slots:
    void intervalByHand()
    {
        // 39 residuals -0.19 … 0.19 by 0.01: (39 + 1) * 0.05 = 2nd smallest, 40 * 0.95 = 38th.
        std::vector<double> residuals;
        for (int i = 38; i >= 0; --i)
            residuals.push_back((i - 19) / 100.0);
        const auto interval = ConformalInterval::fit(residuals);
        QVERIFY(interval.has_value());
        QCOMPARE(interval->rows, std::size_t{39});
        QCOMPARE(interval->below, -0.18);
        QCOMPARE(interval->above, 0.18);
        // Of 20, (21 * 0.05 = 1.05) the smallest, and (21 * 0.95 = 19.95) the greatest.
        const auto twenty = ConformalInterval::fit(std::span(residuals).first(20));
        QCOMPARE(twenty->below, 0.0);  // the smallest residual is 0
        QCOMPARE(twenty->above, 0.19);
    }

    void intervalIsAbsentWhereLittleIsKnown()
    {
        std::vector<double> residuals(ConformalInterval::kLeastRows - 1, 0.1);
        QVERIFY(!ConformalInterval::fit(residuals));
        residuals.push_back(-0.1);
        QVERIFY(ConformalInterval::fit(residuals));
        QVERIFY(!ConformalInterval::fit(residuals, 0.95));  // a tail of 2.5 % takes 39
        residuals[3] = std::nan("");
        QVERIFY(!ConformalInterval::fit(residuals));
    }

    void aBiasedModelsAnswerStaysInside()
    {
        const std::vector<double> all(50, 0.3);
        const auto interval = ConformalInterval::fit(all);
        QCOMPARE(interval->below, 0.0);
        QCOMPARE(interval->above, 0.3);
    }

    /// Planted: dankness = signal + skewed noise, a model that knows the signal but is off by a constant. Over 400
    /// draws of the memes that judge it, new memes fall inside 90 % of the time on average, whatever their number.
    void intervalCovers_data()
    {
        QTest::addColumn<int>("rows");
        for (const int rows : {20, 50, 200, 668})
            QTest::addRow("%d", rows) << rows;
    }
    void intervalCovers()
    {
        QFETCH(const int, rows);
        Random random(2024 + std::uint64_t(rows));
        const auto residual = [&] { return -0.05 + 0.1 * random.normal() + 0.15 * std::pow(random.uniform(), 3); };
        double inside = 0;
        constexpr int kDraws = 400, kNew = 500;
        for (int draw = 0; draw < kDraws; ++draw) {
            std::vector<double> residuals;
            for (int i = 0; i < rows; ++i)
                residuals.push_back(residual());
            const auto interval = ConformalInterval::fit(residuals);
            for (int i = 0; i < kNew; ++i) {
                const double r = residual();
                inside += r >= interval->below && r <= interval->above;
            }
        }
        const double coverage = inside / (kDraws * kNew);
        // At least 90 %, and at most 2 / (n + 1) more; 0.01 for the draws.
        QVERIFY2(coverage >= 0.9 - 0.01 && coverage <= 0.9 + 2.0 / (rows + 1) + 0.01,
                 qPrintable(QString::number(coverage)));
    }

    void nonsenseIsRefused()
    {
        const ConformalInterval good{0.9, 30, -0.1, 0.2};
        good.validate();
        const double nan = std::nan("");
        for (const ConformalInterval &bad :
             {ConformalInterval{1, 30, -0.1, 0.2}, ConformalInterval{nan, 30, -0.1, 0.2},
              ConformalInterval{0.9, 3, -0.1, 0.2}, ConformalInterval{0.9, 30, 0.1, 0.2},
              ConformalInterval{0.9, 30, nan, 0.2}, ConformalInterval{0.9, 30, 0, -0.2},
              ConformalInterval{0.9, 30, 0, INFINITY}, ConformalInterval{0.9, 30, -2, 0.5}})
            QVERIFY_EXCEPTION_THROWN(bad.validate(), Error);
    }
};

QTEST_GUILESS_MAIN(ConformalIntervalTest)
#include "conformal_interval_test.moc"
