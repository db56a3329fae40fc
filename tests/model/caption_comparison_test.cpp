#include <QTest>

#include "core/model/caption_comparison.h"

using namespace dank;

namespace {

/// A score whose interval reaches `half` to both sides; below 0: it has none.
Score scored(double dankness, double half, bool words = true)
{
    Score score;
    score.dankness = dankness;
    if (half >= 0) {
        score.interval.emplace();
        score.interval->level = 0.9;
        score.interval->danknessLow = dankness - half;
        score.interval->danknessHigh = dankness + half;
    }
    if (words)
        score.wordsAlone = score.imageAlone = 0.5;
    return score;
}

QString verdict(const std::vector<Score> &scores)
{
    return QString::fromStdString(captionsVerdict(scores));
}

}  // namespace

class TestCaptionComparison : public QObject {
    Q_OBJECT
private slots:
    void order()
    {
        std::vector<Score> scores{scored(0.2, 0), scored(0.9, 0), scored(0.2, 0), scored(0.5, 0)};
        scores[1].skipped = "gone";
        QCOMPARE(bestFirst(scores), (std::vector<std::size_t>{3, 0, 2, 1}));
        QVERIFY(bestFirst({}).empty());
    }

    void overlaps()
    {
        QCOMPARE(overlapWithBest(std::vector{scored(0.6, 0.1), scored(0.45, 0.1), scored(0.3, 0.1)}), std::size_t(2));
        QCOMPARE(overlapWithBest(std::vector{scored(0.5, 0.125), scored(0.25, 0.125)}), std::size_t(2));  // they touch
        QCOMPARE(overlapWithBest(std::vector{scored(0.6, -1), scored(0.4, -1)}), std::size_t(0));
        QCOMPARE(overlapWithBest({}), std::size_t(0));
    }

    void saysWhatItIsWorth()
    {
        QVERIFY(verdict({}).isEmpty());
        QVERIFY(verdict({scored(0.5, 0.1)}).isEmpty());
        const QString both = verdict({scored(0.6, 0.3), scored(0.4, 0.3)});
        QVERIFY2(both.startsWith("No difference you could rely on: the two 90 % intervals overlap."), qPrintable(both));
        QVERIFY2(both.contains("never measured") && both.contains("not for the difference"), qPrintable(both));
        const QString all = verdict({scored(0.6, 0.3), scored(0.4, 0.3), scored(0.3, 0.3)});
        QVERIFY2(all.startsWith("No difference you could rely on: all 90 % intervals overlap."), qPrintable(all));
        const QString some = verdict({scored(0.6, 0.1), scored(0.5, 0.1), scored(0.1, 0.1)});
        QVERIFY2(some.startsWith("No difference you could rely on between the best 2"), qPrintable(some));
        const QString best = verdict({scored(0.9, 0.1), scored(0.5, 0.1), scored(0.1, 0.1)});
        QVERIFY2(best.startsWith("The best one stands out") && best.contains("never measured"), qPrintable(best));
        const QString unknown = verdict({scored(0.9, -1), scored(0.5, -1)});
        QVERIFY2(unknown.contains("no interval"), qPrintable(unknown));
        QVERIFY(
            verdict({scored(0.5, 0.1), scored(0.5, 0.1)}).startsWith("No difference: the captions score the same."));
        QVERIFY(verdict({scored(0.5, 0.1, false), scored(0.5, 0.1, false)}).contains("finds no word"));
    }
};

QTEST_GUILESS_MAIN(TestCaptionComparison)
#include "caption_comparison_test.moc"
