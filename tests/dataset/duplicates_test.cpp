#include <QElapsedTimer>
#include <QTest>

#include <bit>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/dataset/duplicates.h"

using namespace dank;

namespace {

using Hashes = std::vector<std::optional<std::uint64_t>>;
using Rows = std::vector<std::size_t>;

std::uint64_t flipped(std::uint64_t hash, int bits, Random &random)
{
    std::set<std::uint64_t> places;
    while (static_cast<int>(places.size()) < bits)
        places.insert(random.below(64));
    for (const std::uint64_t place : places)
        hash ^= std::uint64_t{1} << place;
    return hash;
}

/// What duplicateClusters() promises, pair by pair.
Rows slowly(const Hashes &hashes, int bits)
{
    const auto information = [](std::uint64_t hash) { return std::min(std::popcount(hash), 64 - std::popcount(hash)); };
    UnionFind sets(hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (!hashes[i] || !hashes[j])
                continue;
            const int least = std::min(information(*hashes[i]), information(*hashes[j]));
            if (least >= 4 && std::popcount(*hashes[i] ^ *hashes[j]) <= std::min(bits, least / 2))
                sets.unite(i, j);
        }
    return sets.lowestMembers();
}

FeatureMatrix matrix(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    FeatureMatrix features;
    Random random(seed);
    features.columns = columns;
    for (std::size_t row = 0; row < rows; ++row) {
        features.ids.push_back(std::to_string(row));
        for (std::size_t c = 0; c < columns; ++c)  // scales and offsets that standardising has to take away
            features.values.push_back(static_cast<float>(
                100.0 * static_cast<double>(c) + random.normal() * std::exp(0.1 * static_cast<double>(c % 50))));
    }
    return features;
}

/// Makes `row` a copy of `of` with `noise` deviations of noise in each column.
void copyRow(FeatureMatrix &features, std::size_t row, std::size_t of, double noise, std::uint64_t seed)
{
    Random random(seed);
    for (std::size_t c = 0; c < features.columns; ++c)
        features.values[row * features.columns + c] =
            features.values[of * features.columns + c]
            + static_cast<float>(noise * random.normal() * std::exp(0.1 * static_cast<double>(c % 50)));
}

}  // namespace

class TestDuplicates : public QObject {
    Q_OBJECT

private slots:
    void setsUnite()
    {
        UnionFind sets(6);
        QCOMPARE(sets.largest(), 1u);
        QVERIFY(sets.unite(4, 2));
        QVERIFY(sets.unite(5, 4));
        QVERIFY(!sets.unite(2, 5));
        QVERIFY(sets.unite(1, 0));
        QVERIFY(sets.together(2, 5) && !sets.together(0, 2));
        QCOMPARE(sets.largest(), 3u);
        QCOMPARE(sets.lowestMembers(), (Rows{0, 0, 2, 3, 2, 2}));
        QCOMPARE(UnionFind(0).largest(), 0u);
    }

    void bytesDecide()
    {
        const std::vector<std::string> hashes{"a", "b", "", "a", "", "b", "c"};
        const DuplicateClusters found = duplicateClusters(hashes, {}, nullptr);
        QCOMPARE(found.of, (Rows{0, 1, 2, 0, 4, 1, 6}));
        QCOMPARE(found.clusters, 2u);
        QCOMPARE(found.rows, 4u);
        QCOMPARE(found.largest, 2u);
        QVERIFY(found.notes.empty());
        QVERIFY(duplicateClusters({}, {}, nullptr).of.empty());
    }

    void nearHashesAreFound_data()
    {
        QTest::addColumn<int>("bits");
        for (const int bits : {0, 1, 3, 4, 8, 12})
            QTest::addRow("%d bits", bits) << bits;
    }
    void nearHashesAreFound()
    {
        QFETCH(int, bits);
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            Random random(seed);
            Hashes hashes;
            for (int i = 0; i < 400; ++i) {
                const std::uint64_t kind = random.below(6);
                if (kind == 0 || hashes.empty())
                    hashes.emplace_back();
                else if (kind < 3)
                    hashes.emplace_back(random.next());
                else if (kind < 4)  // plain: few bits set, or few clear
                    hashes.emplace_back(
                        flipped(random.below(2) ? ~std::uint64_t{0} : 0, static_cast<int>(random.below(10)), random));
                else if (const auto one = hashes[static_cast<std::size_t>(random.below(hashes.size()))])
                    hashes.emplace_back(flipped(*one, static_cast<int>(random.below(14)), random));
            }
            DuplicateOptions options;
            options.perceptualBits = bits;
            options.largestShare = 1;
            QCOMPARE(duplicateClusters({}, hashes, nullptr, options).of, slowly(hashes, bits));
        }
    }

    void plainPicturesMatchNothing()
    {
        // Flat pictures have no bit set; three have three, all near each other.
        const Hashes hashes{0, 0, 7, 7, 0x70, ~std::uint64_t{0}, ~std::uint64_t{0}};
        QCOMPARE(duplicateClusters({}, hashes, nullptr).clusters, 0u);
        // Five bits allow two of difference; ten bits five.
        QCOMPARE(duplicateClusters({}, Hashes{0x1f, 0x3e}, nullptr).clusters, 1u);
        QCOMPARE(duplicateClusters({}, Hashes{0x1f, 0x7c}, nullptr).clusters, 0u);
    }

    void nearFeaturesAreFound_data()
    {
        QTest::addColumn<double>("noise");
        QTest::addColumn<bool>("same");
        QTest::newRow("exact") << 0.0 << true;
        QTest::newRow("0.2 deviations, cosine 0.98") << 0.2 << true;
        QTest::newRow("0.6 deviations, cosine 0.86") << 0.6 << false;
    }
    void nearFeaturesAreFound()
    {
        QFETCH(double, noise);
        QFETCH(bool, same);
        FeatureMatrix features = matrix(300, 400, 3);
        for (std::size_t i = 0; i < 20; ++i)
            copyRow(features, 200 + i, i, noise, i);
        const DuplicateClusters found = duplicateClusters({}, {}, &features);
        QCOMPARE(found.clusters, same ? 20u : 0u);
        for (std::size_t i = 0; i < 20; ++i)
            QCOMPARE(found.of[200 + i] == i, same);
        QCOMPARE(found.cosine, 0.95);
    }

    void oddFeatures()
    {
        FeatureMatrix features = matrix(30, 50, 1);
        features.values[5 * 50 + 3] = NAN;
        features.values[6 * 50 + 3] = INFINITY;
        for (std::size_t row = 0; row < 30; ++row)
            features.values[row * 50 + 7] = 4;  // constant
        copyRow(features, 9, 8, 0, 1);
        QCOMPARE(duplicateClusters({}, {}, &features).clusters, 1u);
        FeatureMatrix constant = matrix(10, 3, 1);
        std::fill(constant.values.begin(), constant.values.end(), 1.5f);
        QCOMPARE(duplicateClusters({}, {}, &constant).clusters, 0u);  // nothing tells them apart, nothing alike either
        FeatureMatrix one = matrix(1, 3, 1);
        QCOMPARE(duplicateClusters({}, {}, &one).of, Rows{0});
        FeatureMatrix none;
        QVERIFY(duplicateClusters({}, {}, &none).of.empty());
    }

    void rulesHangTogether()
    {
        // 0 and 1 by bytes, 1 and 2 by look, 2 and 3 by features.
        FeatureMatrix features = matrix(40, 200, 8);
        copyRow(features, 3, 2, 0.1, 1);
        std::vector<std::string> hashes(40);
        Hashes looks(40);
        hashes[0] = hashes[1] = hashText("x");
        looks[1] = 0x0f0f0f0f12345678;
        looks[2] = 0x0f0f0f0f12345679;
        const DuplicateClusters found = duplicateClusters(hashes, looks, &features);
        QCOMPARE(Rows(found.of.begin(), found.of.begin() + 5), (Rows{0, 0, 0, 0, 4}));
        QCOMPARE(found.rows, 4u);
    }

    void aChainIsCut()
    {
        // Each a few bits from the last, all of one row hang together.
        Random random(4);
        Hashes hashes{random.next()};
        for (int i = 1; i < 300; ++i)
            hashes.emplace_back(i < 150 ? flipped(*hashes.back(), 6, random) : random.next());
        const DuplicateClusters found = duplicateClusters({}, hashes, nullptr);
        QVERIFY2(found.largest <= 30, qPrintable(QString::number(found.largest)));
        QVERIFY(found.perceptualBits < 8);
        QCOMPARE(found.notes.size(), 1u);
        // Equal hashes stay together, however many.
        const Hashes equal(100, std::optional<std::uint64_t>(0x0f0f0f0f12345678));
        const DuplicateClusters all = duplicateClusters({}, equal, nullptr);
        QCOMPARE(all.largest, 100u);
        QCOMPARE(all.perceptualBits, 0);

        FeatureMatrix features = matrix(300, 200, 3);
        for (std::size_t i = 1; i < 150; ++i)
            copyRow(features, i, i - 1, 0.25, i);
        const DuplicateClusters looser = duplicateClusters({}, {}, &features);
        QVERIFY2(looser.largest <= 30, qPrintable(QString::number(looser.largest)));
        QVERIFY(looser.cosine > 0.95);
        QCOMPARE(looser.notes.size(), 1u);
    }

    void manyRows()
    {
        // 100,000 hashes, many of them with the same frame and so with equal chunks.
        Random random(1);
        Hashes hashes;
        for (int i = 0; i < 100'000; ++i) {
            std::uint64_t hash = random.next() & random.next();
            if (random.below(5) == 0)
                hash &= 0x00ffffffffff0000;
            hashes.emplace_back(hash);
        }
        const std::uint64_t planted = random.next();
        hashes[99'999] = flipped(planted, 4, random);
        hashes[17] = planted;
        QElapsedTimer timer;
        timer.start();
        const DuplicateClusters found = duplicateClusters({}, hashes, nullptr);
        qInfo("100,000 hashes: %lld ms, %zu rows in clusters", timer.elapsed(), found.rows);
        QCOMPARE(found.of[99'999], found.of[17]);
        // Features of more rows than can be compared are left out, with a note.
        FeatureMatrix features = matrix(30, 5, 1);
        DuplicateOptions options;
        options.mostFeatureRows = 29;
        const DuplicateClusters skipped = duplicateClusters({}, {}, &features, options);
        QCOMPARE(skipped.cosine, 1.0);
        QCOMPARE(skipped.notes.size(), 1u);
    }

    void badInputIsRefused()
    {
        const std::vector<std::string> two{"a", "b"};
        const FeatureMatrix features = matrix(3, 2, 1);
        QVERIFY_THROWS_EXCEPTION(Error, duplicateClusters(two, Hashes(3), nullptr));
        QVERIFY_THROWS_EXCEPTION(Error, duplicateClusters(two, {}, &features));
        DuplicateOptions options;
        options.perceptualBits = 13;
        QVERIFY_THROWS_EXCEPTION(Error, duplicateClusters(two, {}, nullptr, options));
        options = {};
        options.cosine = NAN;
        QVERIFY_THROWS_EXCEPTION(Error, duplicateClusters(two, {}, nullptr, options));
    }

    void stops()
    {
        JobContext job;
        job.cancel.cancel();
        bool stopped = false;
        try {
            (void)duplicateClusters({}, Hashes{1234567, 7654321}, nullptr, {}, job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        QVERIFY(stopped);
    }
};

QTEST_GUILESS_MAIN(TestDuplicates)
#include "duplicates_test.moc"
