#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/store/tables.h"
#include "endless_library.h"
#include "library_fixture.h"

using namespace dank;

namespace {

void execute(const Folder &folder, const std::string &statements)
{
    SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(statements);
}

}  // namespace

/// What a library may hold beside data.
class TestSchema : public QObject {
    Q_OBJECT
private slots:
    void aSchemaThatIsNotOursIsRefused_data()
    {
        QTest::addColumn<QString>("statements");
        QTest::addColumn<QString>("named");
        QTest::newRow("endless view") << "DROP TABLE run_marks; CREATE VIEW run_marks(run, locked, trashed) AS"
                                         " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                         " SELECT i, 0, '' FROM n"
                                      << "the view 'run_marks'";
        QTest::newRow("view of a large value")
            << "DROP TABLE facts; CREATE VIEW facts(key, value) AS SELECT 'k', randomblob(1000000000)"
            << "the view 'facts'";
        QTest::newRow("view beside") << "CREATE VIEW mine AS SELECT * FROM runs"
                                     << "the view 'mine'";
        QTest::newRow("trigger") << "CREATE TRIGGER mine AFTER INSERT ON facts BEGIN DELETE FROM runs; END"
                                 << "the trigger 'mine'";
        QTest::newRow("another table") << "CREATE TABLE mine(a)"
                                       << "the table 'mine'";
        QTest::newRow("another index") << "CREATE INDEX mine ON runs(note)"
                                       << "the index 'mine'";
        QTest::newRow("index of an expression") << "CREATE INDEX mine ON runs(hex(note))"
                                                << "the index 'mine'";
        QTest::newRow("virtual table") << "CREATE VIRTUAL TABLE mine USING fts5(a)"
                                       << "the table 'mine'";
        QTest::newRow("another column") << "ALTER TABLE runs ADD COLUMN mine"
                                        << "its table 'runs' is not";
        QTest::newRow("a column less") << "ALTER TABLE runs DROP COLUMN note"
                                       << "its table 'runs' is not";
        QTest::newRow("computed column") << "ALTER TABLE facts ADD COLUMN mine AS (hex(value))"
                                         << "its table 'facts' is not";
        QTest::newRow("changed default") << "DROP TABLE run_marks; CREATE TABLE run_marks(run INTEGER PRIMARY KEY"
                                            " REFERENCES runs(run) ON DELETE CASCADE, locked INTEGER NOT NULL DEFAULT"
                                            " 0, trashed TEXT NOT NULL DEFAULT ' ')"
                                         << "its table 'run_marks' is not";
        QTest::newRow("changed index") << "DROP INDEX features_key; CREATE INDEX features_key ON features(image_hash)"
                                       << "its index 'features_key' is not";
        QTest::newRow("no table") << "DROP TABLE texts"
                                  << "its table 'texts' is missing";
        QTest::newRow("no index") << "DROP INDEX texts_key"
                                  << "its index 'texts_key' is missing";
        QTest::newRow("older by its number alone") << "PRAGMA user_version=1"
                                                   << "the table 'run_marks'";
        QTest::newRow("named like SQLite's own")
            << "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES('view', 'sqlite_autoindex_runs_1', 'runs',"
               " 0, 'CREATE VIEW mine AS SELECT 1')"
            << "sqlite_autoindex_runs_1";
        QTest::newRow("escape sequence") << "CREATE TABLE \"a\x1b[31mb\"(c)"
                                         << QString::fromUtf8("the table 'a\xef\xbf\xbd[31mb'");
    }
    void aSchemaThatIsNotOursIsRefused()
    {
        QFETCH(QString, statements);
        QFETCH(QString, named);
        Folder folder;
        Library::open(folder.path()).runs().create({});
        execute(folder, statements.toStdString());
        const QByteArray before = bytesOf(folder.file());
        QString said;
        QCOMPARE(kindOf([&] { Library::open(folder.path()); }, &said), QString("library"));
        QVERIFY2(said.contains(named) && said.contains("backup") && said.contains("library.sqlite"), qPrintable(said));
        QCOMPARE(kindOf([&] { Library::openToRead(folder.path()); }, &said), QString("library"));
        QVERIFY(bytesOf(folder.file()) == before);
    }

    void whatSqliteMakesIsFine()
    {
        Folder folder;
        Library::open(folder.path()).runs().create({});
        execute(folder, "ANALYZE; VACUUM");
        QCOMPARE(Library::open(folder.path()).runs().list().size(), std::size_t(1));
    }

    void statementsAreComparedWord()
    {
        const char *const ours = "CREATE TABLE a(b TEXT NOT NULL DEFAULT '', c)";
        for (const char *same : {ours, "CREATE  TABLE a (b TEXT\n NOT NULL DEFAULT '' -- text\n,c )",
                                 "CREATE/**/TABLE a(b TEXT NOT/* no */NULL DEFAULT'',c)"})
            QVERIFY2(isSameStatement(ours, same), same);
        for (const char *other :
             {"", "CREATE TABLE a(b TEXT NOT NULL DEFAULT ' ', c)", "CREATE TABLE a(b TEXTNOT NULL DEFAULT '', c)",
              "CREATE TABLE a(b TEXT NOT NULL DEFAULT '--', c)", "CREATE TABLE a(b TEXT NOT NULL DEFAULT '', c);",
              "CREATE TABLE a(b TEXT NOT NULL DEFAULT '' --, c)", "CREATE TABLE A(b TEXT NOT NULL DEFAULT '', c)",
              "CREATE TABLE a(b TEXT NOT NULL DEFAULT '', c\xc2\xa0)"})
            QVERIFY2(!isSameStatement(ours, other), other);
    }

    void everyVersionIsBroughtUpToDate()
    {
        QCOMPARE(libraryVersion(), kVersion);
        for (int version = 1; version <= kVersion; ++version) {
            Folder folder;
            for (const StoredObject &object : storedObjects())
                if (object.since <= version)
                    execute(folder, object.create);
            execute(folder, "PRAGMA application_id=1684106859; PRAGMA user_version=" + std::to_string(version));
            Library::open(folder.path()).facts().set("k", "v");
            Library library = Library::open(folder.path());  // all that a version needs is there, or this is refused
            QCOMPARE(library.facts().get("k").value_or(""), std::string("v"));
        }
    }

    void aStopEndsEveryStatement()
    {
        Folder folder;
        {
            Library library = Library::open(folder.path());
            library.runs().addEpoch(library.runs().create({}).first, {1, 0.5, 0.25, 1});
        }
        test::makeEndless(folder.file());
        CancelToken stop;
        Library library = Library::open(folder.path(), stop);
        stop.cancel();
        QVERIFY_EXCEPTION_THROWN(library.runs().list(), Cancelled);
        QVERIFY_EXCEPTION_THROWN(library.runs().epochs(1), Cancelled);
        QVERIFY_EXCEPTION_THROWN(library.housekeeping().items(), Cancelled);
        library.runs().setState(1, RunState::Interrupted);  // what is short is still done
        library.facts().set("k", "v");
        QCOMPARE(library.facts().get("k").value_or(""), std::string("v"));
    }
};

QTEST_GUILESS_MAIN(TestSchema)
#include "schema_test.moc"
