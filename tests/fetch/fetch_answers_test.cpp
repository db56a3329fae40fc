#include "fetch_fixture.h"

using namespace dank;

namespace {

const QByteArray kPng = "Content-Type: image/png\r\n";

QByteArray length(qsizetype bytes)
{
    return "Content-Length: " + QByteArray::number(bytes) + "\r\n";
}

struct Answer {
    const char *name;
    const char *outcome;  ///< how fetchOne() begins
    HttpServer::Script script;
};

/// Sends pieces until the client goes.
void endless(Exchange &exchange, const QByteArray &piece, int pause)
{
    while (exchange.send(piece))
        QTest::qSleep(pause);
}

HttpServer::Script always(const QByteArray &status, const QByteArray &lines, const QByteArray &body)
{
    return [=](Exchange &exchange) { exchange.answer(status, lines, body); };
}

std::vector<Answer> allAnswers()
{
    const QByteArray png = pictureBytes();
    return {
        {"a picture", "fetched", always("200 OK", kPng, png)},
        {"a JPEG called PNG", "fetched", always("200 OK", kPng, pictureBytes("baseline_13x7.jpg"))},
        {"octets", "fetched", always("200 OK", "Content-Type: application/octet-stream\r\n", png)},
        {"type with parameters", "fetched", always("200 OK", "Content-Type: IMAGE/PNG ; x=y\r\n", png)},
        {"no length", "fetched",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng);
             exchange.send(png);
         }},
        {"chunked", "fetched",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + "Transfer-Encoding: chunked\r\n");
             exchange.send(QByteArray::number(png.size(), 16) + "\r\n" + png + "\r\n0\r\n\r\n");
         }},
        {"a web page", "refused: the server sends a web page",
         always("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<html>gone</html>")},
        {"a web page called PNG", "refused: what comes cannot be used", always("200 OK", kPng, "<html>gone</html>")},
        {"a drawing", "refused: what comes cannot be used",
         always("200 OK", "Content-Type: image/svg+xml\r\n", "<svg xmlns='http://www.w3.org/2000/svg'/>")},
        {"a film", "refused: the server sends video/mp4",
         always("200 OK", "Content-Type: video/mp4\r\n", QByteArray(100, 'x'))},
        {"a type to write to terminals", "refused: the server sends x",
         [](Exchange &exchange) { exchange.answer("200 OK", "Content-Type: x\x1b[31mred\x1b[0m/y\r\n", "a"); }},
        {"no type", "refused: the server does not say what", always("200 OK", "", png)},
        {"nothing", "refused: what comes cannot be used", always("200 OK", kPng, "")},
        {"half a picture", "refused: what comes cannot be used", always("200 OK", kPng, png.left(png.size() / 2))},
        {"packed", "refused: the server packs it",
         always("200 OK", kPng + "Content-Encoding: gzip\r\n", QByteArray(1000, '\x1f'))},
        {"packed twice", "refused: the server packs it",
         always("200 OK", kPng + "Content-Encoding: gzip, gzip\r\n", QByteArray(1000, '\x1f'))},
        {"no such picture", "failed: the server has no such picture (404)", always("404 Not Found", kPng, png)},
        {"gone", "failed: the server has no such picture (410)", always("410 Gone", kPng, png)},
        {"not for everyone", "failed: the server does not give it to everyone (403)",
         always("403 Forbidden", kPng, png)},
        {"a password asked for", "failed: the server does not give it to everyone (401)",
         always("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n" + kPng, png)},
        {"broken server", "failed: the server answers 500", always("500 Internal Server Error", kPng, png)},
        {"a part", "failed: the server answers 206",
         always("206 Partial Content", kPng + "Content-Range: bytes 0-9/20\r\n", png)},
        {"no content", "failed: the server answers 204", always("204 No Content", "", "")},
        {"teapot", "failed: the server answers 418", always("418 I'm a teapot", kPng, png)},
        {"too long, said", "refused: it has more than",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng + length(qsizetype{1} << 40));
             exchange.hold();
         }},
        {"too long, unsaid", "refused: it has more than",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng);
             endless(exchange, QByteArray(65'536, 'x'), 0);
         }},
        {"too long in chunks", "refused: it has more than",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng + "Transfer-Encoding: chunked\r\n");
             endless(exchange, "8000\r\n" + QByteArray(0x8000, 'x') + "\r\n", 0);
         }},
        {"a drip", "failed: the server stopped sending",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng);
             endless(exchange, "x", 10);
         }},
        {"a drip of headers", "failed: the server stopped sending",
         [](Exchange &exchange) {
             exchange.send("HTTP/1.1 200 OK\r\n");
             endless(exchange, "X: y\r\n", 10);
         }},
        {"a slow river", "failed: the server took too long",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng + length(200'000));
             endless(exchange, QByteArray(1200, 'x'), 60);
         }},
        {"silence", "failed: the server stopped sending", [](Exchange &exchange) { exchange.hold(); }},
        {"silence after headers", "failed: the server stopped sending",
         [](Exchange &exchange) {
             exchange.head("200 OK", kPng + length(500));
             exchange.hold();
         }},
        {"cut off", "failed: the answer broke off",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + length(png.size() + 10));
             exchange.send(png);
         }},
        {"cut off in a chunk", "failed: the answer broke off",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + "Transfer-Encoding: chunked\r\n");
             exchange.send("ffff\r\n" + png);
         }},
        {"no chunk", "failed: the answer broke off",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + "Transfer-Encoding: chunked\r\n");
             exchange.send("zzzz\r\n" + png);
         }},
        {"length too short", "refused: what comes cannot be used",
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + length(png.size() - 5));
             exchange.send(png);
         }},
        {"length below zero", "f",  // with or without the picture: libcurl passes a bad length over
         [=](Exchange &exchange) {
             exchange.head("200 OK", kPng + "Content-Length: -5\r\n");
             exchange.send(png);
         }},
        {"no HTTP", "failed: ", [](Exchange &exchange) { exchange.send("hello\r\n\r\nworld"); }},
        {"closed at once", "failed: ", [](Exchange &) {}},
        {"endless headers", "failed: ",
         [](Exchange &exchange) {
             exchange.send("HTTP/1.1 200 OK\r\n");
             endless(exchange, "X-Filler: " + QByteArray(4000, 'x') + "\r\n", 0);
         }},
        {"an endless header", "failed: ",
         [](Exchange &exchange) {
             exchange.send("HTTP/1.1 200 OK\r\nX-Filler: ");
             endless(exchange, QByteArray(4000, 'x'), 0);
         }},
        {"elsewhere, nowhere", "failed: the server leads elsewhere, and does not say where",
         always("302 Found", "", "")},
        {"in a circle", "refused: it leads from one address to the next",
         always("302 Found", "Location: #again\r\n", "")},
        {"redirect with a picture", "refused: the server leads elsewhere",
         always("302 Found", kPng + "Location: ftp://pictures.example/a.png\r\n", png)},
        {"line ends in a Location", "f",  // they end it
         always("302 Found", "Location: /fine\r\n\r\nHTTP/1.1 200 OK\r\n", "")},
        {"escaped line ends in a Location", "failed: the server has no such picture (404)",
         always("302 Found", "Location: /none%0d%0aHost:%20127.0.0.2\r\n", "")},
        {"an answer within an answer", "failed: the server has no such picture (404)",
         always("302 Found", "Location: /none\r\n", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + png)},
    };
}

}  // namespace

/// Whatever a server answers: a whole picture or a reason, and nothing is left behind.
class TestFetchAnswers : public QObject {
    Q_OBJECT

private:
    HttpServer m_server;
    const std::vector<Answer> m_answers = allAnswers();
    QString address(const QByteArray &path) const { return QString::fromStdString(m_server.url(path)); }

private slots:
    void initTestCase()
    {
        for (std::size_t i = 0; i < m_answers.size(); ++i)
            m_server.on('/' + QByteArray::number(int(i)), m_answers[i].script);
        m_server.on("/fine", always("200 OK", kPng, pictureBytes()));
        for (int i = 0; i < 6; ++i)
            m_server.on("/steps/" + QByteArray::number(i), [i](Exchange &exchange) {
                exchange.answer("301 Moved Permanently",
                                "Set-Cookie: a=b\r\nLocation: "
                                    + (i == 0 ? QByteArray("/fine") : "../steps/" + QByteArray::number(i - 1)) + "\r\n",
                                "");
            });
        m_server.start();
    }

    void answers_data()
    {
        QTest::addColumn<int>("at");
        for (std::size_t i = 0; i < m_answers.size(); ++i)
            QTest::newRow(m_answers[i].name) << int(i);
    }
    void answers()
    {
        QFETCH(int, at);
        const QByteArray got = fetchOne(address('/' + QByteArray::number(at)), m_server.port());
        QVERIFY2(got.startsWith(m_answers[at].outcome), got);
        QVERIFY2(!got.contains('\x1b'), got);
    }

    void redirectsAreFollowedFiveTimes()
    {
        QCOMPARE(fetchOne(address("/steps/4"), m_server.port()), "fetched");
        const QByteArray got = fetchOne(address("/steps/5"), m_server.port());
        QVERIFY2(got.startsWith("refused: it leads from one address to the next"), got);
    }

    /// No cookies, no passwords, no page that led there.
    void littleIsSaid()
    {
        QCOMPARE(fetchOne(address("/steps/1"), m_server.port()), "fetched");
        const auto headers = m_server.lastHeaders();
        for (const char *name : {"cookie", "authorization", "referer", "proxy-authorization", "accept-encoding"})
            QVERIFY2(!headers.contains(name), name);
        QVERIFY(headers.at("accept").startsWith("image/"));
        QVERIFY(headers.at("user-agent").startsWith("dank-learning/"));
    }

    void namesComeFromIdsAndContents()
    {
        const FetchedFeed feed({{"a.b c", address("/1")}});
        QCOMPARE(feed.fetch(m_server.port()).fetched.size(), std::size_t(1));
        QCOMPARE(feed.contents("memes/a.b c.jpg"), pictureBytes("baseline_13x7.jpg"));
        QCOMPARE(feed.plan(m_server.port()).kept, std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestFetchAnswers)
#include "fetch_answers_test.moc"
