#include <QFile>
#include <QTest>

#include "download_fixture.h"

using namespace dank;

namespace {

const QByteArray kBody = bodyOf(300'000);
const QByteArray kEtag = "\"one\"";
const QByteArray kBinary = "Content-Type: application/octet-stream\r\n";

}  // namespace

class TestDownload : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void wholeFile_data();
    void wholeFile();
    void emptyFile();
    void refusals_data();
    void refusals();
    void olderTargetStays();
    void aRightTargetIsLeft();
    void redirects();
    void neverOverHttpUnasked();
    void endless();
    void diskSpace();
    void progressOnlyGrows();
    void progressMayThrow();
    void targetIsAFolder();
    void badHash_data();
    void badHash();
    void ofAnEntry();
};

void TestDownload::initTestCase()
{
    // A proxy of the machine that runs the tests has no business with them.
    qputenv("no_proxy", "127.0.0.1");
    qputenv("NO_PROXY", "127.0.0.1");
}

void TestDownload::wholeFile_data()
{
    QTest::addColumn<bool>("knowsSize");
    QTest::addColumn<int>("hashDigits");
    QTest::addColumn<bool>("chunked");
    QTest::newRow("size and hash") << true << 64 << false;
    QTest::newRow("no size") << false << 64 << false;
    QTest::newRow("hash prefix") << true << 8 << false;
    QTest::newRow("prefix, no size, no length") << false << 9 << true;
    QTest::newRow("no length") << true << 64 << true;
}

void TestDownload::wholeFile()
{
    QFETCH(bool, knowsSize);
    QFETCH(int, hashDigits);
    QFETCH(bool, chunked);
    HttpServer server;
    server.on("/w.pth", [&](Exchange &exchange) {
        if (!chunked)
            return exchange.file(kBody, kEtag);
        exchange.head("200 OK", kBinary + "Transfer-Encoding: chunked\r\n");
        for (int at = 0; at < kBody.size(); at += 50'000)
            exchange.send("c350\r\n" + kBody.mid(at, 50'000) + "\r\n");
        exchange.send("0\r\n\r\n");
    });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/w.pth"), kBody);
    request.bytes = knowsSize ? request.bytes : 0;
    request.sha256 = request.sha256.substr(0, std::size_t(hashDigits));
    request.target = folder.path() / "new" / "folder" / "w.pth";
    DownloadProgress last;
    download(request, [&](const DownloadProgress &progress) { last = progress; }, {});
    QCOMPARE(contents(request.target), kBody);
    QCOMPARE(std::distance(std::filesystem::directory_iterator(request.target.parent_path()), {}), std::ptrdiff_t(1));
    QCOMPARE(last.done, std::uint64_t(kBody.size()));
    QCOMPARE(last.total, std::uint64_t(kBody.size()));
    QCOMPARE(last.resumedFrom, std::uint64_t(0));
    QVERIFY(server.lastHeaders()["user-agent"].startsWith("dank-learning/"));
    QCOMPARE(server.lastHeaders()["accept-encoding"], QByteArray("identity"));
    QVERIFY(!server.lastHeaders().contains("range"));
}

void TestDownload::emptyFile()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.answer("200 OK", kBinary, ""); });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/"), kBody);
    VERIFY_FAILURE(failure(request), ErrorKind::Weights, "has a file of 0 bytes");
    request.bytes = 0;
    VERIFY_FAILURE(failure(request), ErrorKind::Weights, "e3b0c442");
    request.sha256 = hashOf({});
    download(request, {}, {});
    QVERIFY(folder.hasTarget());
}

void TestDownload::refusals_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("words");
    const int network = int(ErrorKind::Network), weights = int(ErrorKind::Weights);
    const QByteArray page = "<html>Log in</html>";
    QTest::newRow("404") << QByteArray("404 Not Found") << kBinary << page << network << QByteArray("404");
    QTest::newRow("410") << QByteArray("410 Gone") << kBinary << page << network << QByteArray("DANK_WEIGHTS_BASE");
    QTest::newRow("403") << QByteArray("403 Forbidden") << kBinary << page << network << QByteArray("403");
    QTest::newRow("429") << QByteArray("429 Too Many Requests") << kBinary << page << network << QByteArray("busy");
    QTest::newRow("500") << QByteArray("500 Oops") << kBinary << page << network << QByteArray("later");
    QTest::newRow("204") << QByteArray("204 No Content") << kBinary << QByteArray() << network << QByteArray("204");
    QTest::newRow("206 unasked") << QByteArray("206 Partial Content")
                                 << QByteArray("Content-Range: bytes 0-299999/300000\r\n") << kBody << network
                                 << QByteArray("206");
    QTest::newRow("416 unasked") << QByteArray("416 Range Not Satisfiable") << kBinary << QByteArray() << network
                                 << QByteArray("416");
    QTest::newRow("304") << QByteArray("304 Not Modified") << QByteArray() << QByteArray() << network
                         << QByteArray("304");
    QTest::newRow("page") << QByteArray("200 OK") << QByteArray("Content-Type: text/html; charset=utf-8\r\n") << kBody
                          << network << QByteArray("web page");
    QTest::newRow("page, other case") << QByteArray("200 OK") << QByteArray("Content-Type: Text/HTML\r\n") << kBody
                                      << network << QByteArray("web page");
    QTest::newRow("gzip") << QByteArray("200 OK") << QByteArray(kBinary + "Content-Encoding: gzip\r\n") << kBody
                          << network << QByteArray("compressed");
    QTest::newRow("shorter") << QByteArray("200 OK") << kBinary << kBody.left(299'999) << weights
                             << QByteArray("299999 bytes; it should have 300000");
    QTest::newRow("longer") << QByteArray("200 OK") << kBinary << QByteArray(kBody + "x") << weights
                            << QByteArray("300001 bytes; it should have 300000");
    QByteArray flipped = kBody;
    flipped[123'456] = char(flipped[123'456] ^ 1);
    QTest::newRow("one bit") << QByteArray("200 OK") << kBinary << flipped << weights
                             << QByteArray::fromStdString(hashOf(flipped));
    QTest::newRow("location, no redirect")
        << QByteArray("404 Not Found") << QByteArray("Location: /file\r\n") << page << network << QByteArray("404");
    const auto redirect = [&](const char *name, const QByteArray &where, const char *words) {
        QTest::newRow(name) << QByteArray("302 Found") << QByteArray("Location: " + where + "\r\n") << page << network
                            << QByteArray(words);
    };
    redirect("to file://", "file:///etc/passwd", "file:///etc/passwd");
    redirect("to ftp://", "ftp://127.0.0.1/w.pth", "only https is");
    redirect("to gopher://", "gopher://127.0.0.1/w.pth", "only https is");
    redirect("to data:", "data:text/plain,x", "");
    redirect("to itself", "/", "more than 5 times");
    redirect("with a password", "http://user:secret@127.0.0.1/", "");
    QTest::newRow("to nowhere") << QByteArray("302 Found") << QByteArray() << page << network << QByteArray("nowhere");
    QTest::newRow("300") << QByteArray("300 Multiple Choices") << QByteArray("Location: /file\r\n") << page << network
                         << QByteArray("300");
}

void TestDownload::refusals()
{
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, lines);
    QFETCH(QByteArray, body);
    QFETCH(int, kind);
    QFETCH(QByteArray, words);
    HttpServer server;
    server.on("/", [&](Exchange &exchange) { exchange.answer(status, lines, body); });
    server.on("/file", [&](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    const auto failed = failure(folder.request(server.url("/"), kBody));
    VERIFY_FAILURE(failed, ErrorKind(kind), words);
    QVERIFY(!folder.hasTarget());
    QVERIFY(folder.partSize() <= 0);
    QCOMPARE(server.requestCount(), words == "more than 5 times" ? 6 : 1);

    // And with a part of an earlier attempt: what the server says must not cost it, unless the bytes are wrong.
    HttpServer good;
    good.on("/", [&](Exchange &exchange) { exchange.file(kBody, kEtag); });
    good.start();
    leavePart(folder, good, "/", kBody, 100'000);
    QFile note(QString::fromStdString(folder.note().string()));
    QVERIFY(note.open(QIODevice::ReadWrite));
    const QByteArray moved =
        note.readAll().replace(QByteArray::fromStdString(good.url("/")), QByteArray::fromStdString(server.url("/")));
    QVERIFY(note.resize(0) && note.seek(0) && note.write(moved) == moved.size());
    note.close();
    QVERIFY(failure(folder.request(server.url("/"), kBody)));
    QVERIFY(!folder.hasTarget());
    QCOMPARE(server.lastHeaders()["range"],
             status.startsWith("416") || status.startsWith("206") ? QByteArray() : "bytes=100000-");
    if (words != "206" && words != "416" && !words.startsWith(QByteArray::fromStdString(hashOf(body))))
        QCOMPARE(folder.partSize(), qint64(100'000));
}

void TestDownload::olderTargetStays()
{
    HttpServer server;
    server.on("/wrong", [](Exchange &exchange) { exchange.file(bodyOf(300'000, 7), kEtag); });
    server.on("/right", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    std::ofstream(folder.target()) << "older";
    VERIFY_FAILURE(failure(folder.request(server.url("/wrong"), kBody)), ErrorKind::Weights, "should be");
    QCOMPARE(contents(folder.target()), QByteArray("older"));
    QCOMPARE(folder.files(), 1);
    VERIFY_FAILURE(failure(folder.request(server.url("/none"), kBody)), ErrorKind::Network, "404");
    QCOMPARE(contents(folder.target()), QByteArray("older"));
    download(folder.request(server.url("/right"), kBody), {}, {});
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(folder.files(), 1);
}

void TestDownload::aRightTargetIsLeft()
{
    HttpServer server;
    server.on("/file", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    std::ofstream(folder.target(), std::ios::binary).write(kBody.data(), kBody.size());
    download(folder.request(server.url("/file"), kBody), {}, {});
    QCOMPARE(server.requestCount(), 0);
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(folder.files(), 1);
}

void TestDownload::redirects()
{
    HttpServer server, other;
    other.on("/far", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    other.start();
    const auto to = [](const QByteArray &status, const QByteArray &where) {
        return [=](Exchange &exchange) { exchange.answer(status, "Location: " + where + "\r\n", "Moved.\n"); };
    };
    server.on("/a/1", to("301 Moved", "2"));  // relative
    server.on("/a/2", to("302 Found", "/3"));
    server.on("/4", to("307 Temporary Redirect", "/5"));
    server.on("/5", to("308 Permanent Redirect", QByteArray::fromStdString(other.url("/far"))));
    server.on("/3", [](Exchange &exchange) {  // absolute, to itself
        exchange.answer("303 See Other", "Location: http://" + exchange.headers["host"] + "/4\r\n", "");
    });
    server.start();
    TargetFolder folder;
    download(folder.request(server.url("/a/1"), kBody), {}, {});
    QCOMPARE(contents(folder.target()), kBody);
    QCOMPARE(server.requestCount(), 5);

    // A part is gone on with behind redirects too.
    std::filesystem::remove(folder.target());
    leavePart(folder, server, "/a/1", kBody, other, 120'000);
    std::uint64_t resumedFrom = 0;
    download(folder.request(server.url("/a/1"), kBody),
             [&](const DownloadProgress &progress) { resumedFrom = progress.resumedFrom; }, {});
    QCOMPARE(resumedFrom, std::uint64_t(120'000));
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownload::neverOverHttpUnasked()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/"), kBody);
    request.allowHttp = false;
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "https only");
    for (const char *url : {"file:///etc/passwd", "ftp://127.0.0.1/", "", "httpx://127.0.0.1/", "127.0.0.1/x"}) {
        request.url = url;
        request.allowHttp = true;
        VERIFY_FAILURE(failure(request), ErrorKind::Network, "https only");
    }
    QCOMPARE(server.requestCount(), 0);
    QCOMPARE(folder.files(), 0);
    request.url = "http://127.0.0.1:1/";
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "Nothing came from");
}

void TestDownload::endless()
{
    HttpServer server;
    const auto chunks = [](Exchange &exchange) {
        const QByteArray chunk = "10000\r\n" + QByteArray(65'536, 'x') + "\r\n";
        while (exchange.send(chunk)) {
        }
    };
    server.on("/chunked", [&](Exchange &exchange) {
        exchange.head("200 OK", kBinary + "Transfer-Encoding: chunked\r\n");
        chunks(exchange);
    });
    server.on("/plain", [](Exchange &exchange) {
        exchange.head("200 OK", kBinary);
        while (exchange.send(QByteArray(65'536, 'x'))) {
        }
    });
    server.on("/lying", [](Exchange &exchange) {  // says the right length, sends more
        exchange.head("200 OK", kBinary + "Content-Length: 300000\r\n");
        while (exchange.send(QByteArray(65'536, 'x'))) {
        }
    });
    server.on("/huge", [](Exchange &exchange) {
        exchange.head("200 OK", kBinary + "Content-Length: 9000000000000000000\r\n");
        while (exchange.send(QByteArray(65'536, 'x'))) {
        }
    });
    server.on("/error", [&](Exchange &exchange) {
        exchange.head("404 Not Found", "Transfer-Encoding: chunked\r\n");
        chunks(exchange);
    });
    server.on("/header", [](Exchange &exchange) {
        exchange.send("HTTP/1.1 200 OK\r\n");
        while (exchange.send("X-Long: " + QByteArray(65'536, 'x') + "\r\n")) {
        }
    });
    server.start();
    for (const bool knowsSize : {true, false}) {
        TargetFolder folder;
        const auto tryPath = [&](const char *path) {
            DownloadRequest request = folder.request(server.url(path), kBody);
            if (!knowsSize) {
                request.bytes = 0;
                request.limit = 400'000;
            }
            return failure(request);
        };
        const char *const most = knowsSize ? "more than the 300000 bytes" : "more than the 400000 bytes";
        VERIFY_FAILURE(tryPath("/chunked"), ErrorKind::Weights, most);
        QCOMPARE(folder.files(), 0);
        VERIFY_FAILURE(tryPath("/plain"), ErrorKind::Weights, most);
        QCOMPARE(folder.files(), 0);
        VERIFY_FAILURE(tryPath("/lying"), ErrorKind::Weights, "should be");  // what is beyond the length is not read
        QCOMPARE(folder.files(), 0);
        VERIFY_FAILURE(tryPath("/huge"), ErrorKind::Weights, "9000000000000000000");
        VERIFY_FAILURE(tryPath("/error"), ErrorKind::Network, "404");
        VERIFY_FAILURE(tryPath("/header"), ErrorKind::Network, "127.0.0.1");
        QVERIFY(!folder.hasTarget());
        QVERIFY(folder.partSize() <= 0);
    }
}

void TestDownload::diskSpace()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) {
        exchange.head("200 OK", kBinary + "Content-Length: 1152921504606846976\r\n");
        exchange.hold();
    });
    server.start();
    TargetFolder folder;
    DownloadRequest request = folder.request(server.url("/"), kBody);
    request.bytes = std::uint64_t(1) << 60;
    VERIFY_FAILURE(failure(request), ErrorKind::Disk, "not enough free space");
    QCOMPARE(server.requestCount(), 0);
    request.bytes = 0;
    request.limit = std::uint64_t(1) << 61;
    VERIFY_FAILURE(failure(request), ErrorKind::Disk, "not enough free space");
    QCOMPARE(server.requestCount(), 1);
}

void TestDownload::progressOnlyGrows()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag, 5'000, 10); });
    server.start();
    TargetFolder folder;
    std::vector<DownloadProgress> seen;
    JobContext context;
    std::size_t verified = 0;
    context.progress = [&](const Progress &progress) {
        QCOMPARE(progress.stage, std::string_view("verify"));
        verified = progress.done;
    };
    download(
        folder.request(server.url("/"), kBody), [&](const DownloadProgress &progress) { seen.push_back(progress); },
        context);
    QVERIFY(seen.size() >= 4);
    for (std::size_t i = 1; i < seen.size(); ++i)
        QVERIFY(seen[i].done >= seen[i - 1].done && seen[i].done <= seen[i].total);
    QVERIFY(seen[3].bytesPerSecond > 0);
    QCOMPARE(verified, std::size_t(300'000));
}

void TestDownload::progressMayThrow()
{
    HttpServer server;
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag, 5'000, 10); });
    server.start();
    TargetFolder folder;
    int calls = 0;
    QVERIFY_EXCEPTION_THROWN(download(folder.request(server.url("/"), kBody),
                                      [&](const DownloadProgress &) {
                                          if (++calls == 3)
                                              throw std::runtime_error("no");
                                      },
                                      {}),
                             std::runtime_error);
    QVERIFY(folder.partSize() > 0);
    download(folder.request(server.url("/"), kBody), {}, {});  // the lock is gone
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownload::targetIsAFolder()
{
    TargetFolder folder;
    std::filesystem::create_directory(folder.target());
    VERIFY_FAILURE(failure(folder.request("http://127.0.0.1:1/", kBody)), ErrorKind::File, "not a regular file");
}

void TestDownload::badHash_data()
{
    QTest::addColumn<QByteArray>("hash");
    for (const char *hash : {"", "abcdef0", "ABCDEF01", "abcdefgh"})
        QTest::newRow(hash) << QByteArray(hash);
    QTest::newRow("long") << QByteArray(65, 'a');
}

void TestDownload::badHash()
{
    QFETCH(QByteArray, hash);
    TargetFolder folder;
    DownloadRequest request = folder.request("http://127.0.0.1:1/", kBody);
    request.sha256 = hash.toStdString();
    VERIFY_FAILURE(failure(request), ErrorKind::Shape, "hex digits");
}

void TestDownload::ofAnEntry()
{
    const auto catalogue = weightsCatalogue();
    const WeightsEntry &entry = *findWeights(catalogue, "xception");
    DownloadRequest request = downloadRequest(entry, {}, "/w");
    QCOMPARE(request.target, std::filesystem::path("/w/xception-43020ad28.pth"));
    QCOMPARE(request.limit, entry.limit());
    QVERIFY(!request.allowHttp);
    QVERIFY(downloadRequest(entry, {"http://127.0.0.1", {}}, "/w").allowHttp);
}

QTEST_GUILESS_MAIN(TestDownload)
#include "download_test.moc"
