#include <pty.h>
#include <signal.h>
#include <unistd.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <memory>

#include "tests/app/dank_process.h"
#include "tests/weights/http_server.h"

using namespace Qt::StringLiterals;

/// `dank fetch` against a server on this machine, which only the tests' switch allows.
class TestCliFetch : public QObject {
    Q_OBJECT

private:
    HttpServer m_server;
    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_feedFolder;
    QString m_feed;
    std::atomic_int m_held{0};

    QString url(const QByteArray &path) const { return QString::fromStdString(m_server.url(path)); }
    Outcome fetch(const QStringList &more, const QByteArray &input = {}) const
    {
        return runDank(QStringList{"--library", m_folder.filePath("library"), "fetch", m_feed} + more, input);
    }
    bool isMade(const QString &id) const { return QFile::exists(m_feedFolder->filePath("memes/" + id)); }
    void writeFeed(const QList<QPair<QString, QString>> &rows)
    {
        QJsonArray all;
        for (const auto &[id, address] : rows)
            all.append(QJsonObject{{"id", id}, {"ups", 7}, {"media", address}});
        QVERIFY(writeAll(m_feed, QJsonDocument(all).toJson()));
    }

private slots:
    void initTestCase()
    {
        const QByteArray picture = readAll(QStringLiteral(DANK_TEST_DATA "/../dataset/images/rgb_13x7.png"));
        QVERIFY(!picture.isEmpty());
        for (const char *path : {"/1", "/2"})
            m_server.on(path, [picture](Exchange &exchange) {
                exchange.answer("200 OK", "Content-Type: image/png\r\n", picture);
            });
        m_server.on("/page", [](Exchange &exchange) {
            exchange.answer("200 OK", "Content-Type: text/html\r\n", "<html></html>");
        });
        m_server.on("/hold", [this](Exchange &exchange) {
            ++m_held;
            exchange.hold();
        });
        m_server.start();
    }
    void init()
    {
        qputenv("DANK_TEST_FETCH_LOOPBACK", QByteArray::number(m_server.port()));
        m_feedFolder = std::make_unique<QTemporaryDir>();
        m_feed = m_feedFolder->filePath("feed.json");
        writeFeed({{"a", url("/1")},
                   {"b", url("/2")},
                   {"page", url("/page")},
                   {"gone", url("/gone")},
                   {"inside", "http://192.168.0.1/x.png"},
                   {"name", "x.png"}});
    }

    void nothingIsFetchedUnasked()
    {
        const int before = m_server.requestCount();
        const Outcome told = fetch({});
        QCOMPARE(told.code, 2);
        QVERIFY(told.out.isEmpty());
        QVERIFY2(told.err.contains("4 pictures are missing and can be fetched: 4 from 127.0.0.1"), told.err);
        QVERIFY2(told.err.contains("Nothing was fetched: say --yes"), told.err);
        const Outcome json = fetch({"--json"}, "y\n");  // a pipe is no terminal, whatever it says
        QCOMPARE(json.code, 2);
        QCOMPARE(json.object()["wanted"_L1].toInt(), 4);
        QCOMPARE(json.object()["fetched"_L1].toInt(-1), 0);
        QCOMPARE(json.object()["hosts"_L1].toArray()[0].toObject()["host"_L1].toString(), "127.0.0.1");
        QCOMPARE(m_server.requestCount(), before);
        QVERIFY(!QFile::exists(m_feedFolder->filePath("memes")));
    }

    void whatIsFetchedIsFound()
    {
        const Outcome got = fetch({"--yes", "--json"});
        QCOMPARE(got.code, 0);
        QVERIFY2(got.err.contains("DANK_TEST_FETCH_LOOPBACK is set"), got.err);
        const QJsonObject told = got.object();
        QCOMPARE(told["fetched"_L1].toInt(), 2);
        QCOMPARE(told["kept"_L1].toInt(-1), 0);
        QCOMPARE(told["without_address"_L1].toInt(), 1);
        QCOMPARE(told["failed"_L1].toArray().size(), 1);
        QCOMPARE(told["failed"_L1].toArray()[0].toObject()["id"_L1].toString(), "gone");
        QVERIFY(told["failed"_L1].toArray()[0].toObject()["reason"_L1].toString().contains("404"));
        QStringList refused;
        for (const QJsonValue &one : told["refused"_L1].toArray())
            refused << one["id"_L1].toString() + ": " + one["reason"_L1].toString();
        refused.sort();
        QCOMPARE(refused, (QStringList{"inside: its host is a private address",
                                       "page: the server sends a web page instead of a picture"}));
        QVERIFY(isMade("a.png") && isMade("b.png"));

        const QJsonObject inspected = runDank({"inspect", m_feed, "--json"}).object();
        QCOMPARE(inspected["usable"_L1].toInt(), 2);
        const QJsonObject again = fetch({"--yes", "--json"}).object();
        QCOMPARE(again["fetched"_L1].toInt(-1), 0);
        QCOMPARE(again["kept"_L1].toInt(), 2);
        QCOMPARE(fetch({"--yes", "--strict"}).code, 3);
    }

    void anotherFolder()
    {
        const QString images = m_feedFolder->filePath("new/pictures");
        QCOMPARE(fetch({"--yes", "--images", images}).code, 0);
        QVERIFY(QFile::exists(images + "/a.png"));
        QVERIFY(!QFile::exists(m_feedFolder->filePath("memes")));
        QCOMPARE(runDank({"inspect", m_feed, "--images", images, "--json"}).object()["usable"_L1].toInt(), 2);
    }

    void nothingMissing()
    {
        writeFeed({{"name", "x.png"}});
        const Outcome got = fetch({});  // nothing to ask for
        QCOMPARE(got.code, 0);
        QVERIFY2(got.out.contains("1 missing one has no web address"), got.out);
    }

    void withoutTheSwitch()
    {
        qunsetenv("DANK_TEST_FETCH_LOOPBACK");
        const int before = m_server.requestCount();
        const Outcome got = fetch({"--yes", "--json"});
        QCOMPARE(got.code, 0);
        QCOMPARE(got.object()["refused"_L1].toArray().size(), 5);
        QCOMPARE(m_server.requestCount(), before);
    }

    void noServerAnswers()
    {
        QString address;
        {
            HttpServer gone;
            gone.start();
            qputenv("DANK_TEST_FETCH_LOOPBACK", QByteArray::number(gone.port()));
            address = QString::fromStdString(gone.url("/1"));
        }
        writeFeed({{"a", address}});
        const Outcome got = fetch({"--yes", "--json"});
        QCOMPARE(got.code, 1);
        QCOMPARE(got.object()["failed"_L1].toArray().size(), 1);
        QVERIFY2(got.err.contains("No server answered"), got.err);
    }

    void aTerminalIsAsked_data()
    {
        QTest::addColumn<QByteArray>("typed");
        QTest::addColumn<int>("fetched");
        QTest::newRow("yes") << QByteArray("y\n") << 2;
        QTest::newRow("no") << QByteArray("n\n") << 0;
        QTest::newRow("nothing") << QByteArray("\n") << 0;
        QTest::newRow("end") << QByteArray("\x04") << 0;
    }
    void aTerminalIsAsked()
    {
        QFETCH(QByteArray, typed);
        QFETCH(int, fetched);
        int ours = -1, theirs = -1;
        QCOMPARE(::openpty(&ours, &theirs, nullptr, nullptr, nullptr), 0);
        QProcess process;
        process.setChildProcessModifier([theirs] {
            ::dup2(theirs, STDIN_FILENO);
            ::dup2(theirs, STDERR_FILENO);
        });
        QCOMPARE(::write(ours, typed.constData(), std::size_t(typed.size())), ssize_t(typed.size()));
        process.start(DANK_BIN "/dank", {"--progress", "none", "fetch", m_feed, "--json"});
        QVERIFY(process.waitForFinished(120'000));
        ::close(theirs);
        ::close(ours);
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(QJsonDocument::fromJson(process.readAllStandardOutput()).object()["fetched"_L1].toInt(-1), fetched);
        QCOMPARE(isMade("a.png"), fetched > 0);
    }

    void aStopIsHeard()
    {
        writeFeed({{"a", url("/hold")}});
        const auto isHeld = [this](const QJsonObject &event) {
            while (event["stage"_L1] == "fetch"_L1 && m_held == 0)
                QTest::qSleep(10);
            return m_held > 0;
        };
        const Outcome got = runDankUntil({"fetch", m_feed, "--yes"}, isHeld, SIGINT);
        QCOMPARE(got.code, 130);
        QVERIFY2(got.err.contains("stopped"), got.err);
        QVERIFY(!isMade("a.png"));
    }
};

QTEST_GUILESS_MAIN(TestCliFetch)
#include "cli_fetch_test.moc"
