#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <functional>

#include "library_fixture.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

Evaluation exampleEvaluation()
{
    Evaluation evaluation;
    evaluation.subset = "2 held-out memes";
    evaluation.verdict = {VerdictKind::ExplainedByGroup, "The group explains it.", "It does."};
    evaluation.model.spearman = 0.5;
    evaluation.model.mae = 0.125;
    evaluation.within = evaluation.model;
    evaluation.within->spearman = 0.25;
    evaluation.memes = {{"ä", 0.1, 0.2, 3}, {"b", 0.3, 0.4, 5}};
    return evaluation;
}

CrossValidation exampleCross()
{
    CrossValidation cross;
    cross.folds = 5;
    cross.seeds = {7, 18446744073709551615ULL};
    cross.evaluation = exampleEvaluation();
    cross.metrics = {{Figure::Spearman, {2, 0.5, 0.01}}};
    cross.within = {{Figure::Spearman, {1, 0.25, std::nullopt}}};
    cross.notes = {"One of them diverged."};
    return cross;
}

}  // namespace

/// What becomes of runs once they are trained: kept, locked, trashed, taken over from an older version.
class TestLibraryKeep : public QObject {
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
            const auto runs = library.runs();
            QCOMPARE(runs.size(), std::size_t(2));
            QCOMPARE(runs[1].note, std::string("the first"));
            QCOMPARE(runs[1].bestEpoch, 2);
            QVERIFY(!runs[1].figures);
            QCOMPARE(runs[1].locked, time == 1);
            QVERIFY(runs[1].trashed.empty());
            QVERIFY(library.run(1).testIds == std::vector<MemeId>{"c"});
            std::vector<float> values(2);
            QVERIFY(library.getFeatures("classic/whole/fp32/v3", "aa", values));
            QVERIFY((values == std::vector<float>{1, 2}));
            library.setRunLocked(1, true);
            QVERIFY(!library.runEvaluation(1));
            library.setRunEvaluation(2, exampleEvaluation());
            QVERIFY(library.runEvaluation(2) == exampleEvaluation());
            QVERIFY(!library.runCrossValidation(2));
            library.setRunCrossValidation(2, exampleCross());
            QVERIFY(library.runCrossValidation(2) == exampleCross());
            SQLite::Database database(folder.file().string());
            QCOMPARE(database.execAndGet("PRAGMA user_version").getInt(), kVersion);
        }
    }

    void evaluations()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.createRun(exampleRun()).first;
        QVERIFY(!library.runEvaluation(number));
        QVERIFY(!library.run(number).figures);
        const Evaluation evaluation = exampleEvaluation();
        library.setRunEvaluation(number, evaluation);
        QVERIFY(library.runEvaluation(number) == evaluation);
        const RunRecord run = library.runs()[0];
        QVERIFY(run.figures == (RunFigures{VerdictKind::ExplainedByGroup, 0.25, 0.5, std::nullopt, 0.125}));
        QVERIFY(library.run(number).figures == run.figures);
        QVERIFY(run.testIds.empty());

        library.setRunModel(number, "/another.dankmodel");  // the evaluation was of the one before
        QVERIFY(!library.runEvaluation(number));
        QVERIFY(!library.runs()[0].figures);
        library.setRunEvaluation(number, evaluation);
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE evaluations SET evaluation = '{}'");
        QString said;
        QCOMPARE(kindOf([&] { library.runEvaluation(number); }, &said), QString("library"));
        QVERIFY2(said.contains("The evaluation of run 1") && said.contains("'subset'"), qPrintable(said));
        QVERIFY(library.runs()[0].figures);  // the list goes on

        library.deleteRun(number);
        SQLite::Database database(folder.file().string());
        QCOMPARE(database.execAndGet("SELECT count(*) FROM evaluations").getInt(), 0);
        QCOMPARE(kindOf([&] { library.runEvaluation(number); }), QString("library"));
        QCOMPARE(kindOf([&] { library.setRunEvaluation(number, evaluation); }), QString("library"));
    }

    void crossValidations()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.createRun(exampleRun()).first;
        QVERIFY(!library.runCrossValidation(number));
        QString said;
        QCOMPARE(kindOf([&] { library.setRunCrossValidation(number, exampleCross()); }, &said), QString("library"));
        QVERIFY2(said.contains("Run 1 has no evaluation"), qPrintable(said));
        const auto judge = [&] {
            library.setRunEvaluation(number, exampleEvaluation());
            QVERIFY(!library.runCrossValidation(number));
            library.setRunCrossValidation(number, exampleCross());
            QVERIFY(library.runCrossValidation(number) == exampleCross());
        };
        judge();
        judge();  // another evaluation, another cross-validation
        QVERIFY(library.runEvaluation(number) == exampleEvaluation());
        library.setRunModel(number, "/another.dankmodel");
        QVERIFY(!library.runCrossValidation(number));

        judge();
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE evaluations SET cross_validation = '{}'");
        QCOMPARE(kindOf([&] { library.runCrossValidation(number); }, &said), QString("library"));
        QVERIFY2(said.contains("The cross-validation of run 1") && said.contains("'folds'"), qPrintable(said));
        QVERIFY(library.runEvaluation(number));
        QCOMPARE(kindOf([&] { library.runCrossValidation(number + 1); }), QString("library"));
        QCOMPARE(kindOf([&] { library.setRunCrossValidation(number + 1, exampleCross()); }), QString("library"));
    }

    void aLockedRunStaysAsItIs()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.createRun(exampleRun()).first;
        library.setRunLocked(number, true);
        QVERIFY(library.runs()[0].locked);
        for (const auto &work : std::initializer_list<std::function<void()>>{[&] { library.trashRun(number); },
                                                                             [&] { library.deleteRun(number); },
                                                                             [&] { library.lockRun(number); }}) {
            QString said;
            QCOMPARE(kindOf(work, &said), QString("library"));
            QVERIFY2(said.contains("Run 1 is locked") && said.contains("dank runs unlock 1"), qPrintable(said));
        }
        library.setRunNote(number, "kept");  // words may change
        QCOMPARE(library.purgeTrash(std::chrono::seconds(0)), std::size_t(0));
        QCOMPARE(library.runs().size(), std::size_t(1));
        library.setRunLocked(number, false);
        QVERIFY(!library.runs()[0].locked);
        library.lockRun(number);
        library.deleteRun(number);
        QVERIFY(library.runs().empty());
        QCOMPARE(kindOf([&] { library.setRunLocked(number, true); }), QString("library"));
    }

    void trash()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t first = library.createRun({}).first, second = library.createRun({}).first;
        auto [third, lock] = library.createRun({});
        library.addEpoch(first, {1, 1, 1, 1});
        std::ofstream(library.modelPath(first)) << "model";
        library.setRunModel(first, library.modelPath(first).string());
        library.trashRun(first);
        library.trashRun(second);
        QString said;
        QCOMPARE(kindOf([&] { library.trashRun(third); }, &said), QString("library"));
        QVERIFY2(said.contains("being worked on"), qPrintable(said));
        QCOMPARE(library.runs().size(), std::size_t(1));
        QCOMPARE(library.runs(Library::Which::All).size(), std::size_t(3));
        const auto trashed = library.runs(Library::Which::Trashed);
        QCOMPARE(trashed.size(), std::size_t(2));
        QVERIFY(trashed[1].run == first && trashed[1].trashed.size() == 20);
        QVERIFY(library.run(first).epochs == 1);  // named, it is there
        QCOMPARE(kindOf([&] { library.lockRun(first); }, &said), QString("library"));
        QVERIFY2(said.contains("in the trash") && said.contains("dank runs restore 1"), qPrintable(said));

        library.restoreRun(first);
        library.restoreRun(third);  // never was there
        QCOMPARE(library.runs().size(), std::size_t(2));
        library.lockRun(first);
        QVERIFY(fs::exists(library.modelPath(first)));

        library.trashRun(first);
        QCOMPARE(library.purgeTrash(), std::size_t(0));  // both are fresh
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE run_marks SET trashed = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-31 days') WHERE run = 2");
        QCOMPARE(library.purgeTrash(), std::size_t(1));
        QCOMPARE(library.runs(Library::Which::Trashed).size(), std::size_t(1));
        QVERIFY(fs::exists(library.modelPath(first)));
        QCOMPARE(library.purgeTrash(std::chrono::seconds(0)), std::size_t(1));
        QVERIFY(!fs::exists(library.modelPath(first)));
        QCOMPARE(library.runs(Library::Which::All).size(), std::size_t(1));
        QCOMPARE(kindOf([&] { library.restoreRun(first); }), QString("library"));
    }
};

QTEST_GUILESS_MAIN(TestLibraryKeep)
#include "library_keep_test.moc"
