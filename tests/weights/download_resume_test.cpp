#include <QTest>

#include <QProcess>
#include <sys/stat.h>

#include <csignal>

#include "download_fixture.h"

using namespace dank;

namespace {

const QByteArray kBody = bodyOf(300'000);
const QByteArray kEtag = "\"one\"";
const QByteArray kBinary = "Content-Type: application/octet-stream\r\n";

}  // namespace

class TestDownloadResume : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cancelKeepsThePart();
    void resumes();
    void resumeOfAnotherFile_data();
    void resumeOfAnotherFile();
    void resumeNeedsTheSameUrlAndHash();
    void resumeWithDamagedNote_data();
    void resumeWithDamagedNote();
    void resumeOfADamagedPart();
    void wholePartNeedsNoServer();
    void partLongerThanTheFile();
    void brokenOffGoesOn();
    void stallGoesOn();
    void partIsALink();
    void noteIsALink();
    void twoAtOnce();
    void killedAndResumed();
};

void TestDownloadResume::initTestCase()
{
    // A proxy of the machine that runs the tests has no business with them.
    qputenv("no_proxy", "127.0.0.1");
    qputenv("NO_PROXY", "127.0.0.1");
}

void TestDownloadResume::cancelKeepsThePart()
{
    HttpServer server;
    server.on("/slow", [](Exchange &exchange) { exchange.file(kBody, kEtag, 5'000, 10); });
    server.on("/silent", [](Exchange &exchange) { exchange.hold(); });
    server.start();
    TargetFolder folder;
    JobContext context;
    QVERIFY_EXCEPTION_THROWN(download(
                                 folder.request(server.url("/slow"), kBody),
                                 [&](const DownloadProgress &progress) {
                                     if (progress.done > 20'000)
                                         context.cancel.cancel();
                                 },
                                 context),
                             Cancelled);
    QVERIFY(!folder.hasTarget());
    QVERIFY(folder.partSize() > 20'000 && folder.partSize() < kBody.size());
    QCOMPARE(contents(folder.part()), kBody.left(folder.partSize()));

    // From another thread, while nothing comes.
    JobContext silent;
    std::thread stopper([&] {
        while (server.requestCount() < 2)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        silent.cancel.cancel();
    });
    QVERIFY_EXCEPTION_THROWN(download(folder.request(server.url("/silent"), kBody), {}, silent), Cancelled);
    stopper.join();

    JobContext already;
    already.cancel.cancel();
    QVERIFY_EXCEPTION_THROWN(download(folder.request(server.url("/slow"), kBody), {}, already), Cancelled);
    QCOMPARE(server.requestCount(), 2);
}

void TestDownloadResume::resumes()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    std::vector<DownloadProgress> seen;
    download(folder.request(server.url("/"), kBody),
             [&](const DownloadProgress &progress) { seen.push_back(progress); }, {});
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(folder.files(), 1);
    QCOMPARE(server.lastHeaders()["range"], QByteArray("bytes=100000-"));
    QCOMPARE(server.lastHeaders()["if-range"], kEtag);
    QCOMPARE(seen.front().resumedFrom, std::uint64_t(100'000));
    QCOMPARE(seen.back().done, std::uint64_t(300'000));
    QVERIFY(server.lastSent() < 201'000);
}

void TestDownloadResume::resumeOfAnotherFile_data()
{
    QTest::addColumn<QByteArray>("how");
    for (const char *how : {"200", "206 of another etag", "206 from elsewhere", "206 without range", "206 nonsense",
                            "416", "416 of this size"})
        QTest::newRow(how) << QByteArray(how);
}

void TestDownloadResume::resumeOfAnotherFile()
{
    QFETCH(QByteArray, how);
    HttpServer server;
    const QByteArray older = bodyOf(300'000, 5);
    std::atomic_bool changed{false};
    server.on("/", [&](Exchange &exchange) {
        if (!changed)
            return exchange.file(older, kEtag);
        const QByteArray tail = kBody.mid(int(exchange.rangeStart()));
        if (exchange.rangeStart() < 0 || how == "200")
            exchange.answer("200 OK", kBinary + "ETag: \"two\"\r\n", kBody);
        else if (how == "206 of another etag")
            exchange.answer("206 Partial Content", "Content-Range: bytes 100000-299999/300000\r\nETag: \"two\"\r\n",
                            tail);
        else if (how == "206 from elsewhere")
            exchange.answer("206 Partial Content", "Content-Range: bytes 99999-299998/300000\r\n", tail);
        else if (how == "206 without range")
            exchange.answer("206 Partial Content", "Content-Type: multipart/byteranges; boundary=x\r\n", tail);
        else if (how == "206 nonsense")
            exchange.answer("206 Partial Content", "Content-Range: bytes 100000-99/-5\r\n", tail);
        else if (how == "416")
            exchange.answer("416 Range Not Satisfiable", "Content-Range: bytes */50\r\n", "");
        else
            exchange.answer("416 Range Not Satisfiable", "Content-Range: bytes */100000\r\n", "");
    });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    changed = true;
    DownloadProgress last;
    download(folder.request(server.url("/"), kBody), [&](const DownloadProgress &progress) { last = progress; }, {});
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(last.resumedFrom, std::uint64_t(0));
    QCOMPARE(server.requestCount(), how == "200" ? 2 : 3);
}

void TestDownloadResume::resumeNeedsTheSameUrlAndHash()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.on("/other", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    download(folder.request(server.url("/other"), kBody), {}, {});
    QVERIFY(!server.lastHeaders().contains("range"));
    leavePart(folder, server, "/", kBody, 100'000);
    DownloadRequest request = folder.request(server.url("/"), kBody);
    request.sha256 = request.sha256.substr(0, 12);
    download(request, {}, {});
    QVERIFY(!server.lastHeaders().contains("range"));
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownloadResume::resumeWithDamagedNote_data()
{
    QTest::addColumn<QByteArray>("note");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("nonsense") << QByteArray("\x80\x02}q\0");
    QTest::newRow("list") << QByteArray("[1, 2]");
    QTest::newRow("types") << QByteArray(R"({"url": 1, "sha256": [], "etag": {}})");
    QTest::newRow("huge") << QByteArray(100'000, ' ');
    QTest::newRow("header injection") << QByteArray("INJECT");
}

void TestDownloadResume::resumeWithDamagedNote()
{
    QFETCH(QByteArray, note);
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    if (note.isEmpty())
        std::filesystem::remove(folder.note());
    else if (note == "INJECT")
        note = contents(folder.note()).replace("one", "one\\r\\nX-Injected: yes\\r\\n");
    if (!note.isEmpty())
        std::ofstream(folder.note(), std::ios::binary) << note.toStdString();
    download(folder.request(server.url("/"), kBody), {}, {});
    QCOMPARE(contents(folder.target()), kBody);
    QVERIFY(!server.lastHeaders().contains("x-injected"));
    QVERIFY(!server.lastHeaders().contains("if-range"));
}

void TestDownloadResume::resumeOfADamagedPart()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    std::fstream(folder.part(), std::ios::in | std::ios::out | std::ios::binary).write("damage", 6);
    VERIFY_FAILURE(failure(folder.request(server.url("/"), kBody)), ErrorKind::Weights,
                   QByteArray::fromStdString(hashOf(kBody)));
    QCOMPARE(folder.files(), 0);  // it cannot be told which half is wrong
    download(folder.request(server.url("/"), kBody), {}, {});
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownloadResume::wholePartNeedsNoServer()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    for (const bool damaged : {false, true})
        for (const bool knowsSize : {true, false}) {
            TargetFolder folder;
            leavePart(folder, server, "/", kBody, 100'000);
            QByteArray whole = kBody;
            whole[0] = char(whole[0] ^ int(damaged));
            std::ofstream(folder.part(), std::ios::binary) << whole.toStdString();
            DownloadRequest request = folder.request(server.url("/"), kBody);
            request.bytes = knowsSize ? request.bytes : 0;
            const int before = server.requestCount();
            if (damaged && !knowsSize) {
                VERIFY_FAILURE(failure(request), ErrorKind::Weights, "should be");
                QCOMPARE(folder.files(), 0);
                continue;
            }
            download(request, {}, {});
            QCOMPARE(contents(folder.target()), kBody);
            QCOMPARE(server.requestCount() - before, knowsSize && !damaged ? 0 : 1);
        }
}

void TestDownloadResume::partLongerThanTheFile()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    leavePart(folder, server, "/", kBody, 100'000);
    std::filesystem::resize_file(folder.part(), 400'000);
    download(folder.request(server.url("/"), kBody), {}, {});
    QCOMPARE(contents(folder.target()), kBody);
    QVERIFY(!server.lastHeaders().contains("range"));
}

void TestDownloadResume::brokenOffGoesOn()
{
    HttpServer server;
    std::atomic_int calls{0};
    server.on("/", [&](Exchange &exchange) {
        if (calls++ > 0)
            return exchange.file(kBody, kEtag);
        exchange.head("200 OK", kBinary + "ETag: " + kEtag + "\r\nContent-Length: 300000\r\n");
        exchange.send(kBody.left(90'000));
    });
    // The same without a length: only the known size tells.
    server.on("/no-length", [](Exchange &exchange) {
        exchange.head("200 OK", kBinary);
        exchange.send(kBody.left(90'000));
    });
    server.start();
    {
        TargetFolder folder;
        VERIFY_FAILURE(failure(folder.request(server.url("/"), kBody)), ErrorKind::Network,
                       "broke off after 90000 of 300000 bytes");
        QVERIFY(!folder.hasTarget());
        QCOMPARE(folder.partSize(), qint64(90'000));
        download(folder.request(server.url("/"), kBody), {}, {});
        QCOMPARE(server.lastHeaders()["range"], QByteArray("bytes=90000-"));
        QCOMPARE(contents(folder.target()), kBody);
    }
    TargetFolder folder;
    VERIFY_FAILURE(failure(folder.request(server.url("/no-length"), kBody)), ErrorKind::Network,
                   "ended too early after 90000 of 300000 bytes");
    QCOMPARE(folder.partSize(), qint64(90'000));
    QVERIFY(!folder.hasTarget());
}

void TestDownloadResume::stallGoesOn()
{
    HttpServer server;
    std::atomic_int calls{0};
    server.on("/half", [&](Exchange &exchange) {
        if (calls++ > 0)
            return exchange.file(kBody, kEtag);
        exchange.head("200 OK", kBinary + "ETag: " + kEtag + "\r\nContent-Length: 300000\r\n");
        exchange.send(kBody.left(150'000));
        exchange.hold();
    });
    server.on("/silent", [](Exchange &exchange) { exchange.hold(); });
    server.on("/no-body", [](Exchange &exchange) {  // what the headers say is judged all the same
        exchange.head("404 Not Found", "Content-Length: 20\r\n");
        exchange.hold();
    });
    server.on("/drip", [](Exchange &exchange) {  // alive, but no one waits for years
        exchange.head("200 OK", kBinary + "Content-Length: 300000\r\n");
        for (int at = 0; exchange.send(kBody.mid(at, 1)); ++at)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/half"), kBody);
    request.stallSeconds = 0.4;
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "stopped answering after 150000 of 300000 bytes");
    QCOMPARE(folder.partSize(), qint64(150'000));
    QVERIFY(!folder.hasTarget());
    download(request, {}, {});
    QCOMPARE(server.lastHeaders()["range"], QByteArray("bytes=150000-"));
    QCOMPARE(contents(folder.target()), kBody);
    std::filesystem::remove(folder.target());  // or no server would be asked
    request.url = server.url("/silent");
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "stopped answering after 0");
    request.url = server.url("/no-body");
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "404");
    request.url = server.url("/drip");
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "stopped answering after ");
}

void TestDownloadResume::partIsALink()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    const auto victim = folder.path() / "victim";
    std::ofstream(victim) << "mine";
    std::filesystem::create_symlink(victim, folder.part());
    VERIFY_FAILURE(failure(folder.request(server.url("/"), kBody)), ErrorKind::File, "not a plain file");
    QCOMPARE(contents(victim), QByteArray("mine"));
    std::filesystem::remove(folder.part());
    std::filesystem::create_directory(folder.part());
    VERIFY_FAILURE(failure(folder.request(server.url("/"), kBody)), ErrorKind::File, "not a plain file");
    std::filesystem::remove(folder.part());
    QCOMPARE(::mkfifo(folder.part().c_str(), 0600), 0);
    VERIFY_FAILURE(failure(folder.request(server.url("/"), kBody)), ErrorKind::File, "not a plain file");
    QCOMPARE(server.requestCount(), 0);
    QVERIFY(!folder.hasTarget());
}

void TestDownloadResume::noteIsALink()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    const auto victim = folder.path() / "victim";
    std::ofstream(victim) << "mine";
    std::filesystem::create_symlink(victim, folder.note());
    download(folder.request(server.url("/"), kBody), {}, {});
    QCOMPARE(contents(victim), QByteArray("mine"));
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownloadResume::twoAtOnce()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag, 5'000, 10); });
    server.start();
    TargetFolder folder;
    const DownloadRequest request = folder.request(server.url("/"), kBody);
    bool tried = false;
    download(request,
             [&](const DownloadProgress &progress) {
                 if (tried || progress.done < 20'000 || progress.done == progress.total)
                     return;
                 tried = true;
                 // This process and another.
                 VERIFY_FAILURE(failure(request), ErrorKind::File, "being downloaded already");
                 QProcess other;
                 other.start(DANK_BIN "/download_helper",
                             {QString::fromStdString(request.url), QString::fromStdString(request.target.string()),
                              QString::fromStdString(request.sha256)});
                 QVERIFY(other.waitForFinished());
                 QCOMPARE(other.exitCode(), 1);
                 QVERIFY(other.readAllStandardError().contains("being downloaded already"));
             },
             {});
    QVERIFY(tried);
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(server.requestCount(), 1);
}

void TestDownloadResume::killedAndResumed()
{
    const QByteArray body = bodyOf(2'000'000);
    HttpServer server;
    server.on("/", [&](Exchange &exchange) { exchange.file(body, kEtag, 10'000, 5); });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/"), body);
    request.bytes = 0;
    qint64 kept = 0;
    for (int round = 1; round <= 3; ++round) {
        QProcess helper;
        helper.start(DANK_BIN "/download_helper",
                     {QString::fromStdString(request.url), QString::fromStdString(request.target.string()),
                      QString::fromStdString(request.sha256)});
        qint64 said = 0;
        while (said < kept + 200'000) {
            QVERIFY(helper.waitForReadyRead(30'000));
            while (helper.canReadLine())
                said = helper.readLine().trimmed().toLongLong();
        }
        QCOMPARE(::kill(pid_t(helper.processId()), SIGKILL), 0);
        QVERIFY(helper.waitForFinished());
        QVERIFY(!folder.hasTarget());
        QVERIFY(folder.partSize() >= said);
        kept = folder.partSize();
    }
    std::uint64_t resumedFrom = 0;
    download(request, [&](const DownloadProgress &progress) { resumedFrom = progress.resumedFrom; }, {});
    QCOMPARE(contents(folder.target()), body);
    QCOMPARE(resumedFrom, std::uint64_t(kept));
    QVERIFY(server.lastSent() < body.size() - kept + 1000);
    QCOMPARE(folder.files(), 1);
}

QTEST_GUILESS_MAIN(TestDownloadResume)
#include "download_resume_test.moc"
