#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/dataset/histogram.h"
#include "core/evaluate/metrics.h"

using namespace dank;

namespace {

QJsonObject golden()
{
    QFile file(DANK_TEST_DATA "/golden/metrics.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

std::vector<double> numbers(const QJsonValue &array)
{
    std::vector<double> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(value.toDouble());
    return result;
}

bool isNear(double a, double b)
{
    return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(b));
}

bool agrees(const std::optional<double> &ours, const QJsonValue &reference)
{
    return reference.isNull() ? !ours : ours && isNear(*ours, reference.toDouble());
}

std::vector<std::int64_t> wholeNumbers(const QJsonValue &array)
{
    std::vector<std::int64_t> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(value.toInteger());
    return result;
}

std::vector<std::string> words(const QJsonValue &array)
{
    std::vector<std::string> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(value.toString().toStdString());
    return result;
}

void compare(const TopShare &share, const QJsonValue &reference)
{
    QVERIFY(agrees(share.rocAuc, reference["roc"]));
    QVERIFY(agrees(share.prAuc, reference["pr"]));
    if (share.rocAuc)
        QVERIFY(isNear(share.baseRate, reference["base"].toDouble()));
}

void compare(const Metrics &metrics, const QJsonObject &reference)
{
    QCOMPARE(metrics.rows, std::size_t(reference["rows"].toInt()));
    QVERIFY(isNear(metrics.mae, reference["mae"].toDouble()));
    QVERIFY(isNear(metrics.rmse, reference["rmse"].toDouble()));
    QVERIFY(agrees(metrics.r2, reference["r2"]));
    QVERIFY(agrees(metrics.spearman, reference["spearman"]));
    QVERIFY(agrees(metrics.kendall, reference["kendall"]));
    QCOMPARE(metrics.pairs, std::uint64_t(reference["pairs"].toInteger()));
    QVERIFY(agrees(metrics.pairwise, reference["pairwise"]));
    compare(metrics.topQuarter, reference["quarter"]);
    compare(metrics.topTwentieth, reference["twentieth"]);
}

}  // namespace

class TestMetrics : public QObject {
    Q_OBJECT

private slots:
    void agreeWithTheReference_data()
    {
        QTest::addColumn<QJsonObject>("reference");
        for (const QJsonValue &value : golden()["cases"].toArray())
            QTest::newRow(qPrintable(value["name"].toString())) << value.toObject();
    }
    void agreeWithTheReference()
    {
        QFETCH(QJsonObject, reference);
        const std::vector<double> predicted = numbers(reference["predicted"]);
        const std::vector<double> actual = numbers(reference["actual"]);
        const std::vector<std::int64_t> upvotes = wholeNumbers(reference["upvotes"]);
        compare(computeMetrics(predicted, actual, upvotes), reference);
        QCOMPARE(averageRanks(predicted), numbers(reference["ranks"]));
        QVERIFY(!computeMetrics(predicted, actual).pairwise);
        if (reference.contains("groups")) {
            const auto within = computeWithin(predicted, actual, upvotes, words(reference["groups"]));
            QVERIFY(within);
            QCOMPARE(within->groups, std::size_t(reference["within"].toObject()["groups"].toInt()));
            compare(*within, reference["within"].toObject());
        }
    }

    void everyFigureHasANameAndItsOwnValue()
    {
        const QJsonObject reference = golden()["cases"][0].toObject();
        const Metrics metrics = computeMetrics(numbers(reference["predicted"]), numbers(reference["actual"]),
                                               wholeNumbers(reference["upvotes"]));
        std::set<std::string> names;
        std::set<double> values;
        for (const Figure figure : kFigures) {
            names.insert(figureName(figure));
            values.insert(figureOf(metrics, figure).value());
        }
        QCOMPARE(names.size(), std::size(kFigures));
        QCOMPARE(values.size(), std::size(kFigures));
    }

    void withinLeavesOutSingleMembersAndRowsWithoutGroup()
    {
        const std::vector<double> predicted{1, 2, 9, 8, 5}, actual{10, 20, 1, 2, 3};
        using Groups = std::vector<std::string>;
        QVERIFY(!computeWithin(predicted, actual, {}, Groups{"a", "b", "c", "", ""}));
        const auto within = computeWithin(predicted, actual, {}, Groups{"a", "a", "b", "", ""});
        QCOMPARE(within->rows, 2u);
        QCOMPARE(within->groups, 1u);
        QCOMPARE(within->spearman, 1.0);
        QVERIFY_THROWS_EXCEPTION(Error, computeWithin(predicted, actual, {}, Groups{"a"}));
    }

    void aGroupsLevelDoesNotCountWithin()
    {
        // Perfect inside, the groups the wrong way round: pooled it is bad, within it is perfect.
        const std::vector<double> actual{1, 2, 3, 101, 102, 103}, predicted{501, 502, 503, 1, 2, 3};
        const std::vector<std::string> groups{"a", "a", "a", "b", "b", "b"};
        const auto within = computeWithin(predicted, actual, {}, groups);
        QCOMPARE(within->r2, 1.0);
        QCOMPARE(within->mae, 0.0);
        QCOMPARE(within->kendall, 1.0);
        QVERIFY(*computeMetrics(predicted, actual).spearman < 0);
    }

    void meanAndDeviationOfRuns()
    {
        const QJsonObject reference = golden()["spread"].toObject();
        std::vector<std::optional<double>> values;
        for (const double value : numbers(reference["values"]))
            values.emplace_back(value);
        values.emplace_back(std::nullopt);
        values.emplace_back(NAN);
        const auto spread = meanAndSd(values);
        QCOMPARE(spread->runs, 5u);
        QVERIFY(isNear(spread->mean, reference["mean"].toDouble()) && isNear(*spread->sd, reference["sd"].toDouble()));
        QVERIFY(!meanAndSd(std::span(values).first(1))->sd);
        QVERIFY(!meanAndSd(std::span(values).last(2)));
    }

    void areEmptyWhereUndefined()
    {
        const Metrics none = computeMetrics({}, {});
        QCOMPARE(none.rows, 0u);
        QVERIFY(!none.r2 && !none.spearman);
        const std::vector<double> one{0.5};
        QVERIFY(!computeMetrics(one, one).r2);
        // 0.1 summed three times and divided is not 0.1: a variance of 1e-33 must not count as one.
        const std::vector<double> same{0.1, 0.1, 0.1}, other{0.2, 0.5, 0.3};
        QVERIFY(!computeMetrics(other, same).r2 && !computeMetrics(other, same).spearman);
        QVERIFY(computeMetrics(same, other).r2 && !computeMetrics(same, other).spearman);
    }

    void refuseNonsense()
    {
        const std::vector<double> two{1, 2}, three{1, 2, 3}, infinite{1, INFINITY}, nan{NAN, 1};
        QVERIFY_THROWS_EXCEPTION(Error, computeMetrics(two, three));
        QVERIFY_THROWS_EXCEPTION(Error, computeMetrics(infinite, two));
        QVERIFY_THROWS_EXCEPTION(Error, computeMetrics(two, nan));
        QCOMPARE(averageRanks(nan).size(), 2u);  // ends
    }

    void percentilesAgreeWithTheReference()
    {
        const QJsonObject reference = golden()["percentile"].toObject();
        std::vector<float> sorted;
        for (const double value : numbers(reference["reference"]))
            sorted.push_back(static_cast<float>(value));
        const auto values = numbers(reference["values"]);
        const auto expected = numbers(reference["percentiles"]);
        QCOMPARE(values.size(), 8u);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(isNear(percentileOf(values[i], sorted), expected[i]));
        QCOMPARE(percentileOf(0.3, {}), 50.0);
        // A score and its copy in the reference set are equal, though one went through float.
        const std::vector<float> single{0.1f};
        QCOMPARE(percentileOf(0.1, single), 50.0);
    }

    void histogramCountsEveryValueOnce_data()
    {
        QTest::addColumn<QList<double>>("values");
        QTest::addColumn<int>("bins");
        QTest::newRow("ints") << QList<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10} << 5;
        QTest::newRow("many bins") << QList<double>{1, 1, 2, 1000} << 30;
        QTest::newRow("no bins") << QList<double>{1, 2, 3} << 0;
        QTest::newRow("equal") << QList<double>{7, 7, 7} << 10;
        QTest::newRow("zeros") << QList<double>{0, 0} << 10;
        QTest::newRow("huge equal") << QList<double>{1e300, 1e300} << 10;
        QTest::newRow("fractions") << QList<double>{0.1, 0.2, 0.30000000000000004, 0.7} << 3;
        QTest::newRow("upvotes") << QList<double>{0, 3, 44, 555, 293544} << 20;
    }
    void histogramCountsEveryValueOnce()
    {
        QFETCH(QList<double>, values);
        QFETCH(int, bins);
        for (const BinScale scale : {BinScale::Linear, BinScale::Log}) {
            const Histogram histogram = makeHistogram(std::span(values.data(), values.size()), bins, scale);
            QCOMPARE(histogram.edges.size(), histogram.counts.size() + 1);
            QVERIFY(std::is_sorted(histogram.edges.begin(), histogram.edges.end()));
            std::vector<std::size_t> expected(histogram.counts.size());
            for (double value : values) {
                if (scale == BinScale::Log)
                    value = std::max(value, 1.0);
                std::size_t bin = 0;
                while (bin + 1 < expected.size() && value >= histogram.edges[bin + 1])
                    ++bin;
                QVERIFY(value >= histogram.edges[bin] && value <= histogram.edges[bin + 1]);
                ++expected[bin];
            }
            QCOMPARE(histogram.counts, expected);
        }
    }

    void histogramHasTheEdgesAskedFor()
    {
        const std::vector<double> values{1, 10, 100, 1000, 10000};
        const Histogram log = makeHistogram(values, 4, BinScale::Log);
        for (int i = 0; i <= 4; ++i)
            QVERIFY(isNear(log.edges[i], std::pow(10, i)));
        const Histogram linear = makeHistogram(values, 3, BinScale::Linear);
        QCOMPARE(linear.edges, (std::vector<double>{1, 3334, 6667, 10000}));
        QCOMPARE(linear.counts, (std::vector<std::size_t>{4, 0, 1}));
        QVERIFY(makeHistogram({}, 4, BinScale::Log).edges.empty());
    }

    void summaries()
    {
        const std::vector<double> even{4, 1, 3, 100}, odd{9, 1, 2};
        QCOMPARE(summarize(even).median, 3.5);
        QCOMPARE(summarize(even).mean, 27.0);
        QCOMPARE(summarize(even).min, 1.0);
        QCOMPARE(summarize(even).max, 100.0);
        QCOMPARE(summarize(odd).median, 2.0);
        QCOMPARE(summarize({}).max, 0.0);
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "metrics_test.moc"
