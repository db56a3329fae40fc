#include "fetch_fixture.h"

using namespace dank;

namespace {

struct Trick {
    const char *name;
    const char *address;  ///< PORT is the one that the test switch allows at 127.0.0.1, OTHER another
    const char *outcome = "refused";
};

// All of these name the allowed port where they can: it is not the port that they are refused for, and a program that
// went there would find nothing that answers.
const Trick kTricks[] = {
    {"another loopback", "http://127.0.0.2:PORT/forbidden"},
    {"another port", "http://127.0.0.1:OTHER/forbidden"},
    {"usual port", "http://127.0.0.1/forbidden"},
    {"IPv6 loopback", "http://[::1]:PORT/forbidden"},
    {"IPv6 loopback in full", "http://[0:0:0:0:0:0:0:1]:PORT/forbidden"},
    {"mapped", "http://[::ffff:127.0.0.1]:PORT/forbidden"},
    {"mapped in hex", "http://[::ffff:7f00:1]:PORT/forbidden"},
    {"mapped private", "http://[::ffff:10.0.0.1]:PORT/forbidden"},
    {"compatible", "http://[::127.0.0.1]:PORT/forbidden"},
    {"unspecified", "http://0.0.0.0:PORT/forbidden"},
    {"zero", "http://0:PORT/forbidden"},
    {"IPv6 unspecified", "http://[::]:PORT/forbidden"},
    {"short", "http://127.1:PORT/forbidden"},
    {"three parts", "http://127.0.1:PORT/forbidden"},
    {"decimal", "http://2130706433:PORT/forbidden"},
    {"hex", "http://0x7f000001:PORT/forbidden"},
    {"hex in capitals", "http://0X7F000001:PORT/forbidden"},
    {"hex parts", "http://0x7f.0x0.0x0.0x1:PORT/forbidden"},
    {"octal", "http://017700000001:PORT/forbidden"},
    {"octal part", "http://0177.0.0.1:PORT/forbidden"},
    {"leading zeros", "http://127.0.0.001:PORT/forbidden"},
    {"five parts", "http://127.0.0.0.1:PORT/forbidden"},
    {"overflow", "http://4294967297:PORT/forbidden"},
    {"part overflow", "http://383.0.0.1:PORT/forbidden"},
    {"dot behind", "http://127.0.0.2.:PORT/forbidden"},
    {"public in decimal", "http://134744072:PORT/forbidden"},
    {"10/8", "http://10.0.0.1:PORT/forbidden"},
    {"172.16/12", "http://172.31.255.254:PORT/forbidden"},
    {"192.168/16", "http://192.168.1.1:PORT/forbidden"},
    {"metadata", "http://169.254.169.254:PORT/forbidden"},
    {"link-local", "http://169.254.1.1:PORT/forbidden"},
    {"carrier's", "http://100.64.0.1:PORT/forbidden"},
    {"another cloud's metadata", "http://100.100.100.200:PORT/forbidden"},
    {"a third cloud's", "http://168.63.129.16:PORT/forbidden"},
    {"multicast", "http://224.0.0.1:PORT/forbidden"},
    {"broadcast", "http://255.255.255.255:PORT/forbidden"},
    {"documentation", "http://203.0.113.7:PORT/forbidden"},
    {"measurements", "http://198.19.0.1:PORT/forbidden"},
    {"unique local", "http://[fd12:3456::1]:PORT/forbidden"},
    {"fc00", "http://[fc00::1]:PORT/forbidden"},
    {"IPv6 link-local", "http://[fe80::1]:PORT/forbidden"},
    {"zone", "http://[fe80::1%25lo]:PORT/forbidden"},
    {"site-local", "http://[fec0::1]:PORT/forbidden"},
    {"IPv6 multicast", "http://[ff02::1]:PORT/forbidden"},
    {"NAT64 of loopback", "http://[64:ff9b::7f00:1]:PORT/forbidden"},
    {"NAT64 of private", "http://[64:ff9b::10.0.0.1]:PORT/forbidden"},
    {"local NAT64", "http://[64:ff9b:1::7f00:1]:PORT/forbidden"},
    {"6to4", "http://[2002:7f00:1::]:PORT/forbidden"},
    {"Teredo", "http://[2001:0:7f00:1::]:PORT/forbidden"},
    {"IPv6 documentation", "http://[2001:db8::1]:PORT/forbidden"},
    {"no bracket", "http://[::1:PORT/forbidden"},
    {"localhost", "http://localhost:PORT/forbidden"},
    {"localhost in capitals", "http://LOCALHOST:PORT/forbidden"},
    {"localhost with a dot", "http://localhost.:PORT/forbidden"},
    {"under localhost", "http://www.localhost:PORT/forbidden"},
    {"localdomain", "http://localhost.localdomain:PORT/forbidden"},
    {"one label", "http://router:PORT/forbidden"},
    {"mDNS", "http://printer.local:PORT/forbidden"},
    {"a cloud's internal name", "http://metadata.google.internal:PORT/forbidden"},
    {"password", "http://user:secret@loop.example:PORT/forbidden"},
    {"user", "http://user@loop.example:PORT/forbidden"},
    {"address as a user", "http://127.0.0.1:PORT@127.0.0.2:PORT/forbidden"},
    {"backslash", "http://loop.example:PORT\\@127.0.0.2:PORT/forbidden"},
    {"backslash for slash", "http:\\\\127.0.0.2:PORT\\forbidden", ""},
    {"percent in host", "http://127.0.0.%32:PORT/forbidden"},
    {"null in host", "http://loop.example%00.127.0.0.2:PORT/forbidden"},
    {"fullwidth", "http://１２７.0.0.2:PORT/forbidden"},
    {"ideographic dots", "http://127。0。0。2:PORT/forbidden"},
    {"circled", "http://①②⑦.0.0.2:PORT/forbidden"},
    {"space in host", "http://loop.example 127.0.0.2:PORT/forbidden"},
    {"line end in path", "http://127.0.0.1:PORT/\r\nHost: 127.0.0.2:PORT\r\n\r\nGET /forbidden"},
    {"tab in host", "http://127.0.0\t.2:PORT/forbidden"},
    {"SSH's port", "http://loop.example:22/forbidden"},
    {"port 0", "http://loop.example:0/forbidden"},
    {"port beyond", "http://loop.example:99999/forbidden"},
    {"no port", "http://loop.example:/forbidden"},
    {"a port with a sign", "http://loop.example:+80/forbidden"},
    {"no host", "http:///forbidden"},
    {"one slash", "http:/127.0.0.2:PORT/forbidden", ""},
    {"file", "file:///etc/hostname", ""},
    {"ftp", "ftp://127.0.0.2:PORT/forbidden", ""},
    {"gopher", "gopher://127.0.0.2:PORT/_GET%20/forbidden", ""},
    {"dict", "dict://127.0.0.2:PORT/forbidden", ""},
    {"ldap", "ldap://127.0.0.2:PORT/forbidden", ""},
    {"data", "data:image/png;base64,iVBORw0KGgo=", ""},
    {"name of loopback", "http://second.example:PORT/forbidden"},
    {"name of IPv6 loopback", "http://six.example:PORT/forbidden"},
    {"name of a mapped address", "http://mapped.example:PORT/forbidden"},
    {"name of nowhere", "http://zero.example:PORT/forbidden"},
    {"name of a private address", "http://private.example:PORT/forbidden"},
    {"name of metadata", "http://metadata.example:PORT/forbidden"},
    {"name of several", "http://several.example:PORT/forbidden"},
    {"name of NAT64", "http://translated.example:PORT/forbidden"},
};

}  // namespace

/// No address, redirect or name leads to where a stranger's text must not lead. The one machine that may be asked is
/// 127.0.0.1 at the test's port; what listens around it counts who comes.
class TestFetchTricks : public QObject {
    Q_OBJECT

private:
    HttpServer m_server;
    std::atomic_int m_forbidden{0}, m_moves{0};
    std::optional<Trap> m_trap;
    FetchSettings m_settings = quick();

    QString filled(const char *address) const
    {
        return QString::fromUtf8(address)
            .replace("PORT", QString::number(m_server.port()))
            .replace("OTHER", QString::number(m_trap->otherPort()));
    }
    /// What names mean here instead of asking name servers.
    std::vector<std::string> names(const WebAddress &address)
    {
        static const std::pair<const char *, const char *> kNames[] = {
            {"loop.example", "127.0.0.1"},
            {"second.example", "127.0.0.2"},
            {"six.example", "[::1]"},
            {"mapped.example", "[::ffff:127.0.0.1]"},
            {"zero.example", "0.0.0.0"},
            {"private.example", "10.0.0.1"},
            {"metadata.example", "169.254.169.254"},
            {"several.example", "127.0.0.2,[::1],0.0.0.0"},
            {"translated.example", "[64:ff9b::7f00:1]"},
            {"mixed.example", "127.0.0.2,[::1],127.0.0.1"},
        };
        const std::string place = address.host + ':' + std::to_string(address.port) + ':';
        if (address.host == "moving.example")  // the second answer is another one
            return {place + (m_moves++ == 0 ? "127.0.0.1" : "127.0.0.2")};
        for (const auto &[name, means] : kNames)
            if (address.host == name)
                return {place + means};
        return {};
    }
    void verifyNobodyCame()
    {
        QCOMPARE(m_trap->caught(), 0);
        QCOMPARE(m_forbidden.load(), 0);
    }
    static void rows()
    {
        QTest::addColumn<int>("trick");
        for (std::size_t i = 0; i < std::size(kTricks); ++i)
            QTest::newRow(kTricks[i].name) << int(i);
    }

private slots:
    void initTestCase()
    {
        m_server.on("/picture", [](Exchange &exchange) {
            exchange.answer("200 OK", "Content-Type: image/png\r\n", pictureBytes());
        });
        const auto forbidden = [this](Exchange &exchange) {
            ++m_forbidden;
            exchange.answer("200 OK", "Content-Type: image/png\r\n", pictureBytes());
        };
        m_server.on("/forbidden", forbidden);
        for (std::size_t i = 0; i < std::size(kTricks); ++i)
            m_server.on("/to/" + QByteArray::number(int(i)), [this, i](Exchange &exchange) {
                exchange.answer("302 Found", "Location: " + filled(kTricks[i].address).toUtf8() + "\r\n", "");
            });
        m_server.on("/move", [this](Exchange &exchange) {
            exchange.answer("302 Found",
                            "Location: " + filled("http://moving.example:PORT/forbidden").toUtf8() + "\r\n", "");
        });
        m_server.start();
        m_trap.emplace(m_server.port());
        QVERIFY2(m_trap->places() >= 2, "This machine has no 127.0.0.2.");
        m_settings.names = [this](const WebAddress &address) { return names(address); };
        qputenv("http_proxy", filled("http://127.0.0.1:OTHER").toUtf8());
        qputenv("https_proxy", filled("http://127.0.0.1:OTHER").toUtf8());
        qputenv("ALL_PROXY", filled("http://127.0.0.1:OTHER").toUtf8());
    }

    void anAddressLeadsNowhere_data() { rows(); }
    void anAddressLeadsNowhere()
    {
        QFETCH(int, trick);
        const QByteArray got = fetchOne(filled(kTricks[trick].address), m_server.port(), m_settings);
        const QByteArray wanted = kTricks[trick].outcome;
        QVERIFY2(wanted.isEmpty() ? got == "no address" : got.startsWith("refused: "), got);
        verifyNobodyCame();
    }

    void aRedirectLeadsNowhere_data() { rows(); }
    void aRedirectLeadsNowhere()
    {
        QFETCH(int, trick);
        const int before = m_server.requestCount();
        const QByteArray got = fetchOne(filled(("http://loop.example:PORT/to/" + std::to_string(trick)).c_str()),
                                        m_server.port(), m_settings);
        QVERIFY2(got.startsWith("refused: ") || got.startsWith("failed: "), got);
        QCOMPARE(m_server.requestCount() > before, true);
        verifyNobodyCame();
    }

    /// A name that means something else the second time is looked at the second time too.
    void aNameMayNotMove()
    {
        const QByteArray got = fetchOne(filled("http://moving.example:PORT/move"), m_server.port(), m_settings);
        QVERIFY2(got.startsWith("refused: its host leads to an address"), got);
        QCOMPARE(m_moves.load(), 2);
        verifyNobodyCame();
    }

    /// Of several addresses only those are connected to that may be.
    void aNameWithOneGoodAddress()
    {
        QCOMPARE(fetchOne(filled("http://mixed.example:PORT/picture"), m_server.port(), m_settings), "fetched");
        verifyNobodyCame();
    }

    /// Without the switch not even the server of the test is asked.
    void nothingWithoutTheSwitch()
    {
        const int before = m_server.requestCount();
        for (const char *address : {"http://127.0.0.1:PORT/picture", "http://loop.example:PORT/picture"}) {
            const QByteArray got = fetchOne(filled(address), 0, m_settings);
            QVERIFY2(got.startsWith("refused: "), got);
        }
        QCOMPARE(m_server.requestCount(), before);
    }

    void whatIsAllowedComes()
    {
        QCOMPARE(fetchOne(filled("http://127.0.0.1:PORT/picture"), m_server.port(), m_settings), "fetched");
        const QByteArray secure = fetchOne(filled("//loop.example:PORT/picture"), m_server.port(), m_settings);
        QVERIFY2(secure.startsWith("failed: "), secure);  // that is https, and the server speaks none
        QCOMPARE(fetchOne(filled("http://Loop.Example:PORT/picture#part"), m_server.port(), m_settings), "fetched");
        verifyNobodyCame();
    }
};

QTEST_GUILESS_MAIN(TestFetchTricks)
#include "fetch_tricks_test.moc"
