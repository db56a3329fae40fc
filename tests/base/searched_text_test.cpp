#include <QTest>

#include "core/base/searched_text.h"

using namespace dank;
using Words = std::vector<std::string>;
using Spans = std::vector<TextSpan>;

class TestSearchedText : public QObject {
    Q_OBJECT
private slots:
    void folds_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("searched");
        QTest::newRow("ascii") << QByteArray("One DOES not") << QByteArray("one does not");
        QTest::newRow("umlauts") << QByteArray("ÄÖÜ ß É") << QByteArray("äöü ß é");
        QTest::newRow("greek, with the sigma that ends a word") << QByteArray("ΟΔΟΣ οδός") << QByteArray("οδοσ οδόσ");
        QTest::newRow("cyrillic") << QByteArray("МЕМ") << QByteArray("мем");
        QTest::newRow("emoji stay") << QByteArray("🐸👩‍🚀") << QByteArray("🐸👩‍🚀");
        QTest::newRow("letters of another plane") << QByteArray("𐐀") << QByteArray("𐐨");
        QTest::newRow("controls are spaces") << QByteArray("a\tb\nc\x01"
                                                           "d\x7f"
                                                           "e\xc2\x85"
                                                           "f",
                                                           12)
                                             << QByteArray("a b c d e f");
        QTest::newRow("a zero byte") << QByteArray("a\0b", 3) << QByteArray("a b");
        QTest::newRow("direction marks go") << QByteArray("a\u202E\u2066b\u200F") << QByteArray("ab");
        QTest::newRow("no UTF-8") << QByteArray("a\xff\xc3") << QByteArray("a\xef\xbf\xbd\xef\xbf\xbd");
        QTest::newRow("a surrogate and an overlong one")
            << QByteArray("\xed\xa0\x80\xc0\xaf") << QByteArray("\xef\xbf\xbd").repeated(5);
        QTest::newRow("empty") << QByteArray() << QByteArray();
    }
    void folds()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, searched);
        QCOMPARE(QByteArray::fromStdString(searchedText(text.toStdString())), searched);
    }

    void wordsOfAQuery()
    {
        QCOMPARE(searchedWords("  The cat\tTHE  catfish "), (Words{"catfish", "cat", "the"}));
        QCOMPARE(searchedWords("a\"b AND *"), (Words{"a\"b", "and", "*"}));
        QVERIFY(searchedWords(" \n\u00a0\u3000").empty());
        QVERIFY(searchedWords("\u202E").empty());
    }

    void places()
    {
        QCOMPARE(placesOf({"cat"}, "Cat, conCATenate"), (Spans{{0, 3}, {8, 11}}));
        QCOMPARE(placesOf({"läu", "uft"}, "Es LÄUFT"), (Spans{{3, 9}}));  // bytes, and one where they touch
        QCOMPARE(placesOf({"ab"}, "a\u202Eb!"), (Spans{{0, 5}}));         // the mark between is inside
        QCOMPARE(placesOf({"🐸"}, "x🐸y"), (Spans{{1, 5}}));
        QVERIFY(placesOf({"dog"}, "cat").empty());
        QVERIFY(placesOf({}, "cat").empty());
        QVERIFY(placesOf({""}, "cat").empty());
        QVERIFY(placesOf({"cat"}, "").empty());
    }

    /// What find() of the standard library takes hours for.
    void longTextsAndWords()
    {
        const std::string text(1'000'000, 'a');
        QVERIFY(placesOf({std::string(500'000, 'a') + 'b'}, text).empty());
        QCOMPARE(placesOf({"aa"}, text), (Spans{{0, text.size()}}));
        QCOMPARE(findWord(text, "a", text.size()), std::string::npos);
        QCOMPARE(findWord(text, "a", text.size() + 1), std::string::npos);
    }

    void plainLines()
    {
        QCOMPARE(plainLine("  a\r\n\tb \x1b[31m \u202Ec\u2069 "), std::string("a b [31m c"));
        QCOMPARE(plainLine("Ä \xff 🐸"), std::string("Ä \xef\xbf\xbd 🐸"));
        QCOMPARE(plainLine("\n"), std::string());
    }
};

QTEST_GUILESS_MAIN(TestSearchedText)
#include "searched_text_test.moc"
