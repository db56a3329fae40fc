#include <QTest>

#include "core/dataset/dataset.h"
#include "tests/dataset/pictures.h"

using namespace dank;
using namespace dank::test;

/// Optional fields of odd types; the rest of what makes a meme is dataset_test's.
class MemeMakerTest : public QObject {
    Q_OBJECT

private slots:
    /// The field is lost, never the row.
    void optionalFieldsOfOddTypes_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("value");
        for (const char *field :
             {"title", "author", "media", "created_utc", "subreddit", "url", "thumbnail", "hateful"})
            for (const char *value : {"5", "1.5e3", "true", "null", "[]", "[1, [2, {}]]", "{}", "{\"a\": {\"b\": []}}",
                                      "\"\"", "\"\\u0000\"", "-1e400", "123456789012345678901234567890"})
                QTest::addRow("%s is %s", field, value) << QByteArray(field) << QByteArray(value);
    }
    void optionalFieldsOfOddTypes()
    {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, value);
        static const Pictures pictures({"a.png", "b.png"});
        const Dataset dataset =
            Dataset::load(pictures.write("[{\"id\": \"a\", \"ups\": 1, \"title\": \"t\"}, {\"" + field + "\": " + value
                                         + ", \"id\": \"b\", \"ups\": 2}]"));
        QCOMPARE(dataset.records().size(), 2u);
        QCOMPARE(dataset.records()[1].id, std::string("b"));
        QCOMPARE(dataset.records()[1].upvotes, 2);
    }
};

QTEST_GUILESS_MAIN(MemeMakerTest)
#include "meme_maker_test.moc"
