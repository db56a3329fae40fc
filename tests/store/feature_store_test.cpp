#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include "core/base/memory.h"
#include "helper_process.h"
#include "library_fixture.h"
#include "store_helper.h"

using namespace dank;

class TestFeatureStore : public QObject {
    Q_OBJECT
private slots:
    void features()
    {
        Folder folder;
        const std::vector<float> first{1, -0.0F, std::nextafter(0.1F, 1.0F)}, second{4, 5, 6};
        {
            Library library = Library::open(folder.path());
            QVERIFY(library.features().counts().empty());
            library.features().put("b1", std::vector<FeatureStore::Entry>{{"x", first}, {"y", second}});
            library.features().put("b2", std::vector<FeatureStore::Entry>{{"x", second}});
            library.features().put("b1", std::vector<FeatureStore::Entry>{{"y", first}});  // replaced, not doubled
            library.features().put("b3", {});
        }
        const Library library = Library::open(folder.path());
        std::vector<float> out(3);
        QVERIFY(library.features().get("b1", "x", out));
        QVERIFY(out == first);
        QVERIFY(std::signbit(out[1]));
        QVERIFY(library.features().get("b1", "y", out));
        QVERIFY(out == first);
        QVERIFY(library.features().get("b2", "x", out));
        QVERIFY(out == second);
        QVERIFY(!library.features().get("b2", "y", out));
        QVERIFY(!library.features().get("b4", "x", out));
        std::vector<float> longer(4, 7);
        QVERIFY(!library.features().get("b1", "x", longer));
        QCOMPARE(longer[0], 7.0F);
        QVERIFY((library.features().hashes("b1") == std::set<std::string>{"x", "y"}));
        QVERIFY(library.features().hashes("nope").empty());
        QVERIFY(
            (library.features().counts() == std::vector<std::pair<std::string, std::size_t>>{{"b1", 2}, {"b2", 1}}));
    }

    /// New libraries have larger pages than those from before; both go on.
    void pageSizes()
    {
        Folder folder;
        const std::vector<float> vector(2048, 0.5F);
        Library::open(folder.path()).features().put("b", std::vector<FeatureStore::Entry>{{"x", vector}});
        SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 8192);
        database.exec("PRAGMA journal_mode=DELETE");
        database.exec("PRAGMA page_size=4096");
        database.exec("VACUUM");
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 4096);
        {
            Library older = Library::open(folder.path());
            older.features().put("b", std::vector<FeatureStore::Entry>{{"y", vector}});
            const std::vector<std::string> names{"x", "y", "z"};
            std::vector<float> matrix(3 * vector.size());
            QVERIFY((older.features().get("b", names, matrix) == std::vector<bool>{true, true, false}));
            QCOMPARE(std::count(matrix.begin(), matrix.end(), 0.5F), std::ptrdiff_t(2 * vector.size()));
            QCOMPARE(std::count(matrix.begin(), matrix.end(), 0.0F), std::ptrdiff_t(vector.size()));
        }
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 4096);
    }

    void manyFeaturesAtOnce()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::vector<float> first{1, 2, 3}, second{4, 5, 6}, shorter{7, 8};
        library.features().put("b1", std::vector<FeatureStore::Entry>{{"x", first}, {"y", second}, {"z", shorter}});
        library.features().put("b2", std::vector<FeatureStore::Entry>{{"w", first}});
        const std::vector<std::string> asked{"y", "", "w", "x", "z", "y"};
        std::vector<float> out(asked.size() * 3, -1.0f);
        const std::vector<bool> found = library.features().get("b1", asked, out);
        QCOMPARE(found, (std::vector<bool>{true, false, false, true, false, true}));
        QCOMPARE(out, (std::vector<float>{4, 5, 6, -1, -1, -1, -1, -1, -1, 1, 2, 3, -1, -1, -1, 4, 5, 6}));
        QCOMPARE(library.features().get("none", asked, out), std::vector<bool>(asked.size(), false));
        QVERIFY(library.features().get("b1", std::vector<std::string>{}, std::span<float>()).empty());
    }

    /// In any order, twice, and past what is no vector of that length.
    void manyFeatures()
    {
        Folder folder;
        constexpr std::size_t kLong = 300;
        Library library = Library::open(folder.path());
        std::vector<std::string> names;
        for (const int i : {5, 2, 9, 0, 7, 1}) {
            names.push_back("hash" + std::to_string(i));
            library.features().put(
                "b", std::vector<FeatureStore::Entry>{{names.back(), std::vector<float>(kLong, float(i))}});
        }
        library.features().put("b", std::vector<FeatureStore::Entry>{{"short", std::vector<float>(2, 1)}});
        SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
        database.exec("INSERT INTO features(backbone, image_hash, vector) VALUES(1, 'number', 42)");
        names.insert(names.begin() + 3, {"", "short", "number", "unknown", "hash9"});
        std::vector<float> out(names.size() * kLong, -1);
        const std::vector<bool> found = library.features().get("b", names, out);
        for (std::size_t row = 0; row < names.size(); ++row) {
            const bool there = names[row].starts_with("hash");
            QCOMPARE(found[row], there);
            const float value = there ? std::stof(names[row].substr(4)) : -1;
            QCOMPARE(std::count(&out[row * kLong], &out[row * kLong] + kLong, value), std::ptrdiff_t(kLong));
        }
    }

    void threadsReadTheSame()
    {
        Folder folder;
        constexpr std::size_t kRows = 20'001, kNarrow = 3;
        Library library = Library::open(folder.path());
        std::vector<std::string> names;
        std::vector<FeatureStore::Entry> entries;
        std::vector<std::array<float, kNarrow>> values(kRows);
        for (std::size_t row = 0; row < kRows; ++row) {
            names.push_back("hash" + std::to_string(row));
            values[row].fill(static_cast<float>(row));
            if (row % 7 != 3)
                entries.push_back({names.back(), values[row]});
        }
        library.features().put("b", entries);
        for (const int threads : {1, 2, 3, 8}) {
            std::vector<float> out(kRows * kNarrow, -1);
            const std::vector<bool> found = library.features().get("b", names, out, threads);
            QCOMPARE(found.size(), kRows);
            for (std::size_t i = 0; i < out.size(); ++i) {
                const std::size_t row = i / kNarrow;
                QVERIFY(found[row] == (row % 7 != 3));
                QCOMPARE(out[i], found[row] ? static_cast<float>(row) : -1.0F);
            }
        }
    }

    void withoutAnotherConnectionOneReadsAll()
    {
        Folder folder;
        constexpr std::size_t kRows = 5'000;
        Library library = Library::open(folder.path());
        std::vector<std::string> names;
        std::vector<FeatureStore::Entry> entries;
        const std::vector<float> value(1, 3.0F);
        for (std::size_t row = 0; row < kRows; ++row) {
            names.push_back("hash" + std::to_string(row));
            entries.push_back({names.back(), value});
        }
        library.features().put("b", entries);
        std::filesystem::rename(folder.file(), folder.path() / "elsewhere");  // the open connection follows it
        std::ofstream(folder.file()) << "no database";
        QVERIFY_EXCEPTION_THROWN(Library::open(folder.path()), Error);
        std::vector<float> out(kRows);
        QVERIFY((library.features().get("b", names, out, 2) == std::vector<bool>(kRows, true)));
        QVERIFY(out == std::vector<float>(kRows, 3.0F));
    }

    void killedWhileStoring()
    {
        Folder folder;
        for (int round = 0; round < 5; ++round) {
            const auto process = startHelper("features", folder.path());
            QTest::qWait(60 + 35 * round);
            const QList<QByteArray> said = killHelper(*process);
            const int last = said.isEmpty() ? -1 : said.back().toInt();

            Library library = Library::open(folder.path());
            SQLite::Database database(folder.file().string());
            QCOMPARE(database.execAndGet("PRAGMA integrity_check").getString(), std::string("ok"));
            QVERIFY2(last >= 2, "the helper got nowhere");
            std::map<int, int> batches;
            std::vector<float> values(kColumns);
            for (const std::string &hash : library.features().hashes("b")) {
                const int batch = std::stoi(hash);
                ++batches[batch];
                QVERIFY(library.features().get("b", hash, values));
                QCOMPARE(values.front(), float(batch));
                QCOMPARE(values.back(), float(batch));
            }
            for (const auto &[batch, count] : batches)
                QCOMPARE(count, kBatch);
            for (int batch = 0; batch <= last; ++batch)  // what was reported as stored is there
                QVERIFY(batches.contains(batch));
        }
    }
};

QTEST_GUILESS_MAIN(TestFeatureStore)
#include "feature_store_test.moc"
