#pragma once

// Internal to core/nn: what a feature network is made of. Includes LibTorch.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include "core/base/job.h"
#include "core/nn/networks/backbone.h"
#include "core/nn/networks/parameters.h"

namespace dank {

/// Collects what the last stages of a network learn while it is built: their weights and biases as leaves of autograd.
/// Stages before `from` are left without numbers.
struct TrainedStages {
    int from = 0;
    int stage = -1;  ///< the one that is being built
    std::vector<std::pair<std::string, at::Tensor>> parameters;

    bool takes() const { return stage >= from; }
    at::Tensor add(const std::string &name, const std::vector<float> &values, at::IntArrayRef shape);
};

/// Where a network's tensors live and in which type it computes.
struct Placement {
    c10::Device device;
    c10::ScalarType type;
    bool tensorFloat32 = false;        ///< CUDA may keep 10 bits of a float32's mantissa in products
    TrainedStages *trained = nullptr;  ///< set: built to be fine-tuned, by plain convolutions that autograd knows
};

/// A frozen network: [B, 3, side, side] normalised, channels-last -> [B, columns]. Immutable, thread-safe. Throws
/// Cancelled between two of its parts once `cancel` asks for it.
class Network {
public:
    virtual ~Network() = default;
    virtual at::Tensor forward(at::Tensor x, const CancelToken &cancel) const = 0;
    /// [B, columns, H, W], whose means over all places forward() gives; undefined where it gives none.
    virtual at::Tensor lastMaps(at::Tensor /*x*/, const CancelToken & /*cancel*/) const { return {}; }

    /// How many stages it can be cut between; 0: it cannot be cut.
    virtual int stages() const { return 0; }
    /// From the input of stage `from` (0: the picture) to that of stage `to`, or with stages() the last one's output.
    virtual at::Tensor run(at::Tensor /*x*/, int /*from*/, int /*to*/, const CancelToken & /*cancel*/) const
    {
        return {};
    }
    /// Features of the last stage's output: [B, columns].
    virtual at::Tensor features(const at::Tensor &x) const { return x; }
};

class WinogradConvolution;

/// What a convolution does, its numbers aside.
struct ConvolutionShape {
    int inputs = 0;
    int outputs = 0;
    int kernelHeight = 1;
    int kernelWidth = 1;
    int stride = 1;
    int paddingHeight = 0;
    int paddingWidth = 0;
    int groups = 1;  ///< `inputs` for a depthwise one

    /// kernel × kernel that keeps the size of its input, but for the stride.
    static ConvolutionShape same(int inputs, int outputs, int kernel, int stride = 1, int groups = 1)
    {
        return {inputs, outputs, kernel, kernel, stride, kernel / 2, kernel / 2, groups};
    }
    /// Side of the output for a square input, by the height.
    int outputSide(int side) const { return (side + 2 * paddingHeight - kernelHeight) / stride + 1; }
};

/// A convolution, frozen: bias and, unless switched off, ReLU in the same call. On the CPU by Winograd's algorithm
/// where that pays; elsewhere the weights are packed once into oneDNN's own layout, where LibTorch offers that. On CUDA
/// cuDNN adds the bias and takes ReLU while it writes the outputs, which three kernels would pass over otherwise.
class Convolution {
public:
    enum class After { Relu, Nothing };

    /// `side`: the input's; another one later is an error. Without a bias where `parameters` has none.
    Convolution(const ConvolutionShape &shape, const FoldedConvolution &parameters, int side, After after,
                const Placement &placement);

    at::Tensor operator()(const at::Tensor &x) const;

    /// ReLU of this convolution and `shortcut`, which has its outputs' shape: where a residual branch ends.
    at::Tensor joined(const at::Tensor &x, const at::Tensor &shortcut) const;

private:
    at::Tensor fused(const at::Tensor &x, const at::Tensor &shortcut) const;

    bool m_relu;
    mutable bool m_fuses;  ///< changed in a pass on CUDA only, which one thread at a time starts
    ConvolutionShape m_shape;
    at::Tensor m_weight, m_bias;  ///< empty once packed
    std::optional<c10::IValue> m_packed;
    std::shared_ptr<const WinogradConvolution> m_winograd;
};

/// A fully connected layer, frozen: [B, inputs] -> [B, outputs], and ReLU.
class FullyConnected {
public:
    FullyConnected(int inputs, int outputs, const FoldedConvolution &parameters, const Placement &placement);
    at::Tensor operator()(const at::Tensor &x) const;

private:
    at::Tensor m_weight, m_bias;
};

/// Through the layers in turn; throws Cancelled before one of them once `cancel` asks for it.
template <typename Layers>
at::Tensor passThrough(const Layers &layers, at::Tensor x, const CancelToken &cancel)
{
    for (const auto &layer : layers) {
        cancel.check();
        x = layer(x);
    }
    return x;
}

/// [B, C, H, W] -> [B, C] in float32: the mean over all places.
at::Tensor globalAverage(const at::Tensor &x);

/// A network of stages that ends in a mean over all places.
class PooledNetwork : public Network {
public:
    at::Tensor forward(at::Tensor x, const CancelToken &cancel) const final
    {
        return features(lastMaps(std::move(x), cancel));
    }
    at::Tensor lastMaps(at::Tensor x, const CancelToken &cancel) const final
    {
        return run(std::move(x), 0, stages(), cancel);
    }
    at::Tensor features(const at::Tensor &x) const final { return globalAverage(x); }
    int stages() const override = 0;
    at::Tensor run(at::Tensor x, int from, int to, const CancelToken &cancel) const override = 0;
};

/// What the parts of a network share while they are built.
struct NetworkBuilder {
    const BackboneSpec &spec;
    ParameterSource &parameters;
    const Placement &placement;

    /// A convolution without a bias of its own, the batch-norm `norm` folded in. `gain`: of random weights.
    Convolution convolutionBatchNorm(const std::string &convolution, const std::string &norm,
                                     const ConvolutionShape &shape, int side,
                                     Convolution::After after = Convolution::After::Relu,
                                     double gain = kReluGain) const;
    /// What is built from now on belongs to the next stage (Network::run()).
    void beginStage() const
    {
        if (placement.trained)
            ++placement.trained->stage;
    }
};

/// A network's factory, as the table in backbone.cpp holds it. What its parameters lack is its caller's to check.
using NetworkFactory = std::unique_ptr<Network> (*)(const NetworkBuilder &build);

/// A Backbone around a network that `make` builds on the device, in the precision. Throws Error{Device} for fp16
/// and tf32 off CUDA, and what `make` throws, LibTorch's exceptions translated.
using NetworkMaker = std::function<std::unique_ptr<Network>(const Placement &)>;
std::unique_ptr<Backbone> makeNetworkBackbone(const BackboneSpec &spec, const Device &device, Precision precision,
                                              const NetworkMaker &make);

/// One of networkSpecs() with seeded random weights in float64 on the CPU, by plain convolutions: what the others are
/// held against. Slow.
std::unique_ptr<Backbone> makeReferenceBackbone(const BackboneSpec &spec, std::uint64_t seed);

/// One of networkSpecs() as a network alone, `changes` (may be nullptr) in the place of what file or seed say. Throws
/// as makeBackbone() does.
std::unique_ptr<Network> makeNetwork(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                     std::uint64_t seed, const Placement &placement, const NetworkChanges *changes);

std::unique_ptr<Network> makeInceptionV3(const NetworkBuilder &build);
std::unique_ptr<Network> makeVgg(const NetworkBuilder &build);     ///< vgg16 or vgg19, as the id says
std::unique_ptr<Network> makeResNet(const NetworkBuilder &build);  ///< resnet50, resnet101 or resnet152
std::unique_ptr<Network> makeXception(const NetworkBuilder &build);

}  // namespace dank
