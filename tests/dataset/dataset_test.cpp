#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <map>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/dataset/dataset.h"
#include "core/dataset/grouping.h"
#include "tests/base/error_kind_name.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

/// A dataset in a temporary folder: memes/a.png, b.jpg and c.gif are there.
class Folder {
public:
    Folder()
    {
        createFolder(path() / "memes");
        put("memes/a.png", "rgb_13x7.png");
        put("memes/b.jpg", "baseline_13x7.jpg");
        put("memes/c.gif", "still_13x7.gif");
    }
    fs::path path() const { return fs::path(m_folder.path().toStdString()) / "set"; }
    fs::path db() const { return path() / "db.json"; }
    void put(const fs::path &name, const char *picture) const
    {
        fs::copy_file(fs::path(DANK_TEST_DATA "/images") / picture, path() / name,
                      fs::copy_options::overwrite_existing);
    }
    Dataset load(const QByteArray &json) const
    {
        QFile file(QString::fromStdString(db().string()));  // not flushed to disk: there are thousands
        if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size())
            qFatal("cannot write the test's db.json");
        file.close();
        return Dataset::load(db());
    }

private:
    QTemporaryDir m_folder;
};

/// "a 5, b 6; c image_missing": records with their upvotes, then skipped rows with their reason.
QString described(const Dataset &dataset)
{
    QStringList records, skipped;
    for (const MemeRecord &record : dataset.records())
        records << QString("%1 %2").arg(QString::fromStdString(record.id)).arg(record.upvotes);
    for (const Skipped &row : dataset.skipped())
        skipped << QString("%1 %2").arg(QString::fromStdString(row.id), skipReasonName(row.reason));
    return records.join(", ") + (skipped.isEmpty() ? "" : "; " + skipped.join(", "));
}

QByteArray table(const QByteArray &rows)
{
    return "{\"_default\": {" + rows + "}}";
}

QString errorOf(const Folder &folder, const QByteArray &json)
{
    try {
        return "loaded " + described(folder.load(json));
    } catch (const Error &error) {
        return QString(errorKindName(error.kind())) + ": " + error.what();
    }
}

}  // namespace

class TestDataset : public QObject {
    Q_OBJECT

private slots:
    void rows_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QByteArray &json, const char *expected) {
            QTest::newRow(name) << json << expected;
        };
        // Keys sort as "1", "10", "9"; the file's order counts.
        row("file order",
            table(R"("9": {"id": "b", "ups": 1}, "10": {"id": "a", "ups": 2}, "1": {"id": "c", "ups": 3})"),
            "b 1, a 2, c 3");
        row("any table name", R"({"memes": {"1": {"id": "a", "ups": 1}}})", "a 1");
        row("_default among tables", R"({"x": {"1": {}, "2": {}}, "_default": {"1": {"id": "a", "ups": 1}}})", "a 1");
        row("largest table", R"({"x": {"1": {}}, "y": {"1": {"id": "a", "ups": 1}, "2": {"id": "b", "ups": 2}}})",
            "a 1, b 2");
        row("bare list", R"([{"id": "a", "ups": 1}, {"id": "b", "ups": 2}, 5])", "a 1, b 2; 3 row_malformed");
        row("table as list", R"({"_default": [{"id": "a", "ups": 1}, {"ups": 2}]})", "a 1; 2 image_missing");
        row("byte order mark", "\xef\xbb\xbf" + table(R"("1": {"id": "a", "ups": 1})"), "a 1");
        row("id from the key", table(R"("a": {"ups": 1}, "b": {"id": "", "ups": 2}, "c": {"id": null, "ups": 3})"),
            "a 1, b 2, c 3");
        row("number as id", table(R"("1": {"id": 5, "ups": 1})"), "; 5 image_missing");
        row("id with extension", table(R"("1": {"id": "a.png", "ups": 1})"), "a.png 1");
        row("duplicate id", table(R"("1": {"id": "a", "ups": 1}, "2": {"id": "a", "ups": 2})"), "a 1; a duplicate_id");
        row("duplicate row key", table(R"("1": {"id": "a", "ups": 1}, "1": {"id": "b", "ups": 2})"), "a 1, b 2");
        row("duplicate field", table(R"("1": {"id": "a", "ups": 1, "ups": 2})"), "; a row_malformed");
        row("nested ups are not ups", table(R"("1": {"id": "a", "thumbnail": {"ups": 9, "id": "z"}})"),
            "; a upvotes_missing");
        row("nested and after", table(R"("1": {"thumbnail": {"x": [[{}]]}, "id": "a", "ups": 4})"), "a 4");
        row("rows that are none",
            table(R"("1": 5, "2": null, "3": "x", "4": [1, {"id": "a"}], "5": {"id": "a", "ups": 1})"),
            "a 1; 1 row_malformed, 2 row_malformed, 3 row_malformed, 4 row_malformed");
        row("wrong types",
            table(
                R"("1": {"id": [], "ups": 1}, "2": {"id": "b", "title": {}, "ups": 1}, "3": {"id": "c", "media": 5, "ups": 1})"),
            "b 1, c 1; 1 row_malformed");
        row("whole float",
            table(R"("1": {"id": "a", "ups": 5.0}, "2": {"id": "b", "ups": 1e3}, "3": {"id": "c", "ups": -0.0})"),
            "a 5, b 1000, c 0");
        row("greatest", table(R"("1": {"id": "a", "ups": 2147483647}, "2": {"id": "b", "ups": 2147483648})"),
            "a 2147483647; b upvotes_invalid");
        for (const char *bad : {"\"a lot\"", "\"1.5\"", "-1", "1.5", "true", "[]", "{}", "1e300", "1e999", "NaN",
                                "-Infinity", "18446744073709551616", "-9223372036854775808"})
            QTest::addRow("ups %s", bad) << table("\"1\": {\"id\": \"a\", \"ups\": " + QByteArray(bad)
                                                  + "}, \"2\": {\"id\": \"b\", \"ups\": 7}")
                                         << "b 7; a upvotes_invalid";
        row("ups as text", table(R"("1": {"id": "a", "ups": "1,992"}, "2": {"id": "b", "ups": "12.3k"})"),
            "a 1992, b 12300");
        row("ups null", table(R"("1": {"id": "a", "ups": null})"), "; a upvotes_missing");
        for (const char *id : {"../memes/a", "/etc/passwd", "..", ".", "a/b", "a\\u0000"})
            QTest::addRow("id %s", id) << table("\"1\": {\"id\": \"" + QByteArray(id) + "\", \"ups\": 1}")
                                       << "; " + QString(id).replace("\\u0000", " ") + " image_outside";
        row("id with a line break", table(R"("1": {"id": "a\nb", "ups": 1})"), "; a b row_malformed");
        row("long id", table("\"1\": {\"id\": \"" + QByteArray(251, 'x') + "\", \"ups\": 1}"),
            qPrintable("; " + QString(250, 'x') + " row_malformed"));
        row("other fields do not matter",
            table(
                R"("1": {"id": "a", "ups": 1, "created_utc": "x", "downs": {}, "thumbnail": "nsfw", "preview": [1]})"),
            "a 1");
    }
    void rows()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, expected);
        const Folder folder;
        const Dataset dataset = folder.load(json);
        QCOMPARE(described(dataset), expected);
        for (const Skipped &row : dataset.skipped())
            QVERIFY(!row.detail.empty());
    }

    void fieldsAreTaken()
    {
        const Folder folder;
        const Dataset dataset = folder.load(table(
            R"("7": {"title": "\ud83c\udd71\ufe0fLEACH", "created_utc": 1506946298.0, "author": "ImCewl13", "id": "a",
                "ups": 47995, "downs": 0, "media": "https:\/\/i.redd.it/y15.jpg"},
                "8": {"id": "b", "ups": 1, "author": "None"}, "9": {"id": "c", "ups": 1, "author": "[deleted]"})"));
        const MemeRecord &first = dataset.records()[0];
        QCOMPARE(first.title, std::string("\xf0\x9f\x85\xb1\xef\xb8\x8fLEACH"));
        QCOMPARE(first.author, std::string("ImCewl13"));
        QCOMPARE(first.url, std::string("https://i.redd.it/y15.jpg"));
        QCOMPARE(first.created, 1506946298.0);
        QCOMPARE(first.width, 13);
        QCOMPARE(first.height, 7);
        QVERIFY(first.image.is_absolute() && fs::equivalent(first.image, folder.path() / "memes/a.png"));
        QCOMPARE(dataset.records()[1].author, std::string());
        QCOMPARE(dataset.records()[2].author, std::string());
        QCOMPARE(dataset.name(), std::string("set"));
        QCOMPARE(dataset.contentHash(), hashFile(folder.db()));
        QCOMPARE(dataset.find("b"), &dataset.records()[1]);
        QVERIFY(!dataset.find("bb") && !dataset.find(""));
    }

    void textThatIsNoUnicodeIsRepaired_data()
    {
        QTest::addColumn<QByteArray>("title");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("lone high") << QByteArray("a\\ud83cz") << QByteArray("a\xef\xbf\xbdz");
        QTest::newRow("lone low") << QByteArray("a\\udd71z") << QByteArray("a\xef\xbf\xbdz");
        QTest::newRow("two highs") << QByteArray("\\ud83c\\ud83c\\udd71") << QByteArray("\xef\xbf\xbd\xf0\x9f\x85\xb1");
        QTest::newRow("high at the end") << QByteArray("a\\ud83c") << QByteArray("a\xef\xbf\xbd");
        QTest::newRow("escaped backslash") << QByteArray("a\\\\ud83c") << QByteArray("a\\ud83c");
        QTest::newRow("bad bytes") << QByteArray("a\xff\xc3(") << QByteArray("a\xef\xbf\xbd\xef\xbf\xbd(");
        QTest::newRow("NaN inside") << QByteArray("NaN -Infinity 1e999 \\\" NaN")
                                    << QByteArray("NaN -Infinity 1e999 \" NaN");
    }
    void textThatIsNoUnicodeIsRepaired()
    {
        QFETCH(QByteArray, title);
        QFETCH(QByteArray, expected);
        const Folder folder;
        const Dataset dataset = folder.load(table("\"1\": {\"id\": \"a\", \"title\": \"" + title + "\", \"ups\": 1}"));
        QCOMPARE(dataset.records().size(), 1u);
        QCOMPARE(QByteArray::fromStdString(dataset.records()[0].title), expected);
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        QTest::newRow("empty") << QByteArray() << "format: .*is empty";
        QTest::newRow("blank") << QByteArray(" \n ") << "format: .*is empty";
        QTest::newRow("web page") << QByteArray("<html>") << "format: .*line 1, column 1";
        QTest::newRow("cut") << QByteArray("{\"_default\": {\n\"1\": {\"id\": \"a\",") << "format: .*line 2";
        QTest::newRow("comma") << QByteArray("{\"_default\": {\n\"1\": {},\n  }}") << "format: .*line 3, column 3";
        QTest::newRow("more behind") << table("") + "x"
                                     << "format: .*line 1, column 17";
        QTest::newRow("number") << QByteArray("5") << "format: .*no table";
        QTest::newRow("no table") << QByteArray("{\"a\": 5}") << "format: .*no table";
        QTest::newRow("nothing") << QByteArray("{}") << "format: .*no table";
        QTest::newRow("no rows") << table("") << "dataset: .*no memes";
        QTest::newRow("empty list") << QByteArray("[]") << "dataset: .*no memes";
        QTest::newRow("deep lists") << QByteArray(100'000, '[') << "format: .*nested";
        QTest::newRow("deep objects") << QByteArray("{\"a\":").repeated(65) << "format: .*nested";
        QTest::newRow("UTF-16") << QByteArray("\xff\xfe{\0}\0", 6) << "format: .*no table";
    }
    void refusals()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const Folder folder;
        const QString got = errorOf(folder, json);
        QVERIFY2(QRegularExpression("^" + error, QRegularExpression::DotMatchesEverythingOption).match(got).hasMatch(),
                 qPrintable(got));
        QVERIFY(got.contains("db.json"));
    }

    void unreadableFiles()
    {
        const Folder folder;
        QVERIFY_THROWS_EXCEPTION(Error, Dataset::load(folder.path() / "absent.json"));
        QVERIFY_THROWS_EXCEPTION(Error, Dataset::load(folder.path()));
        QVERIFY_THROWS_EXCEPTION(Error, Dataset::load("absent.json"));
        QVERIFY_THROWS_EXCEPTION(Error, Dataset::load(""));
    }

    void everyTruncationIsRefusedPolitely()
    {
        const Folder folder;
        QByteArray json =
            table(R"("1": {"id": "a", "ups": 12, "title": "\ud83c\udd71 @"}, "2": {"id": "b", "ups": NaN})");
        json.replace('@', "\xc3\xa4");
        QCOMPARE(described(folder.load(json)), QString("a 12; b upvotes_invalid"));
        for (int length = 0; length < json.size(); ++length) {
            const QString got = errorOf(folder, json.left(length));
            QVERIFY2(got.startsWith("format: "), qPrintable(QString::number(length) + " " + got));
        }
    }

    void damagedBytesNeverCrash()
    {
        const Folder folder;
        const QByteArray good =
            table(R"("1": {"id": "a", "ups": 12, "title": "\ud83c\udd71"}, "2": {"id": "b", "ups": -1e3})");
        Random random(13);
        const QByteArray likely("\"\\{}[]:,u0-eN\x80\xff\0", 17);
        for (int round = 0; round < 3000; ++round) {
            QByteArray bytes = good;
            for (std::uint64_t i = 0; i <= random.below(3); ++i)
                bytes[static_cast<int>(random.below(static_cast<std::uint64_t>(bytes.size())))] =
                    likely[static_cast<int>(random.below(static_cast<std::uint64_t>(likely.size())))];
            const QString got = errorOf(folder, bytes);
            QVERIFY2(got.startsWith("loaded") || got.startsWith("format: ") || got.startsWith("dataset: "),
                     qPrintable(got));
        }
    }

    void picturesAreFound_data()
    {
        QTest::addColumn<QByteArray>("media");
        QTest::addColumn<QString>("found");  // file, or the reason
        QTest::newRow("in memes") << QByteArray("https://i.redd.it/b.jpg") << "memes/b.jpg";
        QTest::newRow("query") << QByteArray("http://i.redd.it/b.jpg?width=5/x&y#z") << "memes/b.jpg";
        QTest::newRow("percent") << QByteArray("https://x/my%20file%2Epng") << "my file.png";
        QTest::newRow("beside") << QByteArray("https://x/d/beside.png") << "beside.png";
        QTest::newRow("name alone") << QByteArray("beside.png") << "beside.png";
        QTest::newRow("path") << QByteArray("memes/b.jpg") << "memes/b.jpg";
        QTest::newRow("missing") << QByteArray("https://x/none.jpg") << "image_missing";
        QTest::newRow("no name") << QByteArray("https://x/") << "image_missing";
        QTest::newRow("host") << QByteArray("https://x") << "image_missing";
        QTest::newRow("empty") << QByteArray() << "image_missing";
        QTest::newRow("a folder") << QByteArray("https://x/memes") << "image_missing";
        QTest::newRow("climbs out") << QByteArray("../secret.png") << "image_outside";
        QTest::newRow("climbs out, encoded") << QByteArray("https://x/..%2fsecret.png") << "image_outside";
        QTest::newRow("dots") << QByteArray("https://x/%2e%2e") << "image_outside";
        QTest::newRow("absolute") << QByteArray("/etc/hostname") << "image_outside";
        QTest::newRow("zero byte") << QByteArray("https://x/a%00b.png") << "image_outside";
        QTest::newRow("link out") << QByteArray("https://x/out.png") << "image_outside";
        QTest::newRow("link to nothing") << QByteArray("https://x/dangling.png") << "image_missing";
        QTest::newRow("link inside") << QByteArray("https://x/in.png") << "memes/a.png";
        QTest::newRow("the db itself") << QByteArray("https://x/db.json") << "not_an_image";
        QTest::newRow("web page") << QByteArray("https://x/page.jpg") << "not_an_image";
        QTest::newRow("empty file") << QByteArray("https://x/empty.jpg") << "image_unreadable";
    }
    void picturesAreFound()
    {
        QFETCH(QByteArray, media);
        QFETCH(QString, found);
        const Folder folder;
        folder.put("my file.png", "rgb_13x7.png");
        folder.put("beside.png", "rgb_13x7.png");
        folder.put("../secret.png", "rgb_13x7.png");
        fs::create_symlink("../secret.png", folder.path() / "out.png");
        fs::create_symlink("nothing", folder.path() / "dangling.png");
        fs::create_symlink("../memes/a.png", folder.path() / "memes/in.png");
        writeFileAtomically(folder.path() / "memes/page.jpg", "<!DOCTYPE html><title>404</title>");
        writeFileAtomically(folder.path() / "empty.jpg", std::string_view());
        const Dataset dataset = folder.load(table("\"1\": {\"id\": \"zz\", \"ups\": 1, \"media\": \"" + media + "\"}"));
        QCOMPARE(dataset.rows(), 1u);
        if (!dataset.records().empty())
            QVERIFY2(fs::equivalent(dataset.records()[0].image, folder.path() / found.toStdString()),
                     dataset.records()[0].image.c_str());
        else
            QCOMPARE(QString(skipReasonName(dataset.skipped()[0].reason)), found);
    }

    void missingPicturesSayWhatWasLookedFor()
    {
        const Folder folder;
        const Dataset dataset =
            folder.load(table(R"("1": {"id": "7szw80", "ups": 1, "media": "https:\/\/i.redd.it/1cu.jpg"})"));
        QCOMPARE(dataset.skipped()[0].detail, std::string("no memes/7szw80.* and no 1cu.jpg beside db.json"));
    }

    void oneOfSeveralFilesIsChosen()
    {
        const Folder folder;
        folder.put("memes/m.webp", "lossy_13x7.webp");
        folder.put("memes/m.PNG", "rgb_13x7.png");
        folder.put("memes/m.zzz", "rgb_13x7.bmp");
        const auto chosen = [&](const QByteArray &media) {
            return folder.load(table("\"1\": {\"id\": \"m\", \"ups\": 1, \"media\": \"" + media + "\"}"))
                .records()[0]
                .image.filename()
                .string();
        };
        QCOMPARE(chosen("https://x/q.webp"), std::string("m.webp"));
        QCOMPARE(chosen("https://x/q.zzz"), std::string("m.zzz"));
        QCOMPARE(chosen("https://x/q.gif"), std::string("m.PNG"));
        QCOMPARE(chosen(""), std::string("m.PNG"));
        fs::remove(folder.path() / "memes/m.PNG");
        QCOMPARE(chosen(""), std::string("m.webp"));
    }

    void linksOutOfTheFolderAreNotFollowed()
    {
        const Folder folder;
        createFolder(folder.path() / "../away");
        folder.put("../away/x.png", "rgb_13x7.png");
        fs::create_symlink("../../away/x.png", folder.path() / "memes/x.png");
        QCOMPARE(described(folder.load(table(R"("1": {"id": "x", "ups": 1}, "2": {"id": "a", "ups": 2})"))),
                 QString("a 2; x image_outside"));
        fs::remove_all(folder.path() / "memes");
        fs::create_directory_symlink("../away", folder.path() / "memes");
        QCOMPARE(described(folder.load(table(R"("1": {"id": "x", "ups": 1})"))), QString("; x image_outside"));
    }

    void withoutSetsMemesAside()
    {
        const Folder folder;
        const Dataset all =
            folder.load(table(R"("1": {"id": "a", "ups": 1}, "2": {"id": "b", "ups": 2}, "3": {"id": "c", "ups": 3})"));
        const Dataset some = all.without({"b", "unknown"});
        QCOMPARE(described(some), QString("a 1, c 3; b excluded"));
        QCOMPARE(some.rows(), all.rows());
        QCOMPARE(some.contentHash(), all.contentHash());
        QCOMPARE(some.find("c")->upvotes, 3);
        QVERIFY(!some.find("b"));
    }

    void recordsMakeADataset()
    {
        MemeRecord first, second;
        first.id = std::string("x");
        second.id = std::string("b");
        second.upvotes = 6;
        const Dataset dataset = Dataset::fromRecords("set/db.json", {first, second});
        QVERIFY(dataset.path().is_absolute());
        QCOMPARE(dataset.name(), std::string("set"));
        QCOMPARE(dataset.find("b")->upvotes, 6);
        QVERIFY(!dataset.contentHash().empty());
    }

    void rowsKeepTheirNumberAndColumns()
    {
        const Folder folder;
        const Dataset dataset = folder.load(table(
            R"("7": {"subreddit": "memes", "ups": 1, "nsfw": true, "year": 2018, "id": "a", "score": 0.5, "thumb": {"w": 3}},
               "x": {"id": "b", "ups": 2, "subreddit": "dank\nmemes", "year": 2018.0, "nsfw": false, "empty": ""},
               "5": {"id": "gone", "ups": 2, "subreddit": "lost"},
               "0012": {"id": "c", "ups": 3, "subreddit": "memes", "w": null, "year": 2017, "nsfw": true})"));
        QCOMPARE(described(dataset), QString("a 1, b 2, c 3; gone image_missing"));
        const auto records = dataset.records();
        QCOMPARE(records[0].row, 7u);
        QCOMPARE(records[1].row, 0u);
        QCOMPARE(records[2].row, 12u);
        QCOMPARE(records[0].columns.value("subreddit"), std::string("memes"));
        QCOMPARE(records[1].columns.value("subreddit"), std::string("dank\xef\xbf\xbdmemes"));
        QCOMPARE(records[2].columns.value("subreddit"), std::string("memes"));
        QCOMPARE(records[0].columns.value("nsfw"), std::string("true"));
        QCOMPARE(records[1].columns.value("year"), std::string("2018"));
        for (const char *none : {"score", "thumb", "w", "empty", "ups", "id", "title"})
            QCOMPARE(records[0].columns.value(none), std::string());
        QCOMPARE(records[0].columns.table()->names(), (std::vector<std::string>{"subreddit", "nsfw", "year"}));
        QCOMPARE(folder.load(R"([{"id": "zz", "ups": 1}, {"id": "a", "ups": 1}])").records()[0].row, 2u);
        // Columns belong to their own table.
        const Dataset two =
            folder.load(R"({"x": {"1": {"k": "wrong"}}, "_default": {"1": {"id": "a", "ups": 1, "k": "right"}}})");
        QCOMPARE(two.records()[0].columns.value("k"), std::string("right"));
        QCOMPARE(two.without({"a"}).records().size(), 0u);
    }

    void reportsAndStops()
    {
        const Folder folder;
        (void)folder.load(table(R"("1": {"id": "a", "ups": 1})"));
        JobContext job;
        std::vector<Progress> seen;
        job.progress = [&](const Progress &progress) { seen.push_back(progress); };
        (void)Dataset::load(folder.db(), job);
        QVERIFY(!seen.empty() && seen.back().stage == "load" && seen.back().done == 1 && seen.back().total == 1);
        job.cancel.cancel();
        bool stopped = false;
        try {
            (void)Dataset::load(folder.db(), job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        QVERIFY(stopped);
    }

    void realExport()
    {
        const QString folder = qEnvironmentVariable("DANK_TEST_REDDIT");
        if (folder.isEmpty())
            QSKIP("DANK_TEST_REDDIT does not name a folder");
        const Dataset dataset = Dataset::load((folder + "/db.json").toStdString());
        QCOMPARE(dataset.rows(), 252u);
        QCOMPARE(dataset.records().size(), 240u);
        for (const Skipped &row : dataset.skipped())
            QVERIFY2(row.reason == SkipReason::ImageMissing, row.detail.c_str());
        QCOMPARE(dataset.records()[0].id, std::string("7szw80"));
        QCOMPARE(dataset.records()[0].upvotes, 61458);
        // The four subreddits that the rows of the whole export came from, one after the other.
        const Grouping blocks = groupsOf(dataset, GroupSpec::parse("rows:1-902,903-1773,1774-2285,2286-3226"));
        std::map<std::string, int> members;
        for (const std::string &block : blocks.of)
            ++members[block];
        QCOMPARE(blocks.unknown, 0u);
        QCOMPARE(members.size(), 4u);
        for (const auto &[block, count] : members)
            qInfo("rows %s: %d usable", block.c_str(), count);
        QCOMPARE(Dataset::load((folder + "/db-full.json").toStdString()).rows(), 3226u);
    }
};

QTEST_GUILESS_MAIN(TestDataset)
#include "dataset_test.moc"
