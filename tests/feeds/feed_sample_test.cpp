#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/feeds/feed_sample.h"
#include "core/feeds/read_feed.h"

using namespace dank;

/// The first rows of a file, and what a mapping makes of them.
class TestFeedSample : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path write(const QByteArray &bytes, const char *name = "feed") const
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write the test's file");
        return file.fileName().toStdString();
    }
    FeedSample sample(const QByteArray &bytes) const { return readFeedSample(write(bytes), {}); }

private slots:
    /// Whatever the layout, the sample of a short file makes the feed that reading it makes.
    void makesTheSameFeed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("TinyDB") << QByteArray(R"({"_default": {"1": {"id": "a", "ups": 1}}, "x": {"1": {"n": 2}}})");
        QTest::newRow("lines") << QByteArray(
            "{\"id\": \"a\", \"score\": 3, \"url\": \"u/a.png\"}\n{\"id\": \"b\"}\nno\n");
        QTest::newRow("CSV") << QByteArray("id,likes,what\na,3,x\nb,,y\nc,1\n");
        QTest::newRow("pandas") << QByteArray(R"({"columns": ["id", "ups"], "index": [7], "data": [["a", 1]]})");
        QTest::newRow("pandas by column") << QByteArray(R"({"id": {"0": "a", "1": "b"}, "ups": {"0": 1, "1": 2}})");
        QTest::newRow("labels") << QByteArray("img,label\na.png,yes\nb.png,no\n");
    }
    void makesTheSameFeed()
    {
        QFETCH(QByteArray, bytes);
        const std::filesystem::path file = write(bytes);
        const Feed feed = readFeed(file, {}, {});
        const FeedSample taken = readFeedSample(file, {});
        QVERIFY(taken.whole);
        const Feed made = feedOf(taken, {}, file, {});
        QCOMPARE(made.layout, feed.layout);
        QCOMPARE(made.mapping.columns, feed.mapping.columns);
        QCOMPARE(taken.mappingUnder({}).columns, feed.mapping.columns);
        QCOMPARE(made.rows.size(), feed.rows.size());
        QCOMPARE(made.tables.size(), feed.tables.size());
        for (std::size_t i = 0; i < feed.rows.size(); ++i) {
            QCOMPARE(made.rows[i].id, feed.rows[i].id);
            QCOMPARE(made.rows[i].key, feed.rows[i].key);
            QCOMPARE(made.rows[i].upvotes, feed.rows[i].upvotes);
            QCOMPARE(made.rows[i].problem, feed.rows[i].problem);
        }
    }

    void endsEarly()
    {
        QByteArray csv = "id,ups\n", lines;
        for (int i = 0; i < 5000; ++i) {
            csv += "m" + QByteArray::number(i) + ",3\n";
            lines += "{\"id\": \"m" + QByteArray::number(i) + "\", \"ups\": 3}\n";
        }
        for (const QByteArray &bytes : {csv, lines, '[' + lines.trimmed().replace('\n', ',') + ']'}) {
            const FeedSample taken = sample(bytes);
            QCOMPARE(taken.rows.size(), std::size_t(1000));
            QVERIFY(!taken.whole);
            QCOMPARE(feedOf(taken, {}, "f", {}).rows.back().id, std::string("m999"));
        }
        // What is broken further down is not looked at.
        QCOMPARE(sample('[' + lines.trimmed().replace('\n', ',') + ", oh").rows.size(), std::size_t(1000));
        QVERIFY_THROWS_EXCEPTION(Error, sample("[{\"id\": \"a\"}, oh"));
    }

    /// The same columns are one shape, whatever stands in them and how the file is packed.
    void shapes()
    {
        const std::string shape = sample("x,y,z\n1,2,3\n").shape();
        QCOMPARE(sample("x,y,z\n4,,\n5,6,7\n").shape(), shape);
        QCOMPARE(sample("z,x,y\n4,5,6\n").shape(), shape);
        QVERIFY(sample("x,y\n1,2\n").shape() != shape);
        QVERIFY(sample("x;y;z\n1;2;3\n").shape() != shape);
        QVERIFY(sample("x,\"y,z\"\n1,2\n").shape() != shape);
        QVERIFY(sample("xy,z\n1,2\n").shape() != sample("x,yz\n1,2\n").shape());
    }

    void noColumnIsNoGuess()
    {
        const std::filesystem::path file = write("id,ups,title,who\na,1,t,w\n");
        FeedOptions options{parseFeedMapping({"title=-", "author=who"}), {}};
        const Feed feed = readFeed(file, options, {});
        QCOMPARE(feed.mapping.column(FeedField::Title), std::string());
        QCOMPARE(feed.mapping.column(FeedField::Author), std::string("who"));
        QCOMPARE(feed.rows.at(0).title, std::string());
        QVERIFY(isEnough(feed.mapping, false));
        QVERIFY(!isEnough(readFeedSample(file, {}).mappingUnder(parseFeedMapping({"upvotes=-"})), false));
    }

    /// pandas' index and TinyDB's keys may be the ids; numbers of rows are none.
    void rowsMayHaveNamesOfTheirOwn()
    {
        const FeedSample named =
            readFeedSample(write(R"({"abc": {"ups": 1, "t": "x"}, "5": {"ups": 2, "t": "y"}})"), {});
        QVERIFY(named.namesItsRows() && isEnough(named.mappingUnder({}), true));
        const FeedSample numbered =
            readFeedSample(write(R"({"1": {"ups": 1, "t": "x"}, "2": {"ups": 2, "t": "y"}})"), {});
        QVERIFY(!numbered.namesItsRows() && !isEnough(numbered.mappingUnder({}), false));
    }

    void oneColumnForSeveralFields()
    {
        const std::filesystem::path file = write("name,n\na.png,1\nb.png,2\nb.png,3\nb.png,4\n");
        const FeedOptions options{parseFeedMapping({"id=name", "image=name", "group=name", "upvotes=n"}), {}};
        const Feed feed = readFeed(file, options, {});
        QCOMPARE(feed.rows.at(1).id, std::string("b.png"));
        QCOMPARE(feed.rows.at(1).image, std::string("b.png"));
        QCOMPARE(feed.columns->value("name", feed.rows.at(1).columnsRow), std::string("b.png"));
        QVERIFY(feed.rows.at(1).problem.empty());
    }

    /// A column that a table names and that has nothing in it is one that can be chosen.
    void emptyColumns()
    {
        const std::filesystem::path file = write("id,votes2,z\na,,\n");
        QCOMPARE(readFeedSample(file, {}).columns, (std::vector<std::string>{"id", "votes2", "z"}));
        QCOMPARE(readFeed(file, {parseFeedMapping({"upvotes=votes2"}), {}}, {}).rows.size(), std::size_t(1));
    }

    void hostile()
    {
        QByteArray header, cells;
        for (int i = 0; i < 10'000; ++i) {
            header += (i ? ",c" : "c") + QByteArray::number(i);
            cells += i ? ",1" : "1";
        }
        QByteArray wide = header + '\n';
        for (int i = 0; i < 300; ++i)
            wide += cells + '\n';
        FeedSample taken = sample(wide);
        QCOMPARE(taken.columns.size(), std::size_t(10'000));
        QVERIFY(taken.rows.size() < 100 && !taken.whole);  // bounded by bytes, not by rows
        taken = sample(QByteArray(1000000, 'n') + ",ups\na,1\n");
        QCOMPARE(taken.columns.at(0).size(), std::size_t(1000000));
        QCOMPARE(feedOf(taken, taken.mappingUnder({}), "f", {}).rows.size(), std::size_t(1));
        for (const char *empty : {"{}", "[]", "x,y\n"}) {
            try {
                const FeedSample none = sample(empty);
                QVERIFY(none.rows.empty());
                feedOf(none, {}, "f", {});
            } catch (const Error &error) {
                QVERIFY(error.kind() == ErrorKind::Format);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFeedSample)
#include "feed_sample_test.moc"
