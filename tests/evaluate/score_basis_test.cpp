#include <QtTest>

#include <cmath>
#include <numeric>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/evaluate/conformal_interval.h"
#include "core/evaluate/nearest_memes.h"
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

class TestScoreBasis : public QObject {
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
        const ConformalInterval good{0.9, 30, -0.1, 0.2};
        good.validate();
        const double nan = std::nan("");
        for (const ConformalInterval &bad :
             {ConformalInterval{1, 30, -0.1, 0.2}, ConformalInterval{nan, 30, -0.1, 0.2},
              ConformalInterval{0.9, 3, -0.1, 0.2}, ConformalInterval{0.9, 30, 0.1, 0.2},
              ConformalInterval{0.9, 30, nan, 0.2}, ConformalInterval{0.9, 30, 0, -0.2},
              ConformalInterval{0.9, 30, 0, INFINITY}, ConformalInterval{0.9, 30, -2, 0.5}})
            QVERIFY_EXCEPTION_THROWN(bad.validate(), Error);

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

        const TrainPicture picture{1, std::string(32, 'a'), 5, "memes/a.png"};
        validateTrainPictures(std::vector{picture}, 2);
        const auto turnedDown = [&](auto change) {
            std::vector<TrainPicture> pictures{{0, std::string(32, '0'), 0, ""}, picture};
            change(pictures[1]);
            QVERIFY_EXCEPTION_THROWN(validateTrainPictures(pictures, 2), Error);
        };
        turnedDown([](TrainPicture &p) { p.row = 2; });
        turnedDown([](TrainPicture &p) { p.row = 0; });
        turnedDown([](TrainPicture &p) { p.hash = "../../../etc/passwd0000000000000"; });
        turnedDown([](TrainPicture &p) { p.hash.clear(); });
        turnedDown([](TrainPicture &p) { p.upvotes = -1; });
        for (const std::string &file : {std::string("/etc/passwd"), std::string("../x"), std::string("a/../../x"),
                                        std::string("a\0b", 3), std::string(5000, 'a')})
            turnedDown([&](TrainPicture &p) { p.file = file; });
    }

    void nearestEqualsScikitLearn()
    {
        const auto bytes = readFile(DANK_TEST_DATA "/golden/nearest.json", 1 << 20);
        const auto golden =
            nlohmann::json::parse(std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
        FeatureMatrix train{"b", {}, 24, {}};
        for (const auto &row : golden["train"]) {
            train.ids.push_back(std::to_string(train.ids.size()));
            for (const double value : row)
                train.values.push_back(static_cast<float>(value));
        }
        const FeatureMatrix copy = train;
        const NearestMemes nearest(std::move(train));
        QCOMPARE(nearest.rows(), std::size_t{40});
        const NeighbourSearch search(copy, rowsUpTo(0, 40));
        for (std::size_t i = 0; i < golden["queries"].size(); ++i) {
            const auto query = golden["queries"][i].get<std::vector<float>>();
            const auto found = nearest.nearest(query, 3);
            const auto other = search.nearest(query, 3).front();
            QCOMPARE(found.size(), std::size_t{3});
            for (std::size_t k = 0; k < 3; ++k) {
                QCOMPARE(found[k].row, golden["rows"][i][k].get<std::size_t>());
                QVERIFY(std::abs(found[k].similarity - golden["similarity"][i][k].get<double>()) < 1e-6);
                QCOMPARE(found[k].row, other[k].row);
            }
        }
        QVERIFY(std::abs(nearest.nearest(copy.row(11), 1).front().similarity - 1) < 1e-6);
        QVERIFY(NearestMemes().nearest({}, 3).empty());
        QVERIFY_EXCEPTION_THROWN(nearest.nearest(std::vector<float>(23), 3), Error);
    }
};

QTEST_GUILESS_MAIN(TestScoreBasis)
#include "score_basis_test.moc"
