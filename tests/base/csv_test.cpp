#include <QTest>

#include <cmath>
#include <limits>

#include "core/base/csv.h"

using namespace dank;

class TestCsv : public QObject {
    Q_OBJECT
private slots:
    /// The examples of RFC 4180, section 2, and what needs no quotation marks.
    void cells()
    {
        QCOMPARE(csvCell(""), std::string());
        QCOMPARE(csvCell("a b;c'd"), std::string("a b;c'd"));
        QCOMPARE(csvCell("b\r\nbb"), std::string("\"b\r\nbb\""));
        QCOMPARE(csvCell("one\ntwo"), std::string("\"one\ntwo\""));
        QCOMPARE(csvCell("a,b"), std::string("\"a,b\""));
        QCOMPARE(csvCell("b\"bb"), std::string("\"b\"\"bb\""));
        QCOMPARE(csvCell("\""), std::string("\"\"\"\""));
        QCOMPARE(csvCell(0.1 + 0.2), std::string("0.30000000000000004"));
        QCOMPARE(csvCell(-2.0), std::string("-2"));
        QCOMPARE(csvCell(std::numeric_limits<double>::infinity()) + csvCell(std::nan("")), std::string());
        QCOMPARE(csvCell("\xc3\xa4,\xc3\xb6"), std::string("\"\xc3\xa4,\xc3\xb6\""));
    }

    void nothingIsComputed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("cell");
        const auto row = [](const char *text, const char *cell) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(cell);
        };
        row("=1+1", "'=1+1");
        row("=cmd|' /C calc'!A0, \"x\"", "\"'=cmd|' /C calc'!A0, \"\"x\"\"\"");
        row("+x", "'+x");
        row("-x", "'-x");
        row("-", "'-");
        row("@SUM(A1)", "'@SUM(A1)");
        row("\tx", "'\tx");
        row("\rx", "\"'\rx\"");
        row("'=x", "''=x");
        row("''-5", "'''-5");
        row("-inf", "'-inf");
        row("-5 cats", "'-5 cats");
        // What is no formula stays.
        row("-5", "-5");
        row("-2.5e-07", "-2.5e-07");
        row("a=b", "a=b");
        row("'tis", "'tis");
        row("'", "'");
        row(" =x", " =x");
    }
    void nothingIsComputed()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, cell);
        QCOMPARE(QByteArray::fromStdString(csvCell(text.toStdString())), cell);
        const std::string guarded = csvText(text.toStdString());
        QCOMPARE(QByteArray::fromStdString(std::string(uncomputed(guarded))), text);
    }

    void commentsHoldNoFormula()
    {
        QCOMPARE(csvComment("Loss of run 7"), std::string("# Loss of run 7"));
        QCOMPARE(csvComment("a,=b;-c\t@d e=f, =g\nh"), std::string("# a,'=b;'-c\t'@d e=f, =g h"));
    }
};

QTEST_GUILESS_MAIN(TestCsv)
#include "csv_test.moc"
