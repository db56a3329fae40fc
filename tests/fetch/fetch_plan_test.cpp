#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

#include "core/base/error.h"
#include "core/fetch/fetch_plan.h"
#include "core/fetch/redirect.h"

using namespace dank;

namespace fs = std::filesystem;

/// What is missing, where it would come from, and how addresses are read.
class TestFetchPlan : public QObject {
    Q_OBJECT

private:
    static void write(const fs::path &file, const QByteArray &bytes)
    {
        fs::create_directories(file.parent_path());
        QFile out(QString::fromStdString(file.string()));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(bytes);
    }
    static QByteArray row(const char *id, const char *media, int ups = 5)
    {
        return QJsonDocument(QJsonObject{{"id", id}, {"ups", ups}, {"media", media}}).toJson(QJsonDocument::Compact);
    }
    static std::string refusal(const char *address)
    {
        std::string why;
        readWebAddress(address, {}, why);
        return why;
    }

private slots:
    void ranges_data()
    {
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("last");
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const auto range = [](const char *first, const char *last, const char *before, const char *after) {
            QTest::newRow(first) << QByteArray(first) << QByteArray(last) << QByteArray(before) << QByteArray(after);
        };
        range("0.0.0.0", "0.255.255.255", "", "1.0.0.0");
        range("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0");
        range("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0");
        range("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0");
        range("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0");
        range("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0");
        range("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0");
        range("198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0");
        range("224.0.0.0", "255.255.255.255", "223.255.255.255", "");
        range("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::");
        range("2001::", "2001:1ff:ffff::", "2000:ffff::", "2001:200::");
        range("2002::", "2002:ffff:ffff::", "2001:ffff::", "2003::");
        range("4000::", "ffff::", "3ffe:ffff::", "");
        range("fc00::", "fdff:ffff::", "", "");
        range("fe80::", "febf:ffff::", "", "");
        range("64:ff9b::a00:0", "64:ff9b::aff:ffff", "64:ff9b::9ff:ffff", "64:ff9b::b00:0");
        range("::ffff:0:0", "::ffff:ffff:ffff", "", "");
    }
    void ranges()
    {
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, last);
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        for (const QByteArray &inside : {first, last}) {
            const auto address = IpAddress::parse(inside.toStdString());
            QVERIFY2(address && !notPublic(*address).empty(), inside);
        }
        for (const QByteArray &outside : {before, after}) {
            const auto address = IpAddress::parse(outside.toStdString());
            QVERIFY2(outside.isEmpty() || (address && notPublic(*address).empty()), outside);
        }
    }

    void thePortOfTheSwitchIsOneAddress()
    {
        const AddressRules rules{4000};
        QVERIFY(rules.refusal(*IpAddress::parse("127.0.0.1"), 4000).empty());
        QVERIFY(!rules.refusal(*IpAddress::parse("127.0.0.1"), 4001).empty());
        QVERIFY(!rules.refusal(*IpAddress::parse("127.0.0.2"), 4000).empty());
        QVERIFY(!rules.refusal(*IpAddress::parse("::1"), 4000).empty());
        QVERIFY(!AddressRules{}.refusal(*IpAddress::parse("127.0.0.1"), 0).empty());
    }

    void addressesAreWrittenAnew_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("read");
        QTest::newRow("plain") << "https://i.redd.it/abc.jpg"
                               << "https://i.redd.it/abc.jpg";
        QTest::newRow("capitals") << "HTTPS://I.Redd.IT/Abc.JPG"
                                  << "https://i.redd.it/Abc.JPG";
        QTest::newRow("no scheme") << "//i.redd.it/abc.jpg"
                                   << "https://i.redd.it/abc.jpg";
        QTest::newRow("port") << "http://i.redd.it:80/a"
                              << "http://i.redd.it/a";
        QTest::newRow("other port") << "https://i.redd.it:80/a"
                                    << "https://i.redd.it:80/a";
        QTest::newRow("query, no path") << "https://i.redd.it?a=1&b"
                                        << "https://i.redd.it/?a=1&b";
        QTest::newRow("nothing behind") << "https://i.redd.it"
                                        << "https://i.redd.it/";
        QTest::newRow("fragment") << "https://i.redd.it/a#@127.0.0.1/"
                                  << "https://i.redd.it/a";
        QTest::newRow("letters") << QString::fromUtf8("https://i.redd.it/ä b") << "https://i.redd.it/%C3%A4%20b";
        QTest::newRow("backslash") << "https://i.redd.it/\\..\\@x"
                                   << "https://i.redd.it/%5C..%5C@x";
        QTest::newRow("percent") << "https://i.redd.it/%41"
                                 << "https://i.redd.it/%41";
        QTest::newRow("number") << "http://1.1.1.1/a"
                                << "http://1.1.1.1/a";
        QTest::newRow("IPv6") << "http://[2606:4700::1111]:443/a"
                              << "http://[2606:4700::1111]:443/a";
        QTest::newRow("NAT64") << "http://[64:ff9b::1.1.1.1]/a"
                               << "http://[64:ff9b::1.1.1.1]/a";
    }
    void addressesAreWrittenAnew()
    {
        QFETCH(QString, given);
        QFETCH(QString, read);
        std::string why;
        const WebAddress address = readWebAddress(given.toStdString(), {}, why);
        QCOMPARE(QString::fromStdString(why), QString());
        QCOMPARE(QString::fromStdString(address.text()), read);
    }

    void redirectsAreReadLikeAddresses_data()
    {
        QTest::addColumn<QByteArray>("location");
        QTest::addColumn<QString>("read");
        QTest::newRow("whole") << QByteArray("http://a.example/x") << "http://a.example/x";
        QTest::newRow("same scheme") << QByteArray("//a.example/x") << "https://a.example/x";
        QTest::newRow("path") << QByteArray("/x?y") << "https://i.redd.it/x?y";
        QTest::newRow("beside") << QByteArray("x:y") << "";
        QTest::newRow("name") << QByteArray("x.png") << "https://i.redd.it/one/x.png";
        QTest::newRow("above") << QByteArray("../x.png") << "https://i.redd.it/one/../x.png";
        QTest::newRow("query") << QByteArray("?z=http://b/") << "https://i.redd.it/one/two.jpg?z=http://b/";
        QTest::newRow("fragment") << QByteArray("#z") << "https://i.redd.it/one/two.jpg?q";
        QTest::newRow("nothing") << QByteArray("") << "https://i.redd.it/one/two.jpg?q";
        QTest::newRow("user's trick") << QByteArray("@127.0.0.1/") << "https://i.redd.it/one/@127.0.0.1/";
        QTest::newRow("backslashes") << QByteArray("\\\\127.0.0.1\\x") << "https://i.redd.it/one/%5C%5C127.0.0.1%5Cx";
        QTest::newRow("three slashes") << QByteArray("///127.0.0.1/x") << "";
        QTest::newRow("one slash") << QByteArray("https:/127.0.0.1/x") << "";
        QTest::newRow("number") << QByteArray("//134744072/x") << "";
        QTest::newRow("script") << QByteArray("javascript:alert(1)") << "";
    }
    void redirectsAreReadLikeAddresses()
    {
        QFETCH(QByteArray, location);
        QFETCH(QString, read);
        std::string why;
        const WebAddress from = readWebAddress("https://i.redd.it/one/two.jpg?q", {}, why);
        const WebAddress address = readRedirect(from, location.toStdString(), {}, why);
        QCOMPARE(why.empty() ? QString::fromStdString(address.text()) : QString(), read);
    }

    void reasonsSayWhat()
    {
        QCOMPARE(refusal("https://me:secret@i.redd.it/a"), std::string("its address has a user name or a password"));
        QCOMPARE(refusal("https://i.redd.it:8080/a"), std::string("its address names a port other than 80 and 443"));
        QCOMPARE(refusal("http://192.168.0.1/a"), std::string("its host is a private address"));
        QCOMPARE(refusal("http://0x7f.1/a"), std::string("its host is a number in an unusual form"));
        QCOMPARE(refusal("http://nas.local/a"), std::string("its host is a name of a local network"));
        QCOMPARE(refusal("http://a..b/"), std::string("its host is not a name"));
        QVERIFY(!refusal(("https://i.redd.it/" + std::string(3000, 'a')).c_str()).empty());
    }

    void aPlanCountsRows()
    {
        const QTemporaryDir folder;
        const fs::path feed = folder.filePath("feed.json").toStdString();
        write(feed, '[' + row("there", "https://i.redd.it/there.png") + ',' + row("a", "https://i.redd.it/1.png") + ','
                        + row("b", "https://i.redd.it/2.png") + ',' + row("c", "https://i.imgur.com/3.png") + ','
                        + row("a", "https://i.redd.it/twice.png") + ',' + row("negative", "https://i.redd.it/4.png", -1)
                        + ',' + row("file", "file.png") + ',' + row("../out", "https://i.redd.it/5.png") + ','
                        + row("local", "http://127.0.0.1/6.png") + ']');
        write(feed.parent_path() / "memes" / "there.jpg", "a picture");
        const FetchPlan plan = planFetch(feed, {}, {}, {});
        QCOMPARE(plan.kept, std::size_t(1));
        QCOMPARE(plan.withoutAddress, std::size_t(1));
        QCOMPARE(plan.wanted.size(), std::size_t(3));
        QCOMPARE(plan.wanted[2].address.text(), std::string("https://i.imgur.com/3.png"));
        QCOMPARE(plan.refused.size(), std::size_t(2));
        QCOMPARE(plan.refused[0].reason, std::string("its id would name a file outside the folder"));
        QCOMPARE(plan.refused[1].id, std::string("local"));
        const auto hosts = plan.hosts();
        QCOMPARE(hosts.size(), std::size_t(2));
        QCOMPARE(hosts[0].host, std::string("i.redd.it"));
        QCOMPARE(hosts[0].pictures, std::size_t(2));
        QCOMPARE(plan.folder, fs::canonical(feed.parent_path() / "memes"));
    }

    void aPlanMakesNothing()
    {
        const QTemporaryDir folder;
        const fs::path feed = folder.filePath("feed.json").toStdString(), images = feed.parent_path() / "new" / "deep";
        write(feed, '[' + row("a", "https://i.redd.it/1.png") + ',' + row("../b", "https://i.redd.it/2.png") + ']');
        const FetchPlan plan = planFetch(feed, {{}, images}, {}, {});
        QCOMPARE(plan.folder, images);
        QCOMPARE(plan.wanted.size(), std::size_t(1));
        QCOMPARE(plan.refused.size(), std::size_t(1));
        QVERIFY(!fs::exists(images));
        QVERIFY(!fs::exists(feed.parent_path() / "memes"));
    }

    void aFolderThatLeadsOutIsNotFilled()
    {
        const QTemporaryDir folder, elsewhere;
        const fs::path feed = folder.filePath("feed.json").toStdString();
        write(feed, '[' + row("a", "https://i.redd.it/1.png") + ']');
        fs::create_directory_symlink(elsewhere.path().toStdString(), feed.parent_path() / "memes");
        QVERIFY_THROWS_EXCEPTION(Error, planFetch(feed, {}, {}, {}));
    }
};

QTEST_GUILESS_MAIN(TestFetchPlan)
#include "fetch_plan_test.moc"
