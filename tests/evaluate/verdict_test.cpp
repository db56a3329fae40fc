#include <QTest>

#include <cmath>
#include <map>

#include "core/base/random.h"
#include "core/evaluate/evaluation.h"
#include "tests/evaluate/binomial.h"

using namespace dank;

namespace {

enum class Authors { Few, One, Five };

/// What is judged.
struct Side {
    int rows = 80;
    Authors authors = Authors::One;
    bool alike = false;  ///< half of the variance of targets and of predictions is the author's
    int groups = 0;
};

/// The authors of a held-out fifth of 400 memes: as core/pipeline/sample.h makes them, 50 with one to twenty memes,
/// and whole authors are held out.
std::vector<std::size_t> fewAuthors(std::size_t rows, Random &random)
{
    std::vector<std::size_t> memes(50, 1), clusters;
    for (std::size_t left = 350; left > 0;) {
        const double u = random.uniform();
        std::size_t &of = memes[static_cast<std::size_t>(u * u * 50)];
        if (of < 20) {
            ++of;
            --left;
        }
    }
    random.shuffle(std::span(memes));
    for (std::size_t author = 0; clusters.size() < rows; ++author)
        clusters.insert(clusters.end(), memes[author], author);
    return clusters;
}

/// A judgement of predictions that have nothing to do with the targets. Their order alone counts, and there are no
/// controls: all that stands against luck is the rule for Spearman's rho.
Evaluation judged(const Side &side, std::uint64_t seed)
{
    Random random(mixSeed(seed, 5));
    std::vector<std::size_t> clusters;
    if (side.authors == Authors::Few)
        clusters = fewAuthors(static_cast<std::size_t>(side.rows), random);
    else
        for (int row = 0; row < side.rows; ++row)
            clusters.push_back(static_cast<std::size_t>(side.authors == Authors::Five ? row / 5 : row));
    EvaluationInput input;
    std::map<std::size_t, std::pair<double, double>> ofAuthor;
    for (const std::size_t cluster : clusters) {
        const auto [author, isNew] = ofAuthor.try_emplace(cluster);
        if (isNew)
            author->second = {random.normal(), random.normal()};
        const double own = side.alike ? std::sqrt(0.5) : 1, shared = side.alike ? std::sqrt(0.5) : 0;
        JudgedMeme meme;
        meme.id = std::to_string(input.memes.size());
        meme.predicted = own * random.normal() + shared * author->second.first;
        meme.actual = own * random.normal() + shared * author->second.second;
        meme.cluster = cluster;
        if (side.groups > 0)
            meme.group = std::to_string(random.below(static_cast<std::uint64_t>(side.groups)));
        input.memes.push_back(std::move(meme));
    }
    input.heightCounts = false;
    input.figures = {Figure::Spearman};
    input.bootstrap.seed = input.permutation.seed = seed;
    return evaluate(std::move(input));
}

}  // namespace

/// How often the verdict believes an order that is luck. Many seeded draws, so that no processor's last digits decide.
class VerdictTest : public QObject {
    Q_OBJECT

private slots:
    void boundsAreClopperAndPearsons()
    {
        QVERIFY(std::abs(test::upperBound(0, 59) - (1 - std::pow(0.05, 1.0 / 59))) < 1e-12);
        QVERIFY(std::abs(test::lowerBound(59, 59) - std::pow(0.05, 1.0 / 59)) < 1e-12);
        QCOMPARE(test::upperBound(7, 7), 1.0);
        QCOMPARE(test::lowerBound(0, 7), 0.0);
        // The bound of 1 in 3 leaves a chance of 5 % to 0 and 1: (1 - p)³ + 3 p (1 - p)².
        const double bound = test::upperBound(1, 3);
        QVERIFY(std::abs(std::pow(1 - bound, 3) + 3 * bound * std::pow(1 - bound, 2) - 0.05) < 1e-12);
    }

    void luckIsSeldomBelieved_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("authors");
        QTest::addColumn<bool>("alike");
        QTest::addColumn<int>("groups");
        QTest::addColumn<int>("draws");
        QTest::newRow("a fifth of 400, few authors") << 80 << int(Authors::Few) << false << 0 << 2000;
        QTest::newRow("a fifth of 400, an author each") << 80 << int(Authors::One) << false << 0 << 500;
        QTest::newRow("just enough") << 30 << int(Authors::One) << false << 0 << 500;
        QTest::newRow("in three groups, few authors") << 80 << int(Authors::Few) << false << 3 << 1000;
        QTest::newRow("authors who are alike") << 80 << int(Authors::Five) << true << 0 << 1000;
    }
    void luckIsSeldomBelieved()
    {
        QFETCH(int, rows);
        QFETCH(int, authors);
        QFETCH(bool, alike);
        QFETCH(int, groups);
        QFETCH(int, draws);
        int judgedOnes = 0, believed = 0, byInterval = 0, byPValue = 0;
        for (std::uint64_t seed = 1; judgedOnes < draws; ++seed) {
            const Evaluation evaluation = judged({rows, Authors(authors), alike, groups}, seed);
            if (evaluation.verdict.kind == VerdictKind::TooFewRows)
                continue;
            QCOMPARE(evaluation.judgedWithin, groups > 0);
            ++judgedOnes;
            believed += evaluation.verdict.kind != VerdictKind::NoEvidence;
            const Intervals &intervals = groups > 0 ? evaluation.withinIntervals : evaluation.intervals;
            byInterval += intervals.at(Figure::Spearman).isAbove(0);
            byPValue += *evaluation.pValue <= kLuck;
        }
        const double bound = test::upperBound(believed, draws);
        qInfo("%d of %d believed, at most %.2f %%; by the interval alone %d, at least %.2f %% and at most %.2f %%; by "
              "the "
              "p-value alone %d",
              believed, draws, 100 * bound, byInterval, 100 * test::lowerBound(byInterval, draws),
              100 * test::upperBound(byInterval, draws), byPValue);
        QVERIFY2(bound <= 0.05, qPrintable(QString::number(bound)));
    }
};

QTEST_GUILESS_MAIN(VerdictTest)
#include "verdict_test.moc"
