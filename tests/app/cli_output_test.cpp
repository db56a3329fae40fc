#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/store/library.h"
#include "core/store/model_file.h"
#include "tests/app/dank_process.h"
#include "tests/ui/compared_runs.h"

using namespace Qt::StringLiterals;

namespace {

/// What a terminal obeys (OSC, CSI, as C0 and as C1), what rings, what turns a line around; and a spreadsheet's
/// formula.
const std::string kHostile = "=cmd|' /C calc'!A0 \x1b]0;owned\x07\xc2\x9b"
                             "31m\xc2\x9d"
                             "0;x\x7f\u202etxt\u2066";

/// Does it hold what a terminal would obey? Line feeds are the program's own.
bool obeyed(QByteArray text)
{
    text.replace("\r\n", "\n");  // the terminal's own
    return QByteArray::fromStdString(dank::printableLines(text.toStdString())) != text;
}

/// Stdout and stderr of `dank` on a terminal.
QByteArray onTerminal(const QStringList &arguments)
{
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0)
        qFatal("no terminal");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setStandardOutputFile(QString::fromLocal8Bit(::ptsname(terminal)));
    process.start(DANK_BIN "/dank", QStringList{"--progress", "none"} + arguments);
    QByteArray all;
    const auto take = [&] {
        char bytes[4096];
        for (ssize_t got = 0; (got = ::read(terminal, bytes, sizeof bytes)) > 0;)
            all.append(bytes, got);
    };
    while (!process.waitForFinished(50) && process.state() != QProcess::NotRunning)
        take();
    take();
    ::close(terminal);
    return all;
}

}  // namespace

/// What somebody else named, in all that is printed.
class TestCliOutput : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList with(const QStringList &words) const { return QStringList{"--library", path("library")} + words; }
    /// A path that begins as a formula does, in the folder that is worked in.
    static QString gone() { return QString::fromStdString(kHostile) + ".png"; }

private slots:
    void initTestCase()
    {
        const std::filesystem::path library = path("library").toStdString();
        dank::test::recordComparedRuns(library, "/d/memes/db.json", "hash", 3, 4);
        dank::Library::open(library).runs().setNote(1, kHostile);
        SQLite::Database database(library / "library.sqlite", SQLite::OPEN_READWRITE);
        for (const char *column : {"state", "error"}) {
            SQLite::Statement change(database, std::string("UPDATE runs SET ") + column + " = ? WHERE run = 3");
            change.bind(1, kHostile);
            change.exec();
        }
        dank::Model model;
        model.name = "m";
        model.backbone = "classic/whole/fp32/v-1";
        model.layers = {{1, 1, {1}, {0}}};
        model.reference = {0.5F};
        dank::saveModel(model, path("m.dankmodel").toStdString());
        QVERIFY(QDir::setCurrent(m_folder.path()));
    }

    void tablesAndErrorsNeverHoldIt_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("runs") << QStringList{"runs"};
        QTest::newRow("a run") << QStringList{"runs", "show", "1"};
        QTest::newRow("a run of an unknown state") << QStringList{"runs", "show", "3"};
        QTest::newRow("runs beside each other") << QStringList{"runs", "diff", "1", "3"};
        QTest::newRow("scores") << QStringList{"rate", "m.dankmodel", gone()};
        QTest::newRow("no such dataset") << QStringList{"inspect", gone()};
        QTest::newRow("no such model") << QStringList{"rate", gone(), "a.png"};
        QTest::newRow("no such command") << QStringList{gone()};
        QTest::newRow("no such option") << QStringList{"runs", "--" + gone()};
        QTest::newRow("no such network") << QStringList{"weights", "add", "m.dankmodel", "--backbone", gone()};
    }
    void tablesAndErrorsNeverHoldIt()
    {
        QFETCH(QStringList, words);
        const Outcome piped = runDank(with(words));
        QVERIFY2(!obeyed(piped.out), piped.out.toPercentEncoding());
        QVERIFY2(!obeyed(piped.err), piped.err.toPercentEncoding());
        QVERIFY(!(piped.out + piped.err).isEmpty());
        const QByteArray shown = onTerminal(with(words));
        QVERIFY2(!obeyed(shown), shown.toPercentEncoding());
    }

    void csvIsExactButForTerminals_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("runs") << QStringList{"runs", "list", "--format", "csv"};
        QTest::newRow("scores") << QStringList{"rate", "m.dankmodel", gone(), "--format", "csv"};
    }
    void csvIsExactButForTerminals()
    {
        QFETCH(QStringList, words);
        const QByteArray exact = "'" + QByteArray::fromStdString(kHostile);  // no formula any more, else as it is
        const Outcome piped = runDank(with(words));
        QCOMPARE(piped.code, 0);
        QVERIFY2(piped.out.contains(exact), piped.out.toPercentEncoding());
        QVERIFY(!piped.out.contains(",=") && !piped.out.contains("\n="));
        const QByteArray shown = onTerminal(with(words));
        QVERIFY2(!obeyed(shown), shown.toPercentEncoding());
        QVERIFY2(shown.contains("'=cmd|' /C calc'!A0 \uFFFD]0;owned\uFFFD"), shown.toPercentEncoding());
    }

    void jsonEscapesIt()
    {
        const Outcome runs = runDank(with({"runs", "--json"}));
        QVERIFY2(!obeyed(runs.out), runs.out.toPercentEncoding());
        const QJsonArray list = runs.object()["runs"_L1].toArray();
        QCOMPARE(list.last()["note"_L1].toString(), QString::fromStdString(kHostile));  // exact
        const Outcome scores = runDank(with({"rate", "m.dankmodel", gone(), "--format", "json"}));
        QVERIFY2(!obeyed(scores.out), scores.out.toPercentEncoding());
        QCOMPARE(scores.json().array()[0]["path"_L1].toString(), gone());
        QVERIFY(!obeyed(onTerminal(with({"runs", "--json"}))));
    }

    void ndjsonEscapesIt()
    {
        QProcess process;
        process.start(DANK_BIN "/dank",
                      with({"--progress", "ndjson", "rate", "m.dankmodel", gone(), "--format", "csv"}));
        QVERIFY(process.waitForFinished());
        const QByteArray notes = process.readAllStandardError();
        QVERIFY2(notes.contains("\\u009b31m") && !obeyed(notes), notes.toPercentEncoding());
    }

    /// A damaged model is refused in a sentence; one from before there were checksums is told where one tells of it.
    void modelsAreCheckedWhole()
    {
        QByteArray bytes = readAll(path("m.dankmodel"));
        bytes[bytes.size() - 1] = char(bytes.back() ^ 1);
        QVERIFY(writeAll(path("flipped.dankmodel"), bytes));
        const Outcome refused = runDank(with({"rate", "flipped.dankmodel", "a.png"}));
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains("its checksum is another: the file is damaged."), refused.err);
        QCOMPARE(runDank(with({"rate", "m.dankmodel", "a.png"})).code, 0);
    }
};

QTEST_GUILESS_MAIN(TestCliOutput)
#include "cli_output_test.moc"
