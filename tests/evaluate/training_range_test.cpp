#include <QTest>

#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/training_range.h"

using namespace dank;

namespace {

std::vector<std::size_t> rowsUpTo(std::size_t from, std::size_t to)
{
    std::vector<std::size_t> rows(to - from);
    std::iota(rows.begin(), rows.end(), from);
    return rows;
}

FeatureMatrix normalFeatures(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    FeatureMatrix matrix{"b", {}, columns, {}};
    Random random(seed);
    for (std::size_t i = 0; i < rows; ++i)
        matrix.ids.push_back(std::to_string(i));
    for (std::size_t i = 0; i < rows * columns; ++i)
        matrix.values.push_back(static_cast<float>(random.normal() * (1 + double(i % columns)) + 10));
    return matrix;
}

}  // namespace

class TrainingRangeTest : public QObject {
    Q_OBJECT
private slots:
    void rangeByHand()
    {
        FeatureMatrix features{"b", {}, 2, {}};
        // Two training rows: mean (1, 5), deviation (1, 0): the constant feature is measured as it is.
        features.values = {0, 5, 2, 5};
        features.ids = {"a", "b"};
        for (int i = 0; i < 21; ++i) {  // held-out rows at distance i / sqrt(2)
            features.ids.push_back(std::to_string(i));
            features.values.insert(features.values.end(), {1 + float(i), 5});
        }
        const auto range = TrainingRange::fit(features, rowsUpTo(0, 2), rowsUpTo(2, 23), {}, {});
        QVERIFY(range.has_value());
        QCOMPARE(range->mean, (std::vector<float>{1, 5}));
        QCOMPARE(range->scale, (std::vector<float>{1, 1}));
        QCOMPARE(range->distances.size(), std::size_t{21});
        QVERIFY(std::abs(range->edge() - 19.8 / std::sqrt(2)) < 1e-5);
        const std::vector<float> row{4, 9};
        QVERIFY(std::abs(distanceFromMiddle(row, range->mean, range->scale) - std::sqrt((9 + 16) / 2.0)) < 1e-12);
        QVERIFY(!TrainingRange::fit(features, rowsUpTo(0, 2), rowsUpTo(2, 21), {}, {}));  // 19 held out
    }

    void rangeTellsFarFromHeldOut_data()
    {
        QTest::addColumn<bool>("raw");
        QTest::newRow("raw features") << true;
        QTest::newRow("standardised") << false;
    }
    void rangeTellsFarFromHeldOut()
    {
        QFETCH(const bool, raw);
        const FeatureMatrix features = normalFeatures(3000, 30, 5);
        std::vector<float> mean, scale;
        if (!raw) {
            mean.assign(30, 10);
            for (int c = 0; c < 30; ++c)
                scale.push_back(1 + float(c));
        }
        const auto range = TrainingRange::fit(features, rowsUpTo(0, 1000), rowsUpTo(1000, 2500), mean, scale);
        range->validate(30, raw);
        QCOMPARE(range->distances.size(), TrainingRange::kMaxDistances);
        QCOMPARE(range->mean.empty(), !raw);
        const std::span<const float> m = raw ? range->mean : mean, s = raw ? range->scale : scale;
        int outside = 0;
        for (std::size_t row = 1000; row < 3000; ++row)
            outside += distanceFromMiddle(features.row(row), m, s) > range->edge();
        QVERIFY2(outside >= 8 && outside <= 40, qPrintable(QString::number(outside)));  // about 1 % of 2,000
        std::vector<float> far(features.row(0).begin(), features.row(0).end());
        for (std::size_t c = 0; c < far.size(); ++c)
            far[c] += 6 * (1 + float(c));
        QVERIFY(distanceFromMiddle(far, m, s) > 3 * range->edge());
        // Even a single number far out is seen, where it is far enough.
        far.assign(features.row(1).begin(), features.row(1).end());
        far[0] += 100;
        QVERIFY(distanceFromMiddle(far, m, s) > range->edge());
    }

    void nonsenseIsRefused()
    {
        const TrainingRange fine{{1, 2}, {1, 1}, std::vector<float>(20, 1)};
        fine.validate(2, true);
        const auto refused = [&](auto change, std::size_t columns = 2, bool raw = true) {
            TrainingRange range = fine;
            change(range);
            QVERIFY_EXCEPTION_THROWN(range.validate(columns, raw), Error);
        };
        refused([](TrainingRange &) {}, 3);
        refused([](TrainingRange &) {}, 2, false);
        refused([](TrainingRange &range) { range.mean.clear(); });
        refused([](TrainingRange &range) { range.scale[1] = 0; });
        refused([](TrainingRange &range) { range.mean[0] = NAN; });
        refused([](TrainingRange &range) { range.distances[3] = 0.5F; });
        refused([](TrainingRange &range) { range.distances[0] = -1; });
        refused([](TrainingRange &range) { range.distances.back() = INFINITY; });
        refused([](TrainingRange &range) { range.distances.resize(19); });
        refused([](TrainingRange &range) { range.distances.resize(1002, 1); });
    }
};

QTEST_GUILESS_MAIN(TrainingRangeTest)
#include "training_range_test.moc"
