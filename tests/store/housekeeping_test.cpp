#include <QDateTime>
#include <QFile>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <fstream>

#include "core/base/file.h"
#include "library_fixture.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

constexpr int kMany = 3'000;  // more than one step of the freeing

/// Features of an old and of a new backbone, both with models, a thumbnail and facts.
void fill(Library &library, int rows = 10)
{
    const std::vector<float> values(256, 1.0F);
    std::vector<FeatureStore::Entry> entries;
    for (int i = 0; i < rows; ++i)
        entries.push_back({"hash" + std::to_string(i), values});
    library.features().put("vgg16/warp/fp32/w-1", entries);
    library.features().put("resnet50/warp/fp32/w-2", std::span(entries).first(2));
    const std::string picture = "a picture";
    library.thumbnails().put(128, std::vector<ThumbnailStore::Entry>{{"hash0", std::as_bytes(std::span(picture))}});
    library.facts().set({{"picture/a", "1"}, {"program/w-1", "allowed"}});
}

/// Sets the day of the last use.
void usedOn(const Folder &folder, const std::string &name, const std::string &day)
{
    SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
        .exec("UPDATE last_used SET day = " + day + " WHERE name = '" + name + "'");
}

const StoredItem *find(const std::vector<StoredItem> &items, const std::string &kind, const std::string &backbone = {})
{
    const auto found = std::find_if(items.begin(), items.end(), [&](const StoredItem &item) {
        return item.kind == kind && (backbone.empty() || item.backbone == backbone);
    });
    return found == items.end() ? nullptr : &*found;
}

std::string today()
{
    return QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate).toStdString();
}

}  // namespace

class TestHousekeeping : public QObject {
    Q_OBJECT
private slots:
    void whatIsStored()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        fill(library);
        RunRecord run = exampleRun();
        run.backbone = "vgg16/warp/fp32/w-1";
        library.runs().setState(library.runs().create(run).first, RunState::Done);
        library.runs().setModel(1, library.modelPath(1).string());
        std::ofstream(library.modelPath(1)) << "model";
        library.runs().create(run);
        fs::create_directories(folder.path() / "weights");
        std::ofstream(folder.path() / "weights" / "vgg16.safetensors") << "0123456789";
        QVERIFY(library.facts().get("picture/a"));  // used today too
        usedOn(folder, "vgg16/warp/fp32/w-1", "'2020-02-03'");

        const auto items = library.housekeeping().items();
        QCOMPARE(items.front().backbone, std::string("vgg16/warp/fp32/w-1"));  // the least used
        QCOMPARE(items.front().rows, std::uint64_t(10));
        QCOMPARE(items.front().bytes, std::uint64_t(10 * (256 * 4 + 5)));
        QCOMPARE(items.front().lastUsed, std::string("2020-02-03"));
        QVERIFY(items.front().models == std::vector<std::int64_t>{1});
        QVERIFY(items.front().unfinished == std::vector<std::int64_t>{2});
        QCOMPARE(lossOf(items.front()), std::string("Without these features the model of run 1 finds no similar memes."
                                                    " Unfinished run 2 computes them again before going on."));
        const StoredItem *other = find(items, "features", "resnet50/warp/fp32/w-2");
        QVERIFY(other && other->rows == 2 && other->models.empty() && lossOf(*other).empty());
        for (const auto &[kind, rows] : {std::pair("thumbnails", 1), std::pair("facts", 1)}) {
            QVERIFY(find(items, kind) && find(items, kind)->canBeFreed);
            QCOMPARE(find(items, kind)->rows, std::uint64_t(rows));
        }
        for (const char *kind : {"runs", "models", "checkpoints", "weights", "unused"})
            QVERIFY(find(items, kind) && !find(items, kind)->canBeFreed);
        QCOMPARE(find(items, "runs")->rows, std::uint64_t(2));
        QCOMPARE(find(items, "models")->bytes, std::uint64_t(5));
        QCOMPARE(find(items, "weights")->bytes, std::uint64_t(10));
        // What cannot be freed comes last.
        QVERIFY(std::is_partitioned(items.begin(), items.end(), [](const StoredItem &i) { return i.canBeFreed; }));
    }

    void anEmptyLibraryHoldsNothing()
    {
        Folder folder;
        const auto items = Library::open(folder.path()).housekeeping().items();
        QCOMPARE(bytesOf(items), std::uint64_t(0));
        QVERIFY(std::none_of(items.begin(), items.end(), [](const StoredItem &item) { return item.canBeFreed; }));
    }

    /// Putting and reading features, thumbnails and facts is use; counting them is none.
    void useIsNotedByTheDay()
    {
        Folder folder;
        fill(*std::make_unique<Library>(Library::open(folder.path())));
        const auto forget = [&] {
            SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE).exec("UPDATE last_used SET day = '2020'");
        };
        const auto day = [&](const char *kind, const char *backbone = "") {
            return find(Library::open(folder.path()).housekeeping().items(), kind, backbone)->lastUsed;
        };
        for (const char *kind : {"features", "thumbnails"})
            QCOMPARE(day(kind), today());
        forget();
        Library library = Library::open(folder.path());
        library.features().hashes("vgg16/warp/fp32/w-1");
        library.features().counts();
        library.housekeeping().items();
        std::vector<float> out(256);
        QVERIFY(!library.features().get("vgg16/warp/fp32/w-1", "unknown", out));
        QVERIFY(!library.thumbnails().get(128, "unknown"));
        for (const char *kind : {"features", "thumbnails"})
            QCOMPARE(day(kind), std::string("2020"));
        QVERIFY(library.features().get("vgg16/warp/fp32/w-1", "hash1", out));
        QVERIFY(library.thumbnails().get(128, "hash0"));
        QCOMPARE(library.facts().under("picture/").size(), std::size_t(1));
        QCOMPARE(day("features", "vgg16/warp/fp32/w-1"), today());
        QCOMPARE(day("features", "resnet50/warp/fp32/w-2"), std::string("2020"));
        QCOMPARE(day("thumbnails"), today());
        QCOMPARE(day("facts"), today());
        const std::vector<std::string> names{"hash0"};
        QCOMPARE(library.features().get("resnet50/warp/fp32/w-2", names, out), std::vector<bool>{true});
        QCOMPARE(day("features", "resnet50/warp/fp32/w-2"), today());
    }

    void anOlderLibrarysRunsAreUse()
    {
        Folder folder;
        {
            QFile script(QStringLiteral(DANK_TEST_DATA "/golden/library-v1.sql"));
            QVERIFY(script.open(QIODevice::ReadOnly));
            SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
                .exec(script.readAll().toStdString()
                      + "UPDATE runs SET created = '2021-03-04T05:06:07Z', backbone ="
                        " 'classic/whole/fp32/v3';");
        }
        const auto items = Library::open(folder.path()).housekeeping().items();
        QVERIFY(find(items, "features", "classic/whole/fp32/v3"));
        QCOMPARE(find(items, "features", "classic/whole/fp32/v3")->lastUsed, std::string("2021-03-04"));
    }

    void choosing()
    {
        StoredItem old{.kind = "features", .backbone = "a/x", .rows = 1, .bytes = 100, .lastUsed = "2020-01-01"};
        StoredItem unknown{.kind = "facts", .backbone = {}, .rows = 1, .bytes = 30, .lastUsed = {}};
        StoredItem fresh{.kind = "features", .backbone = "a/y", .rows = 1, .bytes = 50, .lastUsed = today()};
        StoredItem models{.kind = "models", .backbone = {}, .rows = 1, .bytes = 1000, .lastUsed = {}};
        for (StoredItem *item : {&old, &unknown, &fresh})
            item->canBeFreed = true;
        const std::vector<StoredItem> items{unknown, old, fresh, models};
        const auto names = [&](const PruneRequest &request) {
            std::string text;
            for (const StoredItem &item : chooseItems(items, request))
                text += (item.backbone.empty() ? item.kind : item.backbone) + ' ';
            return text;
        };
        QCOMPARE(names({}), std::string("facts a/x a/y "));
        QCOMPARE(names({.kinds = {"features"}}), std::string("a/x a/y "));
        QCOMPARE(names({.backbones = {"a/y"}}), std::string("a/y "));
        QCOMPARE(names({.backbones = {"a"}}), std::string("a/x a/y "));
        QCOMPARE(names({.backbones = {"b", "a/"}}), std::string());
        QCOMPARE(names({.unusedForDays = 1}), std::string("facts a/x "));
        QCOMPARE(names({.mostBytes = 1180}), std::string());
        QCOMPARE(names({.mostBytes = 1179}), std::string("facts "));
        QCOMPARE(names({.mostBytes = 1149}), std::string("facts a/x "));
        QCOMPARE(names({.mostBytes = 1}), std::string("facts a/x a/y "));
        QCOMPARE(names({.kinds = {"features"}, .mostBytes = 1100}), std::string("a/x "));
    }

    void freeingLeavesTheRest()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        fill(library, kMany);
        std::vector<Progress> told;
        const JobContext job{{}, [&](const Progress &progress) { told.push_back(progress); }};
        const auto items = library.housekeeping().items();
        library.housekeeping().free(*find(items, "features", "vgg16/warp/fp32/w-1"), job);
        QCOMPARE(told.size(), std::size_t(2));
        QCOMPARE(told.back().done, std::size_t(kMany));
        QCOMPARE(told.back().total, std::size_t(kMany));
        QVERIFY((library.features().counts()
                 == std::vector<std::pair<std::string, std::size_t>>{{"resnet50/warp/fp32/w-2", 2}}));
        library.housekeeping().free(*find(items, "facts"), {});
        QVERIFY(!library.facts().get("picture/a"));
        QVERIFY(library.facts().get("program/w-1"));  // the user's word stays
        library.housekeeping().free(*find(items, "thumbnails"), {});
        QVERIFY(!library.thumbnails().get(128, "hash0"));
        QVERIFY(find(library.housekeeping().items(), "unused")->bytes > 1'000'000);
        QString said;
        QCOMPARE(kindOf([&] { library.housekeeping().free({.kind = "runs"}, {}); }, &said), QString("library"));
        QVERIFY2(said.contains("'runs'"), qPrintable(said));
        // The backbone is known again when it is used again.
        fill(library);
        QCOMPARE(library.features().hashes("vgg16/warp/fp32/w-1").size(), std::size_t(10));
    }

    void freeingIsStopped()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        fill(library, kMany);
        JobContext job;
        job.progress = [&](const Progress &) { job.cancel.cancel(); };
        const auto items = library.housekeeping().items();
        QVERIFY_EXCEPTION_THROWN(library.housekeeping().free(*find(items, "features", "vgg16/warp/fp32/w-1"), job),
                                 Cancelled);
        QCOMPARE(library.features().hashes("vgg16/warp/fp32/w-1").size(), std::size_t(kMany - 2'000));
    }

    void vacuumGivesRoomBack()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        fill(library, kMany);
        library.housekeeping().free(*find(library.housekeeping().items(), "features", "vgg16/warp/fp32/w-1"), {});
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
        const auto before = fs::file_size(folder.file());
        JobContext stopped;
        stopped.progress = [&](const Progress &progress) {
            QCOMPARE(std::string(progress.stage), std::string("vacuum"));
            stopped.cancel.cancel();
        };
        fill(library, kMany);  // enough to do for a stop to be heard
        QVERIFY_EXCEPTION_THROWN(library.housekeeping().vacuum(stopped), Cancelled);
        library.housekeeping().free(*find(library.housekeeping().items(), "features", "vgg16/warp/fp32/w-1"), {});
        library.housekeeping().vacuum({});
        QVERIFY(fs::file_size(folder.file()) < before / 4);
        QCOMPARE(find(library.housekeeping().items(), "unused")->bytes, std::uint64_t(0));
        QCOMPARE(library.features().hashes("resnet50/warp/fp32/w-2").size(), std::size_t(2));
    }

    void vacuumNeedsRoom()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        fill(library);
        qputenv("SQLITE_TMPDIR", "/proc");  // which has none
        QString said;
        const QString kind = kindOf([&] { library.housekeeping().vacuum({}); }, &said);
        qunsetenv("SQLITE_TMPDIR");
        QCOMPARE(kind, QString("disk"));
        QVERIFY2(said.contains("/proc") && said.contains("MB"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestHousekeeping)
#include "housekeeping_test.moc"
