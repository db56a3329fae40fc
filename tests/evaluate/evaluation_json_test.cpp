#include <QTest>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/evaluate/evaluation_json.h"
#include "hostile_json.h"

using namespace dank;

namespace {

/// No field has the value that it would have by itself, and no two of a kind the same.
Metrics someMetrics(double start)
{
    Metrics metrics;
    metrics.rows = 41 + std::size_t(start);
    metrics.groups = 3;
    metrics.mae = start + 0.1 + 0.2;  // does not end in binary
    metrics.rmse = start + 1e-17;
    metrics.r2 = -start / 3;
    metrics.spearman = start / 7;
    metrics.kendall = start / 11;
    metrics.pairwise = start / 13;
    metrics.pairs = 18446744073709551615ULL;
    metrics.topQuarter = {0.25, start / 17, start / 19};
    metrics.topTwentieth = {0.05, start / 23, start / 29};
    return metrics;
}

Evaluation full()
{
    Evaluation evaluation;
    evaluation.subset = "2 held-out memes of \"ünïcode\"";
    evaluation.model = someMetrics(1);
    evaluation.meanPredictor = someMetrics(2);
    evaluation.memes = {
        {"a\"b", 0.1 + 0.2, 5e-324, 9007199254740993, "r/ünïcode", 0, true, "c", 0.99999999999999989},
        {"c", 1, 0, 0},
    };
    evaluation.verdict = {VerdictKind::LeakageSuspected, "Leakage is suspected.", "A reason\nof two lines."};
    evaluation.skipped = {{"d", SkipReason::ImageCorrupt, "why"}, {"e", SkipReason::Excluded, ""}};
    evaluation.groupName = "subreddit";
    evaluation.within = someMetrics(3);
    evaluation.judgedWithin = true;
    evaluation.pValue = 1.0 / 2001;
    for (const Figure figure : kFigures) {
        evaluation.intervals[figure] = {-1.0 / (3 + int(figure)), 2};
        evaluation.withinIntervals[figure] = {-3, 1.0 / (3 + int(figure))};
    }
    evaluation.baselines = {{"mean", "always the mean", someMetrics(4), {}, {}, {}},
                            {"nearest", "the nearest", someMetrics(5), someMetrics(6), Interval{0, 1}, Interval{2, 3}}};
    evaluation.clusters = 17;
    evaluation.duplicates = 1;
    evaluation.duplicateShare = 1.0 / 3;
    return evaluation;
}

void readText(const std::string &json)
{
    evaluationFromJson(json);
}

}  // namespace

class TestEvaluationJson : public QObject {
    Q_OBJECT
private slots:
    void comesBackEqual()
    {
        QVERIFY(evaluationFromJson(evaluationToJson(full())) == full());
        QVERIFY(evaluationFromJson(evaluationToJson({})) == Evaluation{});
        const Evaluation judged =
            evaluate({{{"a", 0.1, 0.2, 3}, {"b", 0.5, 0.9, 7}, {"c", 0.4, 0.3, 4}}, 0.5, "3", false});
        QVERIFY(evaluationFromJson(evaluationToJson(judged)) == judged);
    }

    void everyReasonAndVerdictIsKnown()
    {
        for (int kind = 0; kind <= int(VerdictKind::LeakageSuspected); ++kind) {
            Evaluation evaluation;
            evaluation.verdict.kind = VerdictKind(kind);
            QVERIFY(evaluationFromJson(evaluationToJson(evaluation)).verdict.kind == VerdictKind(kind));
            QVERIFY(QString(verdictWords(VerdictKind(kind))) != "unknown");
        }
        for (int reason = 0; reason <= int(SkipReason::Excluded); ++reason) {
            Evaluation evaluation;
            evaluation.skipped = {{"x", SkipReason(reason), "y"}};
            QVERIFY(evaluationFromJson(evaluationToJson(evaluation)) == evaluation);
        }
        QVERIFY(!verdictFromName("learned"));
    }

    void whatIsNotUtf8IsReplaced()
    {
        Evaluation evaluation;
        evaluation.memes = {{"a\xff", 0, 0, 0}};
        QCOMPARE(evaluationFromJson(evaluationToJson(evaluation)).memes.at(0).id, std::string("a\xef\xbf\xbd"));
    }

    void unknownKeysArePassedOver()
    {
        std::string json = evaluationToJson(full());
        json.insert(1, R"("news": {"a": [1, 2]},)");
        QVERIFY(evaluationFromJson(json) == full());
    }

    void olderOnesHaveNoPValue()
    {
        Evaluation evaluation = full();
        std::string json = evaluationToJson(evaluation);
        const std::string key = "\"p_value\":";
        const std::size_t at = json.find(key);
        QVERIFY(at != std::string::npos);
        json.erase(at, json.find(',', at) + 1 - at);
        evaluation.pValue.reset();
        QVERIFY(evaluationFromJson(json) == evaluation);
        QVERIFY(evaluationToJson(evaluation).find(key) == std::string::npos);
    }

    void nonsenseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const char *from, const char *to, const char *says) {
            QTest::newRow(name) << QByteArray(from) << QByteArray(to) << QString(says);
        };
        row("missing", "\"subset\"", "\"subsets\"", "'subset' is missing");
        row("verdict", "leakage_suspected", "great", "verdict is unknown");
        row("reason", "image_corrupt", "bored", "a reason for skipping");
        row("text for a number", "\"predicted\":1.0", "\"predicted\":\"1\"", "'predicted' is no finite number");
        row("infinite", "\"predicted\":1.0", "\"predicted\":1e999", "not valid JSON");
        row("null", "\"predicted\":1.0", "\"predicted\":null", "'predicted' is no finite number");
        row("negative count", "\"clusters\":17", "\"clusters\":-1", "'clusters' is not a whole number");
        row("upvotes", "9007199254740993", "18446744073709551615", "'upvotes' is not a whole number");
        row("interval", "[2.0,3.0]", "[3.0,2.0]", "ends before it begins");
        row("interval of one", "[2.0,3.0]", "[2.0]", "is not a list of 2 values");
        row("memes", "\"memes\":[", "\"memes\":3,\"x\":[", "'memes' is not a list");
        row("a meme is a number", "\"memes\":[", "\"memes\":[4,", "'memes' is no object");
        row("p-value", "\"p_value\":0", "\"p_value\":2", "'p_value'");
        row("judged within", "\"judged_within\":true", "\"judged_within\":1", "neither true nor false");
        row("cut off", "\"skipped\"", "", "not valid JSON");
    }
    void nonsenseIsRefused() { test::checkNonsenseIsRefused(readText, evaluationToJson(full())); }

    void hostileNesting() { test::checkHostileNesting(readText); }
};

QTEST_GUILESS_MAIN(TestEvaluationJson)
#include "evaluation_json_test.moc"
