#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/evaluate/title_features.h"
#include "core/model/model.h"
#include "core/model/predict.h"

using namespace dank;

namespace {

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

Model blended()
{
    Model model = goodModel();
    Blend &blend = model.blend.emplace();
    blend.line = {1, 0, 0};
    blend.lineBias = 1;
    blend.title.rarity.assign(kTitleColumns, 1.0f);
    for (std::uint32_t column = 0; column < kTitleColumns; ++column)
        blend.title.weight.push_back(static_cast<float>(column % 7) / 7);
    blend.image = blend.withText = {0.1, 0.5, 2, 0, 0};
    blend.withTitle = blend.withBoth = {0.2, 0.5, 1, 3, 0};
    return model;
}

}  // namespace

class TestModel : public QObject {
    Q_OBJECT

private slots:
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
        blended().validate();
        Model lines = blended();  // where the blend has no use for the perceptron
        lines.layers.clear();
        for (BlendWeights *weights :
             {&lines.blend->image, &lines.blend->withTitle, &lines.blend->withText, &lines.blend->withBoth})
            weights->network = 0;
        lines.validate();
        QCOMPARE(lines.columns(), 3);
    }

    /// Weights of FLT_MAX, and whatever else a damaged file may hold that is finite: no score comes of it.
    void absurdWeightsAnswerNothing()
    {
        constexpr float kMost = std::numeric_limits<float>::max();
        const std::vector<float> features{1, -2, 3};
        const auto refused = [&](const Model &model) {
            model.validate();  // each number by itself is one
            const std::vector<float> answers = predict(model, features);
            try {
                checkAnswers(model, answers);
                return false;
            } catch (const Error &error) {
                return error.kind() == ErrorKind::Format && std::string(error.what()).find("m 1") != std::string::npos;
            }
        };
        Model model = goodModel();
        model.name = "m 1";
        QVERIFY(!refused(model));
        for (const OutputActivation output : {OutputActivation::Sigmoid, OutputActivation::Linear}) {
            model.output = output;
            for (std::size_t layer = 0; layer < 2; ++layer)
                for (const float value : {kMost, -kMost, 1e20F}) {
                    Model broken = model;
                    std::ranges::fill(broken.layers[layer].weight, value);
                    QVERIFY(refused(broken));
                    broken = model;
                    std::ranges::fill(broken.layers[layer].bias, value);
                    QVERIFY(refused(broken));
                }
        }
        Model broken = blended();
        broken.name = "m 1";
        QVERIFY(!refused(broken));
        broken.blend->line[0] = kMost;
        QVERIFY(refused(broken));
        // Far out, but what the paper's loop answers after its first epochs.
        Model far = model;
        far.layers[1].bias[0] = 1e7F;
        QVERIFY(!refused(far));
    }

    /// 0.1 + 0.5 · perceptron + 2 · (x₁ + 1) for a picture, and the words' share beside it where there is one.
    void aBlendAddsUpItsParts()
    {
        const Model model = blended();
        Model alone = model;
        alone.blend.reset();
        const std::vector<float> features{1, 2, 3};
        const double network = predict(alone, features).front();
        QVERIFY(std::abs(predict(model, features).front() - (0.1 + 0.5 * network + 2 * (1 + 1))) < 1e-6);
        QCOMPARE(predict(model, features, std::vector<Caption>{{}}), predict(model, features));
        QCOMPARE(predict(model, features, std::vector<Caption>{{" !"}}), predict(model, features));
        QVERIFY(!wordsAnswer(model, {}) && !wordsAnswer(alone, {"cat"}));
        const double words = *wordsAnswer(model, {"cat"});
        QVERIFY(std::abs(predict(model, features, std::vector<Caption>{{"cat"}}).front()
                         - (0.2 + 0.5 * network + 1 * (1 + 1) + 3 * words))
                < 1e-5);
        QVERIFY(std::abs(*wordsAnswer(model, {"dog"}) - words) > 1e-3);
        QVERIFY_THROWS_EXCEPTION(Error, predict(model, features, std::vector<Caption>{{"a"}, {"b"}}));
    }

    /// Title and text are parts of their own, each with its share, and count where they are there.
    void titleAndTextAreTwoParts()
    {
        Model model = blended();
        Blend &blend = *model.blend;
        blend.text = blend.title;
        blend.text.bias = 0.5;
        blend.withText = {0.3, 0.5, 1, 0, 2};
        blend.withBoth = {0.4, 0.5, 1, 3, 1};
        const std::vector<float> features{1, 2, 3};
        const auto answer = [&](Caption caption) {
            return double{predict(model, features, std::vector{std::move(caption)}).front()};
        };
        const double title = *wordsAnswer(model, {"cat"}), text = *wordsAnswer(model, {"", "dog"});
        const double rest = answer({}) - 0.1 - 2 * (1 + 1) + 1 + 1;  // the perceptron's and the line's with a caption
        QVERIFY(std::abs(answer({"", "dog"}) - (0.3 + rest + 2 * text)) < 1e-5);
        QVERIFY(std::abs(answer({"cat", "dog"}) - (0.4 + rest + 3 * title + text)) < 1e-5);
        QVERIFY(std::abs(*wordsAnswer(model, {"cat", "dog"}) - (0.75 * title + 0.25 * text)) < 1e-6);
        QVERIFY(answer({"cat"}) != answer({"", "cat"}));

        QCOMPARE(typedCaption(model, "cat"), Caption{"cat"});
        blend.title = {};
        QCOMPARE(typedCaption(model, "cat"), (Caption{"", "cat"}));
    }

    void badModelsAreRefused_data()
    {
        QTest::addColumn<int>("way");
        for (int way = 0; way < 34; ++way)
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
        case 22: model = blended(), model.featureMean = model.featureScale = {}; break;
        case 23: model = blended(), model.blend->line.pop_back(); break;
        case 24: model = blended(), model.blend->line[0] = NAN; break;
        case 25: model = blended(), model.blend->title.weight.pop_back(); break;
        case 26: model = blended(), model.blend->title.rarity.clear(); break;
        case 27: model = blended(), model.blend->withBoth.line = -0.1; break;
        case 28: model = blended(), model.blend->image.network = INFINITY; break;
        case 29: model = blended(), model.layers.clear(); break;
        case 30: model = blended(), model.blend->image.title = 1; break;
        case 31: model = blended(), model.blend->title = {}; break;
        case 32: model = blended(), model.blend->withTitle.text = 1; break;
        case 33: model = blended(), model.blend->text = model.blend->title, model.blend->text.bias = NAN; break;
        }
        try {
            model.validate();
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
        }
    }
};

QTEST_GUILESS_MAIN(TestModel)
#include "model_test.moc"
