#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/baselines.h"
#include "core/evaluate/title_features.h"
#include "tests/evaluate/json_numbers.h"

using namespace dank;
using namespace dank::test;

namespace {

QJsonValue golden(const char *key)
{
    QFile file(DANK_TEST_DATA "/golden/metrics.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll())[QLatin1String(key)] : QJsonValue();
}

FeatureMatrix matrix(std::size_t columns, std::vector<float> values)
{
    FeatureMatrix made{"test", {}, columns, std::move(values)};
    for (std::size_t i = 0; i < made.values.size() / columns; ++i)
        made.ids.push_back(std::to_string(i));
    return made;
}

FeatureMatrix randomMatrix(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    Random random(seed);
    std::vector<float> values(rows * columns);
    for (float &value : values)
        value = static_cast<float>(random.normal());
    return matrix(columns, std::move(values));
}

std::vector<std::size_t> range(std::size_t from, std::size_t to)
{
    std::vector<std::size_t> rows(to - from);
    std::iota(rows.begin(), rows.end(), from);
    return rows;
}

double correlation(const std::vector<double> &predicted, std::span<const float> targets,
                   const std::vector<std::size_t> &rows)
{
    std::vector<double> actual;
    for (const std::size_t row : rows)
        actual.push_back(targets[row]);
    return computeMetrics(predicted, actual).spearman.value_or(0);
}

}  // namespace

class TestBaselines : public QObject {
    Q_OBJECT

private slots:
    void ridgeAndNeighboursAgreeWithTheReference_data()
    {
        QTest::addColumn<QJsonObject>("reference");
        for (const QJsonValue &value : golden("ridge").toArray())
            QTest::newRow(qPrintable(value["name"].toString())) << value.toObject();
    }
    void ridgeAndNeighboursAgreeWithTheReference()
    {
        QFETCH(QJsonObject, reference);
        const FeatureMatrix features =
            matrix(std::size_t(reference["columns"].toInt()), numbers<float>(reference["features"]));
        const auto targets = numbers<float>(reference["targets"]);
        const auto train = numbers<std::size_t>(reference["train"]);
        const auto validation = numbers<std::size_t>(reference["validation"]);
        const auto judged = numbers<std::size_t>(reference["judged"]);
        const auto expected = numbers<double>(reference["predicted"]);
        const auto predicted = ridgePredictions(features, targets, {train, validation, judged});
        QCOMPARE(predicted.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::abs(predicted[i] - expected[i]) < 1e-6,
                     qPrintable(QString::number(predicted[i] - expected[i])));

        const auto nearest = NeighbourSearch(features, train).nearestTo(judged, 3);
        const auto rows = numbers<std::size_t>(reference["nearest"]);
        const auto similarity = numbers<double>(reference["similarity"]);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(nearest[i].size(), 3u);
            QCOMPARE(nearest[i].front().row, rows[i]);
            QVERIFY(std::abs(nearest[i].front().similarity - similarity[i]) < 1e-5);
            QVERIFY(nearest[i][0].similarity >= nearest[i][1].similarity
                    && nearest[i][1].similarity >= nearest[i][2].similarity);
        }
    }

    void kernelRidgeOfUncentredFeaturesAgreesWithTheReference()
    {
        const QJsonObject reference = golden("kernel_ridge").toObject();
        const auto columns = std::size_t(reference["columns"].toInt());
        const auto train = std::size_t(reference["train"].toInt()), choose = std::size_t(reference["choose"].toInt());
        const auto features = numbers<double>(reference["features"]), targets = numbers<double>(reference["targets"]);
        const auto expected = numbers<double>(reference["predicted"]);
        const auto kernel = [&](std::span<const std::size_t> rows, std::span<double> products) {
            auto product = products.begin();
            for (const std::size_t row : rows)
                for (std::size_t other = 0; other < train; ++other)
                    *product++ = std::inner_product(features.begin() + std::ptrdiff_t(row * columns),
                                                    features.begin() + std::ptrdiff_t((row + 1) * columns),
                                                    features.begin() + std::ptrdiff_t(other * columns), 0.0);
        };
        const auto predicted = kernelRidgePredictions(kernel, targets, {range(0, train), range(train, train + choose)},
                                                      range(train + choose, train + choose + expected.size()));
        QCOMPARE(predicted.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::abs(predicted[i] - expected[i]) < 1e-9,
                     qPrintable(QString::number(predicted[i] - expected[i])));
    }

    void mediansOfGroups()
    {
        const std::vector<float> targets{1, 2, 9, 5, 7, 100, 0, 0, 0};
        const std::vector<std::string> groups{"a", "a", "a", "b", "b", "", "a", "c", ""};
        const auto train = range(0, 6), judged = range(6, 9);
        const auto predicted = groupMedianPredictions(targets, groups, {train, {}, judged});
        QCOMPARE(predicted, (std::vector<double>{2, 6, 6}));  // unknown and empty: the median of 1 2 5 7 9 100
        QCOMPARE(meanPredictions(targets, {range(0, 4), {}, judged}), (std::vector<double>(3, 4.25)));
        // A judged group without training rows: the median of its other judged rows.
        const std::vector<float> levels{1, 2, 50, 60, 70};
        const std::vector<std::string> apart{"a", "a", "b", "b", "b"};
        QCOMPARE(groupMedianPredictions(levels, apart, {range(0, 2), {}, range(2, 5)}),
                 (std::vector<double>{65, 60, 55}));
        const std::vector<std::string> own{"a", "a", "a", "b", "", "c"};
        const std::vector<double> actual{1, 2, 9, 5, 7, 100};
        QCOMPARE(medianOfOthers(actual, own), (std::vector<double>{5.5, 5, 1.5, 7, 5, 5}));
        QCOMPARE(medianOfOthers(std::vector<double>{4}, std::vector<std::string>{"a"}), std::vector<double>{4});
    }

    void neighboursFindReposts()
    {
        FeatureMatrix features = randomMatrix(700, 40, 1);
        const auto train = range(0, 600), judged = range(600, 700);
        for (std::size_t i = 600; i < 650; ++i)  // a repost: the same picture, a little noise
            for (std::size_t c = 0; c < 40; ++c)
                features.values[i * 40 + c] = features.values[(i - 300) * 40 + c] * 1.0001f;
        std::vector<float> targets(700);
        std::iota(targets.begin(), targets.end(), 0.0f);
        const NeighbourSearch search(features, train);
        QVERIFY(search.canTellSame());
        const auto found = search.nearestTo(judged, 1);
        const auto predicted = nearestPredictions(targets, found, {train, {}, judged});
        for (std::size_t i = 0; i < 100; ++i) {
            QCOMPARE(found[i].front().similarity >= kSamePicture, i < 50);
            if (i < 50)
                QCOMPARE(predicted[i], double(i + 300));
        }
        QVERIFY(!NeighbourSearch(randomMatrix(50, 3, 1), range(0, 50)).canTellSame());
        QCOMPARE(search.nearestTo(judged, 1000).front().size(), 600u);
        QVERIFY_THROWS_EXCEPTION(Error, search.nearest(std::vector<float>(41), 1));
    }

    void badFeaturesStayFinite()
    {
        FeatureMatrix features = randomMatrix(60, 8, 2);
        features.values[3] = NAN;
        features.values[100] = INFINITY;
        for (std::size_t row = 0; row < 60; ++row)
            features.values[row * 8 + 5] = 1234.5f;  // constant
        std::vector<float> targets(60);
        for (std::size_t row = 0; row < 60; ++row)
            targets[row] = features.values[row * 8 + 1];
        const auto train = range(0, 40), judged = range(40, 60);
        const auto predicted = ridgePredictions(features, targets, {train, {}, judged});  // chooses by training rows
        QVERIFY(std::all_of(predicted.begin(), predicted.end(), [](double value) { return std::isfinite(value); }));
        QVERIFY(correlation(predicted, targets, judged) > 0.95);
        const std::vector<std::size_t> one{0};
        for (const double value : ridgePredictions(features, targets, {one, {}, judged}))
            QCOMPARE(value, double(targets[0]));
        FeatureMatrix equal = matrix(20, std::vector<float>(400, 1.0f));
        for (const double value :
             ridgePredictions(equal, std::span(targets).first(20), {range(0, 10), {}, range(10, 20)}))
            QVERIFY(std::isfinite(value));
        QCOMPARE(NeighbourSearch(equal, range(0, 10)).nearestTo(range(10, 20), 1).front().front().similarity, 0.0);
    }

    void titlesTellWhatTheyTell()
    {
        const char *words[] = {"When", "your", "mum", "finds", "the", "d\u00f6ner", "again", "cat", "Monday", "meme"};
        Random random(3);
        std::vector<std::string> titles;
        std::vector<float> targets, unrelated;
        for (int i = 0; i < 400; ++i) {
            std::string title;
            for (int w = 0; w < 5; ++w)
                title += std::string(words[random.below(10)]) + (w % 2 ? ", " : " ");
            targets.push_back(static_cast<float>((title.find("cat") != std::string::npos) + 0.1 * random.normal()));
            unrelated.push_back(static_cast<float>(random.normal()));
            titles.push_back(std::move(title));
        }
        const auto train = range(0, 240), validation = range(240, 300), judged = range(300, 400);
        const BaselineRows rows{train, validation, judged};
        QVERIFY(correlation(titlePredictions(titles, targets, rows), targets, judged) > 0.6);
        QVERIFY(std::abs(correlation(titlePredictions(titles, unrelated, rows), unrelated, judged)) < 0.3);
    }

    void wordsAreOfAnyScript()
    {
        const TitleFeatures features(std::vector<float>(kTitleColumns, 1.0F));
        const std::pair<const char *, const char *> same[] = {{"ÄPFEL fürs Volk", "äpfel FÜRS volk"},
                                                              {"ПРИВЕТ, мир", "привет мир"},
                                                              {"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
                                                              {"“quoted” — again…", "quoted again"},
                                                              {"日本、語", "日本 語"},
                                                              {"\ufeffcat\u200b \u202edog", "cat dog"}};
        for (const auto &[one, other] : same)
            QVERIFY2(features.of(one) == features.of(other) && !features.of(one).empty(), one);
        QVERIFY(features.of("שלום") != features.of("שלומ") && !features.of("🐸🐸").empty());
        for (const char *none : {"\u2014\u2026", "\xc3", "\xf0\x9f\x98", "\xed", "\xff\xfe", "\x1b\a\n"})
            QVERIFY2(features.of(none).empty(), none);
        QVERIFY(!features.of(std::string(1 << 20, 'w')).empty());
    }

    void titleFeaturesAreUnitRowsOfAnyText()
    {
        std::vector<std::string> titles{
            "", "  !!", "Cat", "cat", "a\xff\xfe\x80z", std::string(100000, 'x'), "\xf0\x9f\x98\x82", "the same cat"};
        const auto rowsOf = [](const std::vector<std::string> &all) {
            const TitleFeatures features(all, range(0, all.size()));
            std::vector<SparseRow> rows;
            for (const std::string &title : all)
                rows.push_back(features.of(title));
            return rows;
        };
        const auto rows = rowsOf(titles);
        QVERIFY(rows[1] == rows[0]);
        QVERIFY(rows[2] == rows[3] && rows[2] != rows[7]);
        for (std::size_t i = 2; i < rows.size(); ++i) {
            double squares = 0;
            for (const auto &[column, value] : rows[i]) {
                QVERIFY(column < kTitleColumns);
                squares += double(value) * value;
            }
            QVERIFY(std::abs(squares - 1) < 1e-5);
        }
        // "the" is in every title but one here; "cat" is rarer and so weighs more.
        const std::vector<std::string> common{"the cat", "the dog", "the sun", "the sea"};
        const auto weighed = rowsOf(common);
        std::map<std::uint32_t, int> documents;
        for (const auto &row : weighed)
            for (const auto &[column, value] : row)
                ++documents[column];
        float often = 0, once = 0;
        for (const auto &[column, value] : weighed[0])
            (documents[column] == 4 ? often : once) = value;
        QVERIFY(often > 0 && once > often);
    }

    void allAtOnce()
    {
        const FeatureMatrix features = randomMatrix(200, 20, 4);
        const FeatureMatrix stats = randomMatrix(200, 5, 5);
        std::vector<float> targets(200);
        std::vector<std::string> groups(200), titles(200);
        for (std::size_t i = 0; i < 200; ++i) {
            targets[i] = features.values[i * 20];
            groups[i] = i % 2 ? "odd" : "even";
            titles[i] = "title " + std::to_string(i);
        }
        const auto train = range(0, 120), validation = range(120, 160), judged = range(160, 200);
        BaselineInput input{&features, &stats, titles, groups, targets, {train, validation, judged}, 3};
        const BaselineSet set = computeBaselines(input);
        QStringList names;
        for (const Baseline &baseline : set.baselines) {
            names << QString::fromStdString(baseline.name);
            QCOMPARE(baseline.predicted.size(), 40u);
            QVERIFY(baseline.title != baseline.name);
        }
        QCOMPARE(names.join(' '), QStringLiteral("mean group nearest linear image_stats title"));
        QCOMPARE(set.neighbours.size(), 40u);
        QVERIFY(set.canTellSame);
        QVERIFY(correlation(set.baselines[3].predicted, targets, judged) > 0.95);
        QVERIFY(correlation(set.baselines[4].predicted, targets, judged) < 0.5);

        const std::vector<std::string> none(200);
        const BaselineSet few = computeBaselines({nullptr, nullptr, none, none, targets, input.rows, 3});
        QCOMPARE(few.baselines.size(), 1u);
        input.groups = std::span(groups).first(3);
        QVERIFY_THROWS_EXCEPTION(Error, computeBaselines(input));
        JobContext job;
        job.cancel.cancel();
        input.groups = groups;
        QVERIFY_THROWS_EXCEPTION(Cancelled, computeBaselines(input, job));
    }
};

QTEST_GUILESS_MAIN(TestBaselines)
#include "baselines_test.moc"
