#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/hash.h"
#include "core/evaluate/title_features.h"
#include "core/store/library.h"
#include "core/store/model_file.h"
#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;
using namespace dank;

/// `dank rate --caption` with a model that reads words, on a picture whose features are stored.
class TestCliCaption : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    Outcome rate(const QString &model, const QStringList &captions, const QStringList &more = {"--json"}) const
    {
        QStringList words{"--library", path("library"), "rate", path(model)};
        for (const QString &caption : captions)
            words << "--caption" << caption;
        return runDank(words + QStringList{path("a.png")} + more);  // a picture right behind a caption
    }
    static Model readingModel()
    {
        Model model;
        model.name = "reader";
        model.backbone = "classic/whole/fp32/v-1";
        model.featureMean = {0, 0};
        model.featureScale = {1, 1};
        model.reference = {0.1F, 0.5F, 0.9F};
        model.referenceName = "3 memes";
        model.interval = ConformalInterval{0.9, 100, -0.1, 0.1};
        model.target = TargetTransform::fit(TargetKind::Percentile, std::vector<std::int64_t>{1, 5, 70});
        Blend &blend = model.blend.emplace();
        blend.line = {0.1F, 0};
        blend.lineBias = 0.3;
        blend.title.rarity.assign(kTitleColumns, 1.0F);
        blend.title.weight.assign(kTitleColumns, 0.0F);
        for (const auto &[column, value] : TitleFeatures(blend.title.rarity).of("cat"))
            blend.title.weight[column] = 0.3F;
        blend.image = {0, 0, 1, 0, 0};
        blend.withTitle = {0, 0, 1, 1, 0};
        model.trainIds = {"near"};
        model.trainPictures = {{0, std::string(32, 'a'), 7, "", "a cat"}};
        return model;
    }

private slots:
    void initTestCase()
    {
        const QByteArray png =
            QByteArray::fromBase64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
                                   "awAAAABJRU5ErkJggg==");
        QVERIFY(writeAll(path("a.png"), png));
        Library library = Library::open(path("library").toStdString());
        const std::vector<float> features{1, 0}, near{1, 0.1F};
        library.features().put(readingModel().backbone,
                               std::vector<FeatureStore::Entry>{{hashFile(path("a.png").toStdString()), features},
                                                                {std::string(32, 'a'), near}});
        saveModel(readingModel(), path("reads.dankmodel").toStdString());
        Model blind = readingModel();
        blind.blend->title = {};
        blind.blend->withTitle = {};
        blind.trainPictures[0].title.clear();
        saveModel(blind, path("blind.dankmodel").toStdString());
    }

    void severalAreComparedBestFirst()
    {
        const Outcome told = rate("reads.dankmodel", {"a dog", "a cat", "cat"});
        QVERIFY2(told.code == 0, told.err);
        const QJsonArray scores = told.json().array();
        QCOMPARE(scores.size(), 3);
        QCOMPARE(scores[0]["caption"_L1].toString(), QString("cat"));
        QCOMPARE(scores[1]["caption"_L1].toString(), QString("a cat"));
        QCOMPARE(scores[2]["caption"_L1].toString(), QString("a dog"));
        for (const QJsonValue &score : scores) {
            QVERIFY(score["parts"_L1]["image"_L1].isDouble() && score["parts"_L1]["words"_L1].isDouble());
            QVERIFY(score["comparison"_L1].toString().contains("never measured"));
        }
        QVERIFY(scores[0]["dankness"_L1].toDouble() > scores[2]["dankness"_L1].toDouble());
        const QJsonValue near = scores[1]["neighbours"_L1][0];
        QVERIFY(near["similarity"_L1].isDouble());
        QVERIFY(std::abs(near["words_similarity"_L1].toDouble() - 1) < 1e-5);

        const Outcome table = rate("reads.dankmodel", {"a dog", "a cat"}, {});
        QVERIFY2(table.out.indexOf("caption: a cat") < table.out.indexOf("caption: a dog"), table.out);
        QVERIFY2(table.out.contains("alike in picture ") && table.out.contains(" · in words 1.00)"), table.out);
        QCOMPARE(table.out.count("never measured"), 1);
        const Outcome csv = rate("reads.dankmodel", {"a, dog", "a cat"}, {"--format", "csv"});
        QVERIFY2(csv.out.contains(",verdict_text,caption\n") && csv.out.contains(",\"a, dog\"\n"), csv.out);
    }

    void oneOrNone()
    {
        const QJsonArray one = rate("reads.dankmodel", {"a cat"}).json().array();
        QCOMPARE(one.size(), 1);
        QCOMPARE(one[0]["caption"_L1].toString(), QString("a cat"));
        QVERIFY(one[0]["comparison"_L1].isUndefined());
        const Outcome none = rate("reads.dankmodel", {});
        QVERIFY(none.json().array()[0]["caption"_L1].isUndefined());
        QVERIFY(none.json().array()[0]["parts"_L1].isUndefined());
        QVERIFY(none.json().array()[0]["neighbours"_L1][0]["words_similarity"_L1].isNull());
        QVERIFY(rate("reads.dankmodel", {}, {}).out.contains("Rated by the picture alone"));
    }

    void aModelThatReadsNoneSaysSoOnce()
    {
        const Outcome told = rate("blind.dankmodel", {"a dog", "a cat"});
        QVERIFY2(told.code == 0, told.err);
        QCOMPARE(told.err.count("do not count"), 1);
        const QJsonArray scores = told.json().array();
        QCOMPARE(scores.size(), 2);
        QCOMPARE(scores[0]["caption"_L1].toString(), QString("a dog"));
        QCOMPARE(scores[0]["dankness"_L1].toDouble(), scores[1]["dankness"_L1].toDouble());
        QVERIFY(scores[0]["parts"_L1].isUndefined());
    }

    void oddCaptions_data()
    {
        QTest::addColumn<QString>("caption");
        QTest::newRow("long") << QString("cat ").repeated(30'000);  // a command line's word has at most 128 KB
        QTest::newRow("emoji") << QString("🐸👩‍🚀");
        QTest::newRow("right to left") << QString("\u202Eשלום");
        QTest::newRow("controls") << QString("\x1b[31m\n\r\tcat");
        QTest::newRow("empty") << QString();
    }
    void oddCaptions()
    {
        QFETCH(QString, caption);
        const Outcome json = rate("reads.dankmodel", {caption, "cat"});
        QVERIFY2(json.code == 0, json.err);
        const QJsonArray scores = json.json().array();
        QCOMPARE(scores.size(), 2);
        QVERIFY(scores[0]["caption"_L1].toString() == caption || scores[1]["caption"_L1].toString() == caption);
        const Outcome table = rate("reads.dankmodel", {caption, "cat"}, {});
        QCOMPARE(table.code, 0);
        QVERIFY2(table.out.size() < 5000 && !table.out.contains('\x1b') && !table.out.contains("\u202E"),
                 table.out.left(5000));
    }
};

QTEST_GUILESS_MAIN(TestCliCaption)
#include "cli_caption_test.moc"
