#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/permutation.h"

using namespace dank;

namespace {

/// The share of all orders of the targets, each order inside its group, whose figure is at least the rows' own: counted
/// one by one, with the figure itself. Beside permutationPValue() stands only what it draws.
double exact(const JudgedRows &rows, bool within)
{
    const auto figure = [&](const std::vector<double> &actual) {
        std::vector<Metrics> runs;
        const auto add = [&](std::span<const double> predicted) {
            if (!within)
                runs.push_back(computeMetrics(predicted, actual));
            else if (const auto metrics = computeWithin(predicted, actual, {}, rows.groups))
                runs.push_back(*metrics);
        };
        if (rows.bySeed.empty())
            add(rows.predicted);
        for (const std::vector<double> &predicted : rows.bySeed)
            add(predicted);
        return meanMetrics(runs).spearman.value();
    };
    const std::vector<double> actual(rows.actual.begin(), rows.actual.end());
    std::vector<std::size_t> order(actual.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const double own = figure(actual);
    double count = 0, asGreat = 0;
    do {
        bool staysInside = true;
        for (std::size_t i = 0; within && i < order.size(); ++i)
            staysInside = staysInside && rows.groups[i] == rows.groups[order[i]];
        if (!staysInside)
            continue;
        std::vector<double> dealt;
        for (const std::size_t from : order)
            dealt.push_back(actual[from]);
        ++count;
        asGreat += figure(dealt) >= own - 1e-9;
    } while (std::next_permutation(order.begin(), order.end()));
    return asGreat / count;
}

}  // namespace

class PermutationTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithAllOrders_data()
    {
        QTest::addColumn<bool>("within");
        QTest::addColumn<int>("seeds");
        QTest::addColumn<bool>("ties");
        QTest::newRow("pooled") << false << 0 << false;
        QTest::newRow("pooled, ties") << false << 0 << true;
        QTest::newRow("in groups") << true << 0 << false;
        QTest::newRow("in groups, ties") << true << 0 << true;
        QTest::newRow("three seeds") << false << 3 << false;
        QTest::newRow("three seeds in groups") << true << 3 << false;
    }
    void agreesWithAllOrders()
    {
        QFETCH(bool, within);
        QFETCH(int, seeds);
        QFETCH(bool, ties);
        for (std::uint64_t draw = 1; draw <= 4; ++draw) {
            Random random(draw);
            // "c" has equal predictions and counts for nothing; the row without a group neither.
            const std::vector<std::string> groups{"a", "b", "a", "b", "a", "c", "c", ""};
            std::vector<double> predicted, actual;
            std::vector<std::vector<double>> bySeed(static_cast<std::size_t>(seeds));
            for (std::size_t i = 0; i < groups.size(); ++i) {
                actual.push_back(ties ? static_cast<double>(random.below(4)) : random.normal());
                const auto answer = [&] {
                    return groups[i] == "c" ? 0.5 : std::round(3 * (actual[i] + random.normal()));
                };
                predicted.push_back(answer());
                for (auto &answers : bySeed)
                    answers.push_back(answer());
            }
            const JudgedRows rows{predicted, actual, {}, groups, {}, bySeed};
            if (!(within ? computeWithin(predicted, actual, {}, groups)->spearman
                         : computeMetrics(predicted, actual).spearman))
                continue;
            const double right = exact(rows, within);
            constexpr std::size_t kDraws = 20'000;
            const double drawn = permutationPValue(rows, within, {kDraws, draw}).value();
            const double deviation = std::sqrt(right * (1 - right) / kDraws) + 1.0 / kDraws;
            QVERIFY2(std::abs(drawn - right) < 5 * deviation,
                     qPrintable(QString("%1, and of all orders %2").arg(drawn).arg(right)));
        }
    }

    void isNeverZero()
    {
        std::vector<double> rows(40);
        std::iota(rows.begin(), rows.end(), 0.0);
        QCOMPARE(permutationPValue({rows, rows, {}, {}, {}}, false, {999, 1}).value(), 0.001);
        QCOMPARE(permutationPValue({rows, rows, {}, {}, {}}, false),
                 permutationPValue({rows, rows, {}, {}, {}}, false));
    }

    void undefinedWhereSpearmanIs()
    {
        const std::vector<double> rows{1, 2, 3}, equal{5, 5, 5};
        const std::vector<std::string> single{"a", "b", ""};
        QVERIFY(!permutationPValue({equal, rows, {}, {}, {}}, false));
        QVERIFY(!permutationPValue({rows, equal, {}, {}, {}}, false));
        QVERIFY(!permutationPValue({}, false));
        QVERIFY(!permutationPValue({rows, rows, {}, single, {}}, true));
        // A seed that answers all alike is left out, as meanMetrics() does.
        const std::vector<std::vector<double>> seeds{equal, rows}, one{rows};
        QCOMPARE(permutationPValue({rows, rows, {}, {}, {}, seeds}, false),
                 permutationPValue({rows, rows, {}, {}, {}, one}, false));
    }

    void refusals()
    {
        const std::vector<double> rows{1, 2, 3}, short_{1, 2};
        QVERIFY_THROWS_EXCEPTION(Error, permutationPValue({short_, rows, {}, {}, {}}, false));
        QVERIFY_THROWS_EXCEPTION(Error, permutationPValue({rows, rows, {}, {}, {}}, true));
        CancelToken cancel;
        cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(Cancelled, permutationPValue({rows, rows, {}, {}, {}}, false, {}, {cancel, {}}));
    }
};

QTEST_GUILESS_MAIN(PermutationTest)
#include "permutation_test.moc"
