#include "fetch_fixture.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "core/base/error.h"

using namespace dank;

namespace fs = std::filesystem;

namespace {

const QByteArray kPng = "Content-Type: image/png\r\n";

/// A picture of its own for each number: its last pixels differ.
QByteArray differentPicture(int number)
{
    QByteArray bytes = pictureBytes("rgb_13x7.bmp");
    bytes[bytes.size() - 1] = char(number);
    bytes[bytes.size() - 2] = char(number >> 8);
    return bytes;
}

}  // namespace

/// Many pictures of several hosts: who is asked how often, what stands for removed ones, and what a stop leaves.
class TestFetchHosts : public QObject {
    Q_OBJECT

private:
    HttpServer m_server;
    std::atomic_int m_now{0}, m_most{0}, m_busy{0}, m_limited{0}, m_left{0}, m_held{0};
    FetchSettings m_settings = quick();

    QString at(const char *host, const QByteArray &path) const
    {
        return "http://" + QString(host) + ':' + QString::number(m_server.port()) + QString::fromUtf8(path);
    }
    FetchReport fetch(const FetchedFeed &feed) const { return feed.fetch(m_server.port(), m_settings); }

private slots:
    void initTestCase()
    {
        for (int i = 0; i < 40; ++i) {
            m_server.on("/slow/" + QByteArray::number(i), [this, i](Exchange &exchange) {
                const int now = ++m_now;
                for (int most = m_most; now > most && !m_most.compare_exchange_weak(most, now);) {
                }
                QTest::qSleep(20);
                --m_now;
                exchange.answer("200 OK", "Content-Type: image/bmp\r\n", differentPicture(i));
            });
            m_server.on("/same/" + QByteArray::number(i),
                        [](Exchange &exchange) { exchange.answer("200 OK", kPng, pictureBytes()); });
            m_server.on("/left/" + QByteArray::number(i), [this](Exchange &exchange) {
                ++m_left;
                exchange.answer("429 Too Many Requests", "Retry-After: 3600\r\n", "");
            });
        }
        m_server.on("/busy", [this](Exchange &exchange) {
            if (++m_busy < 3)
                exchange.answer(m_busy == 1 ? "503 Service Unavailable" : "429 Too Many Requests",
                                m_busy == 1 ? "Retry-After: 0\r\n" : "Retry-After: Thu, 01 Jan 1970 00:00:10 GMT\r\n",
                                "");
            else
                exchange.answer("200 OK", kPng, pictureBytes());
        });
        m_server.on("/limited", [this](Exchange &exchange) {
            ++m_limited;
            exchange.answer("429 Too Many Requests", "", "");
        });
        m_server.on("/gone.jpg", [this](Exchange &exchange) {
            exchange.answer("302 Found", "Location: " + at("i.imgur.com", "/removed.png").toUtf8() + "\r\n", "");
        });
        m_server.on("/removed.png", [](Exchange &exchange) { exchange.answer("200 OK", kPng, pictureBytes()); });
        m_server.on("/marked.png", [](Exchange &exchange) {
            exchange.answer("200 OK", kPng + "ETag: \"d835884373f4d6c8f24742ceabe74946\"\r\n", pictureBytes());
        });
        m_server.on("/hold", [this](Exchange &exchange) {
            exchange.head("200 OK", kPng + "Content-Length: 1000\r\n");
            ++m_held;
            exchange.hold();
        });
        m_server.start();
        m_settings.names = [](const WebAddress &address) {
            return std::vector{address.host + ':' + std::to_string(address.port) + ":127.0.0.1"};
        };
    }

    void twoAtOnceFromOneHost()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 12; ++i)
            rows.emplace_back(QString::number(i), at("one.example", "/slow/" + QByteArray::number(i)));
        const FetchedFeed feed(rows);
        m_most = 0;
        const FetchReport report = fetch(feed);
        QCOMPARE(report.fetched.size(), std::size_t(12));
        QCOMPARE(feed.files(), 12);
        QVERIFY2(m_most <= 2, QByteArray::number(m_most));
    }

    void sixAtOnceInAll()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 40; ++i)
            rows.emplace_back(QString::number(i), at(("host" + std::to_string(i % 10) + ".example").c_str(),
                                                     "/slow/" + QByteArray::number(i)));
        const FetchedFeed feed(rows);
        m_most = 0;
        QCOMPARE(fetch(feed).fetched.size(), std::size_t(40));
        QVERIFY2(m_most <= 6, QByteArray::number(m_most));
    }

    void aBusyHostIsAskedAgain()
    {
        const FetchedFeed feed({{"one", at("busy.example", "/busy")}});
        QCOMPARE(outcome(feed, fetch(feed)), "fetched");
        QCOMPARE(m_busy.load(), 3);
    }

    void aHostThatStaysBusyIsAskedThreeTimes()
    {
        const FetchedFeed feed({{"one", at("busy.example", "/limited")}});
        QCOMPARE(outcome(feed, fetch(feed)), "failed: the server has had too many requests (429)");
        QCOMPARE(m_limited.load(), 3);
    }

    /// An hour is longer than anyone waits: nothing more is asked of that host, and others go on.
    void aHostThatWantsToBeLeftAloneIs()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 20; ++i)
            rows.emplace_back("left" + QString::number(i), at("left.example", "/left/" + QByteArray::number(i)));
        rows.emplace_back("other", at("other.example", "/slow/1"));
        const FetchedFeed feed(rows);
        const FetchReport report = fetch(feed);
        QCOMPARE(report.failed.size(), std::size_t(20));
        QCOMPARE(report.fetched, std::vector<std::string>{"other"});
        QVERIFY2(m_left <= 2, QByteArray::number(m_left));
        QVERIFY(std::ranges::any_of(report.failed, [](const MissedPicture &missed) {
            return missed.reason == "its host asks to be left alone for 3600 s";
        }));
    }

    void aHostThatIsNotThereIsLeft()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 9; ++i)
            rows.emplace_back(QString::number(i),
                              "https://one.example:" + QString::number(m_server.port()) + "/slow/1");
        const FetchedFeed feed(rows);
        const int before = m_server.requestCount();
        FetchSettings impatient = m_settings;
        impatient.whole = std::chrono::milliseconds(200);
        const FetchReport report = feed.fetch(m_server.port(), impatient);  // it speaks no TLS
        QCOMPARE(report.failed.size(), std::size_t(9));
        QVERIFY(!report.anyAnswer);
        QVERIFY(m_server.requestCount() - before <= 4);
    }

    void knownPlaceholders()
    {
        for (const char *path : {"/gone.jpg", "/removed.png", "/marked.png"}) {
            const FetchedFeed feed({{"one", at("i.imgur.com", path)}});
            QCOMPARE(outcome(feed, fetch(feed)), "refused: it is imgur's picture for removed ones");
        }
        for (const char *path : {"/removed.png", "/marked.png"}) {
            const FetchedFeed feed({{"one", at("notimgur.com", path)}});
            QCOMPARE(outcome(feed, fetch(feed)), "fetched");
        }
    }

    void onePictureForManyAddressesIsNone()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 7; ++i)
            rows.emplace_back("same" + QString::number(i), at("same.example", "/same/" + QByteArray::number(i)));
        rows.emplace_back("elsewhere", at("other.example", "/same/1"));
        rows.emplace_back("real", at("same.example", "/slow/3"));
        const FetchedFeed feed(rows);
        FetchReport report = fetch(feed);
        std::ranges::sort(report.fetched);
        QCOMPARE(report.fetched, (std::vector<std::string>{"elsewhere", "real"}));
        QCOMPARE(report.refused.size(), std::size_t(7));
        QCOMPARE(feed.files(), 2);
        QVERIFY(report.refused.front().reason.starts_with("same.example sends the same picture"));
    }

    /// One address that several memes name is one picture posted again.
    void onePictureOfOneAddressIsKept()
    {
        std::vector<std::pair<QString, QString>> rows;
        for (int i = 0; i < 8; ++i)
            rows.emplace_back(QString::number(i), at("same.example", "/same/1"));
        const FetchedFeed feed(rows);
        QCOMPARE(fetch(feed).fetched.size(), std::size_t(8));
    }

    void whatIsThereStays()
    {
        const FetchedFeed feed({{"a", at("one.example", "/same/1")},
                                {"b", at("one.example", "/slow/2")},
                                {"c", at("one.example", "/slow/3")}});
        fs::create_directories(feed.path("memes"));
        QFile mine(QString::fromStdString(feed.path("memes/a.gif")));
        QVERIFY(mine.open(QIODevice::WriteOnly) && mine.write("mine") == 4);
        mine.close();
        const FetchPlan plan = feed.plan(m_server.port());
        QCOMPARE(plan.kept, std::size_t(1));
        // Made after the plan was: a file, and a link that leads to where a file could be made.
        QFile later(QString::fromStdString(feed.path("memes/b.bmp")));
        QVERIFY(later.open(QIODevice::WriteOnly) && later.write("later") == 5);
        later.close();
        fs::create_symlink(feed.path("outside.bmp"), feed.path("memes/c.bmp"));
        const FetchReport report = fetchPictures(plan, m_settings, {});
        QCOMPARE(report.refused.size(), std::size_t(2));
        QCOMPARE(report.fetched.size(), std::size_t(0));
        QCOMPARE(feed.contents("memes/a.gif"), "mine");
        QCOMPARE(feed.contents("memes/b.bmp"), "later");
        QVERIFY(!fs::exists(feed.path("outside.bmp")));
    }

    void aStopLeavesWholePictures()
    {
        const FetchedFeed feed({{"a", at("one.example", "/slow/1")},
                                {"b", at("two.example", "/hold")},
                                {"c", at("three.example", "/hold")}});
        JobContext job;
        std::thread stop([&] {
            while (m_held < 2 || feed.files() < 1)
                QTest::qSleep(5);
            job.cancel.cancel();
        });
        m_settings.stall = m_settings.whole = std::chrono::minutes(10);
        bool stopped = false;
        try {
            fetchPictures(feed.plan(m_server.port()), m_settings, job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        stop.join();
        QVERIFY(stopped);
        QCOMPARE(feed.files(), 1);
        QCOMPARE(feed.contents("memes/a.bmp"), differentPicture(1));
        QCOMPARE(feed.plan(m_server.port()).wanted.size(), std::size_t(2));  // and so it goes on from there
    }

    /// What cannot be written ends it, for all hosts.
    void aFolderThatIsNone()
    {
        const FetchedFeed feed({{"a", at("one.example", "/slow/1")}, {"b", at("two.example", "/slow/2")}});
        FetchPlan plan = feed.plan(m_server.port());
        plan.folder = feed.path("feed.json");
        QVERIFY_THROWS_EXCEPTION(Error, fetchPictures(plan, m_settings, {}));
    }
};

QTEST_GUILESS_MAIN(TestFetchHosts)
#include "fetch_hosts_test.moc"
