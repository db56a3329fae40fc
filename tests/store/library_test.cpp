#include <QtTest>

#include <QProcess>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/library.h"
#include "library_fixture.h"
#include "store_helper.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<QProcess> startHelper(const char *job, const fs::path &folder)
{
    auto process = std::make_unique<QProcess>();
    process->start(QStringLiteral(DANK_BIN "/store_helper"), {job, QString::fromStdString(folder.string())});
    QByteArray said;
    while (!said.contains("ready") && process->waitForReadyRead(20000))
        said += process->readLine();
    return process;
}

/// SIGKILL; returns the lines printed before.
QList<QByteArray> killHelper(QProcess &process)
{
    process.kill();
    process.waitForFinished();
    QByteArray said = process.readAllStandardOutput();
    return said.left(said.lastIndexOf('\n') + 1).trimmed().split('\n');
}

}  // namespace

class TestLibrary : public QObject {
    Q_OBJECT
private slots:
    void features()
    {
        Folder folder;
        const std::vector<float> first{1, -0.0F, std::nextafter(0.1F, 1.0F)}, second{4, 5, 6};
        {
            Library library = Library::open(folder.path());
            QVERIFY(library.featureCounts().empty());
            library.putFeatures("b1", std::vector<Library::FeatureEntry>{{"x", first}, {"y", second}});
            library.putFeatures("b2", std::vector<Library::FeatureEntry>{{"x", second}});
            library.putFeatures("b1", std::vector<Library::FeatureEntry>{{"y", first}});  // replaced, not doubled
            library.putFeatures("b3", {});
        }
        const Library library = Library::open(folder.path());
        std::vector<float> out(3);
        QVERIFY(library.getFeatures("b1", "x", out));
        QVERIFY(out == first);
        QVERIFY(std::signbit(out[1]));
        QVERIFY(library.getFeatures("b1", "y", out));
        QVERIFY(out == first);
        QVERIFY(library.getFeatures("b2", "x", out));
        QVERIFY(out == second);
        QVERIFY(!library.getFeatures("b2", "y", out));
        QVERIFY(!library.getFeatures("b4", "x", out));
        std::vector<float> longer(4, 7);
        QVERIFY(!library.getFeatures("b1", "x", longer));
        QCOMPARE(longer[0], 7.0F);
        QVERIFY((library.hashesWithFeatures("b1") == std::set<std::string>{"x", "y"}));
        QVERIFY(library.hashesWithFeatures("nope").empty());
        QVERIFY((library.featureCounts() == std::vector<std::pair<std::string, std::size_t>>{{"b1", 2}, {"b2", 1}}));
    }

    void factsExclusionsRecents()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        QVERIFY(!library.fact("precision"));
        library.setFact("precision", "bf16");
        library.setFact("precision", "fp32");
        QCOMPARE(library.fact("precision").value(), std::string("fp32"));
        library.setExclusions("d", {"a", "b"});
        library.setExclusions("e", {"c"});
        library.setExclusions("d", {"b"});
        QVERIFY(library.exclusions("d") == std::set<MemeId>{"b"});
        QVERIFY(library.exclusions("e") == std::set<MemeId>{"c"});
        for (int i = 0; i < 25; ++i)
            library.addRecent("dataset", std::to_string(i));
        library.addRecent("dataset", "20");
        library.addRecent("model", "m");
        const auto recents = library.recents("dataset");
        QCOMPARE(recents.size(), std::size_t(20));
        QCOMPARE(recents[0], std::string("20"));
        QCOMPARE(recents[1], std::string("24"));
        QCOMPARE(recents.back(), std::string("5"));
        QVERIFY(library.recents("model") == std::vector<std::string>{"m"});
    }

    void runs()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const RunRecord given = exampleRun();
        auto [number, lock] = library.createRun(given);
        QCOMPARE(number, std::int64_t(1));
        RunRecord run = library.run(number);
        QVERIFY(run.state == RunState::Running);
        QVERIFY(QRegularExpression("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$")
                    .match(QString::fromStdString(run.created))
                    .hasMatch());
        QCOMPARE(run.dataset, given.dataset);
        QCOMPARE(run.datasetHash, given.datasetHash);
        QCOMPARE(run.backbone, given.backbone);
        QCOMPARE(run.weightsFile, given.weightsFile);
        QCOMPARE(run.request, given.request);
        QVERIFY(run.config == given.config);
        QVERIFY(run.trainIds == given.trainIds);
        QVERIFY(run.validationIds == given.validationIds);
        QVERIFY(run.testIds == given.testIds);
        QCOMPARE(run.meanPredictorLoss, 0.1);
        QCOMPARE(run.epochs, 0);
        QCOMPARE(run.bestEpoch, 0);

        const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
        library.addEpoch(number, {1, 0.3, 0.5, 1.5});
        library.addEpoch(number, {2, 0.2, 0.1 + 0.2, 1.5});
        library.addEpoch(number, {3, 0.2, 0.1 + 0.2, 1.5});
        library.addEpoch(number, {4, infinite, -infinite, 1.5});
        library.addEpoch(number, {5, 0.1, 0.1, 1.5});
        library.addEpoch(number, {5, 0.1, nan, 1.5});  // replaces
        run = library.run(number);
        QCOMPARE(run.epochs, 5);
        QCOMPARE(run.bestEpoch, 2);
        QVERIFY(run.bestValidationLoss == 0.1 + 0.2);
        QVERIFY(std::isnan(run.lastValidationLoss));
        const auto curve = library.epochs(number);
        QCOMPARE(curve.size(), std::size_t(5));
        QVERIFY((curve[1] == EpochStats{2, 0.2, 0.1 + 0.2, 1.5}));
        QCOMPARE(curve[3].validationLoss, -infinite);
        QVERIFY(std::isnan(curve[4].validationLoss));

        library.setRunNote(number, "nice");
        library.setMeanPredictorLoss(number, 0.25);
        library.setRunState(number, RunState::Failed, "it blew up");
        auto [second, secondLock] = library.createRun({});
        const auto list = library.runs();
        QCOMPARE(list.size(), std::size_t(2));
        QCOMPARE(list[0].run, second);
        QCOMPARE(list[1].note, std::string("nice"));
        QCOMPARE(list[1].error, std::string("it blew up"));
        QCOMPARE(list[1].meanPredictorLoss, 0.25);
        QVERIFY(list[1].state == RunState::Failed);
        QVERIFY(list[1].trainIds.empty());

        QCOMPARE(kindOf([&] { library.run(99); }), QString("library"));
        QCOMPARE(kindOf([&] { library.addEpoch(99, {}); }), QString("library"));
        QCOMPARE(kindOf([&] { library.setRunState(99, RunState::Done); }), QString("library"));
        QCOMPARE(kindOf([&] { library.lockRun(99); }), QString("library"));
        QVERIFY(library.epochs(99).empty());
    }

    void locks()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        Library other = Library::open(folder.path());
        std::int64_t number = 0;
        {
            auto [created, lock] = library.createRun({});
            number = created;
            QVERIFY(other.run(number).state == RunState::Running);
            library.setRunState(number, RunState::Paused);
            QVERIFY(other.run(number).state == RunState::Paused);
            QString said;
            QCOMPARE(kindOf([&] { other.lockRun(number); }, &said), QString("library"));
            QVERIFY2(said.contains("Run 1 is being worked on"), qPrintable(said));
            QCOMPARE(kindOf([&] { other.deleteRun(number); }), QString("library"));
            RunLock moved = std::move(lock);
            QVERIFY(other.run(number).state == RunState::Paused);
        }
        QVERIFY(library.run(number).state == RunState::Interrupted);
        QVERIFY(library.runs()[0].state == RunState::Interrupted);
        RunLock again = other.lockRun(number);  // asking above kept nothing
        QVERIFY(library.run(number).state == RunState::Paused);
        again = RunLock();
        QVERIFY(library.run(number).state == RunState::Interrupted);
        library.setRunState(number, RunState::Done);
        QVERIFY(library.run(number).state == RunState::Done);
    }

    void deleteRun()
    {
        Folder folder, elsewhere;
        Library library = Library::open(folder.path());
        const auto make = [&](const fs::path &model) {
            const std::int64_t number = library.createRun({}).first;
            std::ofstream(library.runFolder(number) / "checkpoint.a") << "x";
            std::ofstream(model) << "model";
            library.setRunModel(number, model.string());
            library.addEpoch(number, {1, 1, 1, 1});
            return number;
        };
        const std::int64_t first = make(library.modelPath(1));
        QCOMPARE(first, std::int64_t(1));
        library.deleteRun(first);
        QVERIFY(!fs::exists(library.modelPath(first)));
        QVERIFY(!fs::exists(library.runFolder(first)));
        QVERIFY(library.runs().empty());
        QVERIFY(library.epochs(first).empty());
        QCOMPARE(kindOf([&] { library.deleteRun(first); }), QString("library"));

        const fs::path outside = elsewhere.path() / "mine.dankmodel";
        const std::int64_t second = make(outside);
        QCOMPARE(second, std::int64_t(2));  // numbers are not used again
        library.deleteRun(second);
        QVERIFY(fs::exists(outside));
        const fs::path trick =
            library.folder() / "models" / ".." / ".." / (elsewhere.path().filename()) / "m.dankmodel";
        const std::int64_t third = make(trick);
        library.deleteRun(third);
        QVERIFY(fs::exists(trick));
    }

    void numbersSurviveALostDatabase()
    {
        Folder folder;
        fs::create_directories(folder.path() / "models");
        fs::create_directories(folder.path() / "runs" / "3");
        std::ofstream(folder.path() / "models" / "run-7.dankmodel") << "old";
        std::ofstream(folder.path() / "models" / "run-x.dankmodel") << "other";
        Library library = Library::open(folder.path());
        QCOMPARE(library.createRun({}).first, std::int64_t(8));
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
        Library::open(folder.path()).setFact("k", "v");
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
                library.putFeatures("b", std::vector<Library::FeatureEntry>{{std::to_string(i), values}});
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
        if (::geteuid() == 0)
            return;  // root may write anywhere
        Library::open(folder.path() / "library").setFact("k", "v");
        fs::permissions(folder.path() / "library", fs::perms::owner_read | fs::perms::owner_exec);
        QCOMPARE(kindOf([&] { Library::open(folder.path() / "library"); }), QString("disk"));
        fs::permissions(folder.path() / "library", fs::perms::owner_all);
    }

    void fullDiskIsToldAndNothingIsLost()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::vector<float> values(2048, 1.0F);
        library.putFeatures("b", std::vector<Library::FeatureEntry>{{"kept", values}});
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
        std::vector<Library::FeatureEntry> many;
        for (const std::string &name : names)
            many.push_back({name, values});
        const QString kind = kindOf([&] { library.putFeatures("b", many); });
        ::setrlimit(RLIMIT_FSIZE, &old);
        QCOMPARE(kind, QString("disk"));
        QVERIFY(library.hashesWithFeatures("b") == std::set<std::string>{"kept"});
        library.putFeatures("b", std::span(many).first(10));
        QCOMPARE(library.hashesWithFeatures("b").size(), std::size_t(11));
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
                        library.putFeatures("b", std::vector<Library::FeatureEntry>{{name, values}});
                        library.createRun({});
                        library.runs();
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
        QCOMPARE(library.hashesWithFeatures("b").size(), std::size_t(kThreads * kRuns));
        QCOMPARE(library.runs().size(), std::size_t(kThreads * kRuns));
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
            for (const std::string &hash : library.hashesWithFeatures("b")) {
                const int batch = std::stoi(hash);
                ++batches[batch];
                QVERIFY(library.getFeatures("b", hash, values));
                QCOMPARE(values.front(), float(batch));
                QCOMPARE(values.back(), float(batch));
            }
            for (const auto &[batch, count] : batches)
                QCOMPARE(count, kBatch);
            for (int batch = 0; batch <= last; ++batch)  // what was reported as stored is there
                QVERIFY(batches.contains(batch));
        }
    }

    void killedWhileTraining()
    {
        Folder folder;
        const auto process = startHelper("run", folder.path());
        Library library = Library::open(folder.path());
        QVERIFY(library.run(1).state == RunState::Running);
        QCOMPARE(kindOf([&] { library.lockRun(1); }), QString("library"));
        killHelper(*process);
        QVERIFY(library.run(1).state == RunState::Interrupted);
        QCOMPARE(library.run(1).epochs, 5);
        const RunLock lock = library.lockRun(1);
        QVERIFY(library.run(1).state == RunState::Running);
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
