#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/bootstrap.h"
#include "core/evaluate/weighted_rows.h"

using namespace dank;

namespace {

QJsonArray golden(const char *key)
{
    QFile file(DANK_TEST_DATA "/golden/metrics.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll())[QLatin1String(key)].toArray()
                                          : QJsonArray();
}

std::vector<double> numbers(const QJsonValue &array)
{
    std::vector<double> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(value.toDouble());
    return result;
}

bool agrees(const std::optional<Interval> &interval, const QJsonValue &reference)
{
    return interval && std::abs(interval->low - reference[0].toDouble()) < 1e-9
           && std::abs(interval->high - reference[1].toDouble()) < 1e-9;
}

/// With resamples of their own.
std::vector<std::optional<Interval>> intervalsOf(const JudgedRows &rows, std::span<const FigureWanted> wanted,
                                                 const BootstrapOptions &options = {}, const JobContext &job = {})
{
    return bootstrapIntervals(rows, wanted, Resamples(rows.actual.size(), rows.clusters, options, job), job);
}

struct Sample {
    std::vector<double> predicted, actual;
    std::vector<std::int64_t> upvotes;
    std::vector<std::string> groups;
    std::vector<std::size_t> clusters;

    JudgedRows view() const { return {predicted, actual, upvotes, groups, clusters}; }
};

/// Predictions with ties that correlate with the actual values by about `rho`, in clusters of `each`.
Sample sample(std::size_t rows, double rho, std::size_t each, std::uint64_t seed)
{
    Random random(seed);
    Sample made;
    double shared = 0, sharedNoise = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        if (i % each == 0) {
            shared = random.normal();
            sharedNoise = random.normal();
        }
        made.actual.push_back(shared);
        made.predicted.push_back(std::round((rho * shared + std::sqrt(1 - rho * rho) * sharedNoise) * 50) / 50);
        made.upvotes.push_back(static_cast<std::int64_t>(std::exp(shared + 4)));
        made.groups.push_back(i % 3 == 0 ? "a" : "b");
        made.clusters.push_back(i / each);
    }
    return made;
}

}  // namespace

class TestBootstrap : public QObject {
    Q_OBJECT

private slots:
    void agreesWithTheReference_data()
    {
        QTest::addColumn<QJsonObject>("reference");
        for (const QJsonValue &value : golden("resampled"))
            QTest::newRow(qPrintable(value["name"].toString())) << value.toObject();
    }
    void agreesWithTheReference()
    {
        QFETCH(QJsonObject, reference);
        Sample made;
        made.predicted = numbers(reference["predicted"]);
        made.actual = numbers(reference["actual"]);
        for (const QJsonValue &value : reference["groups"].toArray())
            made.groups.push_back(value.toString().toStdString());
        for (const double value : numbers(reference["clusters"]))
            made.clusters.push_back(static_cast<std::size_t>(value));
        const FigureWanted wanted[] = {
            {Figure::Spearman, false}, {Figure::Mae, false}, {Figure::Spearman, true}, {Figure::Mae, true}};
        const BootstrapOptions options{std::size_t(reference["resamples"].toInt()),
                                       std::uint64_t(reference["seed"].toInt())};
        const auto intervals = intervalsOf(made.view(), wanted, options);
        QVERIFY(agrees(intervals[0], reference["spearman"]));
        QVERIFY(agrees(intervals[1], reference["mae"]));
        QVERIFY(agrees(intervals[2], reference["within_spearman"]));
        QVERIFY(agrees(intervals[3], reference["within_mae"]));
    }

    /// Resample i takes seed i's answers: the interval spans what the seeds differ by.
    void intervalsHoldTheDoubtAboutTheSeed()
    {
        const Sample made = sample(200, 0.9, 1, 8);
        std::vector<double> flipped;
        for (const double value : made.predicted)
            flipped.push_back(-value);
        const std::vector<std::vector<double>> same{made.predicted, made.predicted}, both{made.predicted, flipped};
        const FigureWanted wanted[] = {{Figure::Spearman, false}, {Figure::Spearman, true}};
        const auto intervals = [&](const std::vector<std::vector<double>> &bySeed) {
            JudgedRows rows = made.view();
            rows.bySeed = bySeed;
            return intervalsOf(rows, wanted, {400, 1});
        };
        const auto alone = intervalsOf(made.view(), wanted, {400, 1});
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(intervals(same)[i]->low, alone[i]->low);
            QCOMPARE(intervals(same)[i]->high, alone[i]->high);
            QVERIFY(intervals(both)[i]->low < -0.7 && intervals(both)[i]->high > 0.7);
        }
    }

    /// A row of weight w is w equal rows: every figure of a resample is that of the rows written out.
    void weightsAreCopies()
    {
        const Sample made = sample(60, 0.6, 1, 3);
        const Resamples resamples(60, made.clusters, {20, 9});
        const WeightedRows rows(made.predicted, made.actual, made.upvotes);
        for (std::size_t resample = 0; resample < resamples.count(); ++resample) {
            const auto weights = resamples.weights(resample);
            Sample copies;
            for (std::size_t row = 0; row < weights.size(); ++row)
                for (int copy = 0; copy < weights[row]; ++copy) {
                    copies.predicted.push_back(made.predicted[row]);
                    copies.actual.push_back(made.actual[row]);
                    copies.upvotes.push_back(made.upvotes[row]);
                }
            QCOMPARE(copies.actual.size(), made.actual.size());
            const Metrics metrics = computeMetrics(copies.predicted, copies.actual, copies.upvotes);
            for (const Figure figure : kFigures) {
                const auto weighted = rows.value(figure, weights);
                const auto written = figureOf(metrics, figure);
                QCOMPARE(weighted.has_value(), written.has_value());
                QVERIFY2(!weighted || std::abs(*weighted - *written) < 1e-9, figureName(figure));
            }
        }
    }

    void drawsWholeClusters()
    {
        const Sample made = sample(30, 0.5, 3, 4);
        const Resamples resamples(30, made.clusters, {50, 2});
        QCOMPARE(resamples.clusters(), 10u);
        for (std::size_t resample = 0; resample < resamples.count(); ++resample) {
            const auto weights = resamples.weights(resample);
            for (std::size_t row = 0; row < 30; ++row)
                QCOMPARE(weights[row], weights[row / 3 * 3]);
            QCOMPARE(std::accumulate(weights.begin(), weights.end(), 0), 30);
        }
    }

    void oneSeedOneAnswer()
    {
        const Sample made = sample(80, 0.4, 1, 5);
        const FigureWanted wanted[] = {{Figure::Kendall, false}};
        const auto first = intervalsOf(made.view(), wanted, {200, 1}).front().value();
        const auto again = intervalsOf(made.view(), wanted, {200, 1}).front().value();
        const auto other = intervalsOf(made.view(), wanted, {200, 2}).front().value();
        QCOMPARE(first.low, again.low);
        QVERIFY(first.low != other.low);
        QVERIFY(first.low < first.high && first.holds(first.low) && first.isAbove(first.low - 1e-9));
    }

    /// The true value lies inside about 95 of 100 intervals, also where every row stands there five times.
    void coversTheTruth_data()
    {
        QTest::addColumn<int>("each");
        QTest::newRow("independent") << 1;
        QTest::newRow("clusters of five") << 5;
    }
    void coversTheTruth()
    {
        QFETCH(int, each);
        // Spearman of two normals with correlation 0.5 (Kruskal 1958).
        const double truth = 6 / std::acos(-1.0) * std::asin(0.25);
        const FigureWanted wanted[] = {{Figure::Spearman, false}};
        int held = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            const Sample made = sample(60 * std::size_t(each), 0.5, std::size_t(each), 100 + seed);
            held += intervalsOf(made.view(), wanted, {400, seed}).front()->holds(truth);
        }
        QVERIFY2(held >= 178 && held <= 199, qPrintable(QString::number(held)));
    }

    void isEmptyWhereUndefined()
    {
        Sample made = sample(40, 0.5, 1, 6);
        const FigureWanted wanted[] = {{Figure::Spearman, false}, {Figure::Spearman, true}, {Figure::Mae, false}};
        made.clusters.assign(40, 7);
        for (const auto &interval : intervalsOf(made.view(), wanted))
            QVERIFY(!interval);  // one author: nothing to draw anew
        made.clusters.clear();
        made.groups.clear();
        made.predicted.assign(40, 0.5);
        const auto intervals = intervalsOf(made.view(), wanted);
        QVERIFY(!intervals[0] && !intervals[1] && intervals[2]);
        QVERIFY(!intervalsOf(JudgedRows{}, wanted).front());
        made.clusters.assign(3, 0);
        QVERIFY_THROWS_EXCEPTION(Error, intervalsOf(made.view(), wanted));
    }

    void stops()
    {
        const Sample made = sample(40, 0.5, 1, 6);
        const FigureWanted wanted[] = {{Figure::Spearman, false}};
        JobContext job;
        job.cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(Cancelled, intervalsOf(made.view(), wanted, BootstrapOptions{}, job));
    }
};

QTEST_GUILESS_MAIN(TestBootstrap)
#include "bootstrap_test.moc"
