// What a run would be given to learn, told before it runs.

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "core/base/error.h"
#include "core/dataset/grouping.h"
#include "core/learn/target.h"
#include "core/learn/target_preview.h"

using namespace dank;

namespace {

/// 24 memes of three communities of 12, 8 and 4, one author each, some columns.
Dataset someMemes(const std::vector<std::string> &extraColumns = {})
{
    ColumnTableBuilder builder;
    std::vector<MemeRecord> records;
    for (std::size_t i = 0; i < 24; ++i) {
        builder.put(i, "subreddit", i < 12 ? "memes" : i < 20 ? "funny" : "me_irl");
        builder.put(i, "flag", "same");
        builder.put(i, "month", i % 2 ? "odd" : "even");  // a column that is named like something else
        for (const std::string &column : extraColumns)
            builder.put(i, column, i % 2 ? "a" : "b");
        MemeRecord record;
        record.id = "m" + std::to_string(i);
        record.row = i + 1;
        record.upvotes = static_cast<std::int64_t>(i * i * (i < 12 ? 1000 : 3));
        record.author = "a" + std::to_string(i % 6);
        records.push_back(record);
    }
    const auto table = builder.finish();
    for (std::size_t i = 0; i < records.size(); ++i)
        records[i].columns = RowColumns(table, i);
    return Dataset::fromRecords("/data/db.json", std::move(records));
}

const GroupChoice *choiceOf(const std::vector<GroupChoice> &choices, const std::string &text)
{
    const auto found =
        std::find_if(choices.begin(), choices.end(), [&](const GroupChoice &c) { return c.text == text; });
    return found == choices.end() ? nullptr : &*found;
}

}  // namespace

class TestTargetPreview : public QObject {
    Q_OBJECT

private slots:
    void offersWhatTheDatasetHas()
    {
        const auto choices = groupChoices(someMemes({"file:x", "rows:1-2", "colour\tname"}));
        const auto *subreddit = choiceOf(choices, "subreddit");
        QVERIFY(subreddit && subreddit->groups == 3 && subreddit->unknown == 0 && subreddit->problem.empty());
        QCOMPARE(choiceOf(choices, "author")->groups, std::size_t(6));
        // A single group says nothing, and no meme says when it was posted.
        QVERIFY2(choiceOf(choices, "flag")->problem.find("single group") != std::string::npos,
                 choiceOf(choices, "flag")->problem.c_str());
        QVERIFY(!choiceOf(choices, "month")->problem.empty());
        // Found by looks when the run starts: no fault.
        QVERIFY(choiceOf(choices, "template")->problem.empty());
        // Columns that are named like something else can still be meant, and what they mean is the column.
        for (const char *text : {"column:month", "column:file:x", "column:rows:1-2"}) {
            const auto *column = choiceOf(choices, text);
            QVERIFY2(column && column->groups == 2, text);
            QCOMPARE(GroupSpec::parse(text).kind, GroupKind::Column);
        }
        // A name that no configuration can hold is not offered.
        for (const GroupChoice &choice : choices) {
            TrainConfig config;
            config.group = choice.text;
            config.validate();
        }
    }

    void stopsWhenAsked()
    {
        CancelToken cancel;
        cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(groupChoices(someMemes(), cancel), Cancelled);
    }

    void showsWhatIsLearnt_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("within");
        for (const auto kind : {TargetKind::Max, TargetKind::Log, TargetKind::Percentile})
            for (const bool within : {false, true})
                QTest::addRow("%s%s", targetKindName(kind), within ? " within" : "") << int(kind) << within;
    }
    void showsWhatIsLearnt()
    {
        QFETCH(int, kind);
        QFETCH(bool, within);
        const Dataset dataset = someMemes();
        TrainConfig config;
        config.target = TargetKind(kind);
        config.group = "subreddit";
        config.within = within;
        const TargetPreview preview = previewTarget(dataset, config);
        QVERIFY2(preview.problem.empty(), preview.problem.c_str());
        QCOMPARE(preview.groups, std::size_t(3));
        QCOMPARE(preview.largest, std::size_t(12));
        QCOMPARE(preview.smallest, std::size_t(4));
        std::vector<std::int64_t> upvotes;
        std::vector<std::size_t> rows(24);
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        for (const MemeRecord &record : dataset.records())
            upvotes.push_back(record.upvotes);
        const auto groups = groupsOf(dataset, GroupSpec::parse("subreddit")).of;
        const auto target =
            GroupedTarget::fit(config.target, upvotes, within ? groups : std::vector<std::string>(), rows);
        for (std::size_t i = 0; i < rows.size(); ++i)
            QCOMPARE(preview.targets[i], target.toDankness(upvotes[i], within ? groups[i] : std::string()));
        // The group of four is too small to be measured by itself, which is said.
        QCOMPARE(preview.ownScale, std::size_t(within ? 2 : 0));
        QCOMPARE(!preview.notes.empty() && preview.notes.back().starts_with("1 of 3 groups"), within);
        QVERIFY(!preview.constant());
    }

    void tellsWhatIsWrong_data()
    {
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("said");
        QTest::newRow("no such column") << "species"
                                        << "no column 'species'";
        QTest::newRow("one group") << "flag"
                                   << "single group";
        QTest::newRow("each its own") << "rows:1,2,3"
                                      << "group of its own";
        QTest::newRow("no range") << "rows:5-2"
                                  << "ends before it begins";
        QTest::newRow("no file") << "file:/nowhere/groups.csv"
                                 << "groups.csv";
    }
    void tellsWhatIsWrong()
    {
        QFETCH(QString, group);
        QFETCH(QString, said);
        TrainConfig config;
        config.group = group.toStdString();
        const TargetPreview preview = previewTarget(someMemes(), config);
        QVERIFY2(QString::fromStdString(preview.groupProblem).contains(said), preview.groupProblem.c_str());
        QCOMPARE(preview.problem, preview.groupProblem);
        QVERIFY(preview.targets.empty());
    }

    void sideFilesOfStrangersAreTold()
    {
        QTemporaryDir folder;
        const std::string path = folder.filePath("groups.csv").toStdString();
        std::ofstream(path) << "m0,x\nm1,y\nm2,x\nm3,y\nstranger,z\n";
        TrainConfig config;
        config.group = "file:" + path;
        QVERIFY(previewTarget(someMemes(), config).groupProblem.find("stranger") != std::string::npos);
        std::ofstream(path) << "m0,x\nm1,y\nm2,x\nm3,y\n";
        const TargetPreview preview = previewTarget(someMemes(), config);
        QCOMPARE(preview.groups, std::size_t(2));
        QCOMPARE(preview.unknown, std::size_t(20));
    }

    void constantTargetsAreSeen()
    {
        std::vector<MemeRecord> records(3);
        for (std::size_t i = 0; i < records.size(); ++i) {
            records[i].id = std::to_string(i);
            records[i].upvotes = 7;
        }
        QVERIFY(previewTarget(Dataset::fromRecords("/db.json", records), {}).constant());
        for (MemeRecord &record : records)
            record.upvotes = 0;
        TrainConfig max;
        max.target = TargetKind::Max;
        const TargetPreview none = previewTarget(Dataset::fromRecords("/db.json", records), max);
        QVERIFY(!none.problem.empty() && none.groupProblem.empty());
        QVERIFY(!previewTarget(Dataset::fromRecords("/db.json", {}), {}).problem.empty());
    }
};

QTEST_GUILESS_MAIN(TestTargetPreview)
#include "target_preview_test.moc"
