#include "core/nn/backbone.h"

#include <array>
#include <string>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/nn/network.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace {

// To add a network: a file with its factory, declared in network.h, and one row in each table, in the same order.
constexpr BackboneSpec kSpecs[] = {
    {"inception_v3", "Inception V3", "The paper's: 2,048 features from pictures of 299 x 299, trained on ImageNet",
     299, 2048, {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}},
};
constexpr NetworkFactory kFactories[] = {makeInceptionV3};
static_assert(std::size(kSpecs) == std::size(kFactories));

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
    TorchBackbone(const BackboneSpec &spec, Precision precision, bool untrained, Placement placement,
                  std::unique_ptr<Network> network)
        : m_spec(spec), m_precision(precision), m_untrained(untrained), m_placement(placement),
          m_network(std::move(network))
    {
        for (std::size_t channel = 0; channel < 3; ++channel) {
            for (std::size_t value = 0; value < 256; ++value) {
                m_normalised[channel][value] = static_cast<float>(
                    (static_cast<double>(value) / 255.0 - spec.mean[channel]) / spec.deviation[channel]);
            }
        }
    }

    const BackboneSpec &spec() const override { return m_spec; }
    Precision precision() const override { return m_precision; }
    bool isUntrained() const override { return m_untrained; }

    void extract(std::span<const Image> images, std::span<float> out) const override
    {
        check(images, out);
        if (images.empty())
            return;
        translateTorchErrors("computing features", [&] {
            const c10::InferenceMode guard;
            const auto rows = static_cast<std::int64_t>(images.size());
            const at::Tensor features =
                m_network->forward(input(images)).to(at::Device(at::kCPU), at::kFloat).contiguous();
            if (features.dim() != 2 || features.size(0) != rows || features.size(1) != m_spec.columns)
                throw Error(ErrorKind::Shape, std::string(m_spec.title) + " gave features of another shape.");
            std::copy_n(features.data_ptr<float>(), out.size(), out.begin());
        });
    }

private:
    void check(std::span<const Image> images, std::span<float> out) const
    {
        const auto side = static_cast<std::size_t>(m_spec.inputSide);
        for (const Image &image : images) {
            if (image.width != m_spec.inputSide || image.height != m_spec.inputSide ||
                image.rgb.size() != side * side * 3) {
                throw Error(ErrorKind::Shape, std::string(m_spec.title) + " takes pictures of " +
                                                  std::to_string(side) + " x " + std::to_string(side) + ", not " +
                                                  std::to_string(image.width) + " x " +
                                                  std::to_string(image.height) + ".");
            }
        }
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

    const BackboneSpec &m_spec;
    Precision m_precision;
    bool m_untrained;
    Placement m_placement;
    std::unique_ptr<Network> m_network;
    std::array<std::array<float, 256>, 3> m_normalised;
};

}  // namespace

std::span<const BackboneSpec> backboneSpecs()
{
    return kSpecs;
}

const BackboneSpec &backboneSpec(std::string_view id)
{
    std::string known;
    for (const BackboneSpec &spec : kSpecs) {
        if (id == spec.id)
            return spec;
        known += (known.empty() ? "" : ", ") + std::string(spec.id);
    }
    throw Error(ErrorKind::Weights, "There is no feature network \"" + std::string(id.substr(0, 60)) +
                                        "\". Known: " + known + ".");
}

std::unique_ptr<Backbone> makeBackbone(const BackboneSpec &spec, const std::filesystem::path &weights,
                                       std::uint64_t seed, const Device &device, Precision precision)
{
    if (precision == Precision::Float16 && !device.isCuda()) {
        throw Error(ErrorKind::Device, "fp16 needs a CUDA device. On the CPU use fp32, or bf16 where the processor "
                                       "runs it.");
    }
    const BackboneSpec &known = backboneSpec(spec.id);
    const NetworkFactory factory = kFactories[&known - kSpecs];
    return translateTorchErrors("loading the feature network", [&]() -> std::unique_ptr<Backbone> {
        const c10::InferenceMode guard;
        const Placement placement{torchDevice(device), scalarType(precision)};
        ParameterSource parameters(weights, seed);
        std::unique_ptr<Network> network = factory(parameters, placement);
        return std::make_unique<TorchBackbone>(known, precision, parameters.isRandom(), placement,
                                               std::move(network));
    });
}

}  // namespace dank
