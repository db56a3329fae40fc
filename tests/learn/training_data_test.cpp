#include <QtTest>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/learn/split.h"
#include "core/learn/target.h"
#include "core/learn/train_config.h"
#include "core/model/model.h"

using namespace dank;

namespace {

std::vector<MemeRecord> recordsBy(const std::vector<std::string> &authors)
{
    std::vector<MemeRecord> records;
    for (std::size_t i = 0; i < authors.size(); ++i) {
        MemeRecord record;
        record.id = std::to_string(i);
        record.author = authors[i];
        records.push_back(record);
    }
    return records;
}

std::vector<std::string> manyAuthors(int rows)
{
    // Like the real thing: one author with a tenth of all rows, some with a few, most with one, some unknown.
    Random random(5);
    std::vector<std::string> authors;
    for (int i = 0; i < rows; ++i) {
        const std::uint64_t kind = random.below(10);
        authors.push_back(kind == 0  ? "busy"
                          : kind < 4 ? "some" + std::to_string(random.below(20))
                          : kind < 6 ? ""
                                     : "one" + std::to_string(i));
    }
    return authors;
}

Model goodModel()
{
    Model model;
    model.backbone = "tiny";
    model.layers = {{3, 2, {1, 2, 3, 4, 5, 6}, {0, 0}}, {2, 1, {1, 1}, {0}}};
    model.featureMean = {0, 0, 0};
    model.featureScale = {1, 1, 1};
    model.reference = {0.1f, 0.5f, 0.5f};
    model.epoch = 3;
    model.epochsRun = 5;
    model.curve = {{1, 0.5, 0.4, 0.1}};
    return model;
}

}  // namespace

class TestTrainingData : public QObject {
    Q_OBJECT

private slots:
    void targetsAreWhatTheirFormulaSays()
    {
        const std::vector<std::int64_t> upvotes{0, 10, 10, 40, 100};
        const auto max = TargetTransform::fit(TargetKind::Max, upvotes);
        QCOMPARE(max.toDankness(40), 0.4f);
        QCOMPARE(max.toDankness(1000), 1.0f);
        QCOMPARE(max.toUpvotes(0.25), 25.0);
        const auto log = TargetTransform::fit(TargetKind::Log, upvotes);
        QCOMPARE(log.toDankness(40), static_cast<float>(std::log(41.0) / std::log(101.0)));
        const auto percentile = TargetTransform::fit(TargetKind::Percentile, upvotes);
        // Mid-ranks over 5: 0.5, (1 + 3) / 2, the same, 3.5, 4.5.
        QCOMPARE(percentile.toDankness(0), 0.1f);
        QCOMPARE(percentile.toDankness(10), 0.4f);
        QCOMPARE(percentile.toDankness(40), 0.7f);
        QCOMPARE(percentile.toDankness(100), 0.9f);
        QCOMPARE(percentile.toDankness(25), 0.55f);  // half way between 10 and 40
        QCOMPARE(percentile.toDankness(100'000), 0.9f);
        QCOMPARE(percentile.toUpvotes(0.55), 25.0);
        QCOMPARE(percentile.toUpvotes(0), 0.0);
        QCOMPARE(percentile.toUpvotes(1), 100.0);
        QCOMPARE(percentile.toUpvotes(std::nan("")), 0.0);
    }

    void targetsComeBack_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("count");
        for (const TargetKind kind : {TargetKind::Max, TargetKind::Log, TargetKind::Percentile})
            for (const int count : {1, 2, 50, 1001, 1002, 30'000})
                QTest::addRow("%s of %d", targetKindName(kind), count) << static_cast<int>(kind) << count;
    }
    void targetsComeBack()
    {
        QFETCH(int, kind);
        QFETCH(int, count);
        Random random(9);
        std::vector<std::int64_t> upvotes;
        for (int i = 0; i < count; ++i)  // many ties at the low end
            upvotes.push_back(static_cast<std::int64_t>(std::exp(random.uniform(0.7, 12))));
        const auto target = TargetTransform::fit(static_cast<TargetKind>(kind), upvotes);
        QVERIFY(target.parameters().size() <= 1001);
        const auto again = TargetTransform::fromParameters(target.kind(), target.parameters());
        std::sort(upvotes.begin(), upvotes.end());
        float last = -1;
        for (const std::int64_t ups : upvotes) {
            const float dankness = target.toDankness(ups);
            QVERIFY(dankness >= last && dankness >= 0 && dankness <= 1);
            last = dankness;
            QCOMPARE(again.toDankness(ups), dankness);
            // Float dankness carries about 7 digits; between quantiles that is a share of a wide step.
            QVERIFY(std::abs(target.toUpvotes(dankness) - static_cast<double>(ups))
                    <= 1e-4 * static_cast<double>(ups) + 0.01);
        }
        double lastUpvotes = -1;
        for (int i = 0; i <= 1000; ++i) {
            const double ups = target.toUpvotes(i / 1000.0);
            QVERIFY(ups >= lastUpvotes && std::isfinite(ups));
            lastUpvotes = ups;
        }
    }

    void manyValuesKeepTheirMidRanks()
    {
        std::vector<std::int64_t> upvotes(5000, 7);  // half of 10,000 tie
        for (int i = 0; i < 5000; ++i)
            upvotes.push_back(100 + i);
        const auto target = TargetTransform::fit(TargetKind::Percentile, upvotes);
        QVERIFY(std::abs(target.toDankness(7) - 0.25) < 0.001);
        QVERIFY(std::abs(target.toDankness(2600) - 0.75) < 0.001);
    }

    void targetsRefuseNonsense()
    {
        const std::vector<std::int64_t> zeros{0, 0};
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Max, {}));
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Max, zeros));
        QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fit(TargetKind::Log, zeros));
        QCOMPARE(TargetTransform::fit(TargetKind::Percentile, zeros).toDankness(0), 0.5f);
        using Parameters = std::vector<double>;
        for (const Parameters &bad :
             {Parameters{}, Parameters{0}, Parameters{-1}, Parameters{NAN}, Parameters{INFINITY}, Parameters{1, 2}})
            QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fromParameters(TargetKind::Max, bad));
        for (const Parameters &bad :
             {Parameters{}, Parameters{2, 1}, Parameters{NAN}, Parameters{1, NAN}, Parameters(1002, 1.0)})
            QVERIFY_THROWS_EXCEPTION(Error, TargetTransform::fromParameters(TargetKind::Percentile, bad));
        QVERIFY_THROWS_EXCEPTION(Error, targetKindFromName("Max"));
        QVERIFY(targetKindFromName("log") == TargetKind::Log);
    }

    void splitsKeepAuthorsApart_data()
    {
        QTest::addColumn<double>("fraction");
        QTest::addColumn<int>("rows");
        for (const double fraction : {0.05, 0.2, 0.5, 0.9})
            for (const int rows : {40, 240, 3000})
                QTest::addRow("%g of %d", fraction, rows) << fraction << rows;
    }
    void splitsKeepAuthorsApart()
    {
        QFETCH(double, fraction);
        QFETCH(int, rows);
        const auto records = recordsBy(manyAuthors(rows));
        std::set<std::vector<std::size_t>> different;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Split split = makeSplit(records, SplitKind::Author, fraction, seed);
            std::map<std::string, int> sides;
            std::set<std::size_t> all;
            for (const std::size_t row : split.train) {
                sides[records[row].author] |= 1;
                all.insert(row);
            }
            for (const std::size_t row : split.validation) {
                sides[records[row].author] |= 2;
                all.insert(row);
            }
            for (const auto &[author, side] : sides)
                QVERIFY(author.empty() || side != 3);
            QCOMPARE(all.size(), records.size());
            QCOMPARE(split.train.size() + split.validation.size(), records.size());
            QVERIFY(std::is_sorted(split.train.begin(), split.train.end()));
            QVERIFY(std::is_sorted(split.validation.begin(), split.validation.end()));
            QVERIFY(std::abs(static_cast<double>(split.validation.size()) - fraction * rows) <= 1.5);
            const Split again = makeSplit(records, SplitKind::Author, fraction, seed);
            QVERIFY(again.train == split.train && again.validation == split.validation);
            different.insert(split.validation);
        }
        QVERIFY(different.size() > 5);
    }

    void runSplitsKeepAuthorsOnOneOfThreeSides()
    {
        const auto records = recordsBy(manyAuthors(240));
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Split split = makeRunSplit(records, SplitKind::Author, 0.2, seed);
            std::map<std::string, std::set<int>> sidesOf;
            std::set<std::size_t> all;
            int side = 0;
            for (const auto *rows : {&split.train, &split.validation, &split.test}) {
                for (const std::size_t row : *rows) {
                    sidesOf[records[row].author].insert(side);
                    all.insert(row);
                }
                ++side;
            }
            for (const auto &[author, sides] : sidesOf)
                QVERIFY(author.empty() || sides.size() == 1);
            QCOMPARE(all.size(), records.size());
            QCOMPARE(split.train.size() + split.validation.size() + split.test.size(), records.size());
            QVERIFY(std::abs(static_cast<double>(split.validation.size()) - 48) <= 2);
            QVERIFY(std::abs(static_cast<double>(split.test.size()) - 48) <= 2);
        }
    }

    void splitsOfFewGroups()
    {
        // A huge author and a small one: the small one is held out, whatever the order.
        std::vector<std::string> authors(20, "huge");
        authors.insert(authors.end(), 2, "small");
        for (std::uint64_t seed = 0; seed < 10; ++seed)
            QCOMPARE(makeSplit(recordsBy(authors), SplitKind::Author, 0.05, seed).validation.size(), 2u);
        QCOMPARE(makeSplit(recordsBy({"a", "b"}), SplitKind::Author, 0.99, 1).train.size(), 1u);
        QCOMPARE(makeSplit(recordsBy({"", ""}), SplitKind::Author, 0.5, 1).train.size(), 1u);
        QCOMPARE(makeSplit(recordsBy({"a", "a", "a"}), SplitKind::Random, 0.3, 1).validation.size(), 1u);
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a", "a", "a"}), SplitKind::Author, 0.3, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a"}), SplitKind::Random, 0.5, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit({}, SplitKind::Random, 0.5, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeRunSplit(recordsBy({"a", "b"}), SplitKind::Author, 0.2, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeRunSplit(recordsBy({"a", "b", "c"}), SplitKind::Author, 0.5, 1));
        QVERIFY_THROWS_EXCEPTION(Error, makeSplit(recordsBy({"a", "b"}), SplitKind::Random, NAN, 1));
    }

    void configGoesThroughJson()
    {
        TrainConfig config = TrainConfig::paper();
        QVERIFY(trainConfigFromJson(trainConfigToJson(config)) == config);
        QVERIFY(!(config == TrainConfig::standard()));
        config.hidden = {};
        config.learningRate = 0.1 + 0.2;
        config.seed = std::numeric_limits<std::uint64_t>::max();
        config.split = SplitKind::Random;
        config.target = TargetKind::Log;
        config.layerNorm = true;
        config.initialisation = Initialisation::Xavier;
        config.output = OutputActivation::Sigmoid;
        config.loss = lossFromText("bce+0.30000000000000004ranknet+2huber:0.7");
        config.optimiser = OptimiserKind::Sgd;
        config.momentum = 0.1 + 0.7;
        config.weightDecay = 1e-4;
        config.gradientClip = 1.5;
        config.schedule = Schedule::Step;
        config.scheduleEvery = 7;
        config.scheduleFactor = 0.3;
        config.group = "column:\"tab\" é";
        config.within = true;
        config.folds = 5;
        config.seeds = 3;
        QVERIFY(trainConfigFromJson(trainConfigToJson(config)) == config);
        QVERIFY(trainConfigFromJson("{}") == TrainConfig::standard());
        QVERIFY(trainConfigFromJson("{\"later\": [1]}") == TrainConfig::standard());
        QCOMPARE(trainConfigToJson(config), trainConfigToJson(trainConfigFromJson(trainConfigToJson(config))));
    }

    /// Runs and models from before there was a choice go on as they were.
    void oldSettingsKeepTheirMeaning()
    {
        const char *const old =
            R"({"preset":"standard","hidden":[512,256,128,32,8],"dropout":0.2,"initialisation":"kaiming",)"
            R"("output":"sigmoid","standardise":true,"target":"percentile","learning_rate":0.001,"weight_decay":0.0,)"
            R"("batch":100,"epochs":200,"patience":30,"split":"author","validation_fraction":0.2,"seed":42})";
        QVERIFY(trainConfigFromJson(old) == TrainConfig::standard());
        QVERIFY(trainConfigFromJson(R"({"weight_decay": 0.1})").optimiser == OptimiserKind::AdamW);
        QVERIFY(trainConfigFromJson(R"({"weight_decay": 0.1, "optimiser": "adam"})").optimiser == OptimiserKind::Adam);
    }

    void everyPresetIsUsable()
    {
        QCOMPARE(std::string(trainPresets().front().name), TrainConfig{}.preset);
        for (const TrainPreset &preset : trainPresets()) {
            const TrainConfig config = TrainConfig::fromPreset(preset.name);
            config.validate();
            QCOMPARE(config.preset, std::string(preset.name));
            QVERIFY(trainConfigFromJson(trainConfigToJson(config)) == config);
            QVERIFY(*preset.title && std::string(preset.summary).ends_with('.'));
        }
        QVERIFY(TrainConfig::fromPreset("linear").hidden.empty());
        QCOMPARE(TrainConfig::fromPreset("small").hidden, std::vector<int>{256});
        const TrainConfig ranking = TrainConfig::fromPreset("ranking");
        QCOMPARE(lossText(ranking.loss), std::string("bce+0.5ranknet"));
        QVERIFY(ranking.within && ranking.target == TargetKind::Percentile);
        try {
            TrainConfig::fromPreset("best");
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(std::string(error.what()).find("standard, small, linear, ranking, paper") != std::string::npos);
        }
    }

    void lossesAsText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("again");
        for (const char *text : {"mse", "huber", "bce", "ranknet", "bce+0.5ranknet", "2mse+0.000001ranknet",
                                 "huber:0.2", "0.5huber:1000000", "1000000bce"})
            QTest::newRow(text) << text << text;
        QTest::newRow("spaces") << " bce + 0.5 ranknet "
                                << "bce+0.5ranknet";
        QTest::newRow("weight 1") << "1.0mse+.5bce"
                                  << "mse+0.5bce";
        QTest::newRow("huber's own") << "huber:0.1"
                                     << "huber";
    }
    void lossesAsText()
    {
        QFETCH(QString, text);
        QFETCH(QString, again);
        const std::vector<LossTerm> terms = lossFromText(text.toStdString());
        QCOMPARE(QString::fromStdString(lossText(terms)), again);
        QVERIFY(lossFromText(lossText(terms)) == terms);
    }

    void badLossesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"",
                                 " ",
                                 "+",
                                 "mse+",
                                 "+mse",
                                 "MSE",
                                 "l1",
                                 "mse:1",
                                 "huber:",
                                 "huber:x",
                                 "huber:0.1x",
                                 "huber:-1",
                                 "huber:0",
                                 "huber:2000000",
                                 "-1mse",
                                 "0mse",
                                 "infmse",
                                 "nanmse",
                                 "1e3mse",
                                 "1e-3mse",
                                 "mse+mse",
                                 "huber+2huber:3",
                                 "0.0000001bce",
                                 "1..5mse",
                                 ".mse",
                                 "0x1mse",
                                 "mse\n",
                                 "\x1b[31m"})
            QTest::addRow("\"%s\"", text) << QByteArray(text);
        QTest::newRow("long") << QByteArray(300, '1') + "mse";
        QTest::newRow("huge") << QByteArray(100'000'000, '+');
        QTest::newRow("nul") << QByteArray("mse\0", 4);
    }
    void badLossesAreRefused()
    {
        QFETCH(QByteArray, text);
        try {
            (void)lossFromText(text.toStdString());
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
            const std::string said = error.what();
            QVERIFY2(said.find("bce+0.5ranknet") != std::string::npos && said.size() < 300, error.what());
            QVERIFY(std::none_of(said.begin(), said.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
        }
    }

    /// Each schedule's rates as torch.optim.lr_scheduler gives them.
    void schedulesEqualTorchs()
    {
        QFile file(DANK_TEST_DATA "/golden/schedules.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray cases = QJsonDocument::fromJson(file.readAll()).array();
        QVERIFY(cases.size() >= 5);
        for (const QJsonValue &value : cases) {
            const QJsonObject one = value.toObject();
            TrainConfig config;
            config.learningRate = one["learning_rate"].toDouble();
            config.epochs = one["epochs"].toInt();
            config.schedule = scheduleFromName(one["schedule"].toString().toStdString());
            config.scheduleEvery = one["every"].toInt();
            config.scheduleFactor = one["factor"].toDouble();
            config.validate();
            const QJsonArray rates = one["rates"].toArray();
            QCOMPARE(rates.size(), config.epochs);
            for (int epoch = 1; epoch <= config.epochs; ++epoch) {
                const double expected = rates[epoch - 1].toDouble();
                QVERIFY2(std::abs(config.learningRateAt(epoch) - expected) <= 1e-6 * expected,
                         qPrintable(QString::number(epoch)));
            }
        }
    }

    void paperPresetIsThePapers()
    {
        const TrainConfig paper = TrainConfig::fromPreset("paper");
        QCOMPARE(paper.hidden, (std::vector<int>{512, 256, 128, 32, 8}));
        QCOMPARE(paper.dropout, 0.8);
        QVERIFY(paper.initialisation == Initialisation::StandardNormal);
        QVERIFY(paper.output == OutputActivation::Linear && paper.target == TargetKind::Max);
        QVERIFY(!paper.standardise);
        QCOMPARE(paper.epochs, 1000);
        QCOMPARE(paper.batch, 100);
        QCOMPARE(paper.patience, 0);
        QVERIFY_THROWS_EXCEPTION(Error, TrainConfig::fromPreset("Paper"));
    }

    void badConfigsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json : {"",
                                 "[]",
                                 "{",
                                 "null",
                                 "{\"epochs\": 0}",
                                 "{\"epochs\": 1e9}",
                                 "{\"epochs\": 4294967297}",
                                 "{\"epochs\": 18446744073709551615}",
                                 "{\"epochs\": \"5\"}",
                                 "{\"epochs\": 2.5}",
                                 "{\"batch\": 0}",
                                 "{\"batch\": -9223372036854775808}",
                                 "{\"dropout\": 1}",
                                 "{\"dropout\": -0.1}",
                                 "{\"dropout\": true}",
                                 "{\"learning_rate\": 0}",
                                 "{\"learning_rate\": 1e999}",
                                 "{\"weight_decay\": -1}",
                                 "{\"hidden\": 5}",
                                 "{\"hidden\": [0]}",
                                 "{\"hidden\": [65537]}",
                                 "{\"hidden\": [null]}",
                                 "{\"patience\": -1}",
                                 "{\"validation_fraction\": 0.5}",
                                 "{\"validation_fraction\": 1}",
                                 "{\"validation_fraction\": 0}",
                                 "{\"seed\": -1}",
                                 "{\"seed\": 1.5}",
                                 "{\"target\": \"best\"}",
                                 "{\"split\": 3}",
                                 "{\"initialisation\": \"zero\"}",
                                 "{\"output\": \"relu\"}",
                                 "{\"loss\": \"l1\"}",
                                 "{\"loss\": [\"mse\"]}",
                                 "{\"loss\": \"bce\", \"output\": \"linear\"}",
                                 "{\"optimiser\": \"lion\"}",
                                 "{\"optimiser\": 1}",
                                 "{\"momentum\": 1}",
                                 "{\"momentum\": -0.1}",
                                 "{\"gradient_clip\": -1}",
                                 "{\"gradient_clip\": 1e999}",
                                 "{\"schedule\": \"linear\"}",
                                 "{\"schedule_every\": 0}",
                                 "{\"schedule_every\": 1e9}",
                                 "{\"schedule_factor\": 0}",
                                 "{\"schedule_factor\": 1.1}",
                                 "{\"layer_norm\": 1}",
                                 "{\"within\": \"yes\"}",
                                 "{\"group\": 7}",
                                 "{\"group\": \"a\\u0000\"}",
                                 "{\"group\": \"\\n\"}",
                                 "{\"folds\": 1}",
                                 "{\"folds\": -2}",
                                 "{\"folds\": 101}",
                                 "{\"seeds\": 0}",
                                 "{\"seeds\": 1001}",
                                 "{\"seeds\": 4294967297}",
                                 "{\"standardise\": 1}",
                                 "{\"preset\": {}}",
                                 "{\"preset\": \"\xff\"}"})
            QTest::newRow(*json ? json : "empty") << QByteArray(json);
        QTest::newRow("deep") << QByteArray(100'000, '[');
        QTest::newRow("long group") << "{\"group\": \"" + QByteArray(5000, 'x') + "\"}";
        QTest::newRow("33 layers") << "{\"hidden\": [1" + QByteArray(",1").repeated(32) + "]}";
    }
    void badConfigsAreRefused()
    {
        QFETCH(QByteArray, json);
        try {
            (void)trainConfigFromJson(json.toStdString());
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
        }
    }

    void goodModelsAreTaken()
    {
        goodModel().validate();
        Model raw = goodModel();
        raw.featureMean = raw.featureScale = {};
        raw.reference = {};
        raw.validate();
        Model normal = goodModel();
        normal.normScale = {1, -2, 0};
        normal.normShift = {0, 0, 5};
        normal.validate();
    }

    void badModelsAreRefused_data()
    {
        QTest::addColumn<int>("way");
        for (int way = 0; way < 22; ++way)
            QTest::addRow("way %d", way) << way;
    }
    void badModelsAreRefused()
    {
        QFETCH(int, way);
        Model model = goodModel();
        switch (way) {
        case 0: model.layers.clear(); break;
        case 1: model.layers.pop_back(); break;
        case 2: model.layers[0].weight.pop_back(); break;
        case 3: model.layers[0].bias.push_back(0); break;
        case 4: model.layers[1] = {3, 1, {1, 1, 1}, {0}}; break;
        case 5: model.layers[1].weight[0] = NAN; break;
        case 6: model.layers[1].bias[0] = INFINITY; break;
        case 7: model.layers[0] = {0, 2, {}, {0, 0}}; break;
        case 8: model.layers[0].inputs = -3; break;
        case 9: model.featureMean = {0, 0}; break;
        case 10: model.featureScale = {1, 0, 1}; break;
        case 11: model.featureScale = {1, NAN, 1}; break;
        case 12: model.reference = {0.5f, 0.1f}; break;
        case 13: model.reference = {0.1f, INFINITY}; break;
        case 14: model.epoch = 6; break;
        case 15: model.curve[0].validationLoss = NAN; break;
        case 16: model.config.batch = 0; break;
        case 17: model.backbone.clear(); break;
        case 18: model.normScale = {1, 1, 1}; break;
        case 19: model.normScale = model.normShift = {1, 1}; break;
        case 20: model.normScale = {1, 1, 1}, model.normShift = {0, NAN, 0}; break;
        case 21: model.normShift = {0, 0, 0}; break;
        }
        try {
            model.validate();
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
        }
    }
};

QTEST_GUILESS_MAIN(TestTrainingData)
#include "training_data_test.moc"
