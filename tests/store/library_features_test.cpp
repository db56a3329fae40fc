// Stored features, many at once.

#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/store/library.h"
#include "library_fixture.h"

using namespace dank;

class TestLibraryFeatures : public QObject {
    Q_OBJECT
private slots:
    /// New libraries have larger pages than those from before; both go on.
    void pageSizes()
    {
        Folder folder;
        const std::vector<float> vector(2048, 0.5F);
        Library::open(folder.path()).putFeatures("b", std::vector<Library::FeatureEntry>{{"x", vector}});
        SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 8192);
        database.exec("PRAGMA journal_mode=DELETE");
        database.exec("PRAGMA page_size=4096");
        database.exec("VACUUM");
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 4096);
        {
            Library older = Library::open(folder.path());
            older.putFeatures("b", std::vector<Library::FeatureEntry>{{"y", vector}});
            const std::vector<std::string> names{"x", "y", "z"};
            std::vector<float> matrix = makeLargeMatrix(3 * vector.size());
            QVERIFY((older.getFeatures("b", names, matrix) == std::vector<bool>{true, true, false}));
            QCOMPARE(std::count(matrix.begin(), matrix.end(), 0.5F), std::ptrdiff_t(2 * vector.size()));
            QCOMPARE(std::count(matrix.begin(), matrix.end(), 0.0F), std::ptrdiff_t(vector.size()));
        }
        QCOMPARE(database.execAndGet("PRAGMA page_size").getInt(), 4096);
    }

    /// In any order, twice, and past what is no vector of that length.
    void manyFeatures()
    {
        Folder folder;
        constexpr std::size_t kColumns = 300;
        Library library = Library::open(folder.path());
        std::vector<std::string> names;
        for (const int i : {5, 2, 9, 0, 7, 1}) {
            names.push_back("hash" + std::to_string(i));
            library.putFeatures(
                "b", std::vector<Library::FeatureEntry>{{names.back(), std::vector<float>(kColumns, float(i))}});
        }
        library.putFeatures("b", std::vector<Library::FeatureEntry>{{"short", std::vector<float>(2, 1)}});
        SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
        database.exec("INSERT INTO features(backbone, image_hash, vector) VALUES(1, 'number', 42)");
        names.insert(names.begin() + 3, {"", "short", "number", "unknown", "hash9"});
        std::vector<float> out(names.size() * kColumns, -1);
        const std::vector<bool> found = library.getFeatures("b", names, out);
        for (std::size_t row = 0; row < names.size(); ++row) {
            const bool there = names[row].starts_with("hash");
            QCOMPARE(found[row], there);
            const float value = there ? std::stof(names[row].substr(4)) : -1;
            QCOMPARE(std::count(&out[row * kColumns], &out[row * kColumns] + kColumns, value),
                     std::ptrdiff_t(kColumns));
        }
    }

    void threadsReadTheSame()
    {
        Folder folder;
        constexpr std::size_t kRows = 20'001, kColumns = 3;
        Library library = Library::open(folder.path());
        std::vector<std::string> names;
        std::vector<Library::FeatureEntry> entries;
        std::vector<std::array<float, kColumns>> values(kRows);
        for (std::size_t row = 0; row < kRows; ++row) {
            names.push_back("hash" + std::to_string(row));
            values[row].fill(static_cast<float>(row));
            if (row % 7 != 3)
                entries.push_back({names.back(), values[row]});
        }
        library.putFeatures("b", entries);
        for (const int threads : {1, 2, 3, 8}) {
            std::vector<float> out(kRows * kColumns, -1);
            const std::vector<bool> found = library.getFeatures("b", names, out, threads);
            QCOMPARE(found.size(), kRows);
            for (std::size_t i = 0; i < out.size(); ++i) {
                const std::size_t row = i / kColumns;
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
        std::vector<Library::FeatureEntry> entries;
        const std::vector<float> value(1, 3.0F);
        for (std::size_t row = 0; row < kRows; ++row) {
            names.push_back("hash" + std::to_string(row));
            entries.push_back({names.back(), value});
        }
        library.putFeatures("b", entries);
        std::filesystem::rename(folder.file(), folder.path() / "elsewhere");  // the open connection follows it
        std::ofstream(folder.file()) << "no database";
        QVERIFY_EXCEPTION_THROWN(Library::open(folder.path()), Error);
        std::vector<float> out(kRows);
        QVERIFY((library.getFeatures("b", names, out, 2) == std::vector<bool>(kRows, true)));
        QVERIFY(out == std::vector<float>(kRows, 3.0F));
    }

    void largeMatricesAreZeros()
    {
        for (const std::size_t size : {0u, 1u, 100'000u, 3'000'000u}) {
            const std::vector<float> matrix = makeLargeMatrix(size);
            QCOMPARE(matrix.size(), size);
            QVERIFY(std::count(matrix.begin(), matrix.end(), 0.0F) == std::ptrdiff_t(size));
        }
    }
};

QTEST_GUILESS_MAIN(TestLibraryFeatures)
#include "library_features_test.moc"
