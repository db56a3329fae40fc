#include <QTest>

#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/dataset/shard.h"

using namespace dank;

class TestShard : public QObject {
    Q_OBJECT
private slots:
    void eachPictureIsInOne()
    {
        for (const std::uint32_t of : {1U, 2U, 3U, 7U, 64U}) {
            std::map<std::uint32_t, int> held;
            for (int i = 0; i < 2000; ++i) {
                const std::string hash = hashText(std::to_string(i));
                int holders = 0;
                for (std::uint32_t number = 1; number <= of; ++number)
                    if (Shard{number, of}.holds(hash)) {
                        ++held[number];
                        ++holders;
                    }
                QCOMPARE(holders, 1);
            }
            for (const auto &[number, count] : held)  // even, within five standard deviations
                QVERIFY(std::abs(count - 2000.0 / of) < 5 * std::sqrt(2000.0 / of));
            QCOMPARE(held.size(), std::size_t(of));
        }
    }

    /// Other machines and versions have to deal as this one does.
    void dealsByTheFirstDigits()
    {
        const std::string hash = "00000000000000ff" + std::string(16, '7');
        QVERIFY((Shard{1, 5}.holds(hash)));  // 255 = 5 × 51
        QVERIFY((Shard{4, 7}.holds(hash)));  // 255 = 7 × 36 + 3
        QVERIFY((!Shard{3, 7}.holds(hash)));
        QVERIFY((Shard{16, 17}.holds("ffffffffffffffff" + std::string(16, '0')) == false));
        QVERIFY((Shard{1, 17}.holds("ffffffffffffffff" + std::string(16, '0'))));  // 2^64 - 1 = 17 × …
    }

    void whatCannotBeReadIsEverywhere()
    {
        QVERIFY((Shard{1, 3}.holds("")));
        QVERIFY((Shard{3, 3}.holds("")));
    }

    void parse()
    {
        const Shard shard = Shard::parse("2/8");
        QCOMPARE(shard.number, 2U);
        QCOMPARE(shard.of, 8U);
        QCOMPARE(QString::fromStdString(shard.text()), QString("2/8"));
        QVERIFY(Shard::parse("1/1").isWhole());
    }

    void refused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("from nought") << "0/3"
                                     << "1/3 to 3/3";
        QTest::newRow("beyond") << "4/3"
                                << "1/3 to 3/3";
        QTest::newRow("a letter") << "x"
                                  << "\"x\" is no part: it is I/N";
        QTest::newRow("of nothing") << "1/0"
                                    << "0 parts";
        QTest::newRow("of too many") << "1/1000001"
                                     << "1 to 1000000";
        for (const char *text :
             {"", "/", "1", "1/", "/2", "-1/3", "1/3/4", "1 /3", "+1/3", "1.0/3", "1/18446744073709551617"})
            QTest::newRow(text) << text << "is I/N";
    }
    void refused()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        try {
            Shard::parse(text.toStdString());
            QFAIL("it was taken");
        } catch (const Error &error) {
            QVERIFY2(QString(error.what()).contains(says), error.what());
        }
    }
};

QTEST_APPLESS_MAIN(TestShard)
#include "shard_test.moc"
