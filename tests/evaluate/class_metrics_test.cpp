#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/evaluate/classes/class_evaluation.h"
#include "core/evaluate/evaluation.h"
#include "core/evaluate/evaluation_json.h"

using namespace dank;

namespace {

struct Case {
    QString name;
    std::size_t classes = 0;
    double threshold = 0;
    std::vector<double> predicted;
    std::vector<std::int64_t> actual;
    QJsonObject figures;
};

/// What tests/reference/class_metrics.py wrote.
std::vector<Case> golden()
{
    QFile file(DANK_TEST_DATA "/golden/class_metrics.json");
    if (!file.open(QIODevice::ReadOnly))
        return {};
    std::vector<Case> cases;
    for (const QJsonValue &value : QJsonDocument::fromJson(file.readAll()).array()) {
        Case one{
            value["name"].toString(),   std::size_t(value["classes"].toInt()), value["threshold"].toDouble(), {}, {},
            value["figures"].toObject()};
        for (const QJsonValue &number : value["predicted"].toArray())
            one.predicted.push_back(number.toDouble());
        for (const QJsonValue &number : value["actual"].toArray())
            one.actual.push_back(number.toInteger());
        cases.push_back(std::move(one));
    }
    return cases;
}

bool refuses(std::vector<double> predicted, std::vector<std::int64_t> places, std::size_t classes)
{
    try {
        const ClassRows rows(predicted, places, classes, 0.5);
        return false;
    } catch (const Error &error) {
        return error.kind() == ErrorKind::Shape;
    }
}

EvaluationInput planted(std::size_t classes)
{
    EvaluationInput input;
    for (int i = 0; i < 80; ++i) {
        const auto place = std::int64_t((i * 7) % int(classes));
        input.memes.push_back({"m" + std::to_string(i), 0.2 + 0.5 * double(place) / double(classes - 1) + 0.001 * i,
                               double(place) / double(classes - 1), place, i % 3 == 0 ? "a" : "b"});
    }
    input.trainMean = 0.5;
    input.subset = "80 memes";
    input.label = Label::parse(classes == 2 ? "hateful=no<yes" : "humour=a<b<c<d");
    return input;
}

}  // namespace

class ClassMetricsTest : public QObject {
    Q_OBJECT

private slots:
    void equalsScikitLearn()
    {
        const std::vector<Case> cases = golden();
        QCOMPARE(cases.size(), std::size_t(9));
        for (const Case &one : cases) {
            const ClassMetrics metrics = ClassRows(one.predicted, one.actual, one.classes, one.threshold).metrics();
            QCOMPARE(metrics.rows(), one.actual.size());
            QCOMPARE(std::size_t(one.figures.size()), classFiguresOf(one.classes).size());
            for (const ClassFigure figure : classFiguresOf(one.classes)) {
                const QString name = QLatin1String(classFigureName(figure));
                const double expected = one.figures[name].toDouble(-9);
                QVERIFY2(metrics.of(figure) && std::abs(*metrics.of(figure) - expected) <= 1e-6,
                         qPrintable(QString("%1, %2: %3 where scikit-learn has %4")
                                        .arg(one.name, name)
                                        .arg(metrics.of(figure).value_or(-9))
                                        .arg(expected)));
            }
        }
    }

    /// A row of weight w is w rows.
    void weightsAreRepeatedRows()
    {
        for (const Case &one : golden()) {
            std::vector<std::uint8_t> weights;
            std::vector<double> predicted;
            std::vector<std::int64_t> actual;
            for (std::size_t row = 0; row < one.actual.size(); ++row) {
                weights.push_back(std::uint8_t(row * 5 % 4));
                for (int copy = 0; copy < weights.back(); ++copy) {
                    predicted.push_back(one.predicted[row]);
                    actual.push_back(one.actual[row]);
                }
            }
            const ClassRows rows(one.predicted, one.actual, one.classes, one.threshold);
            const ClassMetrics repeated = ClassRows(predicted, actual, one.classes, one.threshold).metrics();
            for (const ClassFigure figure : classFiguresOf(one.classes)) {
                const auto weighted = rows.value(figure, weights);
                QCOMPARE(weighted.has_value(), repeated.of(figure).has_value());
                QVERIFY(!weighted || std::abs(*weighted - *repeated.of(figure)) < 1e-9);
            }
        }
    }

    void undefinedIsEmpty()
    {
        const ClassMetrics one = ClassRows(std::vector{0.1, 0.9}, std::vector<std::int64_t>{1, 1}, 2, 0.5).metrics();
        QVERIFY(!one.of(ClassFigure::Auc) && !one.of(ClassFigure::BalancedAccuracy));
        QVERIFY(one.of(ClassFigure::Brier));
        QCOMPARE(one.baseRate(), 1.0);
        const ClassMetrics none = ClassRows({}, {}, 2, 0.5).metrics();
        QVERIFY(!none.of(ClassFigure::Brier));
        QCOMPARE(none.baseRate(), 0.0);
    }

    void nonsenseIsRefused()
    {
        QVERIFY(refuses({0.1}, {0, 1}, 2));
        QVERIFY(refuses({0.1, std::nan("")}, {0, 1}, 2));
        QVERIFY(refuses({0.1, 0.2}, {0, 2}, 2));
        QVERIFY(refuses({0.1, 0.2}, {0, -1}, 2));
        QVERIFY(refuses({0.1, 0.2}, {0, 0}, 1));
        QVERIFY(!refuses({0.1, 0.2}, {0, 1}, 2));
    }

    void aThresholdInWords()
    {
        const std::vector<double> predicted{0.9, 0.8, 0.6, 0.4, 0.2};
        const std::vector<std::int64_t> places{1, 0, 1, 1, 0};
        const ThresholdFigures at = atThreshold(predicted, places, 0.6);
        QCOMPARE(at.flagged, std::size_t(3));
        QCOMPARE(*at.precision, 2.0 / 3);
        QCOMPARE(*at.recall, 2.0 / 3);
        QCOMPARE(at.flaggedPerThousand, 600.0);
        QCOMPARE(at.wrongPerThousand, 200.0);
        QCOMPARE(at.missedPerThousand, 200.0);
        QVERIFY(!atThreshold(predicted, places, 2).precision);
        QVERIFY(!atThreshold({}, {}, 0.5).recall);
    }

    void anEvaluationTellsThem()
    {
        for (const std::size_t classes : {2, 4}) {
            const Evaluation evaluation = evaluate(planted(classes));
            QVERIFY(evaluation.classes);
            const ClassEvaluation &found = *evaluation.classes;
            QCOMPARE(found.intervals.size(), classFiguresOf(classes).size());
            QCOMPARE(found.baselines.size(), evaluation.baselines.size());
            const ClassFigure first = classFiguresOf(classes).front();
            QVERIFY(found.intervals.at(first).isAbove(classes == 2 ? 0.5 : 0));
            QCOMPARE(found.groups.size(), classes == 2 ? std::size_t(2) : std::size_t(0));
            if (classes == 2) {
                std::size_t rows = 0, wrong = 0;
                for (const GroupErrors &group : found.groups) {
                    rows += group.positive + group.negative;
                    wrong += group.missed + group.flagged;
                }
                QCOMPARE(rows, std::size_t(80));
                std::size_t expected = 0;
                for (const JudgedMeme &meme : evaluation.memes)
                    expected += (meme.predicted >= found.threshold) != (meme.upvotes == 1);
                QCOMPARE(wrong, expected);
                QCOMPARE(found.groups.front().group, std::string("b"));  // the larger one
            }
            QCOMPARE(evaluationFromJson(evaluationToJson(evaluation)), evaluation);
        }
        EvaluationInput upvotes = planted(2);
        upvotes.label = {};
        QVERIFY(!evaluate(std::move(upvotes)).classes);
    }

    void aDamagedOneIsRefused()
    {
        const std::string whole = evaluationToJson(evaluate(planted(2)));
        const auto broken = [&](const std::string &from, const std::string &to) {
            std::string text = whole;
            const std::size_t at = text.find(from);
            if (at == std::string::npos)
                return std::string("nothing to break");
            try {
                evaluationFromJson(text.replace(at, from.size(), to));
            } catch (const Error &error) {
                return error.kind() == ErrorKind::Format ? std::string() : std::string("another error");
            }
            return std::string("taken");
        };
        QCOMPARE(broken("\"hateful=no<yes\"", "\"hateful\""), std::string());
        QCOMPARE(broken("\"hateful=no<yes\"", "\"hateful=no<yes<maybe\""), std::string());
        QCOMPARE(broken("\"counts\":[", "\"counts\":[1,"), std::string());
        QCOMPARE(broken("\"groups\":[[\"b\",", "\"groups\":[[\"b\",-"), std::string());
    }
};

QTEST_GUILESS_MAIN(ClassMetricsTest)
#include "class_metrics_test.moc"
