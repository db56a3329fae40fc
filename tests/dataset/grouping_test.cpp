#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/dataset/group_file.h"
#include "core/dataset/grouping.h"
#include "core/learn/target.h"
#include "tests/base/error_kind_name.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

/// A row of its own.
RowColumns columnsOf(const std::string &name, const std::string &value)
{
    ColumnTableBuilder builder;
    builder.put(0, name, value);
    return RowColumns(builder.finish(), 0);
}

std::string errorOf(const std::function<void()> &call)
{
    try {
        call();
    } catch (const Error &error) {
        return std::string(errorKindName(error.kind())) + ": " + error.what();
    }
    return "taken";
}

/// Memes m1, m2, … in the given groups of a column "sub"; "" has none. All share one table, as after loading.
std::vector<MemeRecord> memes(const std::vector<std::string> &subs)
{
    ColumnTableBuilder builder;
    for (std::size_t i = 0; i < subs.size(); ++i) {
        builder.put(i, "sub", subs[i]);
        builder.put(i, "url", "http://x/" + std::to_string(i));
        builder.put(i, "nsfw", "false");
    }
    const auto table = builder.finish();
    std::vector<MemeRecord> records;
    for (std::size_t i = 0; i < subs.size(); ++i) {
        MemeRecord record;
        record.id = "m" + std::to_string(i + 1);
        record.row = i + 1;
        record.columns = RowColumns(table, i);
        records.push_back(record);
    }
    return records;
}

std::string grouped(const std::vector<MemeRecord> &records, const std::string &spec, const GroupContext &context = {})
{
    QStringList groups;
    for (const std::string &group : groupsOf(records, GroupSpec::parse(spec), context).of)
        groups << QString::fromStdString(group);
    return groups.join('|').toStdString();
}

std::string fileText(const std::string &text)
{
    std::string result;
    for (const GroupLine &line : parseGroupFile(text, "g.csv"))
        result += (result.empty() ? "" : "|") + line.id + "=" + line.group + "@" + std::to_string(line.line);
    return result;
}

}  // namespace

class TestGrouping : public QObject {
    Q_OBJECT

private slots:
    void columnsAreBounded()
    {
        ColumnTableBuilder builder;
        for (std::size_t row = 0; row < 50'000; ++row) {
            builder.put(row, "unique", std::to_string(row));
            builder.put(row, "sub", row % 2 ? "a" : "b");
            builder.put(row, "long", std::string(201, 'x'));
        }
        for (int i = 0; i < 1000; ++i)
            builder.put(50'000, std::string("c").append(std::to_string(i)), "x");
        const auto table = builder.finish();
        QCOMPARE(table->names().size(), ColumnTableBuilder::kMaxColumns);
        QCOMPARE(table->names()[0], std::string("sub"));
        QCOMPARE(table->tooVaried(), std::vector<std::string>{"unique"});
        QCOMPARE(table->value("sub", 49'999), std::string("a"));
        QCOMPARE(table->value("sub", 50'000), std::string());
        QCOMPARE(table->value("unique", 3), std::string());
        QCOMPARE(table->value("long", 3), std::string());
        QCOMPARE(columnsOf("a", "1").value("a"), std::string("1"));
        QCOMPARE(RowColumns().value("a"), std::string());
    }

    void specsAreParsed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *text, const char *expected) {
            QTest::newRow(text) << QString(text) << QString(expected);
        };
        row("rows:1-902, 903-1773 ,1774", "taken");
        row("rows:9-3", "format: The range of rows 9-3 holds no row: it ends before it begins.");
        row("rows:1-5,5-6", "format: The ranges of rows 1-5 and 5-6 overlap, so a row would be in two groups.");
        row("rows:6-9,1-7", "format: The ranges of rows 1-7 and 6-9 overlap, so a row would be in two groups.");
        for (const char *bad : {"", "0-5", "a", "1-", "-5", "1-2-3", "1-2,", "1.5-2", "1-99999999999999999999", "+1-2"})
            QTest::addRow("rows:%s", bad) << "rows:" + QString(bad) << "format: '*";
        row("file:", "format: 'file:' names no side file. Write file:groups.csv.");
        row("column:", "format: 'column:' names no column. Write column:subreddit.");
        row("anything else", "taken");
    }
    void specsAreParsed()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const QString found = QString::fromStdString(errorOf([&] { (void)GroupSpec::parse(text.toStdString()); }));
        if (expected.endsWith('*'))
            QVERIFY2(found.startsWith(expected.chopped(1)), qPrintable(found));
        else
            QCOMPARE(found, expected);
    }

    void specsSayWhatTheyMean()
    {
        QVERIFY(GroupSpec::parse("").kind == GroupKind::None);
        QVERIFY(GroupSpec::parse("author").kind == GroupKind::Author);
        QVERIFY(GroupSpec::parse("month").kind == GroupKind::Month);
        QVERIFY(GroupSpec::parse("template").kind == GroupKind::Template);
        QCOMPARE(GroupSpec::parse("column:month").column, std::string("month"));
        QCOMPARE(GroupSpec::parse("file:a,b.csv").file, fs::path("a,b.csv"));
        QVERIFY((GroupSpec::parse("rows:10-12,3").ranges == std::vector<RowRange>{{3, 3}, {10, 12}}));
        std::string many = "rows:1";
        for (int i = 2; i <= 1001; ++i)
            many += "," + std::to_string(i);
        QVERIFY(errorOf([&] { (void)GroupSpec::parse(many); }).starts_with("format: There are more than 1000"));
    }

    void groupsOfEachKind()
    {
        auto records = memes({"x", "y", "", "x"});
        QCOMPARE(grouped(records, ""), std::string("|||"));
        QCOMPARE(grouped(records, "sub"), std::string("x|y||x"));
        QCOMPARE(grouped(records, "rows:1-2,4-9"), std::string("1-2|1-2||4-9"));
        records[0].author = records[2].author = "ann";
        records[1].author = "bob";
        QCOMPARE(grouped(records, "author"), std::string("ann|bob|ann|"));
        records[0].created = 1'522'540'799;  // 2018-03-31 23:59:59 UTC
        records[1].created = 1'522'540'800;
        records[2].created = NAN;
        records[3].created = 1'522'540'900.5;
        QCOMPARE(grouped(records, "month"), std::string("2018-03|2018-04||2018-04"));
        for (const double odd : {-1.0, 0.0, 1e300, static_cast<double>(INFINITY)}) {
            records[0].created = odd;
            QCOMPARE(grouped(records, "month", {nullptr, {}, true}), std::string("|2018-04||2018-04"));
        }
        const std::vector<std::size_t> clusters{0, 1, 1, 0};
        QCOMPARE(grouped(records, "template", {nullptr, clusters, false}),
                 std::string("like m1|like m2|like m2|like m1"));
        for (MemeRecord &record : records)
            record.columns = columnsOf("template", record.id == "m1" ? "drake" : "doge");
        QCOMPARE(grouped(records, "template"), std::string("drake|doge|doge|doge"));
    }

    void groupsAreSummarised()
    {
        const Grouping grouping = groupsOf(memes({"x", "y", "", "x", "z", "x", "y"}), GroupSpec::parse("sub"));
        QCOMPARE(grouping.name, std::string("sub"));
        QCOMPARE(grouping.names, (std::vector<std::string>{"x", "y", "z"}));
        QCOMPARE(grouping.unknown, 1u);
        QCOMPARE(grouping.largest, 3u);
        QCOMPARE(std::size_t(std::count(grouping.of.begin(), grouping.of.end(), "x")), grouping.largest);
        QCOMPARE(grouping.smallest, 1u);
        QCOMPARE(std::size_t(std::count(grouping.of.begin(), grouping.of.end(), "z")), grouping.smallest);
        QCOMPARE(grouping.indexes(), (std::vector<std::int64_t>{0, 1, -1, 0, 2, 0, 1}));
        QCOMPARE(grouping.notes, std::vector<std::string>{"1 meme has no sub and so no group."});
        QCOMPARE(groupsOf(memes({"x", "y", "x"}), GroupSpec::parse("rows:1-2,3,7-9")).notes.front(),
                 std::string("No usable meme is in the rows '7-9'."));
    }

    void groupsThatSayNothing_data()
    {
        QTest::addColumn<QString>("subs");
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *subs, const char *spec, const char *expected) {
            QTest::addRow("%s by %s", subs, spec) << QString(subs) << QString(spec) << QString(expected);
        };
        row("x,y,x", "flair",
            "dataset: The dataset has no column 'flair'. It has 'nsfw', 'sub'; author and month are there as well");
        row("x,y,x", "url",
            "dataset: The column 'url' has a value of its own in nearly every row, so it makes no groups.");
        row("x,y,x", "nsfw",
            "dataset: Grouping by nsfw makes a single group, 'false', of 3 memes, so there is nothing to compare.");
        row("x,y,x", "author", "dataset: Grouping by author puts none of the 3 memes into a group.");
        row("x,y,x", "month", "dataset: Grouping by month puts none of the 3 memes into a group.");
        row("x,y,x", "template", "dataset: The dataset has no column 'template'.");
        row("x,y,x", "rows:1-9", "dataset: Grouping by rows makes a single group, '1-9'");
        row("x,y,x", "rows:1,2,3", "dataset: Grouping by rows puts each of 3 memes into a group of its own");
        row("x,y,x", "rows:10-20", "dataset: Grouping by rows puts none of the 3 memes into a group.");
        row("x", "rows:1", "dataset: Grouping by rows makes a single group, '1-1', of 1 meme,");
    }
    void groupsThatSayNothing()
    {
        QFETCH(QString, subs);
        QFETCH(QString, spec);
        QFETCH(QString, expected);
        std::vector<std::string> names;
        for (const QString &name : subs.split(','))
            names.push_back(name.toStdString());
        const std::string found = errorOf([&] { (void)groupsOf(memes(names), GroupSpec::parse(spec.toStdString())); });
        QVERIFY2(found.starts_with(expected.toStdString()), found.c_str());
    }

    void sideFilesAreRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QByteArray &text, const char *expected) {
            QTest::newRow(name) << text << QString(expected);
        };
        row("plain", "a,x\nb,y\n", "a=x@1|b=y@2");
        row("header", "id,group\na,x", "a=x@2");
        row("another header", "ID,Subreddit\r\na,x\r\n", "a=x@2");
        row("byte order mark", "\xef\xbb\xbfid,group\na,x", "a=x@2");
        row("CRLF and blanks", "\r\na,x\r\n\r\nb,y\r\n  \r\n", "a=x@2|b=y@4");
        row("old Mac", "a,x\rb,y\r", "a=x@1|b=y@2");
        row("quotes", "\"a\",\"x, \"\"y\"\"\nz\"\nb,q", "a=x, \"y\"\uFFFDz@1|b=q@3");
        row("semicolons", "id;group\na;x,y\n", "a=x,y@2");
        row("tabs", "a\tx\nb\ty", "a=x@1|b=y@2");
        row("trimmed", " a , x \n", "a=x@1");
        row("no group", "a,\nb,\"\"\n", "a=@1|b=@2");
        row("not UTF-8", "a,\xff\n", "a=\uFFFD@1");
        row("control characters", QByteArray("a,x\x1b[1m\n"), "a=x\uFFFD[1m@1");
    }
    void sideFilesAreRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(fileText(text.toStdString())), expected);
    }

    void badSideFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const QByteArray &text, const char *expected) {
            QTest::newRow(name) << text << QByteArray(expected);
        };
        row("empty", "", "format: 'g.csv' says nothing");
        row("header only", "id,group\n", "format: 'g.csv' says nothing");
        row("UTF-16",
            QByteArray("\xff\xfe"
                       "a\0,\0",
                       6),
            "format: 'g.csv' is UTF-16");
        row("one field", "a,x\nb\n", "format: 'g.csv' has a single field in line 2.");
        row("three fields", "a,x\nb,y,z\n", "format: 'g.csv' has more than two fields in line 2.");
        row("open quote", "a,x\n\"b,y\nc,z\n", "format: 'g.csv' has a quote that does not end in line 2.");
        row("text after a quote", "\"a\"b,x\n", "format: 'g.csv' has text behind a closing quote in line 1.");
        row("no id", ",x\n", "format: 'g.csv' has no id in line 1.");
        row("endless field", "a,\"" + QByteArray(100'000, 'x'),
            "format: 'g.csv' has a field of more than 250 bytes in line 1.");
    }
    void badSideFilesAreRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const std::string found = errorOf([&] { (void)fileText(text.toStdString()); });
        QVERIFY2(found.starts_with(expected.toStdString()), found.c_str());
    }

    void sideFilesAreJoined()
    {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "g.csv";
        const auto spec = [&](const char *text) {
            writeFileAtomically(path, text);
            return "file:" + path.string();
        };
        const auto records = memes({"", "", "", ""});
        QCOMPARE(grouped(records, spec("m3,b\nm1,a\nm1,a\nm4,\nm2,b\n")), std::string("a|b|b|"));
        const auto failed = [&](const std::string &text) { return errorOf([&] { (void)grouped(records, text); }); };
        const std::string strangers = failed(spec("m1,a\nq1,a\nq2,a\nq1,a\nq3,a\nq4,a\nq5,b\nq6,b\n"));
        QVERIFY2(
            strangers.find(
                "names 6 memes of 7 that the dataset does not have: 'q1', 'q2', 'q3', 'q4', 'q5', \xe2\x80\xa6. Is it")
                != std::string::npos,
            strangers.c_str());
        QVERIFY(strangers.starts_with("mismatch"));
        QVERIFY(failed(spec("m1,a\nm2,b\nm1,b\n")).find("'m1' into two groups, in lines 1 and 3") != std::string::npos);
        // A meme whose picture is gone is still one of the dataset's.
        const Dataset dataset = Dataset::fromRecords("db.json", records, {{"gone", SkipReason::ImageMissing, ""}});
        const std::string text = spec("m1,a\nm2,b\nm3,a\ngone,b\n");
        QCOMPARE(groupsOf(dataset, GroupSpec::parse(text)).of, (std::vector<std::string>{"a", "b", "a", ""}));
        QVERIFY(failed("file:" + folder.path().toStdString() + "/none.csv").starts_with("file"));
        QVERIFY(failed("file:" + folder.path().toStdString()).starts_with("file"));
        {
            QFile large(QString::fromStdString(path.string()));
            QVERIFY(large.open(QIODevice::WriteOnly) && large.resize(100 << 20));
        }
        QVERIFY2(failed("file:" + path.string()).starts_with("file"), failed("file:" + path.string()).c_str());
    }

    void targetsWithinGroups()
    {
        const std::vector<std::int64_t> upvotes{10, 20, 30, 40, 50, 1000, 2000, 3000, 4000, 5000, 7, 100'000};
        const std::vector<std::string> groups{"s", "s", "s", "s", "s", "l", "l", "l", "l", "l", "", "few"};
        std::vector<std::size_t> all(12);
        std::iota(all.begin(), all.end(), std::size_t{0});
        const auto max = GroupedTarget::fit(TargetKind::Max, upvotes, groups, {}, 5);
        QCOMPARE(max.byGroup.size(), 2u);
        QCOMPARE(max.toDankness(50, "s"), 1.0f);
        QCOMPARE(max.toDankness(2500, "l"), 0.5f);
        QCOMPARE(max.toDankness(50'000, "few"), 0.5f);
        QCOMPARE(max.toDankness(50'000, "never seen"), 0.5f);
        QCOMPARE(max.toUpvotes(0.5, "l"), 2500.0);
        const auto log = GroupedTarget::fit(TargetKind::Log, upvotes, groups, {}, 5);
        QCOMPARE(log.toDankness(20, "s"), static_cast<float>(std::log(21.0) / std::log(51.0)));
        const auto percentile = GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, all, 5);
        QCOMPARE(percentile.toDankness(30, "s"), 0.5f);
        QCOMPARE(percentile.toDankness(3000, "l"), 0.5f);
        for (const auto &target : {max, log, percentile})
            for (std::size_t i = 0; i < upvotes.size(); ++i)
                QVERIFY(std::abs(target.toUpvotes(target.toDankness(upvotes[i], groups[i]), groups[i])
                                 - static_cast<double>(upvotes[i]))
                        <= 1e-5 * static_cast<double>(upvotes[i]));
        // Held-out rows tell percentiles nothing, not even that their group exists.
        const std::vector<std::size_t> train{0, 1, 2, 3, 4, 5, 6};
        const auto fitted = GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, train, 5);
        QCOMPARE(fitted.byGroup.size(), 1u);
        QCOMPARE(fitted.global.parameters().size(), 7u);
        QVERIFY(GroupedTarget::fit(TargetKind::Max, upvotes, {}, {}).byGroup.empty());
    }

    void heldOutGroupsAreRankedAmongThemselves()
    {
        // As a split by author leaves them: "b" has no row to learn from, and its levels are another's.
        const std::vector<std::int64_t> upvotes{1, 2, 3, 4, 5, 100, 200, 300, 400, 500};
        const std::vector<std::string> groups{"a", "a", "a", "a", "a", "b", "b", "b", "b", "b"};
        const std::vector<std::size_t> train{0, 1, 2, 3, 4};
        const auto target = GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, train, 5);
        QCOMPARE(target.toDankness(300, "b"), 0.5f);
        QVERIFY(target.toDankness(100, "b") < 0.2f);
        QCOMPARE(target.toDankness(300, "unheard of"), target.global.toDankness(300));
    }

    void targetsOfOddGroups()
    {
        const std::vector<std::int64_t> upvotes{0, 0, 0, 8, 9, 5};
        const std::vector<std::string> groups{"zero", "zero", "zero", "b", "b", "one"};
        const std::vector<std::size_t> all{0, 1, 2, 3, 4, 5};
        QCOMPARE(GroupedTarget::fit(TargetKind::Max, upvotes, groups, all, 2).byGroup.size(), 1u);
        QCOMPARE(GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, all, 2).toDankness(0, "zero"), 0.5f);
        QCOMPARE(GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, all, 0).byGroup.size(), 3u);
        const std::vector<std::size_t> outside{6};
        QVERIFY(errorOf([&] {
                    (void)GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, outside);
                }).starts_with("shape"));
        QVERIFY(errorOf([&] {
                    (void)GroupedTarget::fit(TargetKind::Percentile, upvotes, groups, {});
                }).starts_with("dataset"));
        const std::vector<std::string> few{"a"};
        QVERIFY(errorOf([&] { (void)GroupedTarget::fit(TargetKind::Max, upvotes, few, all); }).starts_with("shape"));
    }

    void hostileTargetsAreRefused()
    {
        GroupedTarget target;
        target.validate();
        target.byGroup.emplace("fine", TargetTransform());
        target.validate();
        for (const std::string &name :
             {std::string(), std::string(801, 'x'), std::string("a\nb"), std::string("\xff")}) {
            GroupedTarget bad = target;
            bad.byGroup.emplace(name, TargetTransform());
            QVERIFY(errorOf([&] { bad.validate(); }).starts_with("format"));
        }
        GroupedTarget mixed = target;
        mixed.byGroup.emplace("other", TargetTransform::fromParameters(TargetKind::Log, {5}));
        QVERIFY(errorOf([&] { mixed.validate(); }).starts_with("format"));
        GroupedTarget many;
        for (int i = 0; i <= 100'000; ++i)
            many.byGroup.emplace(std::to_string(i), TargetTransform());
        QVERIFY(errorOf([&] { many.validate(); }).starts_with("format"));
    }
};

QTEST_GUILESS_MAIN(TestGrouping)
#include "grouping_test.moc"
