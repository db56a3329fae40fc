// Every network against its reference (tests/reference/networks.py), and what they all promise.

#include <QTest>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/nn/networks/backbone.h"
#include "tests/nn/network_fixture.h"

using namespace dank;
using namespace fixture;

namespace {

/// Its parameters to spoil: one that is taken away and one that gets another shape.
struct Spoilt {
    const char *network, *dropped, *reshaped;
};
constexpr Spoilt kSpoilt[] = {
    {"inception_v3", "Mixed_6e.branch7x7dbl_5.bn.running_mean", "Conv2d_1a_3x3.conv.weight"},
    {"vgg16", "features.28.bias", "classifier.3.weight"},
    {"vgg19", "classifier.0.weight", "features.34.bias"},
    {"resnet50", "layer3.0.downsample.1.running_var", "conv1.weight"},
    {"resnet101", "layer3.22.bn3.bias", "layer1.0.downsample.0.weight"},
    {"resnet152", "layer3.35.conv2.weight", "bn1.weight"},
    {"xception", "block12.skipbn.running_mean", "block4.rep.1.pointwise.weight"},
};

std::unique_ptr<Backbone> load(const std::string &network, const Tensors &tensors,
                               Precision precision = Precision::Float32)
{
    return makeBackbone(specOf(network), tensors.file(), 0, chooseDevice("cpu"), precision);
}

std::unique_ptr<Backbone> random(const std::string &network, std::uint64_t seed)
{
    return makeBackbone(specOf(network), std::nullopt, seed, chooseDevice("cpu"), Precision::Float32);
}

/// What is said against the tensors, or "accepted".
std::string refusal(const std::string &network, const Tensors &tensors)
{
    try {
        load(network, tensors);
    } catch (const Error &error) {
        return (error.kind() == ErrorKind::Weights ? "" : "wrong kind: ") + std::string(error.what());
    }
    return "accepted";
}

/// A network's parameters by name and shape; their numbers are zeros that are never looked at.
Tensors onlyShapes(const BackboneSpec &spec)
{
    constexpr std::size_t kMost = std::size_t{25088} * 4096 * sizeof(float);
    const std::shared_ptr<void> zeros(std::calloc(kMost, 1), std::free);
    Tensors tensors;
    tensors.owner = zeros;
    for (const ParameterShape &parameter : networkParameters(spec)) {
        std::size_t bytes = sizeof(float);
        for (const std::int64_t size : parameter.shape)
            bytes *= static_cast<std::size_t>(size);
        tensors.views[parameter.name] = {
            DType::F32, parameter.shape, {static_cast<const std::byte *>(zeros.get()), bytes}};
    }
    return tensors;
}

Tensors prefixed(const Tensors &tensors, const std::string &prefix)
{
    Tensors result;
    result.owner = tensors.owner;
    for (const auto &[name, view] : tensors.views)
        result.views[prefix + name] = view;
    return result;
}

std::string shapeText(const std::vector<std::int64_t> &shape)
{
    std::string text;
    for (std::int64_t size : shape)
        text += (text.empty() ? "[" : ", ") + std::to_string(size);
    return text + "]";
}

}  // namespace

class NetworksTest : public QObject {
    Q_OBJECT

private:
    /// The parameters of one network at a time: VGG's alone are 575 MB.
    const Tensors &tensors(const std::string &network)
    {
        if (m_network != network) {
            m_tensors = {};
            m_tensors = formulaTensors(network);
            m_network = network;
        }
        return m_tensors;
    }
    static std::vector<Image> pictures(const std::string &network)
    {
        const int side = specOf(network).inputSide;
        return {picture(0, side), picture(1, side)};
    }
    static void everyNetwork()
    {
        QTest::addColumn<std::string>("id");
        for (const Spoilt &spoilt : kSpoilt)
            QTest::newRow(spoilt.network) << std::string(spoilt.network);
    }

private slots:
    /// DataParallel, torch.compile, Lightning, a class of one's own: each puts something in front of every name.
    void wrappersAreTakenOff_data()
    {
        QTest::addColumn<QString>("wrappers");
        QTest::addColumn<bool>("known");
        for (const char *wrappers : {"_orig_mod.", "module.model.", "net.", "backbone.", "encoder.", "base_model.",
                                     "state_dict.", "_orig_mod.module.model.backbone."})
            QTest::newRow(wrappers) << wrappers << true;
        QTest::newRow("another name") << "mine." << false;
        QTest::newRow("no wrapper without a dot") << "net" << false;
    }
    void wrappersAreTakenOff()
    {
        QFETCH(QString, wrappers);
        QFETCH(bool, known);
        const BackboneSpec &spec = *std::ranges::find(networkSpecs(), "resnet50", &BackboneSpec::id);
        const fixture::Tensors tensors = prefixed(onlyShapes(spec), wrappers.toStdString());
        if (known)
            QCOMPARE(networkOf(tensors.file()).id, spec.id);
        else
            QVERIFY_THROWS_EXCEPTION(Error, networkOf(tensors.file()));
    }
    void filesAreKnownByTheirParameters()
    {
        for (const BackboneSpec &spec : networkSpecs()) {
            fixture::Tensors tensors = onlyShapes(spec);
            QCOMPARE(networkOf(tensors.file()).id, spec.id);
            QCOMPARE(networkOf(prefixed(tensors, "module.").file()).id, spec.id);
            tensors.views.erase(tensors.views.begin());
            tensors.views["something.else"] = {};
            try {
                networkOf(tensors.file());
                QFAIL("an incomplete file was taken");
            } catch (const Error &error) {
                const std::string message = error.what();
                QVERIFY2(message.find(spec.title) != std::string::npos, message.c_str());
                QVERIFY2(message.find("Unexpected in it: something.else") != std::string::npos, message.c_str());
            }
        }
        fixture::Tensors strange;
        strange.views["hello"] = {};
        QVERIFY_EXCEPTION_THROWN(networkOf(strange.file()), Error);
    }

    void timmsVggIsTheSame()
    {
        fixture::Tensors timm = onlyShapes(*findNetworkSpec("vgg16"));
        for (const auto &[from, to] :
             {std::pair("classifier.0", "pre_logits.fc1"), {"classifier.3", "pre_logits.fc2"}}) {
            for (const char *part : {".weight", ".bias"}) {
                auto node = timm.views.extract(std::string(from) + part);
                node.key() = std::string(to) + part;
                if (std::string(part) == ".weight")
                    node.mapped().shape = std::string(to).ends_with("1") ? std::vector<std::int64_t>{4096, 512, 7, 7}
                                                                         : std::vector<std::int64_t>{4096, 4096, 1, 1};
                timm.views.insert(std::move(node));
            }
        }
        QCOMPARE(networkOf(timm.file()).id, std::string("vgg16"));
        timm.views["pre_logits.fc2.weight"].bytes = {};
        QVERIFY_EXCEPTION_THROWN(networkOf(timm.file()), Error);
    }

    void initTestCase() { setIntraOpThreads(2); }

    void theTableHoldsThePapersNetworks()
    {
        QCOMPARE(networkSpecs().size(), std::size(kSpoilt));
        for (const Spoilt &spoilt : kSpoilt) {
            const BackboneSpec &spec = specOf(spoilt.network);
            const std::string &id = spec.id;
            QCOMPARE(spec.columns, id.starts_with("vgg") ? 4096 : 2048);
            const bool large = id == "inception_v3" || id == "xception";
            QCOMPARE(spec.inputSide, large ? 299 : 224);
            const std::array<float, 3> half{0.5f, 0.5f, 0.5f};
            QVERIFY(spec.mean == (large ? half : std::array<float, 3>{0.485f, 0.456f, 0.406f}));
            QVERIFY(spec.deviation == (large ? half : std::array<float, 3>{0.229f, 0.224f, 0.225f}));
            QCOMPARE(spec.batchNormEpsilon, id == "inception_v3" ? 1e-3 : id.starts_with("vgg") ? 0.0 : 1e-5);
            QVERIFY(!spec.title.empty() && !spec.summary.empty());
        }
    }

    // The whole state dict is given: AuxLogits, fc and num_batches_tracked too.
    void equalsTheReference_data() { everyNetwork(); }
    void equalsTheReference()
    {
        QFETCH(std::string, id);
        const Features expected = golden(specOf(id));
        QVERIFY(!expected.empty());
        const auto backbone = load(id, tensors(id));
        const std::vector<Image> two = pictures(id);
        const Features ours = features(*backbone, two);
        for (std::size_t i = 0; i < 2; ++i) {
            const Features mine = row(ours, i, 2), theirs = row(expected, i, 2);
            const double byNorm = norm(difference(mine, theirs)) / norm(theirs);
            qInfo("picture %zu, relative: norm %.2g, largest %.2g", i, byNorm, off(mine, theirs));
            QVERIFY(byNorm < 1e-4);
            QVERIFY(off(mine, theirs) < 1e-4);
        }

        const Features together = features(*backbone, {two[0], two[1], two[0], two[1], two[0]});
        for (std::size_t i = 0; i < 5; ++i)
            QVERIFY(off(row(together, i, 5), features(*backbone, {two[i % 2]})) < 1e-4);
        QVERIFY(features(*backbone, {}).empty());
    }

    void bfloat16FollowsTheReference_data() { everyNetwork(); }
    void bfloat16FollowsTheReference()
    {
        if (!cpuHasNativeBFloat16())
            QSKIP("this processor has no bfloat16");
        QFETCH(std::string, id);
        const Features expected = golden(specOf(id));
        const auto backbone = load(id, tensors(id), Precision::BFloat16);
        const Features ours = features(*backbone, pictures(id));
        const double first = cosine(row(ours, 0, 2), row(expected, 0, 2));
        const double second = cosine(row(ours, 1, 2), row(expected, 1, 2));
        // What tells the pictures apart survives too, not only what they share.
        const double apart =
            cosine(difference(row(ours, 0, 2), row(ours, 1, 2)), difference(row(expected, 0, 2), row(expected, 1, 2)));
        qInfo("cosine %.6f and %.6f, of the pictures' difference %.4f", first, second, apart);
        QVERIFY(first >= 0.99 && second >= 0.99);
        QVERIFY(apart >= 0.9);
        QVERIFY(ours != features(*load(id, tensors(id)), pictures(id)));  // it is another precision
    }

    void whatIsMissingOrBentIsNamed_data() { everyNetwork(); }
    void whatIsMissingOrBentIsNamed()
    {
        QFETCH(std::string, id);
        const Spoilt &spoilt = *std::find_if(std::begin(kSpoilt), std::end(kSpoilt),
                                             [&](const Spoilt &candidate) { return candidate.network == id; });
        Tensors bad = tensors(id);
        QCOMPARE(bad.views.erase(spoilt.dropped), std::size_t(1));
        std::vector<std::int64_t> &shape = bad.views.at(spoilt.reshaped).shape;
        const std::string expected = shapeText(shape);
        shape.insert(shape.begin(), 1);
        const std::string message = refusal(id, bad);
        for (const std::string &part :
             {spoilt.dropped + std::string(" (missing)"),
              spoilt.reshaped + (" (shape " + shapeText(shape)) + ", expected " + expected + ")"})
            QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        QVERIFY2(message.find("wrong kind") == std::string::npos, message.c_str());
    }

    // What is not needed may be absent; everything else is asked for, and told to who wants to know before.
    void asksForItsParametersAndNoOthers_data() { everyNetwork(); }
    void asksForItsParametersAndNoOthers()
    {
        QFETCH(std::string, id);
        Tensors slim = tensors(id);
        std::erase_if(slim.views, [](const auto &entry) { return isExtra(entry.first); });
        QVERIFY(slim.views.size() < tensors(id).views.size());
        QCOMPARE(refusal(id, slim), std::string("accepted"));

        Shapes needed, asked;
        for (const auto &[name, view] : slim.views)
            needed[name] = view.shape;
        const std::vector<ParameterShape> parameters = networkParameters(specOf(id));
        for (const ParameterShape &parameter : parameters)
            asked[parameter.name] = parameter.shape;
        QCOMPARE(asked.size(), parameters.size());
        QVERIFY(asked == needed);

        slim.views.clear();
        const std::string message = refusal(id, slim);
        std::size_t told = 0;
        for (std::size_t at = 0; (at = message.find(" (missing)", at)) != std::string::npos; ++at)
            ++told;
        QVERIFY2(told > 0 && told < needed.size(), message.c_str());
        const std::string rest = "and " + std::to_string(needed.size() - told) + " more";
        QVERIFY2(message.find(rest) != std::string::npos, (rest + ": " + message).c_str());
    }

    void seededWeightsAreOfUse_data() { everyNetwork(); }
    void seededWeightsAreOfUse()
    {
        QFETCH(std::string, id);
        const std::vector<Image> two = pictures(id);
        auto backbone = random(id, 1);
        const Features first = features(*backbone, two);
        const double rms = norm(first) / std::sqrt(static_cast<double>(first.size()));
        const double apart = norm(difference(row(first, 0, 2), row(first, 1, 2))) / norm(row(first, 0, 2));
        qInfo("rms %.3g, the pictures apart by %.3g of it", rms, apart);
        QVERIFY(std::isfinite(maximum(first)));
        QVERIFY(rms > 1e-2 && rms < 1e2);
        QVERIFY(apart > 1e-2);

        backbone.reset();
        QVERIFY(features(*random(id, 1), two) == first);
        const Features other = features(*random(id, 2), two);
        QVERIFY(norm(difference(other, first)) / norm(first) > 1e-2);
    }

    void aPassStopsBetweenTwoLayers_data() { everyNetwork(); }
    void aPassStopsBetweenTwoLayers()
    {
        QFETCH(std::string, id);
        const auto backbone = random(id, 1);
        // Long enough on one thread that the pass is under way when it is stopped.
        const std::vector<Image> eight(8, picture(0, specOf(id).inputSide));
        Features out(eight.size() * static_cast<std::size_t>(backbone->spec().columns));
        CancelToken cancel;
        std::future<void> pass = std::async(std::launch::async, [&] {
            setIntraOpThreads(1);
            backbone->extract(eight, out, cancel);
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(pass.get(), Cancelled);
        QVERIFY_EXCEPTION_THROWN(backbone->extract(eight, out, cancel), Cancelled);
    }

private:
    std::string m_network;
    Tensors m_tensors;
};

QTEST_GUILESS_MAIN(NetworksTest)
#include "networks_test.moc"
