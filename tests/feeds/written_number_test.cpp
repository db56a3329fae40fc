#include <QTest>

#include <cmath>

#include "core/feeds/written_number.h"

using namespace dank;

class TestWrittenNumber : public QObject {
    Q_OBJECT

private slots:
    void counts_data()
    {
        QTest::addColumn<double>("expected");
        const std::pair<const char *, double> kCounts[] = {{"1992", 1992},
                                                           {"1,992", 1992},
                                                           {"12,345,678", 12345678},
                                                           {"1.234.567", 1234567},
                                                           {"1 992", 1992},
                                                           {" 7 ", 7},
                                                           {"5.0", 5},
                                                           {"1e3", 1000},
                                                           {"1.5", 1.5},
                                                           {"1,5", 1.5},
                                                           {"1.992", 1.992},
                                                           {"1.234,5", 1234.5},
                                                           {"1,234.5", 1234.5},
                                                           {"12.3k", 12300},
                                                           {"12,3K", 12300},
                                                           {"1.2 M", 1200000},
                                                           {"0", 0},
                                                           {"-4", -4},
                                                           {"4.7k", 4700},
                                                           {"0,125", 0.125}};
        for (const auto &[text, count] : kCounts)
            QTest::newRow(text) << count;
        for (const char *none : {"", " ", "k", "many", "1,2,3", "12,34,567", "1..2", "nan", "inf", "0x10", "1k2", "NaN",
                                 "+5", ",5", "1,", "1,234,56", "12 34"})
            QTest::newRow(qPrintable(QString("none '%1'").arg(none))) << std::nan("");
    }
    void counts()
    {
        QFETCH(double, expected);
        QString text = QTest::currentDataTag();
        if (text.startsWith("none '"))
            text = text.mid(6).chopped(1);
        const auto found = writtenCount(text.toStdString());
        QCOMPARE(found.has_value(), !std::isnan(expected));
        if (found)
            QCOMPARE(*found, expected);
    }

    void times_data()
    {
        QTest::addColumn<double>("expected");
        QTest::newRow("1502621109") << 1502621109.0;
        QTest::newRow("1502621109.0") << 1502621109.0;
        QTest::newRow("1502621109123") << 1502621109.123;
        QTest::newRow("2021-09-20") << 1632096000.0;
        QTest::newRow("2021.09.20_77") << 1632096000.0;
        QTest::newRow("2021-09-20T08:15:30Z") << 1632125730.0;
        QTest::newRow("2021-09-20 08:15:30.25") << 1632125730.0;
        QTest::newRow("2021-09-20T08:15:30+02:00") << 1632118530.0;
        QTest::newRow("2021-09-20T08:15-0330") << 1632138300.0;
        QTest::newRow("2020-02-29") << 1582934400.0;
        for (const char *none : {"", "yesterday", "07-06-2020 16:27", "1/14/2024 9:35", "2021-02-29", "2021-13-01",
                                 "2021-09-20T25:00", "2021-09-20T08:15:30 CET", "2021/09-20", "2021-09-2"})
            QTest::newRow(none) << std::nan("");
    }
    void times()
    {
        QFETCH(double, expected);
        const auto found = writtenTime(QTest::currentDataTag());
        QCOMPARE(found.has_value(), !std::isnan(expected));
        if (found)
            QCOMPARE(*found, expected);
    }
};

QTEST_GUILESS_MAIN(TestWrittenNumber)
#include "written_number_test.moc"
