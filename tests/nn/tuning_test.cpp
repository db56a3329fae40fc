// Fine-tuning on small pictures: it begins as the frozen network, follows the gradient, goes on to the very bits, and
// changes nothing but what it names.

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/model/predict.h"
#include "core/nn/networks/backbone.h"
#include "core/nn/training/trainer.h"
#include "core/nn/tuning/tunable_network.h"
#include "core/nn/tuning/tune.h"
#include "tests/nn/network_fixture.h"

using namespace dank;

namespace {

constexpr std::uint64_t kSeed = 5;
constexpr std::size_t kRows = 26;

BackboneSpec smallSpec(const std::string &network, int side)
{
    BackboneSpec spec = *findNetworkSpec(network);
    spec.inputSide = side;
    return spec;
}

std::vector<Image> pictures(int side, std::size_t count)
{
    Random random(11);
    std::vector<Image> images;
    for (std::size_t i = 0; i < count; ++i) {
        Image image{side, side, {}};
        const double level = random.uniform(0, 200);
        for (int k = 0; k < side * side * 3; ++k)
            image.rgb.push_back(static_cast<std::uint8_t>(level + random.uniform(0, 55)));
        images.push_back(std::move(image));
    }
    return images;
}

TrainConfig headConfig()
{
    TrainConfig config;
    config.hidden = {8, 4};
    config.dropout = 0.25;
    config.seed = 3;
    return config;
}

/// A head with the random weights that its training begins with.
struct Head {
    TrainConfig config = headConfig();
    std::vector<float> parameters, mean, scale;

    explicit Head(int columns)
    {
        FeatureMatrix features{"", {}, static_cast<std::size_t>(columns), {}, {}};
        const Split split{{0, 1}, {2}, {}, {}};
        Random random(1);
        for (int row = 0; row < 3; ++row) {
            features.ids.push_back(std::to_string(row));
            for (int c = 0; c < columns; ++c)
                features.values.push_back(static_cast<float>(random.uniform()));
        }
        const std::vector<float> targets{0.2f, 0.8f, 0.5f};
        TrainConfig once = config;
        once.epochs = 1;
        TrainingControl control;
        parameters = trainRegressor({features, targets, split, {}}, once, {}, control, {}, {}, 1).parameters;
        mean.assign(static_cast<std::size_t>(columns), 0.1f);
        scale.assign(static_cast<std::size_t>(columns), 0.5f);
    }

    TunedHead tuned() const { return {config, parameters, mean, scale}; }
    Model model(std::span<const float> values, int columns) const
    {
        Model model;
        model.config = config;
        setNetwork(model, values, columns, config);
        model.featureMean = mean;
        model.featureScale = scale;
        return model;
    }
};

std::unique_ptr<TunableNetwork> tunable(const BackboneSpec &spec, TuneDepth depth, const Head &head,
                                        const std::optional<TensorFile> &weights = {})
{
    return TunableNetwork::make(spec, weights, kSeed, chooseDevice("cpu"), Precision::Float32, depth, head.tuned());
}

/// A task on random pictures.
struct Task {
    BackboneSpec spec = smallSpec("resnet50", 32);
    Head head{spec.columns};
    TuneDepth depth;
    std::vector<std::byte> inputs;
    std::vector<std::uint32_t> pictureOf;
    std::vector<float> targets;
    Split split;
    TuneConfig tuning;

    explicit Task(TuneDepth at) : depth(at)
    {
        const auto network = fresh();
        inputs.resize(kRows * network->rowBytes());
        network->prepare(pictures(spec.inputSide, kRows), inputs, {});
        Random random(2);
        for (std::size_t row = 0; row < kRows; ++row) {
            pictureOf.push_back(static_cast<std::uint32_t>(row));
            targets.push_back(static_cast<float>(random.uniform()));
            (row < 18 ? split.train : split.validation).push_back(row);
        }
        tuning.depth = depth;
        tuning.epochs = 4;
        tuning.patience = 0;
        tuning.batch = 8;
        tuning.networkRate = 1e-4;
    }

    std::unique_ptr<TunableNetwork> fresh() const { return tunable(spec, depth, head); }
    TuningData data() const
    {
        TuningData data{inputs, pictureOf, targets, split};
        if (depth == TuneDepth::All)
            data.augment = [](TuningRow from, std::span<std::byte> to, std::uint64_t seed) {
                std::ranges::copy(from, to.begin());
                to[seed % to.size()] ^= std::byte{0x40};
            };
        return data;
    }
    TrainingState run(int threads, TrainingState from = {}, TrainingControl *control = nullptr,
                      const TrainingHooks &hooks = {}, const JobContext &job = {}) const
    {
        TrainingControl own;
        const auto network = fresh();
        return tuneNetwork(*network, data(), head.config, tuning, std::move(from), control ? *control : own, hooks, job,
                           threads);
    }
};

std::string digest(const TrainingState &state)
{
    std::string text =
        std::to_string(state.epoch) + ' ' + std::to_string(state.step) + ' ' + std::to_string(state.bestEpoch);
    for (const auto *values : {&state.parameters, &state.firstMoment, &state.secondMoment, &state.best})
        text += ' ' + hashBytes(std::as_bytes(std::span(*values)));
    for (const EpochStats &stats : state.curve)
        text += ' ' + std::to_string(stats.trainLoss) + ' ' + std::to_string(stats.validationLoss);
    return text;
}

double sigmoid(double x)
{
    return 1 / (1 + std::exp(-x));
}

}  // namespace

class TuningTest : public QObject {
    Q_OBJECT

private slots:
    void beginsAsTheFrozenNetwork_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<int>("side");
        for (const auto &[network, side] : {std::pair("resnet50", 64), std::pair("inception_v3", 107),
                                            std::pair("xception", 64), std::pair("vgg16", 32)})
            QTest::newRow(network) << QString(network) << side;
    }
    /// Cut anywhere, what comes out is the head on the frozen features; the changed tensors of no step at all give the
    /// very features, and those of a step what the tuned network said.
    void beginsAsTheFrozenNetwork()
    {
        QFETCH(const QString, network);
        QFETCH(const int, side);
        const BackboneSpec spec = smallSpec(network.toStdString(), side);
        const auto images = pictures(side, 2);
        const auto columns = static_cast<std::size_t>(spec.columns);
        std::vector<float> features(2 * columns), again(2 * columns);
        makeBackbone(spec, {}, kSeed, chooseDevice("cpu"), Precision::Float32)->extract(images, features);
        const Head head(spec.columns);
        std::size_t before = 0;
        for (const TuneDepth depth : {TuneDepth::Last, TuneDepth::LastTwo, TuneDepth::All}) {
            const auto tuned = tunable(spec, depth, head);
            std::vector<std::byte> rows(2 * tuned->rowBytes());
            tuned->prepare(images, rows, {});
            const std::vector<TuningRow> inputs{std::span(rows).first(tuned->rowBytes()),
                                                std::span(rows).last(tuned->rowBytes())};
            const auto expect = [&](const std::vector<float> &from, std::span<const float> parameters) {
                const auto said = predict(head.model(parameters.first(tuned->headParameters()), spec.columns), from);
                const auto scores = tuned->forward(inputs, nullptr, false, {})->scores;
                for (std::size_t i = 0; i < 2; ++i)
                    QVERIFY2(std::abs(sigmoid(scores[i]) - said[i]) < 2e-3,
                             qPrintable(QString("%1 %2").arg(sigmoid(scores[i])).arg(said[i])));
            };
            expect(features, tuned->parameters());
            QVERIFY(tuned->parameters().size() > before);  // deeper, more of it
            before = tuned->parameters().size();

            const NetworkChanges none = tuned->changes(tuned->parameters(), "base");
            makeBackbone(spec, {}, kSeed, chooseDevice("cpu"), Precision::Float32, &none)->extract(images, again);
            QVERIFY(again == features);
            for (const auto &tensor : none.tensors)
                QVERIFY(tensor.name.find("running") == std::string::npos);

            Random random(4);
            for (float &value : tuned->parameters().subspan(tuned->headParameters()))
                value += static_cast<float>(random.uniform(-0.01, 0.01));
            tuned->parametersChanged();
            const NetworkChanges changed = tuned->changes(tuned->parameters(), "base");
            QVERIFY(changed.backbone() != none.backbone());
            makeBackbone(spec, {}, kSeed, chooseDevice("cpu"), Precision::Float32, &changed)->extract(images, again);
            QVERIFY(again != features);
            expect(again, tuned->parameters());
        }
    }

    /// What is changed has to fit the network, whatever file it comes from.
    void refusesChangesThatDoNotFit()
    {
        const BackboneSpec spec = smallSpec("resnet50", 32);
        const Head head(spec.columns);
        const auto tuned = tunable(spec, TuneDepth::Last, head);
        const NetworkChanges changes = tuned->changes(tuned->parameters(), "base");
        const auto refusal = [&](const NetworkChanges &wrong) -> QString {
            try {
                makeBackbone(spec, {}, kSeed, chooseDevice("cpu"), Precision::Float32, &wrong);
            } catch (const Error &error) {
                return error.what();
            }
            return "accepted";
        };
        QCOMPARE(refusal(changes), QString("accepted"));
        NetworkChanges other = changes;
        other.tensors.front().name = "layer9.conv1.weight";
        QVERIFY2(refusal(other).contains("no tensor"), qPrintable(refusal(other)));
        other = changes;
        std::swap(other.tensors.front().shape[0], other.tensors.front().shape[1]);
        QVERIFY2(refusal(other).contains("expected"), qPrintable(refusal(other)));
        other = changes;
        other.tensors.erase(other.tensors.begin() + 1);  // a bias alone
        QVERIFY2(refusal(other).contains("bias (missing"), qPrintable(refusal(other)));
    }

    /// The gradient of each part against the difference that a small step makes.
    void followsTheGradient()
    {
        const BackboneSpec spec = smallSpec("resnet50", 32);
        Head head(spec.columns);
        head.config.dropout = 0;
        for (const TuneDepth depth : {TuneDepth::LastTwo, TuneDepth::All}) {
            const auto tuned = tunable(spec, depth, head);
            setIntraOpThreads(2);  // as tuneNetwork() has it
            std::vector<std::byte> inputs(3 * tuned->rowBytes());
            tuned->prepare(pictures(spec.inputSide, 3), inputs, {});
            std::vector<TuningRow> rows;
            for (std::size_t i = 0; i < 3; ++i)
                rows.push_back(std::span(inputs).subspan(i * tuned->rowBytes(), tuned->rowBytes()));
            const auto sum = [&] {
                const auto scores = tuned->forward(rows, nullptr, false, {})->scores;
                return double(scores[0]) + scores[1] - scores[2];
            };
            Random random(1);
            const auto pass = tuned->forward(rows, &random, true, {});
            pass->differentiate(std::vector<float>{1, 1, -1});
            std::vector<float> gradient(tuned->parameters().size());
            pass->addTo(gradient);
            // Along the gradient of each half the score has to rise by step × |gradient|².
            const std::size_t cut = tuned->headParameters();
            for (const auto &[from, count] : {std::pair(std::size_t{0}, cut), std::pair(cut, gradient.size() - cut)}) {
                double squares = 0;
                for (std::size_t i = from; i < from + count; ++i)
                    squares += double(gradient[i]) * gradient[i];
                QVERIFY(squares > 0);
                const double step = 1e-2 / squares;
                const auto shift = [&](double by) {
                    for (std::size_t i = from; i < from + count; ++i)
                        tuned->parameters()[i] += static_cast<float>(by * gradient[i]);
                    tuned->parametersChanged();
                };
                shift(step);
                const double above = sum();
                shift(-2 * step);
                const double below = sum();
                shift(step);
                QVERIFY2(std::abs((above - below) / 2e-2 - 1) < 0.05,
                         qPrintable(QString::number((above - below) / 2e-2)));
            }
        }
    }

    void sameSeedSameBits_data()
    {
        QTest::addColumn<int>("depth");
        QTest::newRow("last") << 0;
        QTest::newRow("last2") << 1;
        QTest::newRow("all") << 2;
    }
    void sameSeedSameBits()
    {
        QFETCH(const int, depth);
        const Task task(static_cast<TuneDepth>(depth));
        const TrainingState once = task.run(2);
        QCOMPARE(once.epoch, 4);
        QVERIFY(once.parameters != std::vector<float>(once.parameters.size()));
        QCOMPARE(digest(task.run(2)), digest(once));
        Task other = task;
        other.head.config.seed = 4;
        QVERIFY(digest(other.run(2)) != digest(once));
    }

    /// From every epoch, and stopped inside one.
    void goesOnToTheSameBits()
    {
        const Task task(TuneDepth::LastTwo);
        std::vector<TrainingState> states;
        TrainingHooks hooks;
        hooks.onEpoch = [&](const EpochStats &, const TrainingState &state) { states.push_back(state); };
        const std::string whole = digest(task.run(2, {}, nullptr, hooks));
        QCOMPARE(states.size(), std::size_t{4});
        for (const TrainingState &state : states) {
            TrainingState resumed = task.run(2, state);
            for (std::size_t i = 0; i < resumed.curve.size(); ++i)
                resumed.curve[i].seconds = 0;
            QCOMPARE(digest(resumed), whole);
        }
        TrainingControl control;
        int reports = 0;
        JobContext job;
        job.progress = [&](const Progress &) {
            if (++reports == 6)  // within the second epoch
                control.stopAndKeep();
        };
        TrainingState stopped = task.run(2, {}, &control, {}, job);
        QCOMPARE(stopped.epoch, 1);
        QCOMPARE(digest(task.run(2, stopped)), whole);
    }

    void isCancelled()
    {
        const Task task(TuneDepth::Last);
        JobContext job;
        int reports = 0;
        job.progress = [&](const Progress &) {
            if (++reports == 3)
                job.cancel.cancel();
        };
        QVERIFY_EXCEPTION_THROWN(task.run(2, {}, nullptr, {}, job), Cancelled);
    }

    /// Batch-norm evaluates: what a meme is given does not depend on those beside it, the running statistics of the
    /// file are read and never written, and they are no part of what is changed.
    void leavesRunningStatisticsAlone()
    {
        const BackboneSpec spec = smallSpec("resnet50", 32);
        fixture::Tensors tensors = fixture::formulaTensors("resnet50");
        const TensorFile file = tensors.file();
        const auto statistics = [&] {
            std::string text;
            for (const auto &[name, tensor] : file.tensors())
                if (name.find("running_") != std::string::npos)
                    text += hashBytes(tensor.bytes);
            return text;
        };
        const std::string before = statistics();
        QVERIFY(!before.empty());
        const Head head(spec.columns);
        const auto tuned = tunable(spec, TuneDepth::All, head, file);
        std::vector<std::byte> inputs(4 * tuned->rowBytes());
        tuned->prepare(pictures(spec.inputSide, 4), inputs, {});
        const std::vector<std::uint32_t> pictureOf{0, 1, 2, 3};
        const std::vector<float> targets{0.1f, 0.9f, 0.4f, 0.6f};
        const Split split{{0, 1, 2}, {3}, {}, {}};
        TuneConfig tuning;
        tuning.depth = TuneDepth::All;
        tuning.epochs = 2;
        tuning.batch = 3;
        TrainingControl control;
        const TuningData data{inputs, pictureOf, targets, split};
        const TrainingState state = tuneNetwork(*tuned, data, head.config, tuning, {}, control, {}, {}, 2);
        QCOMPARE(statistics(), before);
        for (const auto &tensor : tuned->changes(state.parameters, "base").tensors)
            QVERIFY(tensor.name.ends_with(".weight") || tensor.name.ends_with(".bias"));
        std::vector<TuningRow> rows;
        for (std::size_t i = 0; i < 4; ++i)
            rows.push_back(std::span(inputs).subspan(i * tuned->rowBytes(), tuned->rowBytes()));
        const auto together = tuned->forward(rows, nullptr, false, {})->scores;
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::abs(tuned->forward(std::span(rows).subspan(i, 1), nullptr, false, {})->scores[0] - together[i])
                    < 1e-4f);
    }
};

QTEST_GUILESS_MAIN(TuningTest)
#include "tuning_test.moc"
