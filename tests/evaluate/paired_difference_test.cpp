#include <QTest>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/paired_difference.h"

using namespace dank;

namespace {

struct Memes {
    std::vector<double> actual, first, second;
    std::vector<std::string> groups;

    /// Two models that share what makes a meme hard and differ by a little noise of their own.
    explicit Memes(double firstNoise, double secondNoise, std::size_t rows = 200)
    {
        Random random(3);
        for (std::size_t i = 0; i < rows; ++i) {
            actual.push_back(random.normal());
            const double shared = actual.back() + 2 * random.normal();
            first.push_back(shared + firstNoise * random.normal());
            second.push_back(shared + secondNoise * random.normal());
            groups.push_back(i % 2 ? "a" : "b");
        }
    }
    std::optional<PairedDifference> compare(bool within = false) const
    {
        return pairedDifference({first, actual, {}, groups, {}}, second, {Figure::Spearman, within},
                                Resamples(actual.size(), {}, {}));
    }
};

}  // namespace

class PairedDifferenceTest : public QObject {
    Q_OBJECT

private slots:
    void nothingBetweenTheSame()
    {
        Memes memes(1, 1);
        memes.second = memes.first;
        const auto found = memes.compare();
        QVERIFY(found && found->interval);
        QCOMPARE(found->difference, 0.0);
        QCOMPARE(found->interval->low, 0.0);
        QCOMPARE(found->interval->high, 0.0);
        QVERIFY(!found->secondIsBetter());
    }

    /// The figures are those of each alone, and the pairs tell apart what two separate intervals could not.
    void pairsTellApart()
    {
        const Memes memes(1.5, 0);
        for (const bool within : {false, true}) {
            const auto found = memes.compare(within);
            QVERIFY(found && found->interval);
            QCOMPARE(found->difference, found->second - found->first);
            QVERIFY2(found->secondIsBetter(), qPrintable(QString::number(found->interval->low)));
            const std::vector<FigureWanted> wanted{{Figure::Spearman, within}};
            const Resamples resamples(memes.actual.size(), {}, {});
            const auto one = bootstrapIntervals({memes.first, memes.actual, {}, memes.groups, {}}, wanted, resamples);
            const auto other =
                bootstrapIntervals({memes.second, memes.actual, {}, memes.groups, {}}, wanted, resamples);
            QVERIFY(one[0]->high > other[0]->low);
            QVERIFY(found->interval->high - found->interval->low < one[0]->high - one[0]->low);
        }
        QVERIFY(!Memes(0, 1.5).compare()->secondIsBetter());
        QVERIFY(!Memes(1, 1).compare()->secondIsBetter());
    }

    void saysNothingWithoutOrder()
    {
        Memes memes(1, 1);
        std::ranges::fill(memes.second, 0.5);
        QVERIFY(!memes.compare());
        memes.second.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, memes.compare());
        const Memes few(1, 0, 20);
        const std::vector<std::size_t> one(20, 0);
        const auto found = pairedDifference({few.first, few.actual, {}, {}, one}, few.second, {Figure::Spearman, false},
                                            Resamples(20, one, {}));
        QVERIFY(found && !found->interval && !found->secondIsBetter());
    }
};

QTEST_GUILESS_MAIN(PairedDifferenceTest)
#include "paired_difference_test.moc"
