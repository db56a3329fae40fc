#include <QCoreApplication>
#include <QTest>

#include <fstream>

#include "core/base/error.h"
#include "core/engine/loader.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

class TestLoader : public QObject {
    Q_OBJECT
private slots:
    void refuses_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("reason");
        const QString fake = QStringLiteral(DANK_FAKE_ENGINES "/libfake_engine_");
        QTest::newRow("missing") << "/nowhere/libdank_engine.so"
                                 << "engine"
                                 << "looked for '/nowhere/libdank_engine.so'";
        QTest::newRow("not a library") << "/etc/passwd"
                                       << "engine"
                                       << "Cannot open the compute engine";
        QTest::newRow("another library") << "libc"
                                         << "engine"
                                         << "is not a compute engine";
        QTest::newRow("another version") << fake + "abi.so"
                                         << "engine"
                                         << "another version (-1 instead of";
        QTest::newRow("no factory") << fake + "half.so"
                                    << "engine"
                                    << "is not a compute engine";
        QTest::newRow("throws") << fake + "throws.so"
                                << "engine"
                                << "did not start: no cores: 5";
        QTest::newRow("throws ours") << fake + "error.so"
                                     << "memory"
                                     << "out of memory";
        QTest::newRow("makes nothing") << fake + "null.so"
                                       << "engine"
                                       << "did not start";
    }
    void refuses()
    {
        QFETCH(QString, file);
        QFETCH(QString, kind);
        QFETCH(QString, reason);
        if (file == "libc") {
            // Whatever this process has mapped as its C library.
            std::ifstream maps("/proc/self/maps");
            for (std::string line; std::getline(maps, line);)
                if (line.find("/libc.so") != std::string::npos)
                    file = QString::fromStdString(line.substr(line.find('/')));
        }
        qputenv("DANK_ENGINE", file.toUtf8());
        QString said;
        try {
            openEngine({5});
        } catch (const Error &error) {
            said = QString(errorKindName(error.kind())) + ": " + QString::fromUtf8(error.what());
        }
        qunsetenv("DANK_ENGINE");
        QVERIFY2(said.startsWith(kind + ": ") && said.contains(reason), qPrintable(said));
    }

    /// Where /proc is not mounted there is no /proc/self/exe.
    void isFoundWithoutProc()
    {
        const auto places = engineCandidates(), withoutProc = engineCandidates("/nowhere/self/exe");
        QCOMPARE(QString::fromStdString(withoutProc.front().parent_path()), QCoreApplication::applicationDirPath());
        QVERIFY(withoutProc == places);
        QCOMPARE(QString::fromStdString(places.back()), QStringLiteral(DANK_INSTALLED_ENGINE));
    }
};

QTEST_GUILESS_MAIN(TestLoader)
#include "loader_test.moc"
