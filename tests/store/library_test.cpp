#include <QFile>
#include <QScopeGuard>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library_fixture.h"
#include "tests/base/without_rights.h"
#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <thread>

using namespace dank;
namespace fs = std::filesystem;

class TestLibrary : public QObject {
    Q_OBJECT
private slots:
    void anOlderLibraryIsTakenOver()
    {
        Folder folder;
        {
            QFile script(QStringLiteral(DANK_TEST_DATA "/golden/library-v1.sql"));
            QVERIFY(script.open(QIODevice::ReadOnly));
            SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec(script.readAll().toStdString());
        }
        for (int time = 0; time < 2; ++time) {
            Library library = Library::open(folder.path());
            const auto runs = library.runs().list();
            QCOMPARE(runs.size(), std::size_t(2));
            QCOMPARE(runs[1].note, std::string("the first"));
            QCOMPARE(runs[1].bestEpoch, 2);
            QVERIFY(!runs[1].figures);
            QCOMPARE(runs[1].locked, time == 1);
            QVERIFY(runs[1].trashed.empty());
            QVERIFY(library.runs().get(1).testIds == std::vector<MemeId>{"c"});
            std::vector<float> values(2);
            QVERIFY(library.features().get("classic/whole/fp32/v3", "aa", values));
            QVERIFY((values == std::vector<float>{1, 2}));
            library.runs().setLocked(1, true);
            QVERIFY(!library.evaluations().get(1));
            library.evaluations().put(2, exampleEvaluation());
            QVERIFY(library.evaluations().get(2) == exampleEvaluation());
            QVERIFY(!library.evaluations().crossValidation(2));
            library.evaluations().putCrossValidation(2, exampleCross());
            QVERIFY(library.evaluations().crossValidation(2) == exampleCross());
            SQLite::Database database(folder.file().string());
            QCOMPARE(database.execAndGet("PRAGMA user_version").getInt(), kVersion);
        }
    }

    void newerVersionIsLeftAlone_data()
    {
        QTest::addColumn<bool>("inLogOnly");
        QTest::newRow("in the file") << false;
        QTest::newRow("still in the write-ahead log") << true;
    }
    void newerVersionIsLeftAlone()
    {
        QFETCH(bool, inLogOnly);
        Folder folder, copy;
        Library::open(folder.path()).facts().set("k", "v");
        {
            SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
            database.exec("PRAGMA user_version=" + std::to_string(kVersion + 1));
            if (inLogOnly)
                for (const char *name : {"library.sqlite", "library.sqlite-wal"})
                    fs::copy_file(folder.path() / name, copy.path() / name);
        }
        const Folder &tried = inLogOnly ? copy : folder;
        const QByteArray before = bytesOf(tried.file()), log = bytesOf(tried.path() / "library.sqlite-wal");
        QString said;
        QCOMPARE(kindOf([&] { Library::open(tried.path()); }, &said), QString("library"));
        QVERIFY2(said.contains("newer version"), qPrintable(said));
        QVERIFY(bytesOf(tried.file()) == before);
        QVERIFY(bytesOf(tried.path() / "library.sqlite-wal") == log);
    }

    void damagedIsLeftAlone_data()
    {
        QTest::addColumn<QString>("damage");
        for (const char *name :
             {"text", "short", "truncated", "zeroed", "other program", "other schema", "pipe", "first page scrambled"})
            QTest::newRow(name) << QString(name);
    }
    void damagedIsLeftAlone()
    {
        QFETCH(QString, damage);
        Folder folder;
        const std::string file = folder.file().string();
        {
            Library library = Library::open(folder.path());
            const std::vector<float> values(2048);
            for (int i = 0; i < 20; ++i)
                library.features().put("b", std::vector<FeatureStore::Entry>{{std::to_string(i), values}});
        }
        if (damage == "text") {
            std::ofstream(file) << std::string(5000, 'x');
        } else if (damage == "short") {
            std::ofstream(file) << "SQLite format 3";
        } else if (damage == "truncated") {
            fs::resize_file(file, 8192);
        } else if (damage == "zeroed") {
            std::ofstream(file) << std::string(8192, '\0');
        } else if (damage == "other program") {
            SQLite::Database(file, SQLite::OPEN_READWRITE).exec("PRAGMA application_id=5");
        } else if (damage == "other schema") {
            fs::remove(file);
            SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE mine(a)");
        } else if (damage == "pipe") {
            fs::remove(file);
            QCOMPARE(::mkfifo(file.c_str(), 0600), 0);
        } else {
            std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
            stream.seekp(100);
            stream << std::string(2000, '\x5a');
        }
        const bool readable = damage != "pipe";
        const QByteArray before = readable ? bytesOf(file) : QByteArray();
        QString said;
        QCOMPARE(kindOf([&] { Library::open(folder.path()); }, &said), QString("library"));
        QVERIFY(said.contains("library.sqlite"));
        QVERIFY(!readable || bytesOf(file) == before);
    }

    void foldersThatCannotBeWritten()
    {
        Folder folder;
        std::ofstream(folder.path() / "plain") << "x";
        QCOMPARE(kindOf([&] { Library::open(folder.path() / "plain" / "library"); }), QString("disk"));
        QCOMPARE(kindOf([&] { Library::open("/proc/dank-library"); }), QString("disk"));
    }

    void aReadOnlyLibraryIsRead_data()
    {
        QTest::addColumn<QString>("state");
        for (const char *name : {"closed", "in use", "killed", "only the file"})
            QTest::newRow(name) << QString(name);
    }
    void aReadOnlyLibraryIsRead()
    {
        QFETCH(QString, state);
        Folder folder, killed;
        fs::permissions(folder.path(), fs::perms(0755));
        fs::permissions(killed.path(), fs::perms(0755));
        fs::path path = folder.path() / "odd name?#%41";
        std::optional<Library> writer(Library::open(path));
        writer->facts().set("k", "v");
        writer->runs().create({});
        if (state == "killed") {
            fs::copy(path, killed.path() / "library", fs::copy_options::recursive);
            path = killed.path() / "library";
        }
        if (state != "in use")
            writer.reset();
        const fs::path file = path / "library.sqlite";
        const ReadOnlyFolder readOnly(path);
        if (state == "only the file")
            fs::permissions(path, fs::perms(0777));
        const QByteArray before = bytesOf(file);
        const auto count = [&] { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); };
        const auto files = count();
        {
            const WithoutRights nobody;
            Library library = Library::openToRead(path);
            QVERIFY(library.isReadOnly());
            QCOMPARE(library.facts().get("k").value_or(""), std::string("v"));
            QCOMPARE(library.runs().list().size(), std::size_t(1));
            QVERIFY(!library.housekeeping().items().empty());
            QString said;
            QCOMPARE(kindOf([&] { library.runs().setNote(1, "x"); }, &said), QString("disk"));
            QVERIFY2(said.contains("read-only"), qPrintable(said));
            QCOMPARE(kindOf([&] { Library::open(path); }, &said), QString("disk"));
            QVERIFY2(said.contains("read-only"), qPrintable(said));
        }
        QVERIFY(bytesOf(file) == before);
        QCOMPARE(count(), files);
        if (writer)
            QCOMPARE(writer->runs().list().size(), std::size_t(1));
        QVERIFY(!Library::openToRead(folder.path() / "new").isReadOnly());  // as open() where it can be written
    }

    void whatAReadOnlyLibraryLacksIsTold()
    {
        Folder folder;
        fs::permissions(folder.path(), fs::perms(0755));
        const fs::path older = folder.path() / "older", unclosed = folder.path() / "unclosed";
        fs::create_directories(older);
        fs::create_directories(unclosed);
        {
            QFile script(QStringLiteral(DANK_TEST_DATA "/golden/library-v1.sql"));
            QVERIFY(script.open(QIODevice::ReadOnly));
            SQLite::Database((older / "library.sqlite").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
                .exec(script.readAll().toStdString());
        }
        Library writer = Library::open(folder.path() / "whole");
        writer.facts().set("k", "v");
        for (const char *name : {"library.sqlite", "library.sqlite-wal"})
            fs::copy_file(writer.folder() / name, unclosed / name);
        fs::create_directories(folder.path() / "empty");
        const QByteArray before = bytesOf(older / "library.sqlite");
        const ReadOnlyFolder readOnly(folder.path());
        const WithoutRights nobody;
        QString said;
        QCOMPARE(kindOf([&] { Library::openToRead(older); }, &said), QString("library"));
        QVERIFY2(said.contains("older format (1") && said.contains("writable"), qPrintable(said));
        QVERIFY(bytesOf(older / "library.sqlite") == before);
        QCOMPARE(kindOf([&] { Library::openToRead(unclosed); }, &said), QString("disk"));
        QVERIFY2(said.contains("library.sqlite-wal") && said.contains("writable"), qPrintable(said));
        for (const char *name : {"empty", "none"}) {
            QCOMPARE(kindOf([&] { Library::openToRead(folder.path() / name); }, &said), QString("disk"));
            QCOMPARE(kindOf([&] { Library::open(folder.path() / name); }, &said), QString("disk"));
        }
    }

    void aFullDiskIsToldOnOpening()
    {
        static int left;
        static bool failed;
        static const auto none = [] {
            failed = failed || left <= 0;
            return left-- <= 0;
        };
        sqlite3_vfs *const vfs = sqlite3_vfs_find("unix");
        static std::map<std::string, sqlite3_syscall_ptr> old;
        for (const char *call : {"write", "pwrite", "pwrite64"})
            old[call] = vfs->xGetSystemCall(vfs, call);
        using Placed = ssize_t (*)(int, const void *, size_t, off_t);
        const auto set = [&](const char *call, auto replacement) {
            if (old[call])
                vfs->xSetSystemCall(vfs, call, reinterpret_cast<sqlite3_syscall_ptr>(replacement));
        };
        const auto cleanup = qScopeGuard([&] {
            for (const auto &[call, real] : old)
                if (real)
                    vfs->xSetSystemCall(vfs, call.c_str(), real);
        });
        using Plain = ssize_t (*)(int, const void *, size_t);
        set("write", Plain([](int file, const void *bytes, size_t size) {
                return none() ? (errno = ENOSPC, ssize_t(-1)) : ::write(file, bytes, size);
            }));
        const Placed placed = [](int file, const void *bytes, size_t size, off_t at) {
            return none() ? (errno = ENOSPC, ssize_t(-1)) : ::pwrite(file, bytes, size, at);
        };
        set("pwrite", placed);
        set("pwrite64", placed);
        int times = 0;
        for (int allowed = 0;; ++allowed, ++times) {
            Folder folder;
            left = allowed;
            failed = false;
            QString said;
            const QString kind = kindOf([&] { Library::open(folder.path()); }, &said);
            left = 1'000'000;
            if (!failed)
                break;
            if (kind != "none") {  // SQLite goes on without some of what it writes
                QVERIFY2(kind == "disk" && said.contains("the disk is full"), qPrintable(said));
            }
            Library::open(folder.path()).facts().set("k", "v");  // with room again
        }
        QVERIFY(times > 5);
    }

    void fullDiskIsToldAndNothingIsLost()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::vector<float> values(2048, 1.0F);
        library.features().put("b", std::vector<FeatureStore::Entry>{{"kept", values}});
        // A limit on the file's size stands in for a full disk; SIGXFSZ is ignored so that writes fail instead.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        ::getrlimit(RLIMIT_FSIZE, &old);
        rlimit small = old;
        small.rlim_cur = 400000;
        ::setrlimit(RLIMIT_FSIZE, &small);
        std::vector<std::string> names;
        for (int i = 0; i < 2000; ++i)
            names.push_back(std::to_string(i));
        std::vector<FeatureStore::Entry> many;
        for (const std::string &name : names)
            many.push_back({name, values});
        const QString kind = kindOf([&] { library.features().put("b", many); });
        ::setrlimit(RLIMIT_FSIZE, &old);
        QCOMPARE(kind, QString("disk"));
        QVERIFY(library.features().hashes("b") == std::set<std::string>{"kept"});
        library.features().put("b", std::span(many).first(10));
        QCOMPARE(library.features().hashes("b").size(), std::size_t(11));
    }

    void manyOpenAtOnce()
    {
        Folder folder;
        constexpr int kThreads = 4, kRuns = 10;
        std::atomic<int> failures = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < kThreads; ++t)
            threads.emplace_back([&, t] {
                try {
                    Library library = Library::open(folder.path());  // all create it at once
                    const std::vector<float> values(64, float(t));
                    for (int i = 0; i < kRuns; ++i) {
                        const std::string name = std::to_string(t) + "-" + std::to_string(i);
                        library.features().put("b", std::vector<FeatureStore::Entry>{{name, values}});
                        library.runs().create({});
                        library.runs().list();
                    }
                } catch (const Error &error) {
                    qWarning("%s", error.what());
                    ++failures;
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(failures.load(), 0);
        const Library library = Library::open(folder.path());
        QCOMPARE(library.features().hashes("b").size(), std::size_t(kThreads * kRuns));
        QCOMPARE(library.runs().list().size(), std::size_t(kThreads * kRuns));
    }

    void defaultFolder()
    {
        const QByteArray data = qgetenv("XDG_DATA_HOME"), home = qgetenv("HOME");
        qputenv("XDG_DATA_HOME", "/x");
        QCOMPARE(Library::defaultFolder().string(), std::string("/x/dank-learning"));
        qputenv("HOME", "/h");
        qputenv("XDG_DATA_HOME", "relative");
        QCOMPARE(Library::defaultFolder().string(), std::string("/h/.local/share/dank-learning"));
        data.isNull() ? qunsetenv("XDG_DATA_HOME") : qputenv("XDG_DATA_HOME", data);
        qputenv("HOME", home);
    }
};

QTEST_GUILESS_MAIN(TestLibrary)
#include "library_test.moc"
