#include <QTest>

#include "core/base/error.h"
#include "core/learn/loss.h"

using namespace dank;

class TestLosses : public QObject {
    Q_OBJECT

private slots:
    void lossesAsText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("again");
        for (const char *text : {"mse", "huber", "bce", "ranknet", "bce+0.5ranknet", "2mse+0.000001ranknet",
                                 "huber:0.2", "0.5huber:1000000", "1000000bce"})
            QTest::newRow(text) << text << text;
        QTest::newRow("spaces") << " bce + 0.5 ranknet "
                                << "bce+0.5ranknet";
        QTest::newRow("weight 1") << "1.0mse+.5bce"
                                  << "mse+0.5bce";
        QTest::newRow("huber's own") << "huber:0.1"
                                     << "huber";
    }
    void lossesAsText()
    {
        QFETCH(QString, text);
        QFETCH(QString, again);
        const std::vector<LossTerm> terms = lossFromText(text.toStdString());
        QCOMPARE(QString::fromStdString(lossText(terms)), again);
        QVERIFY(lossFromText(lossText(terms)) == terms);
    }

    void badLossesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"",
                                 " ",
                                 "+",
                                 "mse+",
                                 "+mse",
                                 "MSE",
                                 "l1",
                                 "mse:1",
                                 "huber:",
                                 "huber:x",
                                 "huber:0.1x",
                                 "huber:-1",
                                 "huber:0",
                                 "huber:2000000",
                                 "-1mse",
                                 "0mse",
                                 "infmse",
                                 "nanmse",
                                 "1e3mse",
                                 "1e-3mse",
                                 "mse+mse",
                                 "huber+2huber:3",
                                 "0.0000001bce",
                                 "1..5mse",
                                 ".mse",
                                 "0x1mse",
                                 "mse\n",
                                 "\x1b[31m"})
            QTest::addRow("\"%s\"", text) << QByteArray(text);
        QTest::newRow("long") << QByteArray(300, '1') + "mse";
        QTest::newRow("huge") << QByteArray(100'000'000, '+');
        QTest::newRow("nul") << QByteArray("mse\0", 4);
    }
    void badLossesAreRefused()
    {
        QFETCH(QByteArray, text);
        try {
            (void)lossFromText(text.toStdString());
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
            const std::string said = error.what();
            QVERIFY2(said.find("bce+0.5ranknet") != std::string::npos && said.size() < 300, error.what());
            QVERIFY(std::none_of(said.begin(), said.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
        }
    }
};

QTEST_GUILESS_MAIN(TestLosses)
#include "loss_test.moc"
