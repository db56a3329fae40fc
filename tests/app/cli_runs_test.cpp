#include <fcntl.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "core/store/library.h"
#include "tests/app/dank_process.h"
#include "tests/base/without_rights.h"
#include "tests/store/endless_library.h"
#include "tests/store/unreadable_run.h"
#include "tests/ui/compared_runs.h"

using namespace Qt::StringLiterals;

/// `dank runs` on a library of six finished runs.
class TestCliRuns : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Outcome runs(const QStringList &words) const
    {
        return runDank(QStringList{"--library", path("library"), "runs"} + words);
    }
    QList<int> numbers(const QStringList &words) const
    {
        QList<int> list;
        for (const QJsonValue &run : runs(words + QStringList{"--json"}).object()["runs"_L1].toArray())
            list << run["run"_L1].toInt();
        return list;
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        dank::test::recordComparedRuns(path("library").toStdString(), "/d/memes/db.json", "hash", 6, 8);
    }

    void listHasFiguresAndMarks()
    {
        const QJsonArray all = runs({"--json"}).object()["runs"_L1].toArray();
        QCOMPARE(all.size(), 6);
        const QJsonObject second = all[4].toObject();
        QCOMPARE(second["run"_L1].toInt(), 2);
        QCOMPARE(second["locked"_L1].toBool(), true);
        QCOMPARE(second["verdict"_L1].toString(), QString("no_evidence"));
        QVERIFY(qAbs(second["spearman"_L1].toDouble() - 0.44) < 1e-12);
        QVERIFY(qAbs(second["spearman_within"_L1].toDouble() - 0.22) < 1e-12);
        QVERIFY(second["last_validation_loss"_L1].isDouble());
        QVERIFY(second["trashed"_L1].isNull());
        QVERIFY(all[1].toObject()["verdict"_L1].isNull());  // run 5
        const QByteArray table = runs({}).out;
        QVERIFY2(table.contains("locked") && table.contains("no evidence of learning"), table);
        QVERIFY(table.contains("the baseline: everything as it comes"));
        const QByteArray csv = runs({"list", "--format", "csv"}).out;
        QCOMPARE(csv.count('\n'), 7);
        QVERIFY(csv.contains("learning_rate"));
    }

    void listIsSorted()
    {
        QCOMPARE(numbers({}), (QList<int>{6, 5, 4, 3, 2, 1}));
        QCOMPARE(numbers({"--sort", "spearman"}), (QList<int>{6, 1, 2, 3, 4, 5}));  // run 5 has none
        QCOMPARE(numbers({"list", "--sort", "within"}), (QList<int>{6, 2, 4, 5, 3, 1}));
        QCOMPARE(numbers({"--sort", "best"}).first(), 6);
        QCOMPARE(runs({"--sort", "luck"}).code, 2);
    }

    void diffTellsDifferencesOnly()
    {
        const QJsonObject told = runs({"diff", "1", "2", "--json"}).object();
        QCOMPARE(told["settings"_L1].toObject().keys(), (QStringList{"backbone", "dropout", "seed"}));
        QCOMPARE(told["settings"_L1]["dropout"_L1].toArray(), (QJsonArray{0.2, 0.5}));
        QVERIFY(told["figures"_L1].toObject().contains("spearman"_L1));
        QVERIFY(!told["figures"_L1].toObject().contains("epochs_run"_L1));  // the same
        QVERIFY(told["figures"_L1]["spearman_within"_L1].toArray()[0].isNull());
        const QByteArray table = runs({"diff", "1", "2", "4"}).out;
        QVERIFY2(table.contains("run 4") && table.contains("dropout") && !table.contains("epochs_run"), table);
        QCOMPARE(runs({"diff", "1"}).code, 2);
        QCOMPARE(runs({"diff", "1", "77"}).code, 1);
        QVERIFY(runs({"diff", "1", "1"}).out.contains("The settings are the same."));
    }

    void notesAndLocks()
    {
        QCOMPARE(runs({"note", "3", "worth", "a second look"}).code, 0);
        QCOMPARE(runs({"show", "3", "--json"}).object()["runs"_L1][0]["note"_L1].toString(),
                 QString("worth a second look"));
        QCOMPARE(runs({"note", "3", ""}).code, 0);
        QCOMPARE(runs({"show", "3", "--json"}).object()["runs"_L1][0]["note"_L1].toString(), QString());
        QCOMPARE(runs({"note", "3", QString(501, 'x')}).code, 2);
        for (const char *word : {"delete", "trash"}) {
            const Outcome refused = runs({word, "2"});
            QCOMPARE(refused.code, 1);
            QVERIFY2(refused.err.contains("dank runs unlock 2"), refused.err);
        }
        const Outcome resumed = runDank({"--library", path("library"), "resume", "2"});
        QCOMPARE(resumed.code, 1);
        QVERIFY2(resumed.err.contains("is locked"), resumed.err);
        QCOMPARE(runs({"unlock", "2"}).code, 0);
        QCOMPARE(runs({"lock", "3"}).code, 0);
        QCOMPARE(runs({"delete", "2"}).code, 0);
        QCOMPARE(runs({"delete", "3"}).code, 1);
        QCOMPARE(numbers({}), (QList<int>{6, 5, 4, 3, 1}));
        QCOMPARE(runs({"lock", "2"}).code, 1);
    }

    void trash()
    {
        QCOMPARE(runs({"trash", "5", "--json"}).object()["trashed"_L1].toInt(), 5);
        QCOMPARE(numbers({}), (QList<int>{6, 4, 3, 2, 1}));
        QCOMPARE(numbers({"--all"}), (QList<int>{6, 5, 4, 3, 2, 1}));
        QVERIFY(runs({"--all"}).out.contains("in the trash"));
        QVERIFY(runs({"show", "5"}).out.contains("in the trash since"));
        QCOMPARE(runs({"restore", "5"}).code, 0);
        QCOMPARE(numbers({}).size(), 6);
        QCOMPARE(runs({"trash", "5"}).code, 0);
        QCOMPARE(runs({"empty-trash", "--json"}).object()["deleted"_L1].toInt(), 1);
        QCOMPARE(numbers({"--all"}), (QList<int>{6, 4, 3, 2, 1}));
        QCOMPARE(runs({"restore", "5"}).code, 1);
    }

    /// A run of a newer version is one row that says so, and the others are as ever.
    void oneUnreadableRun()
    {
        dank::test::makeUnreadable(path("library").toStdString(), 3);
        QCOMPARE(numbers({}), (QList<int>{6, 5, 4, 3, 2, 1}));
        const QJsonArray all = runs({"--json"}).object()["runs"_L1].toArray();
        const QJsonObject third = all[3].toObject();
        QVERIFY(third["problem"_L1].toString().contains("newer_"));
        QVERIFY(third["config"_L1].isNull() && third["planned_epochs"_L1].isNull());
        QCOMPARE(third["state"_L1].toString(), QString("done"));
        QVERIFY(third["best_validation_loss"_L1].isDouble());
        QVERIFY(all[2].toObject()["problem"_L1].isNull() && all[2].toObject()["config"_L1].isObject());
        const QByteArray table = runs({}).out;
        QVERIFY2(table.contains("unreadable") && table.contains("Run 3 cannot be read by this version"), table);
        QCOMPARE(runs({"list", "--format", "csv"}).out.count('\n'), 7);
        QVERIFY(runs({"show", "3"}).out.contains("Run 3 cannot be read"));
        for (const QStringList &words : {QStringList{"resume", "3"}, QStringList{"runs", "diff", "1", "3"}}) {
            const Outcome refused = runDank(QStringList{"--library", path("library")} + words);
            QCOMPARE(refused.code, 1);
            QVERIFY2(refused.err.contains("Run 3 cannot be read by this version"), refused.err);
        }
        QCOMPARE(runs({"trash", "3"}).code, 0);
        QCOMPARE(runs({"restore", "3"}).code, 0);
        QCOMPARE(runs({"delete", "3"}).code, 0);
        QCOMPARE(numbers({}), (QList<int>{6, 5, 4, 2, 1}));
    }

    void aStrangersViewIsRefused()
    {
        SQLite::Database(path("library/library.sqlite").toStdString(), SQLite::OPEN_READWRITE)
            .exec("DROP TABLE run_marks; CREATE VIEW run_marks(run, locked, trashed) AS WITH RECURSIVE n(i) AS"
                  " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 0, '' FROM n");
        for (const QStringList &words : {QStringList{"runs", "list"}, QStringList{"library", "info"}}) {
            const Outcome refused = runDank(QStringList{"--library", path("library")} + words);
            QCOMPARE(refused.code, 1);
            QVERIFY(refused.out.isEmpty());
            QVERIFY2(refused.err.contains("the view 'run_marks'") && refused.err.contains("backup"), refused.err);
        }
    }

    void aStopEndsAStatement()
    {
        const QString file = path("library/library.sqlite");
        dank::test::makeEndless(file.toStdString());
        QProcess process;
        process.start(DANK_BIN "/dank", {"--library", path("library"), "library", "info"});  // counts epochs
        QVERIFY(process.waitForStarted());
        const QString opened = QStringLiteral("/proc/%1/fd").arg(process.processId());
        const auto isAtWork = [&] {
            const QFileInfoList files = QDir(opened).entryInfoList(QDir::System | QDir::Files);
            return std::ranges::any_of(files, [&](const QFileInfo &one) {
                return one.symLinkTarget() == QFileInfo(file).canonicalFilePath();
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isAtWork(), 60'000);
        QVERIFY(!process.waitForFinished(200));
        process.terminate();
        if (!process.waitForFinished(60'000)) {
            process.kill();
            process.waitForFinished();
        }
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardOutput().isEmpty());
    }

    void aReadOnlyLibraryIsRead()
    {
        QVERIFY(QFile::setPermissions(m_folder->path(), QFileDevice::Permissions(0x7755)));
        const ReadOnlyFolder readOnly(path("library").toStdString());
        const WithoutRights nobody;
        if (::faccessat(AT_FDCWD, DANK_BIN "/dank", X_OK, AT_EACCESS) != 0)
            QSKIP("who has no rights cannot start the program here");
        QCOMPARE(numbers({}), (QList<int>{6, 5, 4, 3, 2, 1}));
        QCOMPARE(runs({"show", "2"}).code, 0);
        QCOMPARE(runs({"diff", "1", "2"}).code, 0);
        const Outcome info = runDank({"--library", path("library"), "library", "info", "--json"});
        QVERIFY2(info.code == 0 && info.out.contains("\"runs\""), info.err);
        QCOMPARE(runDank({"--library", path("library"), "doctor", "--json"}).object()["library"_L1]["runs"_L1].toInt(),
                 6);
        for (const QStringList &words : {QStringList{"note", "1", "x"}, QStringList{"delete", "1"}}) {
            const Outcome refused = runs(words);
            QCOMPARE(refused.code, 1);
            QVERIFY2(refused.err.contains("read-only"), refused.err);
        }
    }

    void whatMayNotBeLookedAtIsNotMissing()
    {
        QVERIFY(QFile::setPermissions(m_folder->path(), QFileDevice::Permissions(0x7755)));
        const QString closed = path("closed");
        QVERIFY(QDir().mkpath(closed + "/inside"));
        QVERIFY(QFile::setPermissions(closed, {}));
        const auto reopen = qScopeGuard([&] { QFile::setPermissions(closed, QFileDevice::Permissions(0x7700)); });
        const WithoutRights nobody;
        if (::faccessat(AT_FDCWD, DANK_BIN "/dank", X_OK, AT_EACCESS) != 0)
            QSKIP("who has no rights cannot start the program here");
        for (const QStringList &words :
             {QStringList{"--library", path("library"), "runs", "export", "1", "--out", closed + "/inside/one.csv"},
              QStringList{"--library", closed + "/inside", "runs"}}) {
            const Outcome refused = runDank(words);
            QCOMPARE(refused.code, 1);
            QVERIFY2(refused.err.contains("Permission denied") && !refused.err.contains("there is no"), refused.err);
        }
    }

    void showTellsTheEvaluation()
    {
        const QJsonObject shown = runs({"show", "2", "--json"}).object()["runs"_L1][0].toObject();
        QVERIFY(shown["metrics"_L1].isObject() && shown["verdict_text"_L1].isString());
        QCOMPARE(shown["validation_loss"_L1].toArray().size(), 8);
        QVERIFY(runs({"show", "2"}).out.contains("Spearman within"));
    }

    void exports()
    {
        QCOMPARE(runs({"export", "1", "--out", path("one.csv")}).code, 0);
        QCOMPARE(readAll(path("one.csv")).count('\n'), 9);
        const QJsonObject told = runs({"export", "1", "--out", path("logs"), "--json"}).object();
        QCOMPARE(told["format"_L1].toString(), QString("tensorboard"));
        const QString file = told["file"_L1].toString();
        QVERIFY2(file.contains("logs/run-1/events.out.tfevents."), qPrintable(file));
        const QByteArray bytes = readAll(file);
        QVERIFY(bytes.mid(12).contains("brain.Event:2") && bytes.contains("loss/validation")
                && bytes.contains("test/spearman"));
        QCOMPARE(runs({"export", "1", "--out", path("again.dir"), "--format", "tensorboard"}).code, 0);
        QVERIFY(QDir(path("again.dir/run-1")).exists());
        QCOMPARE(runs({"export", "1", "--out", path("one.xlsx")}).code, 2);
        QCOMPARE(runs({"export", "1", "--out", path("one.txt"), "--format", "csv"}).code, 0);
        QCOMPARE(readAll(path("one.txt")), readAll(path("one.csv")));
    }
};

QTEST_GUILESS_MAIN(TestCliRuns)
#include "cli_runs_test.moc"
