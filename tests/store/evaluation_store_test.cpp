#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "library_fixture.h"

using namespace dank;

class TestEvaluationStore : public QObject {
    Q_OBJECT
private slots:
    void evaluations()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.runs().create(exampleRun()).first;
        QVERIFY(!library.evaluations().get(number));
        QVERIFY(!library.runs().get(number).figures);
        const Evaluation evaluation = exampleEvaluation();
        library.evaluations().put(number, evaluation);
        QVERIFY(library.evaluations().get(number) == evaluation);
        const RunRecord run = library.runs().list()[0];
        QVERIFY(run.figures == (RunFigures{VerdictKind::ExplainedByGroup, 0.25, 0.5, std::nullopt, 0.125}));
        QVERIFY(library.runs().get(number).figures == run.figures);
        QVERIFY(run.testIds.empty());

        library.runs().setModel(number, "/another.dankmodel");  // the evaluation was of the one before
        QVERIFY(!library.evaluations().get(number));
        QVERIFY(!library.runs().list()[0].figures);
        library.evaluations().put(number, evaluation);
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE evaluations SET evaluation = '{}'");
        QString said;
        QCOMPARE(kindOf([&] { library.evaluations().get(number); }, &said), QString("library"));
        QVERIFY2(said.contains("The evaluation of run 1") && said.contains("'subset'"), qPrintable(said));
        QVERIFY(library.runs().list()[0].figures);  // the list goes on

        library.runs().remove(number);
        SQLite::Database database(folder.file().string());
        QCOMPARE(database.execAndGet("SELECT count(*) FROM evaluations").getInt(), 0);
        QCOMPARE(kindOf([&] { library.evaluations().get(number); }), QString("library"));
        QCOMPARE(kindOf([&] { library.evaluations().put(number, evaluation); }), QString("library"));
    }

    void crossValidations()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const std::int64_t number = library.runs().create(exampleRun()).first;
        QVERIFY(!library.evaluations().crossValidation(number));
        QString said;
        QCOMPARE(kindOf([&] { library.evaluations().putCrossValidation(number, exampleCross()); }, &said),
                 QString("library"));
        QVERIFY2(said.contains("Run 1 has no evaluation"), qPrintable(said));
        const auto judge = [&] {
            library.evaluations().put(number, exampleEvaluation());
            QVERIFY(!library.evaluations().crossValidation(number));
            library.evaluations().putCrossValidation(number, exampleCross());
            QVERIFY(library.evaluations().crossValidation(number) == exampleCross());
        };
        judge();
        judge();  // another evaluation, another cross-validation
        QVERIFY(library.evaluations().get(number) == exampleEvaluation());
        library.runs().setModel(number, "/another.dankmodel");
        QVERIFY(!library.evaluations().crossValidation(number));

        judge();
        SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
            .exec("UPDATE evaluations SET cross_validation = '{}'");
        QCOMPARE(kindOf([&] { library.evaluations().crossValidation(number); }, &said), QString("library"));
        QVERIFY2(said.contains("The cross-validation of run 1") && said.contains("'folds'"), qPrintable(said));
        QVERIFY(library.evaluations().get(number));
        QCOMPARE(kindOf([&] { library.evaluations().crossValidation(number + 1); }), QString("library"));
        QCOMPARE(kindOf([&] { library.evaluations().putCrossValidation(number + 1, exampleCross()); }),
                 QString("library"));
    }
};

QTEST_GUILESS_MAIN(TestEvaluationStore)
#include "evaluation_store_test.moc"
