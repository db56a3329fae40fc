#include <QTest>

#include "core/model/judgement.h"
#include "core/model/model.h"

using namespace dank;

/// What a model says of itself.
class JudgementTest : public QObject {
    Q_OBJECT

private slots:
    void takesTheFiguresThatTheVerdictRestsOn()
    {
        Evaluation evaluation;
        evaluation.subset = "477 held-out memes";
        evaluation.groupName = "subreddit";
        evaluation.verdict = {VerdictKind::NoEvidence, "No evidence of learning.", "Its order could be luck."};
        evaluation.model.rows = 477;
        evaluation.model.spearman = 0.136;
        evaluation.model.r2 = -0.0512;
        evaluation.within = Metrics{};
        evaluation.within->rows = 400;
        evaluation.within->spearman = 0.02;
        evaluation.within->r2 = -0.2;
        evaluation.intervals = {{Figure::Spearman, {-0.02, 0.31}}};
        evaluation.withinIntervals = {{Figure::Spearman, {-0.1, 0.1}}};

        Judgement judgement = judgementOf(evaluation, true, "reddit");
        QVERIFY(judgement.kind == VerdictKind::NoEvidence);
        QCOMPARE(judgement.rows, std::size_t(477));
        QVERIFY(judgement.group.empty());
        QCOMPARE(figuresText(judgement), std::string("Spearman 0.14 (95 % interval −0.02 to 0.31), R² −0.05 on 477 "
                                                     "held-out memes of reddit"));
        QCOMPARE(verdictText(judgement), std::string("No evidence of learning. Its order could be luck."));
        QCOMPARE(verdictName(judgement), "no_evidence");
        QCOMPARE(verdictWords(judgement), "no evidence of learning");

        judgement = judgementOf(evaluation, false, "");
        QVERIFY(!judgement.r2);  // the loss fixes the order only
        QCOMPARE(figuresText(judgement),
                 std::string("Spearman 0.14 (95 % interval −0.02 to 0.31) on 477 held-out memes"));

        evaluation.judgedWithin = true;
        judgement = judgementOf(evaluation, true, "reddit");
        QCOMPARE(judgement.rows, std::size_t(400));
        QCOMPARE(figuresText(judgement), std::string("Spearman 0.02 (95 % interval −0.10 to 0.10), R² −0.20 inside "
                                                     "each subreddit, on 477 held-out memes of reddit"));
    }

    void eachKindHasItsWords()
    {
        for (int kind = 0; kind <= int(VerdictKind::LeakageSuspected); ++kind) {
            Judgement judgement;
            judgement.kind = VerdictKind(kind);
            QCOMPARE(verdictName(judgement), verdictName(VerdictKind(kind)));
            QCOMPARE(verdictWords(judgement), verdictWords(VerdictKind(kind)));
        }
    }

    void oneThatNobodyJudgedSaysSo()
    {
        QCOMPARE(Model().verdict(), notJudged());
        // A run whose judging failed has an evaluation of nothing.
        Evaluation failed;
        failed.verdict.headline = "It could not be judged.";
        failed.verdict.reason = "The disk is full.";
        const Judgement broken = judgementOf(failed, true, "reddit");
        QCOMPARE(verdictText(broken), std::string("It could not be judged. The disk is full."));
        for (const Judgement &judgement : {notJudged(), notJudgedYet(), broken}) {
            QVERIFY(!judgement.kind);
            QCOMPARE(verdictName(judgement), "not_judged");
            QCOMPARE(verdictWords(judgement), "not judged");
            QVERIFY(figuresText(judgement).empty());
            QVERIFY(!judgement.headline.empty() && !judgement.reason.empty());
        }
        QVERIFY(verdictText(notJudgedYet()).starts_with("Not judged yet. "));
        QVERIFY(verdictText(notJudged()).starts_with("Not judged. "));
    }
};

QTEST_GUILESS_MAIN(JudgementTest)
#include "judgement_test.moc"
