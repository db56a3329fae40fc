#include <QTest>

#include "core/base/error.h"
#include "core/evaluate/evaluation_json.h"
#include "hostile_json.h"

using namespace dank;

namespace {

CrossValidation full()
{
    CrossValidation cross;
    cross.folds = 5;
    cross.seeds = {0, 18446744073709551615ULL, 42};
    cross.evaluation =
        evaluate({{{"a\"b", 0.1, 0.2, 3, "ünï", 0}, {"b", 0.5, 0.9, 7, "ünï", 1}, {"c", 0.4, 0.3, 4, "y", 2}},
                  0.5,
                  "3 memes",
                  false});
    for (const Figure figure : kFigures) {
        cross.metrics[figure] = {3, 1.0 / (3 + int(figure)), 1e-17 * int(figure)};
        cross.within[figure] = {1, -1.0 / (3 + int(figure)), std::nullopt};
    }
    cross.notes = {"2 of the 15 trainings diverged.", "Ünd\nmore."};
    return cross;
}

void readText(const std::string &json)
{
    crossValidationFromJson(json);
}

}  // namespace

class TestCrossValidationJson : public QObject {
    Q_OBJECT
private slots:
    void comesBackEqual()
    {
        QVERIFY(crossValidationFromJson(crossValidationToJson(full())) == full());
        CrossValidation least;
        least.seeds = {1};
        QVERIFY(crossValidationFromJson(crossValidationToJson(least)) == least);
        EvaluationInput input;
        input.memes = full().evaluation.memes;
        input.bySeed = {{0.1, 0.2, 0.3}, {0.3, 0.2, 0.25}};
        const CrossValidation judged = judgeSeeds(std::move(input), 3, {7, 8});
        QVERIFY(judged.metrics.at(Figure::Mae).sd > 0);
        QVERIFY(crossValidationFromJson(crossValidationToJson(judged)) == judged);
    }

    void unknownKeysArePassedOver()
    {
        std::string json = crossValidationToJson(full());
        json.insert(1, R"("news": {"a": [1, 2]},)");
        QVERIFY(crossValidationFromJson(json) == full());
    }

    void whatIsNotUtf8IsReplaced()
    {
        CrossValidation cross = full();
        cross.notes = {"a\xff"};
        QCOMPARE(crossValidationFromJson(crossValidationToJson(cross)).notes.at(0), std::string("a\xef\xbf\xbd"));
    }

    void nonsenseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const char *from, const QByteArray &to, const char *says) {
            QTest::newRow(name) << QByteArray(from) << to << QString(says);
        };
        row("missing", "\"folds\"", "\"fold\"", "'folds' is missing");
        row("negative folds", "\"folds\":5", "\"folds\":-5", "'folds' is not a whole number");
        row("many folds", "\"folds\":5", "\"folds\":4294967298", "'folds' is not a whole number");
        row("one fold", "\"folds\":5", "\"folds\":1", "one fold");
        row("no seed", "[0,18446744073709551615,42]", "[]", "no seed");
        row("seeds", "[0,18446744073709551615,42]", "3", "'seeds' is not a list");
        row("many seeds", "[0,18446744073709551615,42]", "[" + QByteArray("1,").repeated(1000) + "1]", "at most 1000");
        row("a seed", "[0,18446744073709551615,42]", "[0.5]", "'seeds' is not a whole number");
        row("fewer seeds than runs", "[0,18446744073709551615,42]", "[1,2]", "'runs' is not a whole number of 0 to 2");
        row("metrics", "\"metrics\":{", "\"metrics\":[],\"x\":{", "'metrics' is no object");
        row("a figure", "\"mae\":{", "\"mae\":3,\"x\":{", "'mae' is no object");
        row("infinite", "\"mean\":", "\"mean\":1e999,\"x\":", "not valid JSON");
        row("null", "\"mean\":", "\"mean\":null,\"x\":", "'mean' is no finite number");
        row("spread", "\"sd\":0.0", "\"sd\":-1", "does not fit its seeds");
        row("spread of many missing", "\"sd\":0.0", "\"sd\":null", "does not fit its seeds");
        row("spread of one", "\"sd\":null", "\"sd\":1", "does not fit its seeds");
        row("of no run", "\"runs\":3", "\"runs\":0", "does not fit its seeds");
        row("notes", "\"notes\":[", "\"notes\":[4,", "'notes' is no text");
        row("many notes", "\"notes\":[", "\"notes\":[" + QByteArray("\"\",").repeated(99), "at most 99");
        row("a long note", "\"notes\":[", "\"notes\":[\"" + QByteArray("x").repeated(10001) + "\",",
            "'notes' is longer than 10000 bytes");
        row("evaluation", "\"evaluation\":{", "\"evaluation\":7,\"x\":{", "'evaluation' is no object");
        row("inside", "\"upvotes\":3", "\"upvotes\":-3", "'upvotes'");
        row("cut off", "\"evaluation\"", "", "not valid JSON");
    }
    void nonsenseIsRefused() { test::checkNonsenseIsRefused(readText, crossValidationToJson(full())); }

    void hostileNesting() { test::checkHostileNesting(readText); }
};

QTEST_GUILESS_MAIN(TestCrossValidationJson)
#include "cross_validation_json_test.moc"
