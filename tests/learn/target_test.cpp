#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/learn/target.h"

using namespace dank;

class TestTargets : public QObject {
    Q_OBJECT

private slots:
    void targetsAreWhatTheirFormulaSays()
    {
        const std::vector<std::int64_t> upvotes{0, 10, 10, 40, 100};
        const auto max = TargetTransform::fit(TargetKind::Max, upvotes);
        QCOMPARE(max.toDankness(40), 0.4f);
        QCOMPARE(max.toDankness(1000), 1.0f);
        QCOMPARE(max.toUpvotes(0.25), 25.0);
        const auto log = TargetTransform::fit(TargetKind::Log, upvotes);
        QCOMPARE(log.toDankness(40), static_cast<float>(std::log(41.0) / std::log(101.0)));
        const auto percentile = TargetTransform::fit(TargetKind::Percentile, upvotes);
        // Mid-ranks over 5: 0.5, (1 + 3) / 2, the same, 3.5, 4.5.
        QCOMPARE(percentile.toDankness(0), 0.1f);
        QCOMPARE(percentile.toDankness(10), 0.4f);
        QCOMPARE(percentile.toDankness(40), 0.7f);
        QCOMPARE(percentile.toDankness(100), 0.9f);
        QCOMPARE(percentile.toDankness(25), 0.55f);  // half way between 10 and 40
        QCOMPARE(percentile.toDankness(100'000), 0.9f);
        QCOMPARE(percentile.toUpvotes(0.55), 25.0);
        QCOMPARE(percentile.toUpvotes(0), 0.0);
        QCOMPARE(percentile.toUpvotes(1), 100.0);
        QCOMPARE(percentile.toUpvotes(std::nan("")), 0.0);
    }

    void targetsComeBack_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("count");
        for (const TargetKind kind : {TargetKind::Max, TargetKind::Log, TargetKind::Percentile})
            for (const int count : {1, 2, 50, 1001, 1002, 30'000})
                QTest::addRow("%s of %d", targetKindName(kind), count) << static_cast<int>(kind) << count;
    }
    void targetsComeBack()
    {
        QFETCH(int, kind);
        QFETCH(int, count);
        Random random(9);
        std::vector<std::int64_t> upvotes;
        for (int i = 0; i < count; ++i)  // many ties at the low end
            upvotes.push_back(static_cast<std::int64_t>(std::exp(random.uniform(0.7, 12))));
        const auto target = TargetTransform::fit(static_cast<TargetKind>(kind), upvotes);
        QVERIFY(target.parameters().size() <= 1001);
        const auto again = TargetTransform::fromParameters(target.kind(), target.parameters());
        std::sort(upvotes.begin(), upvotes.end());
        float last = -1;
        for (const std::int64_t ups : upvotes) {
            const float dankness = target.toDankness(ups);
            QVERIFY(dankness >= last && dankness >= 0 && dankness <= 1);
            last = dankness;
            QCOMPARE(again.toDankness(ups), dankness);
            // Float dankness carries about 7 digits; between quantiles that is a share of a wide step.
            QVERIFY(std::abs(target.toUpvotes(dankness) - static_cast<double>(ups))
                    <= 1e-4 * static_cast<double>(ups) + 0.01);
        }
        double lastUpvotes = -1;
        for (int i = 0; i <= 1000; ++i) {
            const double ups = target.toUpvotes(i / 1000.0);
            QVERIFY(ups >= lastUpvotes && std::isfinite(ups));
            lastUpvotes = ups;
        }
    }

    void manyValuesKeepTheirMidRanks()
    {
        std::vector<std::int64_t> upvotes(5000, 7);  // half of 10,000 tie
        for (int i = 0; i < 5000; ++i)
            upvotes.push_back(100 + i);
        const auto target = TargetTransform::fit(TargetKind::Percentile, upvotes);
        QVERIFY(std::abs(target.toDankness(7) - 0.25) < 0.001);
        QVERIFY(std::abs(target.toDankness(2600) - 0.75) < 0.001);
    }

    void targetsRefuseNonsense()
    {
        const std::vector<std::int64_t> zeros{0, 0};
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Max, {}));
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Max, zeros));
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Log, zeros));
        QCOMPARE(TargetTransform::fit(TargetKind::Percentile, zeros).toDankness(0), 0.5f);
        using Parameters = std::vector<double>;
        for (const Parameters &bad :
             {Parameters{}, Parameters{0}, Parameters{-1}, Parameters{NAN}, Parameters{INFINITY}, Parameters{1, 2}})
            QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fromParameters(TargetKind::Max, bad));
        for (const Parameters &bad :
             {Parameters{}, Parameters{2, 1}, Parameters{NAN}, Parameters{1, NAN}, Parameters(1002, 1.0)})
            QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fromParameters(TargetKind::Percentile, bad));
        QVERIFY_THROWS_EXCEPTION(Error, targetKindFromName("Max"));
        QVERIFY(targetKindFromName("log") == TargetKind::Log);
    }
};

QTEST_GUILESS_MAIN(TestTargets)
#include "target_test.moc"
