#include <signal.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace {

/// Whether the process has a handler for this signal.
bool catches(qint64 process, int signal)
{
    QFile status(QString("/proc/%1/status").arg(process));
    if (!status.open(QIODevice::ReadOnly))
        return false;
    for (const QByteArray &line : status.readAll().split('\n'))
        if (line.startsWith("SigCgt:"))
            return line.mid(7).trimmed().toULongLong(nullptr, 16) >> (signal - 1) & 1;
    return false;
}

/// Whether any file below the folder holds these bytes.
bool anyFileHolds(const QString &folder, const QByteArray &bytes)
{
    QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(bytes))
            return true;
    }
    return false;
}

}  // namespace

/// The real window as a process that is asked to end.
class WindowEndTest : public QObject {
    Q_OBJECT

private slots:
    void endsWellWhenAsked_data();
    void endsWellWhenAsked();
};

void WindowEndTest::endsWellWhenAsked_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM, as the system does") << SIGTERM;
    QTest::newRow("SIGINT, as Ctrl+C does") << SIGINT;
    QTest::newRow("SIGHUP, as a closed terminal does") << SIGHUP;
}

void WindowEndTest::endsWellWhenAsked()
{
    QFETCH(int, signal);
    QTemporaryDir folder;
    QVERIFY(folder.isValid());
    QProcess window;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_CONFIG_HOME", folder.filePath("config"));
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    window.setProcessEnvironment(environment);
    window.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    window.start(DANK_BIN "/dank-learning", {"--library", folder.filePath("library"), "--page", "rate"});
    QVERIFY(window.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(window.state() != QProcess::Running || catches(window.processId(), signal), 300'000);
    QCOMPARE(window.state(), QProcess::Running);

    QCOMPARE(::kill(static_cast<pid_t>(window.processId()), signal), 0);
    QVERIFY(window.waitForFinished(300'000));
    QCOMPARE(window.exitStatus(), QProcess::NormalExit);
    QCOMPARE(window.exitCode(), 0);
    QVERIFY2(anyFileHolds(folder.filePath("config"), "eometry"), "the window did not write what it remembers");
}

QTEST_GUILESS_MAIN(WindowEndTest)
#include "window_end_test.moc"
