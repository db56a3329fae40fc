#include <QRegularExpression>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

#include "helper_process.h"
#include "library_fixture.h"

using namespace dank;
namespace fs = std::filesystem;

class TestRunStore : public QObject {
    Q_OBJECT
private slots:
    void runs()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const RunRecord given = exampleRun();
        auto [number, lock] = library.runs().create(given);
        QCOMPARE(number, std::int64_t(1));
        RunRecord run = library.runs().get(number);
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
        library.runs().addEpoch(number, {1, 0.3, 0.5, 1.5});
        library.runs().addEpoch(number, {2, 0.2, 0.1 + 0.2, 1.5});
        library.runs().addEpoch(number, {3, 0.2, 0.1 + 0.2, 1.5});
        library.runs().addEpoch(number, {4, infinite, -infinite, 1.5});
        library.runs().addEpoch(number, {5, 0.1, 0.1, 1.5});
        library.runs().addEpoch(number, {5, 0.1, nan, 1.5});  // replaces
        run = library.runs().get(number);
        QCOMPARE(run.epochs, 5);
        QCOMPARE(run.bestEpoch, 2);
        QVERIFY(run.bestValidationLoss == 0.1 + 0.2);
        QVERIFY(std::isnan(run.lastValidationLoss));
        const auto curve = library.runs().epochs(number);
        QCOMPARE(curve.size(), std::size_t(5));
        QVERIFY((curve[1] == EpochStats{2, 0.2, 0.1 + 0.2, 1.5}));
        QCOMPARE(curve[3].validationLoss, -infinite);
        QVERIFY(std::isnan(curve[4].validationLoss));

        library.runs().setNote(number, "nice");
        library.runs().setMeanPredictorLoss(number, 0.25);
        library.runs().setState(number, RunState::Failed, "it blew up");
        auto [second, secondLock] = library.runs().create({});
        const auto list = library.runs().list();
        QCOMPARE(list.size(), std::size_t(2));
        QCOMPARE(list[0].run, second);
        QCOMPARE(list[1].note, std::string("nice"));
        QCOMPARE(list[1].error, std::string("it blew up"));
        QCOMPARE(list[1].meanPredictorLoss, 0.25);
        QVERIFY(list[1].state == RunState::Failed);
        QVERIFY(list[1].trainIds.empty());

        QCOMPARE(kindOf([&] { library.runs().get(99); }), QString("library"));
        QCOMPARE(kindOf([&] { library.runs().addEpoch(99, {}); }), QString("library"));
        QCOMPARE(kindOf([&] { library.runs().setState(99, RunState::Done); }), QString("library"));
        QCOMPARE(kindOf([&] { library.runs().take(99); }), QString("library"));
        QVERIFY(library.runs().epochs(99).empty());
    }

    /// A newer version's loss, a newer version's state, damage: that run is told with the reason, the others as ever.
    void oneUnreadableRunHidesNoOther_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("state");
        QTest::newRow("loss") << R"(config = replace(config, '"loss":"', '"loss":"newer_'))"
                              << "newer_"
                              << "done";
        QTest::newRow("config") << "config = '{'"
                                << "settings"
                                << "done";
        QTest::newRow("state") << "state = 'dreaming'"
                               << "dreaming"
                               << "failed";
    }
    void oneUnreadableRunHidesNoOther()
    {
        QFETCH(QString, change);
        QFETCH(QString, reason);
        QFETCH(QString, state);
        Folder folder;
        Library library = Library::open(folder.path());
        RunStore &runs = library.runs();
        for (int i = 0; i < 3; ++i)
            runs.setState(runs.create(exampleRun()).first, RunState::Done);
        runs.addEpoch(2, {1, 1, 0.5, 1});
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE runs SET " + change.toStdString() + " WHERE run = 2");
        const auto list = runs.list();
        QCOMPARE(list.size(), std::size_t(3));
        QVERIFY(list[0].problem.empty() && list[2].problem.empty());
        QVERIFY(list[0].config == exampleRun().config);
        const RunRecord &run = list[1];
        QVERIFY2(run.problem.starts_with("Run 2 cannot be read by this version"), run.problem.c_str());
        QVERIFY2(QString::fromStdString(run.problem).contains(reason), run.problem.c_str());
        QCOMPARE(QString(runStateName(run.state)), state);
        QCOMPARE(run.created, runs.peek(2).created);
        QCOMPARE(run.created.size(), std::size_t(20));
        QCOMPARE(run.dataset, exampleRun().dataset);
        QCOMPARE(run.bestValidationLoss, 0.5);
        QCOMPARE(runs.peek(2).problem, run.problem);
        QString said;
        QCOMPARE(kindOf([&] { runs.get(2); }, &said), QString("library"));
        QCOMPARE(said.toStdString(), run.problem);
        // It can go.
        runs.setNote(2, "of tomorrow");
        runs.trash(2);
        QCOMPARE(runs.list(RunStore::Which::Trashed).front().problem, run.problem);
        runs.restore(2);
        runs.remove(2);
        QCOMPARE(runs.list().size(), std::size_t(2));
    }

    void unreadableRowsOfARun()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        library.runs().create(exampleRun());
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE).exec("UPDATE runs SET test_ids = '7'");
        QVERIFY(library.runs().list().front().problem.empty());  // which does not read them
        QVERIFY(library.runs().peek(1).problem.find("list of rows") != std::string::npos);
        QCOMPARE(kindOf([&] { library.runs().get(1); }), QString("library"));
    }

    void locks()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        Library other = Library::open(folder.path());
        std::int64_t number = 0;
        {
            auto [created, lock] = library.runs().create({});
            number = created;
            QVERIFY(other.runs().get(number).state == RunState::Running);
            library.runs().setState(number, RunState::Paused);
            QVERIFY(other.runs().get(number).state == RunState::Paused);
            QString said;
            QCOMPARE(kindOf([&] { other.runs().take(number); }, &said), QString("library"));
            QVERIFY2(said.contains("Run 1 is being worked on"), qPrintable(said));
            QCOMPARE(kindOf([&] { other.runs().remove(number); }), QString("library"));
            RunLock moved = std::move(lock);
            QVERIFY(other.runs().get(number).state == RunState::Paused);
        }
        QVERIFY(library.runs().get(number).state == RunState::Interrupted);
        QVERIFY(library.runs().list()[0].state == RunState::Interrupted);
        RunLock again = other.runs().take(number);  // asking above kept nothing
        QVERIFY(library.runs().get(number).state == RunState::Paused);
        again = RunLock();
        QVERIFY(library.runs().get(number).state == RunState::Interrupted);
        library.runs().setState(number, RunState::Done);
        QVERIFY(library.runs().get(number).state == RunState::Done);
    }

    void deleteRun()
    {
        Folder folder, elsewhere;
        Library library = Library::open(folder.path());
        const auto make = [&](const fs::path &model) {
            const std::int64_t number = library.runs().create({}).first;
            std::ofstream(library.runFolder(number) / "checkpoint.a") << "x";
            std::ofstream(model) << "model";
            library.runs().setModel(number, model.string());
            library.runs().addEpoch(number, {1, 1, 1, 1});
            return number;
        };
        const std::int64_t first = make(library.modelPath(1));
        QCOMPARE(first, std::int64_t(1));
        library.runs().remove(first);
        QVERIFY(!fs::exists(library.modelPath(first)));
        QVERIFY(!fs::exists(library.runFolder(first)));
        QVERIFY(library.runs().list().empty());
        QVERIFY(library.runs().epochs(first).empty());
        QCOMPARE(kindOf([&] { library.runs().remove(first); }), QString("library"));

        const fs::path outside = elsewhere.path() / "mine.dankmodel";
        const std::int64_t second = make(outside);
        QCOMPARE(second, std::int64_t(2));  // numbers are not used again
        library.runs().remove(second);
        QVERIFY(fs::exists(outside));
        const fs::path trick =
            library.folder() / "models" / ".." / ".." / (elsewhere.path().filename()) / "m.dankmodel";
        const std::int64_t third = make(trick);
        library.runs().remove(third);
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
        QCOMPARE(library.runs().create({}).first, std::int64_t(8));
    }

    void aLockedRunStaysAsItIs()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.runs().create(exampleRun()).first;
        library.runs().setLocked(number, true);
        QVERIFY(library.runs().list()[0].locked);
        for (const auto &work : std::initializer_list<std::function<void()>>{[&] { library.runs().trash(number); },
                                                                             [&] { library.runs().remove(number); },
                                                                             [&] { library.runs().take(number); }}) {
            QString said;
            QCOMPARE(kindOf(work, &said), QString("library"));
            QVERIFY2(said.contains("Run 1 is locked") && said.contains("dank runs unlock 1"), qPrintable(said));
        }
        library.runs().setNote(number, "kept");  // words may change
        QCOMPARE(library.runs().purgeTrash(std::chrono::seconds(0)), std::size_t(0));
        QCOMPARE(library.runs().list().size(), std::size_t(1));
        library.runs().setLocked(number, false);
        QVERIFY(!library.runs().list()[0].locked);
        library.runs().take(number);
        library.runs().remove(number);
        QVERIFY(library.runs().list().empty());
        QCOMPARE(kindOf([&] { library.runs().setLocked(number, true); }), QString("library"));
    }

    void trash()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t first = library.runs().create({}).first, second = library.runs().create({}).first;
        auto [third, lock] = library.runs().create({});
        library.runs().addEpoch(first, {1, 1, 1, 1});
        std::ofstream(library.modelPath(first)) << "model";
        library.runs().setModel(first, library.modelPath(first).string());
        library.runs().trash(first);
        library.runs().trash(second);
        QString said;
        QCOMPARE(kindOf([&] { library.runs().trash(third); }, &said), QString("library"));
        QVERIFY2(said.contains("being worked on"), qPrintable(said));
        QCOMPARE(library.runs().list().size(), std::size_t(1));
        QCOMPARE(library.runs().list(RunStore::Which::All).size(), std::size_t(3));
        const auto trashed = library.runs().list(RunStore::Which::Trashed);
        QCOMPARE(trashed.size(), std::size_t(2));
        QVERIFY(trashed[1].run == first && trashed[1].trashed.size() == 20);
        QVERIFY(library.runs().get(first).epochs == 1);  // named, it is there
        QCOMPARE(kindOf([&] { library.runs().take(first); }, &said), QString("library"));
        QVERIFY2(said.contains("in the trash") && said.contains("dank runs restore 1"), qPrintable(said));

        library.runs().restore(first);
        library.runs().restore(third);  // never was there
        QCOMPARE(library.runs().list().size(), std::size_t(2));
        library.runs().take(first);
        QVERIFY(fs::exists(library.modelPath(first)));

        library.runs().trash(first);
        QCOMPARE(library.runs().purgeTrash(), std::size_t(0));  // both are fresh
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE run_marks SET trashed = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-31 days') WHERE run = 2");
        QCOMPARE(library.runs().purgeTrash(), std::size_t(1));
        QCOMPARE(library.runs().list(RunStore::Which::Trashed).size(), std::size_t(1));
        QVERIFY(fs::exists(library.modelPath(first)));
        QCOMPARE(library.runs().purgeTrash(std::chrono::seconds(0)), std::size_t(1));
        QVERIFY(!fs::exists(library.modelPath(first)));
        QCOMPARE(library.runs().list(RunStore::Which::All).size(), std::size_t(1));
        QCOMPARE(kindOf([&] { library.runs().restore(first); }), QString("library"));
    }

    void killedWhileTraining()
    {
        Folder folder;
        const auto process = startHelper("run", folder.path());
        Library library = Library::open(folder.path());
        QVERIFY(library.runs().get(1).state == RunState::Running);
        QCOMPARE(kindOf([&] { library.runs().take(1); }), QString("library"));
        killHelper(*process);
        QVERIFY(library.runs().get(1).state == RunState::Interrupted);
        QCOMPARE(library.runs().get(1).epochs, 5);
        const RunLock lock = library.runs().take(1);
        QVERIFY(library.runs().get(1).state == RunState::Running);
    }
};

QTEST_GUILESS_MAIN(TestRunStore)
#include "run_store_test.moc"
