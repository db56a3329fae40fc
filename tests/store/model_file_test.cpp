#include <QTest>

#include <cmath>
#include <fstream>

#include "core/evaluate/title_features.h"
#include "tests/store/model_file_fixture.h"

using namespace dank;

namespace {

/// In place: shortening and rewriting a file thousands of times would wait for the disk each time.
void setByte(const fs::path &path, std::size_t offset, std::byte value)
{
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(offset));
    file.put(char(value));
}

}  // namespace

class TestModelFile : public QObject {
    Q_OBJECT
private slots:
    void roundTripIsExact()
    {
        File file;
        const Model model = example();
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QCOMPARE(loaded.name, model.name);
        QCOMPARE(loaded.run, model.run);
        QCOMPARE(loaded.backbone, model.backbone);
        QCOMPARE(loaded.weightsFile, model.weightsFile);
        QCOMPARE(loaded.untrainedBackbone, true);
        QCOMPARE(loaded.layers.size(), std::size_t(2));
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(loaded.layers[i].inputs, model.layers[i].inputs);
            QCOMPARE(loaded.layers[i].outputs, model.layers[i].outputs);
            QVERIFY(loaded.layers[i].weight == model.layers[i].weight);
            QVERIFY(loaded.layers[i].bias == model.layers[i].bias);
        }
        QVERIFY(std::signbit(loaded.layers[0].weight[1]));
        QVERIFY(loaded.output == OutputActivation::Linear);
        QVERIFY(loaded.featureMean == model.featureMean);
        QVERIFY(loaded.featureScale == model.featureScale);
        QVERIFY(loaded.target.kind() == TargetKind::Percentile);
        QVERIFY(loaded.target.parameters() == model.target.parameters());
        QVERIFY(loaded.reference == model.reference);
        QCOMPARE(loaded.referenceName, model.referenceName);
        QVERIFY(loaded.config == model.config);
        QCOMPARE(loaded.epoch, 1);
        QCOMPARE(loaded.epochsRun, 2);
        QVERIFY(loaded.curve == model.curve);
        QVERIFY(loaded.trainMean == model.trainMean);
        QVERIFY(loaded.meanPredictorLoss == model.meanPredictorLoss);
        QCOMPARE(loaded.dataset, model.dataset);
        QCOMPARE(loaded.datasetHash, model.datasetHash);
        QVERIFY(loaded.trainIds == model.trainIds);
        QVERIFY(loaded.validationIds == model.validationIds);
        QVERIFY(loaded.testIds == model.testIds);

        const auto bytes = readFile(file.path(), 1 << 20);
        saveModel(loaded, file.path());
        QVERIFY(readFile(file.path(), 1 << 20) == bytes);
    }

    void withoutStandardisation()
    {
        File file;
        Model model = example();
        model.featureMean.clear();
        model.featureScale.clear();
        model.reference.clear();
        model.dataset = "bad \xff utf-8";
        model.name = "two\nlines";
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.featureMean.empty());
        QVERIFY(loaded.reference.empty());
        QCOMPARE(loaded.dataset, std::string("bad \xef\xbf\xbd utf-8"));
        QCOMPARE(loaded.name, std::string("two lines"));
    }

    void layerNormIsFormatTwo()
    {
        File file;
        Model model = example();
        const auto formatOf = [&] {
            return json::parse(openSafetensors(file.path()).metadata().at("dank")).at("format").get<int>();
        };
        saveModel(model, file.path());
        QCOMPARE(formatOf(), 1);  // what programs from before layer normalisation read
        model.normScale = {1, -0.5F, 1e-30F};
        model.normShift = {0.1F, -0.0F, 3};
        saveModel(model, file.path());
        QCOMPARE(formatOf(), 2);
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.normScale == model.normScale && loaded.normShift == model.normShift);
        QVERIFY(std::signbit(loaded.normShift[1]));

        rewrite(file.path(), [](Parts &parts) { parts.document["format"] = 1; });
        QVERIFY(refusal(file.path()).contains("do not belong"));
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.tensors.erase("layer_norm.bias"); });
        QVERIFY(refusal(file.path()).contains("lacks the tensor 'layer_norm.bias'"));
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) {
            parts.tensors.at("layer_norm.bias") = parts.tensors.at("layers.1.bias");
            parts.tensors.at("layer_norm.bias").name = "layer_norm.bias";
        });
        QVERIFY(refusal(file.path()).contains("layer normalisation"));
        saveModel(model, file.path());
        static const float kBad[] = {0, NAN, 0};
        rewrite(file.path(),
                [](Parts &parts) { parts.tensors.at("layer_norm.weight").bytes = std::as_bytes(std::span(kBad)); });
        QVERIFY(refusal(file.path()).contains("not finite"));
    }

    void theShuffledHeadIsFormatFour()
    {
        File file;
        Model model = example();
        Model shuffled;
        shuffled.layers = {{3, 2, {0.1F, -0.0F, 1.0F / 3, 3.3e38F, -5, 1e-40F}, {0.3F, 7}}, {2, 1, {1, -1}, {0.5F}}};
        shuffled.featureMean = {1, 2, 3};
        shuffled.featureScale = {0.5F, 1, 2};
        Blend &blend = shuffled.blend.emplace();
        blend.line = {1, 0.1F, -1};
        blend.image = blend.withTitle = blend.withText = blend.withBoth = {0.1, 0.2, 0.3, 0, 0};
        model.shuffled = std::make_shared<const Model>(shuffled);
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.shuffled && loaded.shuffled->layers.size() == 2 && !loaded.blend);
        QVERIFY(loaded.shuffled->blend->line == blend.line && loaded.shuffled->blend->image == blend.image);
        QVERIFY(loaded.shuffled->featureScale == shuffled.featureScale);
        QVERIFY(loaded.shuffled->layers[0].bias == shuffled.layers[0].bias);
        for (std::size_t i = 0; i < 6; ++i) {  // at half length: eight bits of a number
            const float was = shuffled.layers[0].weight[i], is = loaded.shuffled->layers[0].weight[i];
            QVERIFY(std::abs(is - was) <= std::abs(was) / 256 + 1e-38F);
        }
        QVERIFY(loaded.layers[0].weight == model.layers[0].weight);  // the model's own stay as they are
        const auto length = fs::file_size(file.path());
        saveModel(loaded, file.path());
        QCOMPARE(fs::file_size(file.path()), length);

        rewrite(file.path(), [](Parts &parts) { parts.tensors.erase("shuffled.layers.1.weight"); });
        QVERIFY(refusal(file.path()).contains("lacks the tensor 'shuffled.layers.1.weight'"));
        saveModel(loaded, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.document.erase("shuffled"); });
        QVERIFY(refusal(file.path()).contains("do not belong"));
        shuffled.layers[0].inputs = 2;
        shuffled.layers[0].weight.resize(4);
        model.shuffled = std::make_shared<const Model>(shuffled);
        QVERIFY_THROWS_EXCEPTION(Error, saveModel(model, file.path()));
    }

    void aBlendIsFormatFour()
    {
        File file;
        Model model = example();
        Blend &blend = model.blend.emplace();
        blend.line = {0.1F, -0.0F, 3};
        blend.lineBias = 0.1 + 0.2;
        blend.title = {std::vector<float>(kTitleColumns, 1.5F), std::vector<float>(kTitleColumns, -0.25F), 1.0 / 3};
        blend.text = {std::vector<float>(kTitleColumns, 2.5F), std::vector<float>(kTitleColumns, 0.125F), 2.0 / 3};
        blend.image = {0.1, 0.2, 0.3, 0, 0};
        blend.withTitle = {0.4, 0.5, 0.6, 1.0 / 7, 0};
        blend.withText = {0.2, 0.5, 0.3, 0, 0.9};
        blend.withBoth = {0.1, 0.5, 0.2, 0.3, 1.0 / 9};
        blend.loss = 0.07;
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.blend && loaded.blend->line == blend.line && loaded.blend->title == blend.title);
        QVERIFY(loaded.blend->text == blend.text && loaded.blend->image == blend.image
                && loaded.blend->withTitle == blend.withTitle && loaded.blend->withText == blend.withText
                && loaded.blend->withBoth == blend.withBoth);
        QVERIFY(loaded.blend->lineBias == blend.lineBias && loaded.blend->loss == blend.loss);
        QVERIFY(loaded.normScale.empty());

        model.layers.clear();
        for (BlendWeights *weights : {&blend.image, &blend.withTitle, &blend.withText, &blend.withBoth})
            weights->network = 0;
        saveModel(model, file.path());
        QVERIFY(loadModel(file.path()).layers.empty());
        QCOMPARE(loadModel(file.path()).columns(), 3);

        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.document["format"] = 2; });
        QVERIFY(refusal(file.path()) != "taken");
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.tensors.erase("blend.text.weight"); });
        QVERIFY(refusal(file.path()).contains("words"));
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.document["blend"]["with_both"]["line"] = -1; });
        QVERIFY(refusal(file.path()).contains("below 0"));
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) { parts.document["blend"].erase("loss"); });
        QVERIFY(refusal(file.path()) != "taken");
    }

    /// Whose words were those of titles.
    void aBlendOfFormatThreeIsRead()
    {
        File file;
        Model model = example();
        Blend &blend = model.blend.emplace();
        blend.line = {1, 2, 3};
        blend.title = {std::vector<float>(kTitleColumns, 1.5F), std::vector<float>(kTitleColumns, -0.25F), 0.5};
        blend.image = blend.withText = {0.1, 0.2, 0.3, 0, 0};
        blend.withTitle = blend.withBoth = {0.4, 0.5, 0.6, 0.7, 0};
        saveModel(model, file.path());
        rewrite(file.path(), [](Parts &parts) {
            const auto weights = [](double intercept, double network, double line, double words) {
                return json{{"intercept", intercept}, {"network", network}, {"line", line}, {"words", words}};
            };
            parts.document["format"] = 3;
            parts.document["blend"] = {{"image", weights(0.1, 0.2, 0.3, 0)},
                                       {"both", weights(0.4, 0.5, 0.6, 0.7)},
                                       {"line_bias", 0},
                                       {"word_bias", 0.5},
                                       {"loss", 0}};
            for (const auto &[now, then] :
                 {std::pair("blend.title.rarity", "blend.rarity"), std::pair("blend.title.weight", "blend.words")}) {
                auto moved = parts.tensors.extract(now);
                moved.key() = moved.mapped().name = then;
                parts.tensors.insert(std::move(moved));
            }
        });
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.blend && loaded.blend->title == blend.title && loaded.blend->text.empty());
        QVERIFY(loaded.blend->image == blend.image && loaded.blend->withText == blend.withText
                && loaded.blend->withTitle == blend.withTitle && loaded.blend->withBoth == blend.withBoth);
    }

    void brokenModelIsNotWritten()
    {
        File file;
        Model model = example();
        model.layers[1].weight.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, saveModel(model, file.path()));
        QVERIFY(!fs::exists(file.path()));
    }

    void refuses_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, Change change, const char *reason) {
            QTest::newRow(name) << change << QString(reason);
        };
        const auto set = [&](const char *pointer, json value, const char *reason) {
            const std::string name = std::string(pointer) + " = " + value.dump().substr(0, 40);
            row(
                name.c_str(), [=](Parts &parts) { parts.document[json::json_pointer(pointer)] = value; }, reason);
        };
        for (const auto &entry : json::parse(R"(["format","name","run","backbone","weights_file","untrained_backbone",
                "layers","output","target","reference_name","config","epoch","epochs_run","curve",
                "train_mean","mean_predictor_loss","dataset","dataset_hash","train_ids","validation_ids","test_ids"])")) {
            const std::string key = entry;
            row(("without " + key).c_str(), [=](Parts &parts) { parts.document.erase(key); }, "is missing");
            row((key + " null").c_str(), [=](Parts &parts) { parts.document[key] = nullptr; }, "");
        }
        set("/format", 6, "newer version");
        set("/format", 2, "lacks the tensor 'layer_norm.weight'");
        set("/format", 0, "'format' is not a whole number of 1");
        set("/format", "1", "'format' is not a whole number of 1");
        set("/run", -1, "'run' is not a whole number");
        set("/run", 18446744073709551615ULL, "'run' is not a whole number");
        set("/run", 1.5, "'run' is not a whole number");
        set("/name", std::string(20000, 'x'), "'name' is longer than 16384 bytes");
        set("/backbone", "\x1b[31m", "control characters");
        set("/backbone", "", "backbone");
        set("/layers", 0, "'layers' is not a whole number of 1 to 64");
        set("/layers", 65, "'layers' is not a whole number of 1 to 64");
        set("/layers", 3, "lacks the tensor");
        set("/layers", 1, "");
        set("/output", "softmax", "unknown");
        set("/target/kind", "cube", "");
        set("/target/parameters", json::array(), "");
        set("/target/parameters", json::array({2, 1}), "");
        set("/target/parameters", json::array({"1"}), "'parameters' is no finite number");
        set("/target", json::array(), "'target' is no object");
        set("/config/epochs", -5, "");
        set("/config/epochs", "many", "");
        set("/config", json::array(), "");
        set("/epoch", 3, "epoch");
        set("/epoch", -1, "'epoch' is not a whole number");
        set("/epochs_run", 4294967298LL, "'epochs_run' is not a whole number");
        set("/curve/0", json::array({1, 2, 3}), "'curve' is not a list of 4 values");
        set("/curve/0/0", 0, "'curve' is not a whole number of 1");
        set("/curve/0/1", nullptr, "'curve' is no finite number");
        set("/curve", json::object(), "'curve' is not a list");
        set("/train_ids", "a", "'train_ids' is not a list");
        set("/train_ids/0", 5, "'train_ids' is no text");
        set("/train_ids/0", std::string(20000, 'x'), "'train_ids' is longer than 16384 bytes");

        const auto shape = [&](const char *name, const char *tensor, std::vector<std::int64_t> sides) {
            row(
                name, [=](Parts &parts) { parts.tensors.at(tensor).shape = sides; }, "");
        };
        shape("weight transposed", "layers.0.weight", {3, 2});
        shape("weight flat", "layers.0.weight", {6});
        shape("weight deep", "layers.0.weight", {2, 3, 1});
        shape("bias as a matrix", "layers.0.bias", {1, 2});
        row(
            "weight of no width",
            [](Parts &parts) {
                parts.tensors.at("layers.0.weight").shape = {2, 0};
                parts.tensors.at("layers.0.weight").bytes = {};
            },
            "make no layer");
        row(
            "bias too long",
            [](Parts &parts) {
                parts.tensors.at("layers.1.bias") = parts.tensors.at("layers.0.bias");
                parts.tensors.at("layers.1.bias").name = "layers.1.bias";
            },
            "make no layer");
        row(
            "weight as integers", [](Parts &parts) { parts.tensors.at("layers.0.weight").type = DType::I32; },
            "another type");
        row(
            "no weight", [](Parts &parts) { parts.tensors.erase("layers.0.weight"); }, "lacks the tensor");
        row(
            "no reference", [](Parts &parts) { parts.tensors.erase("reference"); }, "lacks the tensor");
        row(
            "no mean", [](Parts &parts) { parts.tensors.erase("feature.mean"); }, "lacks the tensor");
        row(
            "one tensor more",
            [](Parts &parts) {
                parts.tensors["extra"] = parts.tensors.at("reference");
                parts.tensors["extra"].name = "extra";
            },
            "do not belong");
        static const float kBad[] = {NAN, INFINITY, 0.5F};
        const auto values = [&](const char *name, const char *tensor, std::size_t from, std::size_t count) {
            row(
                name,
                [=](Parts &parts) {
                    auto &target = parts.tensors.at(tensor);
                    target.shape = {std::int64_t(count)};
                    target.bytes = std::as_bytes(std::span(kBad).subspan(from, count));
                },
                "");
        };
        values("bias not a number", "layers.1.bias", 0, 1);
        values("bias infinite", "layers.1.bias", 1, 1);
        values("reference not finite", "reference", 0, 3);
        values("scale of another length", "feature.scale", 2, 1);
        values("scale not finite", "feature.scale", 0, 3);
    }
    void refuses()
    {
        QFETCH(Change, change);
        QFETCH(QString, reason);
        File file;
        saveModel(example(), file.path());
        rewrite(file.path(), change);
        const QString said = refusal(file.path());
        QVERIFY2(said.startsWith("format: ") && said.contains("m.dankmodel") && said.contains(reason),
                 qPrintable(said));
    }

    void refusesHostileText_data()
    {
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QString>("reason");
        QTest::newRow("empty") << QByteArray() << "not valid JSON";
        QTest::newRow("not json") << QByteArray("{") << "not valid JSON";
        QTest::newRow("list") << QByteArray("[]") << "it is no object";
        QTest::newRow("number") << QByteArray("1") << "it is no object";
        QTest::newRow("deep") << QByteArray(1000000, '[') << "nested too deeply";
        QTest::newRow("many values") << "[" + QByteArray("0,").repeated(5000000) + "0]"
                                     << "too many values";
        QTest::newRow("many objects") << "[" + QByteArray("{},").repeated(3000000) + "{}]"
                                      << "too many values";
        QTest::newRow("huge number") << QByteArray("{\"format\":1e999}") << "not valid JSON";
    }
    void refusesHostileText()
    {
        QFETCH(QByteArray, document);
        QFETCH(QString, reason);
        File file;
        saveModel(example(), file.path());
        rewrite(file.path(), {}, [&](std::string &text) { text = document.toStdString(); });
        const QString said = refusal(file.path());
        QVERIFY2(said.startsWith("format: ") && said.contains(reason), qPrintable(said.left(500)));
    }

    void otherFiles()
    {
        File file;
        QVERIFY(refusal(file.path()).startsWith("file: "));
        const std::vector<float> values{1};
        const std::vector<TensorToWrite> tensors{{"a", DType::F32, {1}, std::as_bytes(std::span(values))}};
        writeSafetensors(file.path(), tensors, {});
        QVERIFY(refusal(file.path()).contains("not a model of Dank Learning"));
        std::ofstream(file.path()) << "hello";
        QVERIFY(refusal(file.path()).startsWith("format: "));
    }

    /// Of a file from before there were checksums: either refused or a model that is sound, nothing else.
    void everyBitOfAnOlderFileFlipped()
    {
        File file;
        saveModel(example(), file.path());
        rewrite(file.path(), {});
        const auto whole = readFile(file.path(), 1 << 20);
        int refused = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            setByte(file.path(), bit / 8, whole[bit / 8] ^ std::byte(1 << bit % 8));
            try {
                loadModel(file.path()).validate();
            } catch (const Error &) {
                ++refused;
            }
            setByte(file.path(), bit / 8, whole[bit / 8]);
        }
        QVERIFY(refused > 1000);
    }
};

QTEST_GUILESS_MAIN(TestModelFile)
#include "model_file_test.moc"
