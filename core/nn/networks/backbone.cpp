#include "core/nn/networks/backbone.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace {

using Colour = std::array<float, 3>;
constexpr Colour kHalf{0.5f, 0.5f, 0.5f};
constexpr Colour kImageNetMean{0.485f, 0.456f, 0.406f}, kImageNetDeviation{0.229f, 0.224f, 0.225f};

/// To add a network: a file with its factory, declared in network.h, and a row here.
struct KnownNetwork {
    BackboneSpec spec;
    NetworkFactory make;
};

const std::vector<KnownNetwork> &knownNetworks()
{
    // torchvision takes ImageNet's mean and deviation for Inception too and then turns them into these.
    static const std::vector<KnownNetwork> networks{
        {{"inception_v3", "Inception V3", "The paper's choice", 299, 342, 2048, kHalf, kHalf, 1e-3}, makeInceptionV3},
        {{"vgg16", "VGG16", "Plain and heavy; the numbers of its second hidden layer", 224, 256, 4096, kImageNetMean,
          kImageNetDeviation, 0},
         makeVgg},
        {{"vgg19", "VGG19", "VGG16 with three more layers", 224, 256, 4096, kImageNetMean, kImageNetDeviation, 0},
         makeVgg},
        {{"resnet50", "ResNet-50", "Quick, and strong for its size", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet},
        {{"resnet101", "ResNet-101", "Twice as deep as ResNet-50", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet},
        {{"resnet152", "ResNet-152", "The deepest of the ResNets", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet},
        {{"xception", "Xception", "Separable convolutions: small and strong", 299, 333, 2048, kHalf, kHalf, 1e-5},
         makeXception},
    };
    return networks;
}

const KnownNetwork &knownNetwork(const BackboneSpec &spec)
{
    for (const KnownNetwork &network : knownNetworks())
        if (network.spec.id == spec.id)
            return network;
    throw Error(ErrorKind::Shape, "There is no network \"" + spec.id + "\".");
}

std::unique_ptr<Network> build(const KnownNetwork &known, ParameterSource &parameters, const Placement &placement)
{
    std::unique_ptr<Network> network = known.make({known.spec, parameters, placement});
    parameters.check(known.spec.title);
    return network;
}

c10::ScalarType scalarType(Precision precision)
{
    switch (precision) {
    case Precision::Float32: return at::kFloat;
    case Precision::BFloat16: return at::kBFloat16;
    case Precision::Float16: return at::kHalf;
    }
    return at::kFloat;
}

class TorchBackbone : public Backbone {
public:
    TorchBackbone(BackboneSpec spec, Placement placement, std::unique_ptr<Network> network)
        : m_spec(std::move(spec)), m_placement(placement), m_network(std::move(network))
    {
        for (std::size_t channel = 0; channel < 3; ++channel) {
            for (std::size_t value = 0; value < 256; ++value) {
                m_normalised[channel][value] = static_cast<float>(
                    (static_cast<double>(value) / 255.0 - m_spec.mean[channel]) / m_spec.deviation[channel]);
            }
        }
    }

    const BackboneSpec &spec() const override { return m_spec; }

    void extract(std::span<const Image> images, std::span<float> out, const CancelToken &cancel) const override
    {
        check(images, out);
        if (images.empty())
            return;
        translateTorchErrors("computing features", [&] {
            const c10::InferenceMode guard;
            const auto rows = static_cast<std::int64_t>(images.size());
            const at::Tensor features =
                m_network->forward(input(images), cancel).to(at::Device(at::kCPU), at::kFloat).contiguous();
            if (features.dim() != 2 || features.size(0) != rows || features.size(1) != m_spec.columns)
                throw Error(ErrorKind::Shape, m_spec.title + " gave features of another shape.");
            std::copy_n(features.data_ptr<float>(), out.size(), out.begin());
        });
    }

    std::optional<FeatureMaps> featureMaps(const Image &image, const CancelToken &cancel) const override
    {
        checkSize(image);
        return translateTorchErrors("computing features", [&]() -> std::optional<FeatureMaps> {
            const c10::InferenceMode guard;
            at::Tensor maps = m_network->lastMaps(input({&image, 1}), cancel);
            if (!maps.defined())
                return std::nullopt;
            maps = maps.to(at::Device(at::kCPU), at::kFloat).contiguous();
            FeatureMaps seen{static_cast<int>(maps.size(2)), static_cast<int>(maps.size(3)), {}};
            seen.values.assign(maps.data_ptr<float>(), maps.data_ptr<float>() + maps.numel());
            return seen;
        });
    }

private:
    void checkSize(const Image &image) const
    {
        const auto side = static_cast<std::size_t>(m_spec.inputSide);
        if (image.width != m_spec.inputSide || image.height != m_spec.inputSide
            || image.rgb.size() != side * side * 3) {
            throw Error(ErrorKind::Shape, m_spec.title + " takes pictures of " + std::to_string(side) + " x "
                                              + std::to_string(side) + ", not " + std::to_string(image.width) + " x "
                                              + std::to_string(image.height) + ".");
        }
    }

    void check(std::span<const Image> images, std::span<float> out) const
    {
        for (const Image &image : images)
            checkSize(image);
        if (out.size() != images.size() * static_cast<std::size_t>(m_spec.columns))
            throw Error(ErrorKind::Shape, "The buffer for the features has another size than pictures x columns.");
    }

    /// [B, 3, side, side], normalised, channels-last: the layout the pictures already have.
    at::Tensor input(std::span<const Image> images) const
    {
        const std::int64_t side = m_spec.inputSide;
        at::Tensor x = at::empty({static_cast<std::int64_t>(images.size()), 3, side, side},
                                 at::TensorOptions().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
        float *out = x.data_ptr<float>();
        for (const Image &image : images) {
            const std::uint8_t *in = image.rgb.data();
            for (std::int64_t pixel = 0; pixel < side * side; ++pixel, in += 3, out += 3) {
                out[0] = m_normalised[0][in[0]];
                out[1] = m_normalised[1][in[1]];
                out[2] = m_normalised[2][in[2]];
            }
        }
        return x.to(m_placement.device, m_placement.type);
    }

    const BackboneSpec m_spec;
    Placement m_placement;
    std::unique_ptr<Network> m_network;
    std::array<std::array<float, 256>, 3> m_normalised;
};

std::unique_ptr<Backbone> placedBackbone(const BackboneSpec &spec, const Placement &placement, const NetworkMaker &make)
{
    return translateTorchErrors("loading the feature network", [&]() -> std::unique_ptr<Backbone> {
        const c10::InferenceMode guard;
        return std::make_unique<TorchBackbone>(spec, placement, make(placement));
    });
}

}  // namespace

std::span<const BackboneSpec> networkSpecs()
{
    static const std::vector<BackboneSpec> specs = [] {
        std::vector<BackboneSpec> all;
        for (const KnownNetwork &network : knownNetworks())
            all.push_back(network.spec);
        return all;
    }();
    return specs;
}

const BackboneSpec *findNetworkSpec(std::string_view id)
{
    const auto specs = networkSpecs();
    const auto found =
        std::find_if(specs.begin(), specs.end(), [id](const BackboneSpec &spec) { return spec.id == id; });
    return found == specs.end() ? nullptr : &*found;
}

std::unique_ptr<Backbone> makeNetworkBackbone(const BackboneSpec &spec, const Device &device, Precision precision,
                                              const NetworkMaker &make)
{
    if (precision == Precision::Float16 && !device.isCuda()) {
        throw Error(ErrorKind::Device, "fp16 needs a CUDA device. On the CPU use fp32, or bf16 where the processor "
                                       "runs it.");
    }
    return placedBackbone(spec, {c10::Device(device.name), scalarType(precision)}, make);
}

std::unique_ptr<Backbone> makeBackbone(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                       std::uint64_t seed, const Device &device, Precision precision)
{
    const KnownNetwork &known = knownNetwork(spec);
    return makeNetworkBackbone(known.spec, device, precision, [&](const Placement &placement) {
        ParameterSource parameters = weights ? ParameterSource::fromFile(*weights) : ParameterSource::random(seed);
        return build(known, parameters, placement);
    });
}

std::unique_ptr<Backbone> makeReferenceBackbone(const BackboneSpec &spec, std::uint64_t seed)
{
    const KnownNetwork &known = knownNetwork(spec);
    return placedBackbone(known.spec, {c10::Device(at::kCPU), at::kDouble}, [&](const Placement &placement) {
        ParameterSource parameters = ParameterSource::random(seed);
        return build(known, parameters, placement);
    });
}

const BackboneSpec &networkOf(const TensorFile &weights)
{
    // Many networks share names, VGG16's are all among VGG19's: the one that finds most of what it asks for, and all.
    const KnownNetwork *nearest = nullptr;
    std::size_t most = 0;
    std::string lacking;
    for (const KnownNetwork &known : knownNetworks()) {
        ParameterSource parameters = ParameterSource::matcher(weights);
        std::string problems;
        try {
            build(known, parameters, {c10::Device(at::kCPU), at::kFloat});
        } catch (const Error &error) {
            problems = error.what();
        }
        const std::size_t found = parameters.asked().size() - parameters.problems().size();
        if (found > most || (found == most && problems.empty() && !lacking.empty())) {
            nearest = &known;
            most = found;
            lacking = problems;
        }
    }
    if (!nearest)
        throw Error(ErrorKind::Weights,
                    displayPath(weights.path())
                        + " does not hold the weights of any network here: none of its names is "
                          "one of theirs.",
                    weights.path());
    if (!lacking.empty())
        throw Error(ErrorKind::Weights, lacking, weights.path());
    return nearest->spec;
}

std::vector<ParameterShape> networkParameters(const BackboneSpec &spec)
{
    const KnownNetwork &known = knownNetwork(spec);
    ParameterSource parameters = ParameterSource::matcher({{}, {}, {}, nullptr});
    known.make({known.spec, parameters, {c10::Device(at::kCPU), at::kFloat}});
    return parameters.asked();
}

}  // namespace dank
