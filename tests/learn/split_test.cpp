#include <QTest>

#include <cmath>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/learn/split.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

namespace {

using Rows = std::vector<std::size_t>;

/// Some authors with many memes, clusters of copies across authors, times with gaps.
struct Memes {
    std::vector<MemeRecord> records;
    Rows clusters;

    explicit Memes(std::size_t rows, std::uint64_t seed = 1)
    {
        Random random(seed);
        for (std::size_t i = 0; i < rows; ++i) {
            MemeRecord record;
            record.id = "m" + std::to_string(i);
            record.author = random.below(3) == 0 ? "" : "author" + std::to_string(random.below(rows / 3 + 1));
            record.created = random.below(10) == 0 ? 0 : 1.5e9 + static_cast<double>(random.below(100'000'000));
            records.push_back(record);
            clusters.push_back(i > 0 && random.below(8) == 0 ? clusters[static_cast<std::size_t>(random.below(i))] : i);
        }
    }
};

std::vector<int> sidesOf(const Split &split, std::size_t rows)
{
    std::vector<int> sides(rows, -1);
    int side = 0;
    for (const Rows *one : {&split.train, &split.validation, &split.test}) {
        if (!std::is_sorted(one->begin(), one->end()))
            return {};
        for (const std::size_t row : *one) {
            if (row >= rows || sides[row] != -1)
                return {};
            sides[row] = side;
        }
        ++side;
    }
    return std::count(sides.begin(), sides.end(), -1) == 0 ? sides : std::vector<int>();
}

/// True where no two rows with one key (none for empty) stand on different sides.
template <typename Key>
bool keepsTogether(const std::vector<int> &sides, const Key &key)
{
    std::map<std::string, int> sideOf;
    for (std::size_t row = 0; row < sides.size(); ++row)
        if (const std::string name = key(row);
            !name.empty() && sideOf.try_emplace(name, sides[row]).first->second != sides[row])
            return false;
    return true;
}

std::string errorOf(const std::function<void()> &call)
{
    try {
        call();
    } catch (const Error &error) {
        return std::string(errorKindName(error.kind())) + ": " + error.what();
    }
    return "taken";
}

MemeRecord by(const char *author, double created = 0)
{
    MemeRecord record;
    record.author = author;
    record.created = created;
    return record;
}

std::vector<MemeRecord> recordsBy(const std::vector<std::string> &authors)
{
    std::vector<MemeRecord> records;
    for (std::size_t i = 0; i < authors.size(); ++i) {
        MemeRecord record;
        record.id = std::to_string(i);
        record.author = authors[i];
        records.push_back(record);
    }
    return records;
}

std::vector<std::string> manyAuthors(int rows)
{
    // Like the real thing: one author with a tenth of all rows, some with a few, most with one, some unknown.
    Random random(5);
    std::vector<std::string> authors;
    for (int i = 0; i < rows; ++i) {
        const std::uint64_t kind = random.below(10);
        authors.push_back(kind == 0  ? "busy"
                          : kind < 4 ? "some" + std::to_string(random.below(20))
                          : kind < 6 ? ""
                                     : "one" + std::to_string(i));
    }
    return authors;
}

}  // namespace

class TestSplits : public QObject {
    Q_OBJECT

private slots:
    void namesGoBothWays()
    {
        for (const SplitKind kind : {SplitKind::Author, SplitKind::Random, SplitKind::Time, SplitKind::Duplicates})
            QVERIFY(splitKindFromName(splitKindName(kind)) == kind);
        QVERIFY_THROWS_EXCEPTION(Error, splitKindFromName("Time"));
    }

    void resultsAreWhatTheyWere()
    {
        // Manifests of these very calls before copies were known of: a seed means the same split for ever.
        std::vector<MemeRecord> records;
        std::vector<MemeId> ids;
        for (int i = 0; i < 60; ++i) {
            records.push_back(by(i % 7 == 0   ? "busy"
                                 : i % 5 == 0 ? ""
                                 : i % 3 == 0 ? "some"
                                              : ("a" + std::to_string(i)).c_str()));
            ids.push_back(std::to_string(i));
        }
        QCOMPARE(splitHash(ids, makeSplit(records, {SplitKind::Author, 0.2}, 7)),
                 std::string("9e6efe5a952723a48891c6034d63220e"));
        QCOMPARE(splitHash(ids, makeSplit(records, {SplitKind::Random, 0.3}, 8)),
                 std::string("46fdc3eed224e39ca69bcc59e3c2deec"));
        QCOMPARE(splitHash(ids, makeRunSplit(records, {SplitKind::Author, 0.2}, 42)),
                 std::string("397eb815ba75d71a09250af9713765f8"));
        Rows alone;
        for (std::size_t i = 0; i < 60; ++i)
            alone.push_back(i);
        QCOMPARE(splitHash(ids, makeRunSplit(records, {SplitKind::Author, 0.2, alone}, 42)),
                 splitHash(ids, makeRunSplit(records, {SplitKind::Author, 0.2}, 42)));
    }

    void copiesStayTogether_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("rows");
        for (const SplitKind kind : {SplitKind::Author, SplitKind::Time, SplitKind::Duplicates, SplitKind::Random})
            for (const int rows : {30, 240, 2000})
                QTest::addRow("%s of %d", splitKindName(kind), rows) << static_cast<int>(kind) << rows;
    }
    void copiesStayTogether()
    {
        QFETCH(int, kind);
        QFETCH(int, rows);
        bool tore = false;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Memes memes(static_cast<std::size_t>(rows), seed);
            const SplitPlan plan{static_cast<SplitKind>(kind), 0.2, memes.clusters};
            const Split split = makeRunSplit(memes.records, plan, seed);
            const auto sides = sidesOf(split, memes.records.size());
            QVERIFY(!sides.empty());
            QVERIFY(!split.train.empty() && !split.validation.empty() && !split.test.empty());
            const bool together =
                keepsTogether(sides, [&](std::size_t row) { return std::to_string(memes.clusters[row]); });
            if (plan.kind == SplitKind::Random)
                tore |= !together;
            else
                QVERIFY(together);
            if (plan.kind == SplitKind::Author)
                QVERIFY(keepsTogether(sides, [&](std::size_t row) { return memes.records[row].author; }));
        }
        QCOMPARE(tore, static_cast<SplitKind>(kind) == SplitKind::Random);  // it is called optimistic for a reason
    }

    void newestIsLast()
    {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Memes memes(500, seed);
            const Split split = makeRunSplit(memes.records, {SplitKind::Time, 0.2, memes.clusters}, seed);
            std::map<std::size_t, double> newestOf;
            for (std::size_t row = 0; row < 500; ++row)
                newestOf[memes.clusters[row]] = std::max(newestOf[memes.clusters[row]], memes.records[row].created);
            double lastTrain = 0, firstValidation = 1e18, lastValidation = 0, firstTest = 1e18;
            for (const std::size_t row : split.train)
                lastTrain = std::max(lastTrain, memes.records[row].created);
            for (const std::size_t row : split.validation) {
                firstValidation = std::min(firstValidation, newestOf[memes.clusters[row]]);
                lastValidation = std::max(lastValidation, newestOf[memes.clusters[row]]);
            }
            for (const std::size_t row : split.test)
                firstTest = std::min(firstTest, newestOf[memes.clusters[row]]);
            QVERIFY(lastTrain <= firstValidation && lastValidation <= firstTest);
            QVERIFY(std::abs(static_cast<double>(split.test.size()) - 90) < 20);  // a fifth of nine tenths
            QCOMPARE(split.notes.size(), 2u);  // undated memes, and authors on both sides
            QVERIFY(makeRunSplit(memes.records, {SplitKind::Time, 0.2, memes.clusters}, seed + 1).test == split.test);
        }
    }

    void timesOfFew()
    {
        const Split three = makeRunSplit(std::vector{by("", 3), by("", 1), by("", 2)}, {SplitKind::Time, 0.2}, 1);
        QCOMPARE(three.train, Rows{1});
        QCOMPARE(three.validation, Rows{2});
        QCOMPARE(three.test, Rows{0});
        QVERIFY(three.notes.empty());
        const Split undated =
            makeRunSplit(std::vector{by("", 3), by("", 0), by("", 2), by("", NAN)}, {SplitKind::Time, 0.2}, 1);
        QCOMPARE(undated.train, (Rows{1, 3}));
        QCOMPARE(undated.notes.front(),
                 std::string("2 of 4 memes do not say when they were posted; they are among those "
                             "to learn from."));
        QCOMPARE(makeSplit(std::vector{by("", 3), by("", 4)}, {SplitKind::Time, 0.2}, 1).validation, Rows{1});
        QVERIFY(errorOf([] {
                    (void)makeRunSplit(std::vector{by("a"), by("b", 1), by("c")}, {SplitKind::Time, 0.2}, 1);
                }).starts_with("dataset: Only 1 of 3 memes"));
        // One cluster of copies cannot be on three sides.
        const Rows one{0, 0, 0};
        QVERIFY(errorOf([&] {
                    (void)makeRunSplit(std::vector{by("", 1), by("", 2), by("", 3)}, {SplitKind::Time, 0.2, one}, 1);
                }).starts_with("dataset: Only 1 of 3"));
    }

    void optimismIsTold()
    {
        std::vector<MemeRecord> records;
        for (int i = 0; i < 40; ++i)
            records.push_back(by(i % 2 ? "ann" : "bob"));
        const Split random = makeRunSplit(records, {SplitKind::Random, 0.2}, 1);
        QCOMPARE(random.notes.size(), 1u);
        QVERIFY(
            random.notes.front().starts_with("8 of the 8 memes that judge the model are by authors it learned from"));
        for (MemeRecord &record : records)
            record.author.clear();
        QVERIFY(makeRunSplit(records, {SplitKind::Random, 0.2}, 1).notes.empty());
        // Two authors fill two sides, not three.
        for (std::size_t i = 0; i < records.size(); ++i)
            records[i].author = i % 2 ? "ann" : "bob";
        QVERIFY(errorOf([&] {
                    (void)makeRunSplit(records, {SplitKind::Author, 0.2}, 1);
                }).starts_with("dataset: A run needs three sides"));
    }

    void foldsJudgeEachRowOnce_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("folds");
        for (const SplitKind kind : {SplitKind::Author, SplitKind::Duplicates, SplitKind::Random})
            for (const int folds : {2, 3, 5, 10})
                QTest::addRow("%s, %d folds", splitKindName(kind), folds) << static_cast<int>(kind) << folds;
    }
    void foldsJudgeEachRowOnce()
    {
        QFETCH(int, kind);
        QFETCH(int, folds);
        const Memes memes(300, 5);
        const SplitPlan plan{static_cast<SplitKind>(kind), 0.2, memes.clusters};
        const auto splits = makeFolds(memes.records, plan, static_cast<std::size_t>(folds), 3);
        QCOMPARE(splits.size(), static_cast<std::size_t>(folds));
        std::vector<int> judged(300);
        for (const Split &split : splits) {
            const auto sides = sidesOf(split, 300);
            QVERIFY(!sides.empty() && !split.train.empty() && !split.validation.empty() && !split.test.empty());
            QVERIFY(std::abs(static_cast<double>(split.test.size()) - 300.0 / folds) <= 3);
            QVERIFY(std::abs(static_cast<double>(split.validation.size()) - 60) <= 3);
            if (plan.kind != SplitKind::Random)
                QVERIFY(keepsTogether(sides, [&](std::size_t row) { return std::to_string(memes.clusters[row]); }));
            for (const std::size_t row : split.test)
                ++judged[row];
        }
        QCOMPARE(judged, std::vector<int>(300, 1));
        QVERIFY(makeFolds(memes.records, plan, static_cast<std::size_t>(folds), 3).back().test == splits.back().test);
        QVERIFY(makeFolds(memes.records, plan, static_cast<std::size_t>(folds), 4).back().test != splits.back().test);
    }

    void badInputIsRefused()
    {
        const std::vector<MemeRecord> one{by("a")}, same{by("a"), by("a"), by("a")}, three{by("a"), by("b"), by("c")};
        const Rows together{0, 0, 0}, two{0, 1};
        QVERIFY(errorOf([&] {
                    (void)makeSplit(same, {SplitKind::Author, 0.3}, 1);
                }).starts_with("dataset: All memes are by one author, "));
        QVERIFY(errorOf([&] {
                    (void)makeSplit(three, {SplitKind::Author, 0.3, together}, 1);
                }).starts_with("dataset: All memes are by one author or copies, "));
        QVERIFY(errorOf([&] {
                    (void)makeSplit(three, {SplitKind::Duplicates, 0.3, together}, 1);
                }).starts_with("dataset: All memes look like copies"));
        QVERIFY(errorOf([&] { (void)makeSplit(three, {SplitKind::Duplicates, 0.3}, 1); }).starts_with("shape"));
        QVERIFY(errorOf([&] { (void)makeSplit(three, {SplitKind::Author, 0.3, two}, 1); }).starts_with("shape"));
        QVERIFY(errorOf([&] { (void)makeRunSplit(three, {SplitKind::Time, NAN}, 1); }).starts_with("format"));
        const auto folds = [&](const std::vector<MemeRecord> &records, SplitKind kind, std::size_t count) {
            return errorOf([&] { (void)makeFolds(records, {kind, 0.2, {}}, count, 1); });
        };
        QCOMPARE(folds(three, SplitKind::Author, 3), std::string("taken"));
        QVERIFY(
            folds(three, SplitKind::Author, 2).starts_with("dataset: Cross-validation with 2 folds needs at least 4"));
        QVERIFY(folds(three, SplitKind::Author, 1).starts_with("format"));
        QVERIFY(folds(three, SplitKind::Author, 101).starts_with("format"));
        QVERIFY(folds(three, SplitKind::Time, 2).starts_with("format: Cross-validation judges every meme once"));
        QVERIFY(folds(three, SplitKind::Author, 4).starts_with("dataset"));
        QVERIFY(folds(same, SplitKind::Author, 2).starts_with("dataset"));
        QVERIFY(folds(one, SplitKind::Random, 2).starts_with("dataset"));
        QVERIFY(folds({}, SplitKind::Random, 2).starts_with("dataset"));
        // Three of four groups land in one fold, which is left with a single group beside it.
        std::vector<MemeRecord> lopsided{by("b"), by("c"), by("d")};
        lopsided.insert(lopsided.end(), 20, by("a"));
        QVERIFY(folds(lopsided, SplitKind::Author, 2).starts_with("dataset: Too many memes belong together"));
    }

    void manifestsAreCanonical()
    {
        const std::vector<MemeId> ids{"b", "a", "c", "10"};
        const Split split{{0, 1}, {3}, {2}, {}};
        QCOMPARE(splitManifest(ids, split), std::string("dank split 1\ntrain 2\na\nb\nvalidation 1\n10\ntest 1\nc\n"));
        const std::vector<MemeId> turned{"10", "c", "a", "b"};
        QCOMPARE(splitHash(turned, {{2, 3}, {0}, {1}, {}}), splitHash(ids, split));
        QVERIFY(splitHash(ids, {{0}, {1, 3}, {2}, {}}) != splitHash(ids, split));
        QCOMPARE(splitHash(ids, split), hashText(splitManifest(ids, split)));
        QVERIFY_THROWS_EXCEPTION(Error, splitManifest(ids, {{4}, {}, {}, {}}));
        const std::vector<MemeId> broken{"a\nb"};
        QVERIFY_THROWS_EXCEPTION(Error, splitManifest(broken, {{0}, {}, {}, {}}));
    }

    void splitsKeepAuthorsApart_data()
    {
        QTest::addColumn<double>("fraction");
        QTest::addColumn<int>("rows");
        for (const double fraction : {0.05, 0.2, 0.5, 0.9})
            for (const int rows : {40, 240, 3000})
                QTest::addRow("%g of %d", fraction, rows) << fraction << rows;
    }
    void splitsKeepAuthorsApart()
    {
        QFETCH(double, fraction);
        QFETCH(int, rows);
        const auto records = recordsBy(manyAuthors(rows));
        std::set<std::vector<std::size_t>> different;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Split split = makeSplit(records, {SplitKind::Author, fraction}, seed);
            std::map<std::string, int> sides;
            std::set<std::size_t> all;
            for (const std::size_t row : split.train) {
                sides[records[row].author] |= 1;
                all.insert(row);
            }
            for (const std::size_t row : split.validation) {
                sides[records[row].author] |= 2;
                all.insert(row);
            }
            for (const auto &[author, side] : sides)
                QVERIFY(author.empty() || side != 3);
            QCOMPARE(all.size(), records.size());
            QCOMPARE(split.train.size() + split.validation.size(), records.size());
            QVERIFY(std::is_sorted(split.train.begin(), split.train.end()));
            QVERIFY(std::is_sorted(split.validation.begin(), split.validation.end()));
            QVERIFY(std::abs(static_cast<double>(split.validation.size()) - fraction * rows) <= 1.5);
            const Split again = makeSplit(records, {SplitKind::Author, fraction}, seed);
            QVERIFY(again.train == split.train && again.validation == split.validation);
            different.insert(split.validation);
        }
        QVERIFY(different.size() > 5);
    }

    void runSplitsKeepAuthorsOnOneOfThreeSides()
    {
        const auto records = recordsBy(manyAuthors(240));
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Split split = makeRunSplit(records, {SplitKind::Author, 0.2}, seed);
            std::map<std::string, std::set<int>> sidesOf;
            std::set<std::size_t> all;
            int side = 0;
            for (const auto *rows : {&split.train, &split.validation, &split.test}) {
                for (const std::size_t row : *rows) {
                    sidesOf[records[row].author].insert(side);
                    all.insert(row);
                }
                ++side;
            }
            for (const auto &[author, sides] : sidesOf)
                QVERIFY(author.empty() || sides.size() == 1);
            QCOMPARE(all.size(), records.size());
            QCOMPARE(split.train.size() + split.validation.size() + split.test.size(), records.size());
            QVERIFY(std::abs(static_cast<double>(split.validation.size()) - 48) <= 2);
            QVERIFY(std::abs(static_cast<double>(split.test.size()) - 48) <= 2);
        }
    }

    void splitsOfFewGroups()
    {
        // A huge author and a small one: the small one is held out, whatever the order.
        std::vector<std::string> authors(20, "huge");
        authors.insert(authors.end(), 2, "small");
        for (std::uint64_t seed = 0; seed < 10; ++seed)
            QCOMPARE(makeSplit(recordsBy(authors), {SplitKind::Author, 0.05}, seed).validation.size(), 2u);
        QCOMPARE(makeSplit(recordsBy({"a", "b"}), {SplitKind::Author, 0.99}, 1).train.size(), 1u);
        QCOMPARE(makeSplit(recordsBy({"", ""}), {SplitKind::Author, 0.5}, 1).train.size(), 1u);
        QCOMPARE(makeSplit(recordsBy({"a", "a", "a"}), {SplitKind::Random, 0.3}, 1).validation.size(), 1u);
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a", "a", "a"}), {SplitKind::Author, 0.3}, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a"}), {SplitKind::Random, 0.5}, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit({}, {SplitKind::Random, 0.5}, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeRunSplit(recordsBy({"a", "b"}), {SplitKind::Author, 0.2}, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeRunSplit(recordsBy({"a", "b", "c"}), {SplitKind::Author, 0.5}, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a", "b"}), {SplitKind::Random, NAN}, 1));
    }
};

QTEST_GUILESS_MAIN(TestSplits)
#include "split_test.moc"
