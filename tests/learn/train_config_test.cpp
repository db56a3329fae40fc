#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/learn/train_config.h"

using namespace dank;

class TestTrainConfig : public QObject {
    Q_OBJECT

private slots:
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
        config.blend = true;
        config.standardise = true;
        config.captions = Captions::Title;
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
        QCOMPARE(std::string(trainPresets().front().name), TrainConfig::automatic().preset);
        QVERIFY(TrainConfig::automatic().blend && !TrainConfig().blend);
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
};

QTEST_GUILESS_MAIN(TestTrainConfig)
#include "train_config_test.moc"
