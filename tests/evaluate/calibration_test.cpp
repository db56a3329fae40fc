#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/evaluate/calibration.h"
#include "core/evaluate/residuals.h"

using namespace dank;

namespace {

QJsonArray golden(const char *key)
{
    QFile file(DANK_TEST_DATA "/golden/calibration.json");
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

std::vector<std::size_t> places(const QJsonValue &array)
{
    std::vector<std::size_t> result;
    for (const QJsonValue &value : array.toArray())
        result.push_back(std::size_t(value.toInteger()));
    return result;
}

bool isNear(double a, const QJsonValue &b)
{
    return std::abs(a - b.toDouble()) < 1e-9;
}

bool agrees(const std::optional<Interval> &interval, const QJsonValue &reference)
{
    return reference.isNull() ? !interval
                              : interval && isNear(interval->low, reference[0]) && isNear(interval->high, reference[1]);
}

void addCases(const char *key)
{
    QTest::addColumn<QJsonObject>("reference");
    for (const QJsonValue &one : golden(key))
        QTest::newRow(qPrintable(one["name"].toString())) << one.toObject();
}

BootstrapOptions optionsOf(const QJsonObject &reference)
{
    return {std::size_t(reference["resamples"].toInt()), std::uint64_t(reference["seed"].toInt())};
}

/// An evaluation of memes m0, m1, … by author a0, a1, … with `perAuthor` memes each; every author is off by another
/// amount.
std::pair<Evaluation, Dataset> judged(int rows, int perAuthor, const std::string &group = {})
{
    Evaluation evaluation;
    std::vector<MemeRecord> records;
    for (int i = 0; i < rows; ++i) {
        const std::string id = 'm' + std::to_string(i);
        JudgedMeme meme;
        meme.id = id;
        meme.actual = 0.5;
        meme.predicted = 0.5 + 0.1 * (i / perAuthor) + 0.001 * (i % perAuthor);
        meme.group = group;
        evaluation.memes.push_back(meme);
        MemeRecord record;
        record.id = id;
        record.author = 'a' + std::to_string(i / perAuthor);
        record.created = 1523000000 + 86400.0 * 40 * (i % 2);
        records.push_back(record);
    }
    return {evaluation, Dataset::fromRecords("/data/db.json", std::move(records))};
}

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT

private slots:
    void binsAgreeWithNumPy_data() { addCases("calibration"); }
    void binsAgreeWithNumPy()
    {
        QFETCH(QJsonObject, reference);
        const auto bins = calibrationBins(numbers(reference["predicted"]), numbers(reference["actual"]),
                                          places(reference["clusters"]), std::size_t(reference["bins"].toInt()),
                                          optionsOf(reference));
        const QJsonArray found = reference["found"].toArray();
        QCOMPARE(bins.size(), std::size_t(found.size()));
        for (std::size_t i = 0; i < bins.size(); ++i) {
            const QJsonValue expected = found[qsizetype(i)];
            QCOMPARE(bins[i].rows, std::size_t(expected["rows"].toInt()));
            QVERIFY(isNear(bins[i].least, expected["least"]));
            QVERIFY(isNear(bins[i].most, expected["most"]));
            QVERIFY(isNear(bins[i].predicted, expected["predicted"]));
            QVERIFY(isNear(bins[i].actual, expected["actual"]));
            QVERIFY(agrees(bins[i].interval, expected["interval"]));
        }
    }

    void badRowsAreNoBins()
    {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(calibrationBins({}, {}, {}, 10).empty());
        const std::vector<double> predicted{0.1, nan, 0.3, 0.9}, actual{0.2, 0.5, nan, 1.0};
        const auto bins = calibrationBins(predicted, actual, {}, 1);
        QCOMPARE(bins.size(), std::size_t(1));
        QCOMPARE(bins[0].rows, std::size_t(2));
        QCOMPARE(bins[0].actual, 0.6);
        // One author: nothing to draw anew.
        const std::vector<std::size_t> one(4, 7);
        QVERIFY(!calibrationBins(predicted, actual, one, 1)[0].interval);
        QVERIFY_EXCEPTION_THROWN(calibrationBins(predicted, {}, {}, 1), Error);
        QVERIFY_EXCEPTION_THROWN(calibrationBins(predicted, actual, std::vector<std::size_t>(3), 1), Error);
    }

    void fewRowsMakeFewBins()
    {
        QCOMPARE(calibrationBinCount(0), std::size_t(1));
        QCOMPARE(calibrationBinCount(19), std::size_t(1));
        QCOMPARE(calibrationBinCount(59), std::size_t(5));
        QCOMPARE(calibrationBinCount(20000), std::size_t(10));
    }

    void residualsAgreeWithNumPy_data() { addCases("residuals"); }
    void residualsAgreeWithNumPy()
    {
        QFETCH(QJsonObject, reference);
        Evaluation evaluation;
        const auto predicted = numbers(reference["predicted"]), actual = numbers(reference["actual"]);
        const auto clusters = places(reference["clusters"]);
        for (std::size_t i = 0; i < actual.size(); ++i) {
            JudgedMeme meme;
            meme.predicted = predicted[i];
            meme.actual = actual[i];
            meme.cluster = clusters[i];
            meme.group = reference["groups"].toArray()[qsizetype(i)].toString().toStdString();
            evaluation.memes.push_back(meme);
        }
        evaluation.groupName = "subreddit";
        const GroupResiduals residuals = residualsByGroup(evaluation, nullptr, optionsOf(reference));
        QCOMPARE(residuals.name, std::string("subreddit"));
        QCOMPARE(residuals.small, std::size_t(1));
        QVERIFY(residuals.unknown > 0);
        const QJsonArray found = reference["found"].toArray();
        QCOMPARE(residuals.groups.size(), std::size_t(found.size()));
        for (std::size_t i = 0; i < residuals.groups.size(); ++i) {
            const GroupResidual &group = residuals.groups[i];
            const QJsonValue expected = found[qsizetype(i)];
            QCOMPARE(group.group, expected["group"].toString().toStdString());
            QCOMPARE(group.rows, std::size_t(expected["rows"].toInt()));
            QVERIFY(isNear(group.quarter, expected["quartiles"][0]));
            QVERIFY(isNear(group.median, expected["quartiles"][1]));
            QVERIFY(isNear(group.threeQuarters, expected["quartiles"][2]));
            QVERIFY(agrees(group.interval, expected["interval"]));
        }
    }

    void withoutGroupsAuthorsOrMonths()
    {
        const auto [evaluation, dataset] = judged(40, 10);
        const auto authors = residualsByGroup(evaluation, &dataset);
        QCOMPARE(authors.name, std::string("author"));
        QCOMPARE(authors.groups.size(), std::size_t(4));
        QCOMPARE(authors.groups[0].group, std::string("a3"));  // worst first
        QVERIFY(std::abs(authors.groups[0].median - 0.3045) < 1e-9);

        const auto [alone, single] = judged(40, 1);
        const auto months = residualsByGroup(alone, &single);
        QCOMPARE(months.name, std::string("month"));
        QCOMPARE(months.groups.size(), std::size_t(2));

        const auto [one, same] = judged(40, 40);
        QCOMPARE(residualsByGroup(one, nullptr).name, std::string());
        const auto [few, nobody] = judged(4, 1);
        QVERIFY(residualsByGroup(few, &nobody).groups.empty());
        QVERIFY(residualsByGroup(Evaluation{}, &nobody).groups.empty());
        // One group is nothing to compare; its authors are.
        const auto [grouped, known] = judged(40, 20, "memes");
        QCOMPARE(residualsByGroup(grouped, &known).name, std::string("author"));
        QVERIFY_EXCEPTION_THROWN(residualsBy({"a"}, "x", evaluation), Error);
    }

    void whatIsNotFiniteIsPassedOver()
    {
        auto [evaluation, dataset] = judged(20, 10);
        evaluation.memes[3].predicted = std::numeric_limits<double>::infinity();
        const auto found = residualsByGroup(evaluation, &dataset);
        QCOMPARE(found.groups.size(), std::size_t(2));
        QCOMPARE(found.groups[1].rows, std::size_t(9));
    }
};

QTEST_GUILESS_MAIN(TestCalibration)
#include "calibration_test.moc"
