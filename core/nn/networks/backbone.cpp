#include "core/nn/networks/backbone.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network.h"
#include "core/nn/networks/picture_input.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace {

using Colour = std::array<float, 3>;
constexpr Colour kHalf{0.5f, 0.5f, 0.5f};
constexpr Colour kImageNetMean{0.485f, 0.456f, 0.406f}, kImageNetDeviation{0.229f, 0.224f, 0.225f};
constexpr Colour kCaffeMean{123.68f / 255, 116.779f / 255, 103.939f / 255},
    kCaffeDeviation{1.f / 255, 1.f / 255, 1.f / 255};
constexpr double kKerasResNetEpsilon = 1.001e-5;

/// How keras.applications gives pictures to a network.
enum class KerasInput {
    Halves,    ///< −1..1
    BlueFirst  ///< 0..255 less ImageNet's mean, blue first, as Caffe had it
};

/// To add a network: a file with its factory, declared in network.h, and a row here.
struct KnownNetwork {
    BackboneSpec spec;
    NetworkFactory make;
    KerasInput kerasInput = KerasInput::BlueFirst;
    double kerasEpsilon = 0;
};

const std::vector<KnownNetwork> &knownNetworks()
{
    // torchvision takes ImageNet's mean and deviation for Inception too and then turns them into these.
    static const std::vector<KnownNetwork> networks{
        {{"inception_v3", "Inception V3", "The paper's choice", 299, 342, 2048, kHalf, kHalf, 1e-3},
         makeInceptionV3,
         KerasInput::Halves,
         1e-3},
        {{"vgg16", "VGG16", "Plain and heavy; the numbers of its second hidden layer", 224, 256, 4096, kImageNetMean,
          kImageNetDeviation, 0},
         makeVgg},
        {{"vgg19", "VGG19", "VGG16 with three more layers", 224, 256, 4096, kImageNetMean, kImageNetDeviation, 0},
         makeVgg},
        {{"resnet50", "ResNet-50", "Quick, and strong for its size", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet,
         KerasInput::BlueFirst,
         kKerasResNetEpsilon},
        {{"resnet101", "ResNet-101", "Twice as deep as ResNet-50", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet,
         KerasInput::BlueFirst,
         kKerasResNetEpsilon},
        {{"resnet152", "ResNet-152", "The deepest of the ResNets", 224, 256, 2048, kImageNetMean, kImageNetDeviation,
          1e-5},
         makeResNet,
         KerasInput::BlueFirst,
         kKerasResNetEpsilon},
        {{"xception", "Xception", "Separable convolutions: small and strong", 299, 333, 2048, kHalf, kHalf, 1e-5},
         makeXception,
         KerasInput::Halves,
         1e-3},
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

std::unique_ptr<Network> build(const BackboneSpec &spec, ParameterSource &parameters, const Placement &placement)
{
    std::unique_ptr<Network> network = knownNetwork(spec).make({spec, parameters, placement});
    parameters.check(spec.title);
    return network;
}

c10::ScalarType scalarType(Precision precision)
{
    switch (precision) {
    case Precision::Float32:
    case Precision::TensorFloat32: return at::kFloat;
    case Precision::BFloat16: return at::kBFloat16;
    case Precision::Float16: return at::kHalf;
    }
    return at::kFloat;
}

/// CUDA passes are started by one thread at a time: whether products may be TF32 is the process's to say, and cuDNN
/// takes it for convolutions unless told not to.
class CudaTurn {
public:
    explicit CudaTurn(const Placement &placement)
    {
        if (!placement.device.is_cuda())
            return;
        static std::mutex starting;
        m_lock = std::unique_lock(starting);
        at::globalContext().setAllowTF32CuDNN(placement.tensorFloat32);
        at::globalContext().setAllowTF32CuBLAS(placement.tensorFloat32);
    }

private:
    std::unique_lock<std::mutex> m_lock;
};

class TorchBackbone : public Backbone {
public:
    TorchBackbone(BackboneSpec spec, const Placement &placement, std::unique_ptr<Network> network)
        : m_spec(std::move(spec)), m_placement(placement), m_input(m_spec, placement), m_network(std::move(network))
    {
    }

    const BackboneSpec &spec() const override { return m_spec; }

    std::optional<std::size_t> memoryHolds() const override
    {
        const std::size_t most = m_most;
        return most == kUnknown ? std::nullopt : std::optional(most);
    }

    void extract(std::span<const Image> images, std::span<float> out, const CancelToken &cancel) const override
    {
        check(images, out);
        const auto columns = static_cast<std::size_t>(m_spec.columns);
        while (!images.empty()) {
            const std::size_t count = std::min<std::size_t>(images.size(), m_most);
            try {
                pass(images.first(count), out.first(count * columns), cancel);
            } catch (const Error &error) {
                if (error.kind() != ErrorKind::Memory)
                    throw;
                if (count == 1)
                    throw Error(
                        ErrorKind::Memory,
                        "There is too little free memory for one picture in " + m_spec.title + ". End what else uses "
                            + (m_placement.device.is_cpu() ? "this computer's." : "the device, or take the CPU."));
                m_most = std::min<std::size_t>(m_most, count / 2);
                continue;
            }
            images = images.subspan(count);
            out = out.subspan(count * columns);
        }
    }

    std::optional<FeatureMaps> featureMaps(const Image &image, const CancelToken &cancel) const override
    {
        checkSize(image);
        return translateTorchErrors("computing features", [&]() -> std::optional<FeatureMaps> {
            const c10::InferenceMode guard;
            at::Tensor maps;
            {
                const CudaTurn turn(m_placement);
                maps = m_network->lastMaps(m_input.place(m_input.gather({&image, 1})), cancel);
            }
            if (!maps.defined())
                return std::nullopt;
            maps = maps.to(at::Device(at::kCPU), at::kFloat).contiguous();
            FeatureMaps seen{static_cast<int>(maps.size(2)), static_cast<int>(maps.size(3)), {}};
            seen.values.assign(maps.data_ptr<float>(), maps.data_ptr<float>() + maps.numel());
            return seen;
        });
    }

private:
    static constexpr std::size_t kUnknown = std::numeric_limits<std::size_t>::max();

    void pass(std::span<const Image> images, std::span<float> out, const CancelToken &cancel) const
    {
        translateTorchErrors("computing features", [&] {
            const c10::InferenceMode guard;
            const auto rows = static_cast<std::int64_t>(images.size());
            const at::Tensor gathered = m_input.gather(images);
            at::Tensor features;
            {
                const CudaTurn turn(m_placement);
                features = m_network->forward(m_input.place(gathered), cancel);
            }
            features = features.to(at::Device(at::kCPU), at::kFloat).contiguous();  // waits for the device
            if (features.dim() != 2 || features.size(0) != rows || features.size(1) != m_spec.columns)
                throw Error(ErrorKind::Shape, m_spec.title + " gave features of another shape.");
            std::copy_n(features.data_ptr<float>(), out.size(), out.begin());
        });
    }

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

    const BackboneSpec m_spec;
    const Placement m_placement;
    const PictureInput m_input;
    std::unique_ptr<Network> m_network;
    mutable std::atomic<std::size_t> m_most = kUnknown;  ///< pictures that a pass may take
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

BackboneSpec inConvention(const BackboneSpec &spec, Convention convention)
{
    const KnownNetwork &known = knownNetwork(spec);
    BackboneSpec result = spec;  // a caller may want another side
    result.convention = convention;
    result.mean = known.spec.mean;
    result.deviation = known.spec.deviation;
    result.batchNormEpsilon = known.spec.batchNormEpsilon;
    result.blueFirst = known.spec.blueFirst;
    if (convention == Convention::Torch)
        return result;
    result.batchNormEpsilon = known.kerasEpsilon;
    if (convention == Convention::Unit) {
        result.mean = {0, 0, 0};
        result.deviation = {1, 1, 1};
    } else if (known.kerasInput == KerasInput::Halves) {
        result.mean = result.deviation = kHalf;
    } else {
        result.mean = kCaffeMean;
        result.deviation = kCaffeDeviation;
        result.blueFirst = true;
    }
    return result;
}

std::unique_ptr<Backbone> makeNetworkBackbone(const BackboneSpec &spec, const Device &device, Precision precision,
                                              const NetworkMaker &make)
{
    const bool tensorFloat32 = precision == Precision::TensorFloat32;
    if ((precision == Precision::Float16 || tensorFloat32) && !device.isCuda()) {
        throw Error(ErrorKind::Device, std::string(precisionName(precision))
                                           + " needs a CUDA device. On the CPU use fp32, or bf16 where the processor "
                                             "runs it.");
    }
    return placedBackbone(spec, {c10::Device(device.name), scalarType(precision), tensorFloat32}, make);
}

std::unique_ptr<Network> makeNetwork(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                     std::uint64_t seed, const Placement &placement, const NetworkChanges *changes)
{
    ParameterSource parameters = weights ? ParameterSource::fromFile(*weights) : ParameterSource::random(seed);
    if (changes)
        parameters.change(*changes);
    return build(spec, parameters, placement);
}

std::unique_ptr<Backbone> makeBackbone(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                       std::uint64_t seed, const Device &device, Precision precision,
                                       const NetworkChanges *changes)
{
    const BackboneSpec built = inConvention(spec, spec.convention);
    return makeNetworkBackbone(built, device, precision, [&](const Placement &placement) {
        return makeNetwork(built, weights, seed, placement, changes);
    });
}

std::unique_ptr<Backbone> makeReferenceBackbone(const BackboneSpec &spec, std::uint64_t seed)
{
    const KnownNetwork &known = knownNetwork(spec);
    return placedBackbone(known.spec, {c10::Device(at::kCPU), at::kDouble}, [&](const Placement &placement) {
        ParameterSource parameters = ParameterSource::random(seed);
        return build(known.spec, parameters, placement);
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
            build(known.spec, parameters, {c10::Device(at::kCPU), at::kFloat});
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
