// Keras' names and layouts made PyTorch's, on layers as small as they can be. That the networks then compute the same
// is tests/nn/keras_networks_test.cpp's matter.

#include <QTest>

#include <deque>
#include <numeric>

#include "core/weights/readers.h"
#include "core/weights/tensorflow/keras_names.h"

using namespace dank;

namespace {

/// Layers whose numbers are 0, 1, 2, …, unless others are given.
struct Layers {
    KerasLayers all;
    std::deque<std::vector<float>> numbers;

    void add(const std::string &path, const std::vector<std::int64_t> &shape, std::vector<float> values = {})
    {
        if (values.empty()) {
            values.resize(static_cast<std::size_t>(
                std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
            std::iota(values.begin(), values.end(), 0.0f);
        }
        numbers.push_back(std::move(values));
        all.add(path, {DType::F32, shape, std::as_bytes(std::span(numbers.back()))});
    }
};

std::vector<float> values(const TranslatedKeras &keras, const std::string &name)
{
    const auto found = keras.tensors.find(name);
    return found == keras.tensors.end() ? std::vector<float>{} : found->second.toFloat();
}

std::string refusal(const Layers &layers)
{
    try {
        translateKeras(layers.all);
    } catch (const BadFile &bad) {
        return bad.why;
    }
    return "accepted";
}

void addVgg(Layers &layers, int deep, bool top = true)
{
    int block = 0;
    for (const int count : {2, 2, deep, deep, deep}) {
        ++block;
        for (int i = 1; i <= count; ++i) {
            const std::string name = "block" + std::to_string(block) + "_conv" + std::to_string(i);
            layers.add(name + "/kernel:0", {2, 1, 3, 2});
            layers.add(name + "/bias:0", {2});
        }
    }
    if (!top)
        return;
    layers.add("fc1/kernel:0", {1024, 2});  // two places of 512 channels
    layers.add("fc1/bias:0", {2});
    layers.add("fc2/kernel:0", {2, 3});
    layers.add("fc2/bias:0", {3});
}

/// Inception's 94 pairs from any numbers on; convolution i has i + 1 outputs.
void addInception(Layers &layers, int firstConvolution, int firstNorm, int count = 94)
{
    const auto numbered = [](const std::string &base, int number) {
        return number == 0 ? base : base + "_" + std::to_string(number);
    };
    for (int i = 0; i < count; ++i) {
        const std::string convolution = numbered("conv2d", firstConvolution + i);
        const std::string norm = numbered("batch_normalization", firstNorm + i);
        layers.add(convolution + "/kernel", {1, 1, i == 0 ? 3 : i, i + 1});
        for (const char *const part : {"beta", "moving_mean", "moving_variance"})
            layers.add(norm + '/' + part, {i + 1});
    }
}

}  // namespace

class KerasNamesTest : public QObject {
    Q_OBJECT

private slots:
    void kernelsAreTurnedRound()
    {
        Layers layers;
        addVgg(layers, 3);
        layers.add("predictions/kernel:0", {3, 1000});
        const TranslatedKeras keras = translateKeras(layers.all);
        QCOMPARE(keras.recognised, std::string("VGG16 in Keras' names, with a head for 1000 classes"));
        QVERIFY(keras.isKerasOwn);
        // Height 2, width 1, inputs 3, outputs 2: number (h * 3 + i) * 2 + o goes to [o][i][h].
        QVERIFY(keras.tensors.at("features.28.weight").shape == (std::vector<std::int64_t>{2, 3, 2, 1}));
        QCOMPARE(values(keras, "features.28.weight"), (std::vector<float>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}));
        QCOMPARE(values(keras, "features.28.bias"), (std::vector<float>{0, 1}));
        // Place p, channel c, output o: number (p * 512 + c) * 2 + o goes to [o][c * 2 + p].
        const std::vector<float> first = values(keras, "classifier.0.weight");
        QCOMPARE(first.size(), std::size_t{2048});
        for (std::size_t o = 0; o < 2; ++o)
            for (std::size_t c = 0; c < 512; ++c)
                for (std::size_t p = 0; p < 2; ++p)
                    QCOMPARE(first[o * 1024 + c * 2 + p], static_cast<float>((p * 512 + c) * 2 + o));
        QCOMPARE(values(keras, "classifier.3.weight"), (std::vector<float>{0, 3, 1, 4, 2, 5}));
        QCOMPARE(values(keras, "head.predictions.kernel").size(), std::size_t{3000});
        QCOMPARE(keras.tensors.at("classifier.3.weight").source, std::string("fc2/kernel"));
    }

    void theLargerOfTwoThatFitIsMeant()
    {
        Layers layers;
        addVgg(layers, 4);
        const TranslatedKeras keras = translateKeras(layers.all);
        QCOMPARE(keras.recognised, std::string("VGG19 in Keras' names, without a head for classes"));
        QVERIFY(!keras.isKerasOwn);
    }

    void numbersBeginAnywhere_data()
    {
        QTest::addColumn<int>("convolution");
        QTest::addColumn<int>("norm");
        QTest::newRow("today's Keras") << 0 << 0;
        QTest::newRow("Keras of old") << 1 << 1;
        QTest::newRow("the second network of a session") << 95 << 190;
    }
    void numbersBeginAnywhere()
    {
        QFETCH(int, convolution);
        QFETCH(int, norm);
        Layers layers;
        addInception(layers, convolution, norm);
        // Others before and behind; one of them takes pictures too, but nothing follows it.
        layers.add("conv2d_900/kernel", {1, 1, 3, 2});
        if (convolution > 1) {  // right in front
            layers.add("conv2d_" + std::to_string(convolution - 1) + "/kernel", {1, 1, 8, 2});
            layers.add("batch_normalization_" + std::to_string(norm - 1) + "/beta", {5});
        }
        layers.add("batch_normalization_950/beta", {1});
        layers.add("conv2d_transpose_3/kernel", {1, 1, 3, 2});
        layers.add("dense_1/kernel", {2048, 5});
        const TranslatedKeras keras = translateKeras(layers.all);
        QCOMPARE(keras.recognised, std::string("Inception V3 in Keras' names, with a head for 5 classes"));
        QVERIFY(!keras.isKerasOwn);
        QCOMPARE(values(keras, "Conv2d_1a_3x3.conv.weight").size(), std::size_t{3});
        QCOMPARE(values(keras, "Mixed_7c.branch_pool.conv.weight").size(), std::size_t{93 * 94});
        QCOMPARE(values(keras, "Mixed_5b.branch1x1.bn.weight"), std::vector<float>(6, 1.0f));  // Keras has none
        QCOMPARE(values(keras, "Mixed_5b.branch1x1.bn.running_var"), (std::vector<float>{0, 1, 2, 3, 4, 5}));
    }

    void aBiasBeforeABatchNormIsTakenOffItsMean()
    {
        Layers layers;
        addInception(layers, 1, 1);
        layers.add("conv2d_3/bias", {3}, {0.5f, -1, 0});
        const TranslatedKeras keras = translateKeras(layers.all);
        QCOMPARE(values(keras, "Conv2d_2b_3x3.bn.running_mean"), (std::vector<float>{-0.5f, 2, 2}));
        QCOMPARE(values(keras, "Conv2d_3b_1x1.bn.running_mean"), (std::vector<float>{0, 1, 2, 3}));  // the next one's
    }

    void whatIsMissingIsNamed()
    {
        Layers half;
        addInception(half, 1, 1, 47);
        QVERIFY2(refusal(half).starts_with("it lacks of Inception V3 in Keras' names: 'conv2d_48/kernel', "
                                           "'batch_normalization_48/beta'"),
                 refusal(half).c_str());
        QVERIFY2(refusal(half).ends_with("and 180 more"), refusal(half).c_str());
        Layers noTop;
        addVgg(noTop, 3, false);
        QVERIFY2(refusal(noTop).find("'fc1/kernel'") != std::string::npos
                     && refusal(noTop).find("a file with the top is needed") != std::string::npos,
                 refusal(noTop).c_str());
        Layers other;
        for (int i = 0; i < 20; ++i)
            other.add("conv_dw_" + std::to_string(i) + "/depthwise_kernel", {3, 3, 8, 1});
        QVERIFY2(refusal(other).starts_with("its layers ('conv_dw_0', ")
                     && refusal(other).find("and 12 more)") != std::string::npos,
                 refusal(other).c_str());
        Layers old;
        old.add("res2a_branch2a/kernel", {1, 1, 64, 64});
        QVERIFY2(refusal(old).find("before 2019") != std::string::npos, refusal(old).c_str());
    }

    void layersOfAnotherKindAreRefused()
    {
        Layers flat;
        addVgg(flat, 3, false);
        flat.add("fc1/kernel", {1000, 2});
        flat.add("fc1/bias", {2});
        flat.add("fc2/kernel", {2, 2, 2});
        flat.add("fc2/bias", {2});
        QVERIFY2(refusal(flat).find("has 1000 inputs, which is no number of maps of 512 channels") != std::string::npos,
                 refusal(flat).c_str());
        Layers bent;
        addInception(bent, 1, 1);
        bent.add("conv2d_5/bias", {2});
        QVERIFY2(refusal(bent).find("'conv2d_5/bias' has another shape") != std::string::npos, refusal(bent).c_str());
        QVERIFY_EXCEPTION_THROWN(bent.add("kernel", {1}), BadFile);
        QVERIFY_EXCEPTION_THROWN(bent.add("conv2d_5/kernel:0", {1}), BadFile);
        QVERIFY_EXCEPTION_THROWN(bent.add("a/b", {0}), BadFile);
    }
};

QTEST_GUILESS_MAIN(KerasNamesTest)
#include "keras_names_test.moc"
