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
};

QTEST_GUILESS_MAIN(TestCsv)
#include "csv_test.moc"
