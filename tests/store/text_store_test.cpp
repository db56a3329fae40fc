#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include "library_fixture.h"

using namespace dank;

namespace {

PictureText readText()
{
    return {"ONE DOES NOT\nsimply läuft 🐸",
            0.87,
            {{"ONE", 3, 4, 50, 20, 0.9}, {"läuft", 0, 30, 61, 22, 0.75}, {"🐸", -1, 0, 0, 0, 1}}};
}

}  // namespace

class TestTextStore : public QObject {
    Q_OBJECT
private slots:
    void roundTrip()
    {
        Folder folder;
        {
            Library library = Library::open(folder.path());
            QVERIFY(!library.texts().get("r", "a"));
            library.texts().put("r", std::vector<TextStore::Entry>{{"a", readText()}, {"b", {}}});
            library.texts().put("r", {});
        }
        const Library library = Library::open(folder.path());
        QCOMPARE(library.texts().get("r", "a"), readText());
        QCOMPARE(library.texts().get("r", "b"), PictureText{});  // read, and without words
        QVERIFY(!library.texts().get("r", "c"));
        QVERIFY(!library.texts().get("another", "a"));
    }

    void latestReaderCounts()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        const auto put = [&](const char *reader, const char *text) {
            library.texts().put(reader, std::vector<TextStore::Entry>{{"a", {text, 0.5, {}}}});
        };
        const auto text = [&] { return library.texts().texts(std::vector<std::string>{"a", "b"}); };
        QVERIFY(text().empty());
        QCOMPARE(library.texts().latest(), std::int64_t(0));
        put("first", "one");
        put("second", "two");
        QCOMPARE(text(), (std::map<std::string, std::string>{{"a", "two"}}));
        const std::int64_t before = library.texts().latest();
        put("first", "three");
        QVERIFY(before > 0 && library.texts().latest() > before);
        QCOMPARE(text().at("a"), std::string("three"));
        QCOMPARE(library.texts().get("second", "a")->text, std::string("two"));
    }

    void damagedIsNotRead_data()
    {
        QTest::addColumn<QString>("change");
        for (const char *words : {"", "{", "[1]", "[[1,2,3,4,5,6]]", "[[\"a\",1,2,3,4]]", "[[\"a\",1,2,3,4,7]]",
                                  "[[\"a\",1,2.5,3,4,0.5]]", "{\"a\":1}"})
            QTest::newRow(words) << QStringLiteral("words = '%1'").arg(QLatin1String(words));
        QTest::newRow("confidence") << "confidence = 2";
        QTest::newRow("confidence is text") << "confidence = 'x', words = x'ff'";
    }
    void damagedIsNotRead()
    {
        QFETCH(QString, change);
        Folder folder;
        Library library = Library::open(folder.path());
        library.texts().put("r", std::vector<TextStore::Entry>{{"a", readText()}, {"b", readText()}});
        {
            SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
            database.exec("UPDATE texts SET " + change.toStdString() + " WHERE image_hash = 'a'");
        }
        QVERIFY(!library.texts().get("r", "a"));
        QCOMPARE(library.texts().get("r", "b"), readText());
        library.texts().put("r", std::vector<TextStore::Entry>{{"a", readText()}});  // read again
        QCOMPARE(library.texts().get("r", "a"), readText());
    }

    void isFreedAsWhatCanBeReadAgain()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        library.texts().put("r", std::vector<TextStore::Entry>{{"a", readText()}});
        const auto items = library.housekeeping().items();
        const auto item = std::ranges::find(items, "texts", &StoredItem::kind);
        QVERIFY(item != items.end() && item->canBeFreed && item->rows == 1);
        library.housekeeping().free(*item, {});
        QVERIFY(!library.texts().get("r", "a"));
    }
};

QTEST_GUILESS_MAIN(TestTextStore)
#include "text_store_test.moc"
