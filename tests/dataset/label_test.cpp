#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "core/base/error.h"
#include "core/dataset/label.h"
#include "core/learn/target_preview.h"
#include "core/learn/train_config.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

std::vector<MemeRecord> memes(const std::vector<std::string> &values)
{
    ColumnTableBuilder builder;
    for (std::size_t i = 0; i < values.size(); ++i) {
        builder.put(i, "kind", values[i]);
        builder.put(i, "always", "same");
    }
    const auto table = builder.finish();
    std::vector<MemeRecord> records(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        records[i].id = "m" + std::to_string(i);
        records[i].columns = RowColumns(table, i);
        records[i].upvotes = 1000 + std::int64_t(i);
    }
    return records;
}

/// Each value often enough that the column is no list of names.
std::vector<MemeRecord> often(const std::vector<std::string> &values, std::size_t times = 20)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < times; ++i)
        all.insert(all.end(), values.begin(), values.end());
    return memes(all);
}

std::string resolved(const std::vector<MemeRecord> &records, const std::string &text)
{
    try {
        return resolveLabel(records, Label::parse(text)).label.text();
    } catch (const Error &error) {
        return error.what();
    }
}

std::string parseError(const std::string &text)
{
    try {
        (void)Label::parse(text);
    } catch (const Error &error) {
        return error.kind() == ErrorKind::Format ? error.what() : "another kind";
    }
    return {};
}

}  // namespace

class LabelTest : public QObject {
    Q_OBJECT

private slots:
    void textThereAndBack()
    {
        QVERIFY(Label::parse("").empty());
        QCOMPARE(Label::parse("hateful").text(), std::string("hateful"));
        const Label humour = Label::parse("humour=not_funny<funny<very_funny");
        QCOMPARE(humour.classes.size(), std::size_t(3));
        QCOMPARE(Label::parse(humour.text()), humour);
        for (const char *bad : {"=a<b", "x=", "x=a", "x=a<", "x=<a", "x=a<b<a", "x=1<2<3<4<5<6<7<8<9<10<11"})
            QVERIFY2(!parseError(bad).empty(), bad);
        QVERIFY(!parseError(std::string(3000, 'x')).empty());
        QCOMPARE(Label::parse("label=0<1").meaning(), std::string("label"));
        QCOMPARE(Label::parse("kind=ham<spam").meaning(), std::string("spam"));
    }

    void ordersThatAreKnown_data()
    {
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("order");
        QTest::newRow("numbers") << "1,0"
                                 << "0<1";
        QTest::newRow("numbers by value") << "10,9,2"
                                          << "2<9<10";
        QTest::newRow("yes and no") << "yes,no"
                                    << "no<yes";
        QTest::newRow("bool") << "true,false"
                              << "false<true";
        QTest::newRow("a denial") << "hateful,not-hateful"
                                  << "not-hateful<hateful";
        QTest::newRow("ham") << "spam,ham"
                             << "ham<spam";
        QTest::newRow("capitals") << "Toxic,Non-toxic"
                                  << "Non-toxic<Toxic";
        QTest::newRow("the rarer is meant") << "a,a,a,b"
                                            << "a<b";
        QTest::newRow("no denial inside a word") << "nothing,nothing,notable"
                                                 << "nothing<notable";
        QTest::newRow("Memotion") << "hilarious,not_funny,very_funny,funny"
                                  << "not_funny<funny<very_funny<hilarious";
    }
    void ordersThatAreKnown()
    {
        QFETCH(QString, values);
        QFETCH(QString, order);
        std::vector<std::string> list;
        for (const QString &value : values.split(','))
            list.push_back(value.toStdString());
        QCOMPARE(resolved(often(list), "kind"), "kind=" + order.toStdString());
    }

    void whatCannotBeLearnt()
    {
        QVERIFY(resolved(often({"x", "y", "z"}), "kind").find("--label 'kind=x<y<z'") != std::string::npos);
        QVERIFY(resolved(often({"x", "y"}), "always").find("for every meme") != std::string::npos);
        QVERIFY(resolved(often({"x", "y"}), "other").find("'kind'") != std::string::npos);
        QVERIFY(resolved(often({"a", "b"}), "kind=a<c").find("'c'") != std::string::npos);
        std::vector<std::string> many;
        for (int i = 0; i < 40; ++i)
            many.push_back(std::to_string(i));
        QVERIFY(resolved(often(many), "kind").find("--map upvotes=kind") != std::string::npos);
        QCOMPARE(resolved(often({"x", "y", "z"}), "kind=z<x"), std::string("kind=z<x"));  // y is left out
    }

    /// A label is kept as text, so what its text would not mean is not offered.
    void namesThatCannotBeWritten()
    {
        for (const auto &values : std::vector<std::vector<std::string>>{{"<18", "18+"}, {"a<b", "c"}})
            QVERIFY(labelChoices(often(values)).empty());
        QVERIFY(resolved(often({"<18", "18+"}), "kind").find("Rename") != std::string::npos);
        QCOMPARE(resolved(often({"0.0", "1.0", "nan"}), "kind"), std::string("kind=0.0<1.0"));
        QVERIFY(resolved(often({"1", "1.0", "2"}), "kind").find("order") != std::string::npos);
    }

    void choicesHaveCounts()
    {
        const auto choices = labelChoices(often({"no", "yes", "no", ""}));
        QCOMPARE(choices.size(), std::size_t(1));
        QCOMPARE(choices[0].label.text(), std::string("kind=no<yes"));
        QCOMPARE(choices[0].counts, (std::vector<std::size_t>{40, 20}));
        QCOMPARE(choices[0].unknown, std::size_t(20));
    }

    void aDatasetAsItIsLearnt()
    {
        const Dataset dataset = Dataset::fromRecords("/x/db.json", often({"no", "yes", "", "maybe"}));
        const Dataset learnt = labelled(dataset, Label::parse("kind=no<yes"));
        QCOMPARE(learnt.records().size(), std::size_t(40));
        QCOMPARE(learnt.records()[0].upvotes, std::int64_t(0));
        QCOMPARE(learnt.records()[1].upvotes, std::int64_t(1));
        QCOMPARE(learnt.skipped().size(), std::size_t(40));
        QCOMPARE(learnt.skipped()[0].reason, SkipReason::LabelMissing);
        QCOMPARE(learnt.contentHash(), dataset.contentHash());
        QCOMPARE(learnt.find("m1")->upvotes, std::int64_t(1));
        QVERIFY(!learnt.find("m2"));
        QCOMPARE(labelled(dataset, {}).records()[0].upvotes, std::int64_t(1000));
    }

    void aFileWithoutUpvotes()
    {
        QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "train.jsonl";
        std::ofstream text(file);
        const QByteArray png =
            QByteArray::fromBase64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
                                   "awAAAABJRU5ErkJggg==");
        for (int i = 0; i < 30; ++i) {
            std::ofstream(file.parent_path() / (std::to_string(i) + ".png"), std::ios::binary)
                .write(png.data(), png.size());
            const std::string name = std::to_string(i);
            text << "{\"id\":" << name << ",\"img\":\"" << name << ".png\",\"text\":\"words\"";
            if (i % 10 != 9)
                text << ",\"label\":" << i % 2;
            text << "}\n";
        }
        text.close();
        const Dataset dataset = Dataset::load(file);
        QVERIFY(!dataset.hasUpvotes());
        QCOMPARE(dataset.source().mapping.column(FeedField::Label), std::string("label"));
        QCOMPARE(dataset.records().size(), std::size_t(27));
        QCOMPARE(dataset.skipped().size(), std::size_t(3));
        QCOMPARE(dataset.skipped()[0].reason, SkipReason::LabelMissing);
        QCOMPARE(resolved({dataset.records().begin(), dataset.records().end()}, "label"), std::string("label=0<1"));

        TrainConfig config;
        QVERIFY(!previewTarget(dataset, config).problem.empty());
        config.learnLabel(Label::parse("label"), true);
        const TargetPreview preview = previewTarget(dataset, config);
        QCOMPARE(preview.problem, std::string());
        QCOMPARE(preview.targets.size(), std::size_t(27));
        QCOMPARE(preview.targets[1], 1.0F);

        // The same file with upvotes: the label is a column beside them, and rows without upvotes are skipped.
        std::ofstream(file) << "{\"id\":0,\"img\":\"0.png\",\"score\":3,\"label\":1}\n"
                            << "{\"id\":1,\"img\":\"1.png\",\"label\":0}\n";
        const Dataset upvotes = Dataset::load(file);
        QVERIFY(upvotes.hasUpvotes());
        QCOMPARE(upvotes.records().size(), std::size_t(1));
        QCOMPARE(upvotes.skipped()[0].reason, SkipReason::UpvotesMissing);
    }

    void settingsKnowThem()
    {
        TrainConfig config = TrainConfig::automatic();
        config.learnLabel(Label::parse("hateful=no<yes"), true);
        config.validate();
        QCOMPARE(lossText(config.loss), std::string("bce"));
        QCOMPARE(trainConfigFromJson(trainConfigToJson(config)), config);
        config.target = TargetKind::Percentile;
        QVERIFY_THROWS_EXCEPTION(Error, config.validate());
        TrainConfig paper = TrainConfig::paper();
        paper.learnLabel(Label::parse("hateful"), true);
        QCOMPARE(lossText(paper.loss), std::string("mse"));  // its output is no probability
        paper.validate();
        paper.label = "=x";
        QVERIFY_THROWS_EXCEPTION(Error, paper.validate());
    }
};

QTEST_GUILESS_MAIN(LabelTest)
#include "label_test.moc"
