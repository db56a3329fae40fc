#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "core/base/hash.h"
#include "core/store/merge/merge_libraries.h"
#include "library_fixture.h"

using namespace dank;

namespace {

constexpr const char *kBackbone = "inception_v3/warp/fp32/w-0123456789abcdef0123456789abcdef";
constexpr const char *kOther = "inception_v3/warp/bf16/w-0123456789abcdef0123456789abcdef";
constexpr const char *kClassic = "classic/whole/fp32/v-1";
constexpr const char *kLook = "perceptual-hash/1";

std::string picture(int number)
{
    return hashText("picture " + std::to_string(number));
}

/// Features that depend on the picture's number alone.
void extract(const std::filesystem::path &folder, const std::string &backbone, int first, int last, float off = 0)
{
    Library library = Library::open(folder);
    std::vector<std::string> hashes;
    std::vector<std::vector<float>> values;
    for (int i = first; i < last; ++i) {
        hashes.push_back(picture(i));
        values.push_back({static_cast<float>(i) + off, 1, -0.5F});
    }
    std::vector<FeatureStore::Entry> entries;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        entries.push_back({hashes[i], values[i]});
    library.features().put(backbone, entries);
}

/// Everything that is joined, whatever rows it lies in.
QStringList dump(const std::filesystem::path &folder)
{
    const SQLite::Database database((folder / "library.sqlite").string());
    QStringList lines;
    for (const char *query : {"SELECT name || ' ' || image_hash || ' ' || hex(vector) FROM features JOIN backbones ON "
                              "id = backbone ORDER BY 1",
                              "SELECT key || ' ' || value FROM facts ORDER BY 1",
                              "SELECT image_hash || reader || text || confidence || words FROM texts ORDER BY 1"}) {
        SQLite::Statement rows(database, query);
        while (rows.executeStep())
            lines << QString::fromStdString(rows.getColumn(0).getString());
    }
    return lines;
}

MergeReport merge(const std::vector<std::filesystem::path> &from, const std::filesystem::path &into,
                  bool allBackbones = false)
{
    return mergeLibraries(from, into, allBackbones, {});
}

}  // namespace

class TestMergeLibraries : public QObject {
    Q_OBJECT
private slots:
    void partsBecomeTheWhole()
    {
        Folder whole, one, two, into;
        for (const auto &[folder, first, last] :
             {std::tuple(whole.path(), 0, 1500), std::tuple(one.path(), 0, 700), std::tuple(two.path(), 700, 1500)}) {
            extract(folder, kBackbone, first, last);
            extract(folder, kLook, first, last);
            Library library = Library::open(folder);
            for (int i = first; i < last; i += 100) {
                library.facts().set("picture//p/" + std::to_string(i), "stamp " + picture(i));
                library.texts().put("reader", std::vector<TextStore::Entry>{{picture(i), {"some words", 0.5, {}}}});
            }
        }
        const MergeReport report = merge({one.path(), two.path()}, into.path());
        QCOMPARE(report.merged(), 1500U);
        QCOMPARE(report.already(), 0U);
        QCOMPARE(report.looks, 1500U);
        QCOMPARE(report.facts, 15U);
        QCOMPARE(report.texts, 15U);
        QCOMPARE(report.backbones.size(), 1U);
        QCOMPARE(report.backbones[0].samples.size(), 2U);  // at least one of each library
        QCOMPARE(dump(into.path()), dump(whole.path()));

        const MergeReport again = merge({two.path(), one.path()}, into.path());
        QCOMPARE(again.merged(), 0U);
        QCOMPARE(again.already(), 1500U);
        QCOMPARE(again.backbones[0].differing, 0U);
        QCOMPARE(again.looks + again.facts + again.texts, 0U);
        QCOMPARE(again.backbones[0].samples.size(), 2U);
        QCOMPARE(dump(into.path()), dump(whole.path()));
    }

    /// Stopped after every piece there is, and begun again each time.
    void stoppedAnywhereAndRepeated()
    {
        Folder one, two, whole;
        extract(one.path(), kBackbone, 0, 600);
        extract(one.path(), kClassic, 0, 10);
        extract(two.path(), kBackbone, 600, 900);
        extract(two.path(), kLook, 0, 300);
        const std::vector<std::filesystem::path> from{one.path(), two.path()};
        merge(from, whole.path());
        int stops = 0;
        for (int at = 1;; ++at) {
            Folder into;
            int reports = 0;
            CancelToken cancel;
            const JobContext job{cancel, [&](const Progress &) {
                                     if (++reports == at)
                                         cancel.cancel();
                                 }};
            bool stopped = false;
            try {
                mergeLibraries(from, into.path(), false, job);
            } catch (const Cancelled &) {
                stopped = true;
            }
            const MergeReport rest = merge(from, into.path());
            QCOMPARE(rest.merged() + rest.already(), 910U);
            QCOMPARE(dump(into.path()), dump(whole.path()));
            if (!stopped)
                break;
            ++stops;
        }
        QVERIFY(stops >= 5);
    }

    void whatIsThereStays()
    {
        Folder one, into;
        extract(one.path(), kBackbone, 0, 10, 0.25F);
        extract(into.path(), kBackbone, 5, 20);
        const QStringList before = dump(into.path());
        const MergeReport report = merge({one.path()}, into.path());
        QCOMPARE(report.merged(), 5U);
        QCOMPARE(report.already(), 5U);
        QCOMPARE(report.backbones[0].differing, 5U);
        QVERIFY(std::abs(report.backbones[0].largestDifference - 0.25 / 5) < 1e-6);
        for (const QString &line : before)
            QVERIFY(dump(into.path()).contains(line));
    }

    void foreignIdsAreRefusedByName_data()
    {
        QTest::addColumn<bool>("known");  // by the library that is joined into, or by the first of the others
        QTest::newRow("the target's") << true;
        QTest::newRow("the first library's") << false;
    }
    void foreignIdsAreRefusedByName()
    {
        QFETCH(bool, known);
        Folder one, two, into;
        extract(known ? into.path() : one.path(), kBackbone, 0, 3);
        extract(one.path(), kClassic, 0, 3);  // of another network: not foreign
        extract(two.path(), kOther, 3, 6);
        const QStringList before = known ? dump(into.path()) : QStringList();
        QString said;
        QCOMPARE(kindOf([&] { merge({one.path(), two.path()}, into.path()); }, &said), QString("mismatch"));
        QVERIFY2(said.contains(kBackbone) && said.contains(kOther) && said.contains("--all-backbones"),
                 qPrintable(said));
        if (known)
            QCOMPARE(dump(into.path()), before);
        else
            QVERIFY(!std::filesystem::exists(into.file()));

        QCOMPARE(merge({one.path(), two.path()}, into.path(), true).merged(), known ? 6U : 9U);
        QCOMPARE(merge({one.path(), two.path()}, into.path()).merged(), 0U);  // by now it knows both
    }

    void whatIsNotAboutPicturesIsLeft()
    {
        Folder one, into;
        extract(one.path(), kBackbone, 0, 1);
        {
            Library library = Library::open(one.path());
            library.facts().set("program/w-1", "allowed");  // the user's own consent, of that library alone
            library.facts().set("speed/classic/fp32@cpu", "9");
            library.facts().set("weights-name//w", "stamp w-1");
            library.facts().set("precision/2/x@cpu/y", "{}");
            library.choices().addRecent("dataset", "/d");
            library.runs().create(exampleRun());
        }
        QCOMPARE(merge({one.path()}, into.path()).facts, 1U);
        const Library library = Library::open(into.path());
        QVERIFY(!library.facts().get("program/w-1"));
        QVERIFY(!library.facts().get("speed/classic/fp32@cpu"));
        QVERIFY(library.facts().get("precision/2/x@cpu/y").has_value());
        QVERIFY(library.choices().recents("dataset").empty());
        QVERIFY(library.runs().list().empty());
    }

    void samplesAreFoundWhereTheLibrariesKnowThem()
    {
        Folder one, into, pictures;
        extract(one.path(), kBackbone, 0, 1);
        const std::filesystem::path file = pictures.path() / "a picture.png";
        std::ofstream(file) << "there";
        Library::open(one.path()).facts().set("picture/" + file.string(), "stamp " + picture(0));
        QCOMPARE(merge({one.path()}, into.path()).backbones[0].samples[0].file, file);
        std::filesystem::remove(file);
        QVERIFY(merge({one.path()}, into.path()).backbones[0].samples[0].file.empty());
    }

    void sourcesAreOnlyRead()
    {
        Folder one, into;
        extract(one.path(), kBackbone, 0, 3);
        const QByteArray before = bytesOf(one.file());
        std::filesystem::remove_all(one.path() / "models");
        merge({one.path()}, into.path());
        QCOMPARE(bytesOf(one.file()), before);
        QVERIFY(!std::filesystem::exists(one.path() / "models"));
    }

    void badLibrariesAreRefused()
    {
        Folder empty, into, other, damaged;
        extract(into.path(), kBackbone, 0, 3);
        QString said;
        QCOMPARE(kindOf([&] { merge({empty.path() / "nothing"}, into.path()); }, &said), QString("library"));
        QVERIFY(said.contains("holds no library"));
        QVERIFY(!std::filesystem::exists(empty.path() / "nothing"));
        QCOMPARE(kindOf([&] { merge({into.path()}, into.path()); }, &said), QString("library"));
        QVERIFY(said.contains("into itself"));
        std::ofstream(damaged.file()) << std::string(5000, 'x');
        QCOMPARE(kindOf([&] { merge({damaged.path()}, into.path()); }), QString("library"));
        {
            SQLite::Database foreign(other.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            foreign.exec("CREATE TABLE features(x)");
        }
        QCOMPARE(kindOf([&] { merge({other.path()}, into.path()); }), QString("library"));
    }

    void hostileRowsAreRefused_data()
    {
        QTest::addColumn<QString>("change");
        QTest::newRow("no hash") << "UPDATE features SET image_hash = '../../etc'";
        QTest::newRow("text for numbers") << "UPDATE features SET vector = 'abcd'";
        QTest::newRow("odd bytes") << "UPDATE features SET vector = x'000000'";
        QTest::newRow("nothing") << "UPDATE features SET vector = x''";
        QTest::newRow("not a number") << "UPDATE features SET vector = x'0000c07f0000c07f0000c07f'";
        QTest::newRow("another length") << "UPDATE features SET vector = x'0000803f'";
        QTest::newRow("a terminal's command") << "UPDATE backbones SET name = 'x' || char(27) || '[2J'";
        QTest::newRow("no table") << "DROP TABLE facts";
    }
    void hostileRowsAreRefused()
    {
        QFETCH(QString, change);
        Folder one, into;
        extract(one.path(), kBackbone, 5, 6);
        extract(into.path(), kBackbone, 0, 3);
        {
            SQLite::Database database(one.file().string(), SQLite::OPEN_READWRITE);
            database.exec(change.toStdString());
        }
        QString said;
        QCOMPARE(kindOf([&] { merge({one.path()}, into.path()); }, &said), QString("library"));
        QVERIFY2(said.contains(QString::fromStdString(one.path().string())), qPrintable(said));
        QVERIFY(Library::open(into.path()).features().hashes(kBackbone).size() <= 4);
    }

    /// As a call leaves it that is killed before the tables are there.
    void anEmptyTargetIsFilled()
    {
        Folder one, into;
        extract(one.path(), kBackbone, 0, 3);
        SQLite::Database(into.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
            .exec("PRAGMA user_version");
        QVERIFY(std::filesystem::exists(into.file()));
        QCOMPARE(merge({one.path()}, into.path()).merged(), 3U);
        Folder empty;
        std::ofstream(empty.file()).flush();
        QString said;
        QCOMPARE(kindOf([&] { merge({empty.path()}, into.path()); }, &said), QString("library"));
        QVERIFY2(said.contains("is empty"), qPrintable(said));
    }

    /// As a killed extraction leaves it: the rows are in the log beside the file.
    void aLibraryThatWasNotClosed()
    {
        Folder one, copy, into;
        Library open = Library::open(one.path());
        open.features().put(kBackbone, std::vector<FeatureStore::Entry>{{picture(1), std::vector<float>{1, 2, 3}}});
        for (const char *name : {"library.sqlite", "library.sqlite-wal"})
            std::filesystem::copy_file(one.path() / name, copy.path() / name);
        QCOMPARE(merge({copy.path()}, into.path()).merged(), 1U);
    }
};

QTEST_MAIN(TestMergeLibraries)
#include "merge_libraries_test.moc"
