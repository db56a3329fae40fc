#include <QTest>

#include <limits>
#include <set>

#include "core/base/error.h"
#include "core/templates/find_templates.h"
#include "tests/templates/made_signatures.h"

using namespace dank;

class TestFindTemplates : public QObject {
    Q_OBJECT

private slots:
    void stepsBecomeBits()
    {
        std::vector<double> means(SignatureWindow::kMeans * SignatureWindow::kMeans, 100);
        QCOMPARE(SignatureWindow::of(means), SignatureWindow{});
        // One bright cell at row 3, column 9: a step up before it and down behind it, both ways.
        means[3 * SignatureWindow::kMeans + 9] = 200;
        SignatureWindow expected;
        const auto set = [&](int plane, int row, int column) {
            expected.blocks[static_cast<std::size_t>(row / 2 * 2 + column / 8)] |=
                std::uint64_t{1} << (plane * 16 + row % 2 * 8 + column % 8);
        };
        set(0, 3, 8);
        set(1, 3, 9);
        set(2, 2, 9);
        set(3, 3, 9);
        QCOMPARE(SignatureWindow::of(means), expected);
        QVERIFY_THROWS_EXCEPTION(Error, SignatureWindow::of(std::vector<double>(16, 0)));
    }

    void distancesOfWindows()
    {
        const SignatureWindow a = madeSignature(1).windows[0], b = madeSignature(2).windows[0];
        QCOMPARE(windowDistance(a, a), 0.0);
        QCOMPARE(windowDistance(a, b), windowDistance(b, a));
        QVERIFY2(windowDistance(a, b) > 20, qPrintable(QString::number(windowDistance(a, b))));
        SignatureWindow words = a;  // seven blocks of sixteen may be anything
        for (const std::size_t block : {0, 1, 2, 3, 13, 14, 15})
            words.blocks[block] = ~a.blocks[block];
        QCOMPARE(windowDistance(a, words), 0.0);
        words.blocks[8] = ~a.blocks[8];
        QVERIFY(windowDistance(a, words) > 0);
        QCOMPARE(windowDistance({}, {}), 64.0);  // nothing to go by
    }

    void packsAndUnpacks()
    {
        PictureSignature signature = madeSignature(3);
        for (int views = 1; views <= 2; ++views) {
            const std::vector<float> numbers = packed(signature);
            QCOMPARE(numbers.size(), packedLength(static_cast<std::size_t>(views)));
            QVERIFY(unpackedSignature(numbers) == signature);
            signature.windows.insert(signature.windows.end(), signature.windows.begin(), signature.windows.end());
        }
        std::vector<float> numbers = packed(madeSignature(3));
        for (const float bad : {-1.0f, 0.5f, 4194304.0f, std::numeric_limits<float>::quiet_NaN(),
                                std::numeric_limits<float>::infinity()}) {
            const float good = std::exchange(numbers[7], bad);
            QVERIFY(!unpackedSignature(numbers));
            numbers[7] = good;
        }
        numbers.pop_back();
        QVERIFY(!unpackedSignature(numbers));
        QVERIFY(!unpackedSignature({}));
    }

    /// The multi-index finds what comparing all with all finds.
    void findsWhatIsNear()
    {
        std::vector<PictureSignature> pictures;
        for (std::uint64_t i = 0; i < 300; ++i)
            pictures.push_back(madeSignature(i / 3, i % 3 == 0 ? 0 : 4, i % 3));
        const NearSignatures near = nearSignatures(pictures, 2);
        std::set<std::pair<std::uint32_t, std::uint32_t>> found;
        for (const SignaturePair &pair : near.pairs) {
            QVERIFY(pair.first < pair.second && pair.distance < kFarthest);
            QCOMPARE(pair.distance, signatureDistance(pictures[pair.first], pictures[pair.second]));
            QVERIFY(found.insert({pair.first, pair.second}).second);
        }
        QVERIFY(std::ranges::is_sorted(near.pairs));
        std::size_t expected = 0, missed = 0;
        for (std::uint32_t i = 0; i < pictures.size(); ++i)
            for (std::uint32_t j = 0; j < i; ++j)
                if (signatureDistance(pictures[i], pictures[j]) <= TemplateThreshold::kMost) {
                    ++expected;
                    missed += found.contains({j, i}) ? 0 : 1;
                }
        QVERIFY2(expected >= 200, qPrintable(QString::number(expected)));
        QVERIFY2(missed * 50 <= expected, qPrintable(QString("%1 of %2").arg(missed).arg(expected)));
    }

    void theDataChoose()
    {
        std::vector<int> nearest;
        const auto fill = [&](int from, int to, int each) {
            for (int distance = from; distance <= to; ++distance)
                nearest.insert(nearest.end(), static_cast<std::size_t>(each), distance);
        };
        fill(0, 6, 20);
        fill(16, 30, 30);
        const TemplateThreshold gap = chooseThreshold(nearest);
        QVERIFY(gap.fromData);
        QVERIFY2(gap.distance >= 10 && gap.distance <= 13, qPrintable(QString::number(gap.distance)));
        QCOMPARE(gap.counts.size(), std::size_t(kFarthest + 1));
        QCOMPARE(gap.counts[3], std::size_t(20));

        fill(11, 15, 8);  // different pictures from 11 on: the valley is before them
        const TemplateThreshold lower = chooseThreshold(nearest);
        QVERIFY2(lower.distance == 8 || lower.distance == 9, qPrintable(QString::number(lower.distance)));

        nearest.assign(200, 28);  // nothing is near: no say
        QCOMPARE(chooseThreshold(nearest).distance, TemplateThreshold::kUsual);
        QVERIFY(!chooseThreshold(nearest).fromData);
        QVERIFY(!chooseThreshold({}).fromData);
        nearest.assign(5, 2);
        QVERIFY(!chooseThreshold(nearest).fromData);
    }

    /// A picture between two clusters, near one of each, joins one of them and not both.
    void noChainJoinsClusters()
    {
        // Windows of two pictures make one that is like both.
        std::vector<PictureSignature> pictures;
        for (std::uint64_t i = 0; i < 6; ++i)
            pictures.push_back(madeSignature(i / 3, 2, i));
        PictureSignature between = pictures[0];
        between.windows.insert(between.windows.end(), pictures[3].windows.begin(), pictures[3].windows.end());
        pictures.push_back(between);
        QCOMPARE(signatureDistance(between, pictures[0]), 0);
        QCOMPARE(signatureDistance(between, pictures[3]), 0);
        const TemplateClusters clusters = findTemplates(pictures, 1);
        QCOMPARE(clusters.of[0], clusters.of[2]);
        QCOMPARE(clusters.of[3], clusters.of[5]);
        QVERIFY(clusters.of[0] != clusters.of[3]);
        QVERIFY(clusters.refused > 0);
        QVERIFY(clusters.of[6] == clusters.of[0] || clusters.of[6] == clusters.of[3]);
    }

    void noneAndOne()
    {
        QVERIFY(findTemplates({}, 2).of.empty());
        const std::vector<PictureSignature> one{madeSignature(1)};
        QCOMPARE(findTemplates(one, 2).of, std::vector<std::size_t>{0});
        const std::vector<PictureSignature> bad{madeSignature(1), {}};
        QVERIFY_THROWS_EXCEPTION(Error, findTemplates(bad, 2));
    }

    void stops()
    {
        std::vector<PictureSignature> pictures(50, madeSignature(1));
        JobContext job;
        job.cancel.cancel();
        try {
            findTemplates(pictures, 2, job);
            QFAIL("not stopped");
        } catch (const Cancelled &) {
        }
    }
};

QTEST_GUILESS_MAIN(TestFindTemplates)
#include "find_templates_test.moc"
