#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/feeds/read_feed.h"
#include "tests/feeds/packing.h"
#include "tests/feeds/samples.h"

using namespace dank;
using namespace dank::test;

namespace {

/// "id upvotes title|author@created, …; id problem, …"
QString described(const Feed &feed)
{
    QStringList good, bad;
    for (const FeedRow &row : feed.rows) {
        const QString id = QString::fromStdString(row.id.empty() ? row.key : row.id);
        if (!row.problem.empty())
            bad << id + ' ' + QString::fromStdString(row.problem);
        else if (!row.upvotes)
            bad << id + (row.hasUpvotes ? " " + QString::fromStdString(row.upvotesText) : QString(" no upvotes"));
        else
            good << QString("%1 %2 %3|%4@%5")
                        .arg(id)
                        .arg(*row.upvotes)
                        .arg(QString::fromStdString(row.title), QString::fromStdString(row.author))
                        .arg(row.created, 0, 'f', 0);
    }
    return good.join(", ") + (bad.isEmpty() ? "" : "; " + bad.join(", "));
}

}  // namespace

class TestFeeds : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path write(const QByteArray &bytes, const char *name = "feed") const
    {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write the test's file");
        return path.toStdString();
    }
    Feed read(const QByteArray &bytes, const FeedOptions &options = {}) const
    {
        return readFeed(write(bytes), options, {});
    }
    QString errorOf(const QByteArray &bytes, const FeedOptions &options = {}) const
    {
        try {
            return "read " + described(read(bytes, options));
        } catch (const Error &error) {
            return QString(error.what());
        }
    }

private slots:
    void layouts_data()
    {
        QTest::addColumn<int>("sample");
        QTest::addColumn<int>("form");
        const char *const forms[] = {"plain", "gzip", "Zstandard", "UTF-16 LE", "UTF-16 BE"};
        for (int s = 0; s < static_cast<int>(samples().size()); ++s)
            for (int form = 0; form < 5; ++form)
                QTest::addRow("%d %s %s", s, samples()[static_cast<std::size_t>(s)].layout, forms[form]) << s << form;
    }
    void layouts()
    {
        QFETCH(int, sample);
        QFETCH(int, form);
        const Sample &one = samples()[static_cast<std::size_t>(sample)];
        if (form > 2 && one.bytes.startsWith("\xef\xbb\xbf"))
            return;  // a mark in front of the mark
        const QByteArray bytes = form == 0   ? one.bytes
                                 : form == 1 ? gzipped(one.bytes)
                                 : form == 2 ? zstandard(one.bytes)
                                             : utf16(one.bytes, form == 4);
        const Feed feed = read(bytes);
        QCOMPARE(QString::fromStdString(feed.layout), QString(one.layout)
                                                          + (form == 1   ? ", gzip"
                                                             : form == 2 ? ", Zstandard"
                                                                         : ""));
        QString expected = QString::fromUtf8(one.expected);
        if (QByteArray(one.layout) == "CSV with semicolons")  // 1.992.0 is no number
            expected = "a 5 first|x@1502621109; b the text \"1.992.0\"";
        QCOMPARE(described(feed), expected);
    }

    void severalPackedPieces()
    {
        const QByteArray lines = samples()[3].bytes;
        const int half = static_cast<int>(lines.indexOf('\n')) + 1;
        for (const auto &pack : {gzipped, zstandard})
            QCOMPARE(described(read(pack(lines.left(half)) + pack(lines.mid(half)))), QString::fromUtf8(kExpected));
    }

    void whatIsBrokenIsTold_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QByteArray &bytes, const char *expected) {
            QTest::newRow(name) << bytes << QString::fromUtf8(expected);
        };
        row("a bad line", "{\"id\": \"a\", \"ups\": 1}\n{\"id\": \"b\", \n[5]\n{\"id\": \"c\", \"ups\": 2}\n",
            "read a 1 |@0, c 2 |@0; 2 it is not valid JSON: syntax error while parsing object key - unexpected end of "
            "input; "
            "expected string literal, 3 it is a list, not an object");
        row("a cell too many", "id,ups\na,1,2\nb,2\nc\n",
            "read b 2 |@0; a it has 3 cells for 2 columns, c it has 1 cells for 2 columns");
        row("an open quote", "id,ups\na,\"1\nb,2\n", "read ; a the text \"1\nb,2\n\"");
        row("cut gzip", gzipped(samples()[3].bytes).chopped(9), "cannot be unpacked: it ends early");
        row("cut Zstandard", zstandard(samples()[3].bytes).chopped(2), "cannot be unpacked: it ends early");
        row("bad gzip", gzipped("x").replace(10, 3, "\xff\xff\xff"), "cannot be unpacked: its gzip data are damaged");
        row("packed nothing", gzipped(" \n"), "is empty");
        row("a web page", "<!DOCTYPE html, with a comma>\n", "line 1, column 1");
        row("two columns of one name", "id,ups,ups,tag\na,1,2,x\n", "read a 1 |@0");
        row("NUL behind a document",
            QByteArray("{\"1\": {\"id\": \"a\", \"ups\": 1}}\n\0\x7f"
                       "ELF",
                       34),
            "is not valid JSON at line 2, column 1: it holds a NUL byte");
        row("NUL at the end", QByteArray("[{\"id\": \"a\", \"ups\": 1}]\0", 24),
            "line 1, column 24: it holds a NUL byte");
        row("NUL in a line", QByteArray("{\"id\": \"a\", \"ups\": 1}\0\n{\"id\": \"b\", \"ups\": 2}\n", 45),
            "read b 2 |@0; 1 it is not valid JSON: it holds a NUL byte, which no text has");
        row("uneven rows of pandas", R"({"columns": ["id", "ups"], "index": [7, 8], "data": [["a", 1], ["b"]]})",
            "read a 1 |@0; b it has 1 values for 2 columns");
    }
    void whatIsBrokenIsTold()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        const QString got = errorOf(bytes);
        QVERIFY2(expected.startsWith("read") ? got == expected : got.contains(expected), qPrintable(got));
    }

    /// What `dank search --format csv` and the window's tables write comes back as it was.
    void ourOwnCsvComesBack()
    {
        QByteArray bytes = "id,title,ups\n";
        const std::string ids[] = {"=1+1", "-x", "'=y", "-7", "'tis"}, titles[] = {"@a, \"b\"", "+", "''+", "=", "-1"};
        for (int i = 0; i < 5; ++i)
            bytes += QByteArray::fromStdString(csvCell(ids[i]) + ',' + csvCell(titles[i]) + ",3\n");
        const Feed feed = read(bytes);
        QCOMPARE(feed.rows.size(), std::size_t(5));
        for (std::size_t i = 0; i < 5; ++i) {
            QCOMPARE(feed.rows[i].id, ids[i]);
            QCOMPARE(feed.rows[i].title, titles[i]);
        }
    }

    void longLinesAreNotKept()
    {
        const QByteArray row = "{\"id\": \"a\", \"ups\": 1}\n";
        QByteArray bytes = row + "{\"title\": \"" + QByteArray(40 << 20, 'x') + "\"}\n" + row.toUpper().toLower();
        QCOMPARE(described(read(gzipped(bytes))), QString("a 1 |@0, a 1 |@0; 2 its line is longer than 16 MB"));
        QVERIFY(errorOf("id,ups\n\"" + QByteArray(20 << 20, 'x')).contains("is a quotation mark missing?"));
    }

    void tablesOfMemesAreRead()
    {
        const Feed feed =
            read(R"({"_default": {"1": {"last_run": "2018", "count": 2}}, "funny": {"1": {"id": "a", "ups": 1}},
            "memes": {"1": {"id": "b", "ups": 2}, "2": {"id": "c", "ups": 3}}})");
        QCOMPARE(described(feed), QString("a 1 |@0, b 2 |@0, c 3 |@0"));
        QCOMPARE(feed.tables.size(), 3u);
        QCOMPARE(feed.tables[0].read, 0u);
        QCOMPARE(feed.tables[2].read, 2u);
        QCOMPARE(feed.columns->value("table", feed.rows[0].columnsRow), std::string("funny"));
        QCOMPARE(feed.columns->value("table", feed.rows[2].columnsRow), std::string("memes"));
        QVERIFY(!feed.columns->has("last_run"));
    }

    void mappingGoesBeforeTheGuess()
    {
        const QByteArray csv = "nr,likes,shares,what\n1,5,70,x\n2,6,80,y\n";
        Feed feed = read(csv);
        QCOMPARE(described(feed), QString("1 5 |@0, 2 6 |@0"));
        QCOMPARE(feed.mapping.column(FeedField::Upvotes), std::string("likes"));
        FeedOptions options{parseFeedMapping({"upvotes=shares", "id=nr", "title=what"}), {}};
        feed = read(csv, options);
        QCOMPARE(described(feed), QString("1 70 x|@0, 2 80 y|@0"));
        QCOMPARE(feed.mapping.column(FeedField::Id), std::string("nr"));
        options.map = parseFeedMapping({"upvotes=claps"});
        QVERIFY(errorOf(csv, options).contains("has no column 'claps'. It has: nr, likes, shares, what."));
        for (const char *bad : {"upvotes", "upvotes=", "=x", "karma=x", ""})
            QVERIFY_THROWS_EXCEPTION(Error, parseFeedMapping({bad}));
        // What is null or of another kind everywhere serves nothing.
        feed = read(kAddresses);
        QCOMPARE(feed.rows[0].image, std::string("https://h/a.png?x=1&y=2"));
        QCOMPARE(feed.mapping.column(FeedField::Image), std::string("url"));
        feed = read(kPreviews);
        QCOMPARE(feed.rows[0].id, std::string("abc"));  // of its picture, where no column is an id
    }

    void cutsAndDamageNeverCrash()
    {
        Random random(5);
        for (const Sample &sample : samples())
            for (const QByteArray &bytes : {sample.bytes, gzipped(sample.bytes), zstandard(sample.bytes)}) {
                for (int part = 0; part < 20; ++part)
                    QVERIFY(!errorOf(bytes.left(bytes.size() * part / 20)).isEmpty());
                for (int round = 0; round < 60; ++round) {
                    QByteArray damaged = bytes;
                    for (std::uint64_t i = 0; i <= random.below(3); ++i) {
                        const auto at = static_cast<int>(random.below(static_cast<std::uint64_t>(damaged.size())));
                        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
                    }
                    QVERIFY(!errorOf(damaged).isEmpty());
                }
            }
    }

    void manyColumns()
    {
        QByteArray header = "id,ups", cells = "a,1";
        for (int i = 0; i < 5000; ++i) {
            header += ",c" + QByteArray::number(i);
            cells += ",x";
        }
        QCOMPARE(described(read(header + '\n' + cells + '\n')), QString("a 1 |@0"));
        for (int i = 0; i < 6000; ++i)
            header += ",d";
        QVERIFY(errorOf(header + '\n').contains("more than 10000 columns"));
    }

    void folders()
    {
        const QString folder = m_folder.filePath("set");
        QVERIFY(QDir().mkpath(folder));
        const std::filesystem::path set = folder.toStdString();
        QCOMPARE(feedPath(set), set / "db.json");
        write("x", "set/posts.ndjson.zst");
        QCOMPARE(feedPath(set), set / "posts.ndjson.zst");
        write("x", "set/labels.CSV");
        QCOMPARE(feedPath(set), set / "db.json");
        QCOMPARE(feedPath(set / "labels.CSV"), set / "labels.CSV");
    }
};

QTEST_GUILESS_MAIN(TestFeeds)
#include "feeds_test.moc"
