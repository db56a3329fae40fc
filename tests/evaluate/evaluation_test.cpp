#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/evaluate/evaluation.h"
#include "tests/evaluate/planted.h"

using namespace dank;

namespace {

/// `count` memes whose predictions follow their dankness with this much noise.
std::vector<JudgedMeme> judged(int count, double noise)
{
    std::vector<JudgedMeme> memes;
    for (int i = 0; i < count; ++i) {
        const double actual = (i + 0.5) / count;
        const double wobble = std::sin(i * 12.9898) * noise;
        memes.push_back({std::to_string(i), actual + wobble, actual, i});
    }
    return memes;
}

/// Facts of a model that plainly learned, to change one of at a time.
VerdictFacts goodFacts()
{
    VerdictFacts facts;
    facts.rows = 100;
    facts.clusters = facts.evenClusters = 100;
    facts.pooled.metrics.rows = 100;
    facts.pooled.metrics.r2 = 0.3;
    facts.pooled.metrics.spearman = 0.5;
    facts.pooled.spearman = Interval{0.35, 0.65};
    facts.pooled.pValue = 0.0005;
    return facts;
}

BaselineResult result(const char *name, double spearman, Interval interval, double r2 = 0)
{
    BaselineResult made;
    made.name = name;
    made.title = baselineTitle(name);
    made.pooled.spearman = spearman;
    made.pooled.r2 = r2;
    made.spearman = interval;
    made.within = made.pooled;
    made.withinSpearman = interval;
    return made;
}

QString nameOf(const VerdictFacts &facts)
{
    return verdictName(decideVerdict(facts).kind);
}

}  // namespace

class TestEvaluation : public QObject {
    Q_OBJECT

private slots:
    void verdicts_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<double>("noise");
        QTest::addColumn<bool>("seen");
        QTest::addColumn<QString>("verdict");
        QTest::newRow("follows") << 48 << 0.1 << false << "learned_something";
        QTest::newRow("noise") << 48 << 50.0 << false << "no_evidence";
        QTest::newRow("too few") << 29 << 0.1 << false << "too_few_rows";
        QTest::newRow("just enough") << 30 << 0.1 << false << "learned_something";
        QTest::newRow("seen") << 48 << 0.0 << true << "seen_in_training";
        QTest::newRow("one") << 1 << 0.0 << false << "too_few_rows";
        QTest::newRow("none") << 0 << 0.0 << false << "too_few_rows";
    }
    void verdicts()
    {
        QFETCH(int, rows);
        QFETCH(double, noise);
        QFETCH(bool, seen);
        QFETCH(QString, verdict);
        const Evaluation evaluation = evaluate({judged(rows, noise), 0.5, "held-out memes", seen});
        QCOMPARE(QString(verdictName(evaluation.verdict.kind)), verdict);
        QVERIFY(!evaluation.verdict.headline.empty() && evaluation.verdict.reason.ends_with('.'));
        QCOMPARE(evaluation.memes.size(), std::size_t(rows));
        QCOMPARE(evaluation.baselines.front().name, "mean");
        QVERIFY(!evaluation.within && !evaluation.judgedWithin && evaluation.withinIntervals.empty());
        if (rows > 1)
            QVERIFY(std::abs(*evaluation.meanPredictor.r2) < 1e-9);
    }

    void verdictNeedsBothFigures()
    {
        // The right order at the wrong height: Spearman 1, R² below 0.
        std::vector<JudgedMeme> memes = judged(48, 0);
        for (JudgedMeme &meme : memes)
            meme.predicted += 10;
        QVERIFY(evaluate({memes, 0.5, "", false}).verdict.kind == VerdictKind::NoEvidence);
        EvaluationInput order;
        order.memes = memes;
        order.heightCounts = false;  // a pairwise loss promises the order only
        const Evaluation ordered = evaluate(std::move(order));
        QVERIFY(ordered.verdict.kind == VerdictKind::LearnedSomething);
        QVERIFY(ordered.verdict.reason.find("R\xc2\xb2") == std::string::npos);
        for (JudgedMeme &meme : memes)
            meme.predicted = 0.5;
        QVERIFY(evaluate({memes, 0.5, "", false}).verdict.kind == VerdictKind::NoEvidence);
        for (JudgedMeme &meme : memes) {
            meme.predicted = meme.actual;
            meme.actual = 0.25;
        }
        const Verdict constant = evaluate({memes, 0.5, "", false}).verdict;
        QVERIFY(constant.kind == VerdictKind::NoEvidence);
        QVERIFY(constant.reason.find("equally dank") != std::string::npos);
    }

    void verdictStatesItsInterval()
    {
        const Evaluation evaluation = evaluate({judged(48, 0.5), 0.5, "", false});
        const Interval interval = evaluation.intervals.at(Figure::Spearman);
        QVERIFY(interval.holds(*evaluation.model.spearman));
        const auto shown = [](double value) { return QString::number(value, 'f', 2).replace('-', QChar(0x2212)); };
        QVERIFY2(QString::fromStdString(evaluation.verdict.reason)
                     .contains(shown(interval.low) + " to " + shown(interval.high)),
                 evaluation.verdict.reason.c_str());
        for (const Figure figure : kFigures)
            QVERIFY(evaluation.intervals.at(figure).holds(*figureOf(evaluation.model, figure)));
    }

    void onePlainRuleAtATime()
    {
        QCOMPARE(nameOf(goodFacts()), "learned_something");
        VerdictFacts facts = goodFacts();
        facts.clusters = 9;
        QCOMPARE(nameOf(facts), "too_few_rows");
        facts = goodFacts();
        facts.pooled.spearman = Interval{-0.01, 0.6};
        QCOMPARE(nameOf(facts), "no_evidence");
        facts.pooled.spearman = std::nullopt;
        QCOMPARE(nameOf(facts), "no_evidence");
        facts = goodFacts();
        facts.pooled.pValue = 0.025;
        QCOMPARE(nameOf(facts), "learned_something");
        facts.pooled.pValue = 0.056;  // although the interval lies above 0
        QCOMPARE(nameOf(facts), "no_evidence");
        QVERIFY(decideVerdict(facts).reason.find("could be luck, for 5.6 % of random orders follow theirs as well:")
                != std::string::npos);
        facts.pooled.pValue = std::nullopt;
        QCOMPARE(nameOf(facts), "no_evidence");
        facts = goodFacts();
        facts.pooled.metrics.r2 = -0.01;
        QCOMPARE(nameOf(facts), "no_evidence");
        for (const char *control : {"random_features", "shuffled"}) {
            facts = goodFacts();
            facts.baselines = {result(control, 0.4, {0.2, 0.6})};
            QCOMPARE(nameOf(facts), "no_evidence");
            facts.baselines = {result(control, 0.36, {0.2, 0.5})};  // inside the interval, but no match
            QCOMPARE(nameOf(facts), "learned_something");
        }
    }

    /// A baseline that is as good is no veto, but worth a word, with a verb that fits every title.
    void betterBaselinesAreTold()
    {
        for (const char *name : {"group", "nearest", "linear", "image_stats", "title"}) {
            VerdictFacts facts = goodFacts();
            facts.baselines = {result(name, 0.6, {0.5, 0.7})};
            const Verdict verdict = decideVerdict(facts);
            QVERIFY(verdict.kind == VerdictKind::LearnedSomething);
            const std::string told = " But as good an order is reached by " + baselineTitle(name) + ": Spearman 0.60. ";
            QVERIFY2(verdict.reason.find(told) != std::string::npos, verdict.reason.c_str());
            facts.baselines = {result(name, 0.4, {0.3, 0.5})};
            QVERIFY(decideVerdict(facts).reason.find(" But ") == std::string::npos);
        }
    }

    void leakageRules()
    {
        VerdictFacts facts = goodFacts();
        facts.duplicates = 20;
        facts.clean = JudgedFigures{facts.pooled.metrics, Interval{0.3, 0.6}, 0.001};
        facts.nearestClean = 0.05;
        QCOMPARE(nameOf(facts), "learned_something");  // the others carry the claim
        facts.baselines = {result("nearest", 0.47, {0.3, 0.6})};
        QCOMPARE(nameOf(facts), "leakage_suspected");
        facts.nearestClean = 0.45;  // it is as good without them
        QCOMPARE(nameOf(facts), "learned_something");
        facts.clean->metrics.spearman = 0.38;  // but the model owes them much
        QCOMPARE(nameOf(facts), "leakage_suspected");
        facts.clean->metrics.spearman = 0.5;
        facts.clean->spearman = Interval{-0.1, 0.3};
        QCOMPARE(nameOf(facts), "leakage_suspected");
        facts.clean->spearman = Interval{0.3, 0.6};
        QCOMPARE(nameOf(facts), "learned_something");
        facts.clean->pValue = 0.03;
        QCOMPARE(nameOf(facts), "leakage_suspected");
        facts.clean.reset();
        QCOMPARE(nameOf(facts), "leakage_suspected");
        facts.duplicates = 4;  // too few of 100 to matter
        QCOMPARE(nameOf(facts), "learned_something");
    }

    void groupRules()
    {
        VerdictFacts facts = goodFacts();
        facts.groupName = "subreddit";
        facts.baselines = {result("group", 0.9, {0.8, 0.95}, 0.8)};
        facts.within = JudgedFigures{facts.pooled.metrics, Interval{-0.1, 0.2}, 0.001};
        const Verdict verdict = decideVerdict(facts);
        QCOMPARE(QString(verdictName(verdict.kind)), "explained_by_group");
        QVERIFY(verdict.headline.find("subreddit") != std::string::npos);
        facts.pooled.spearman = Interval{-0.1, 0.2};  // nor does the model know the group
        QCOMPARE(nameOf(facts), "explained_by_group");
        facts.within->spearman = Interval{0.1, 0.3};
        facts.within->metrics.r2 = -0.2;  // an order without height is no claim either
        QCOMPARE(nameOf(facts), "explained_by_group");
        QVERIFY(decideVerdict(facts).reason.find("could be luck") == std::string::npos);
        facts.within->metrics.r2 = 0.1;
        QCOMPARE(nameOf(facts), "learned_something");
        facts.within->pValue = 0.03;
        QCOMPARE(nameOf(facts), "explained_by_group");
        facts.within->pValue = 0.001;
        facts.within->spearman = Interval{-0.1, 0.2};
        facts.baselines = {result("group", 0.1, {-0.1, 0.3}, 0.02)};  // the group tells nothing either
        QCOMPARE(nameOf(facts), "no_evidence");
    }

    void groupsAreJudgedWithin()
    {
        // Levels apart, nothing known inside: pooled it looks splendid.
        Random random(1);
        EvaluationInput input;
        input.groupName = "subreddit";
        for (int i = 0; i < 120; ++i) {
            const int group = i % 3;
            JudgedMeme meme{std::to_string(i), group + 0.1 * random.normal(), group + 0.1 * random.normal(), 10 + i};
            meme.group = "sub" + std::to_string(group);
            input.memes.push_back(meme);
        }
        Evaluation evaluation = evaluate(input);
        QVERIFY(evaluation.judgedWithin && *evaluation.model.spearman > 0.8 && *evaluation.model.r2 > 0.8);
        QVERIFY(*evaluation.pValue > kLuck);  // of the order inside
        QCOMPARE(QString(verdictName(evaluation.verdict.kind)), "explained_by_group");
        QCOMPARE(evaluation.baselines[1].name, "group");
        QVERIFY(*evaluation.baselines[1].pooled.r2 > 0.8);
        QCOMPARE(evaluation.within->groups, 3u);
        // Groups that cover a few memes only do not decide.
        for (std::size_t i = 40; i < 120; ++i)
            input.memes[i].group.clear();
        evaluation = evaluate(input);
        QVERIFY(evaluation.within && !evaluation.judgedWithin);
        QVERIFY(*evaluation.pValue < 0.001);  // of all
        QCOMPARE(QString(verdictName(evaluation.verdict.kind)), "learned_something");
        QVERIFY(evaluation.verdict.reason.find("known for too few") != std::string::npos);
    }

    void theMeanIsTheTrainingRows()
    {
        VerdictFacts facts = goodFacts();
        facts.pooled.metrics.r2 = -0.07;  // newer memes lie higher, so both are off
        QCOMPARE(nameOf(facts), "no_evidence");
        facts.meanR2 = -0.23;
        QCOMPARE(nameOf(facts), "learned_something");
        facts.meanR2 = -0.01;
        QCOMPARE(nameOf(facts), "no_evidence");
    }

    void missingControlsAreTold()
    {
        const auto told = [](const VerdictFacts &facts) {
            return decideVerdict(facts).reason.find("was not compared") != std::string::npos;
        };
        VerdictFacts facts = goodFacts();
        QVERIFY(told(facts));
        facts.baselines = {result("random_features", 0, {-0.1, 0.1})};
        QVERIFY(told(facts));
        facts.baselines.push_back(result("shuffled", 0, {-0.1, 0.1}));
        QVERIFY(!told(facts));
    }

    void clustersWidenIntervals()
    {
        EvaluationInput input;
        input.memes = judged(60, 0.8);
        const Evaluation single = evaluate(input);
        QCOMPARE(single.clusters, 60u);
        for (std::size_t i = 0; i < 60; ++i)
            input.memes[i].cluster = i / 10;
        const Evaluation few = evaluate(input);
        QCOMPARE(few.clusters, 6u);
        QVERIFY(few.verdict.kind == VerdictKind::TooFewRows);
        // One author with most of the memes does not become many witnesses by the others' standing beside.
        for (std::size_t i = 0; i < 60; ++i)
            input.memes[i].cluster = i < 35 ? 0 : i;
        const Evaluation oneAuthor = evaluate(input);
        QCOMPARE(oneAuthor.clusters, 26u);
        QVERIFY(oneAuthor.verdict.kind == VerdictKind::TooFewRows);
        for (std::size_t i = 0; i < 60; ++i)
            input.memes[i].cluster = i < 10 ? 0 : i;
        QVERIFY(evaluate(input).verdict.kind != VerdictKind::TooFewRows);
        // The memes inside groups are what counts where the verdict rests on them.
        for (std::size_t i = 0; i < 60; ++i) {
            input.memes[i].cluster = i < 35 ? i / 17 : i;
            input.memes[i].group = i < 35 ? (i % 2 ? "odd" : "even") : "";
        }
        const Evaluation inGroups = evaluate(input);
        QVERIFY(inGroups.judgedWithin && inGroups.verdict.kind == VerdictKind::TooFewRows);
        input.baselines = {makeBaseline("nearest", {1, 2})};
        QVERIFY_THROWS_EXCEPTION(Error, evaluate(input));
    }

    void neighboursAreNoted()
    {
        std::vector<JudgedMeme> memes = judged(2, 0);
        BaselineSet set;
        set.neighbours = {{{1, 0.9995}, {0, 0.2}}, {{0, 0.9}}};
        const std::vector<MemeId> ids{"first", "second"};
        noteNeighbours(memes, set, ids);
        QVERIFY(memes[0].nearest == "second" && memes[1].nearest == "first" && !memes[0].samePicture);
        set.canTellSame = true;
        noteNeighbours(memes, set, ids);
        QVERIFY(memes[0].samePicture && !memes[1].samePicture);
        memes[1].samePicture = true;  // by its bytes
        noteNeighbours(memes, set, ids);
        QVERIFY(memes[1].samePicture);
        QCOMPARE(evaluate({memes, 0, "", false}).duplicateShare, 1.0);
    }

    /// A few runs of each planted dataset; tests/bench/verdicts.sh has the many.
    void plantedData_data()
    {
        QTest::addColumn<int>("plan");
        for (std::size_t i = 0; i < planted::kPlans.size(); ++i)
            QTest::newRow(planted::kPlans[i].name) << int(i);
    }
    void plantedData()
    {
        QFETCH(int, plan);
        const planted::Plan &asked = planted::kPlans[std::size_t(plan)];
        const int runs = asked.columns > 50 ? 6 : 12;
        int right = 0;
        for (int seed = 1; seed <= runs; ++seed)
            right += verdictName(planted::run(asked, std::uint64_t(seed)).verdict.kind) == std::string(asked.verdict);
        QVERIFY2(right >= runs - 1, qPrintable(QString::number(right)));
    }

    void sameSeedSameEvaluation()
    {
        const Evaluation first = planted::run(planted::kPlans[2], 7);
        const Evaluation again = planted::run(planted::kPlans[2], 7);
        QCOMPARE(first.verdict.reason, again.verdict.reason);
        QCOMPARE(first.intervals.at(Figure::R2).low, again.intervals.at(Figure::R2).low);
    }
};

QTEST_GUILESS_MAIN(TestEvaluation)
#include "evaluation_test.moc"
