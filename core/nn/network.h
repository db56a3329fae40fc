#pragma once

// Internal to core/nn: what a feature network is made of. Includes LibTorch.

#include <memory>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include "core/nn/parameters.h"

namespace dank {

/// Where a network's tensors live and in which type it computes.
struct Placement {
    c10::Device device;
    c10::ScalarType type;
};

/// A frozen network: [B, 3, side, side] normalised, channels-last -> [B, columns]. Immutable, thread-safe.
class Network {
public:
    virtual ~Network() = default;
    virtual at::Tensor forward(at::Tensor x) const = 0;
};

/// One convolution as a network's table states it. It keeps the size of its input unless it strides or is `valid`.
struct ConvolutionSpec {
    std::string name;
    int outputs = 0;
    int kernelHeight = 1;
    int kernelWidth = 1;
    int stride = 1;
    bool valid = false;  ///< no padding

    int paddingHeight() const { return stride > 1 || valid ? 0 : kernelHeight / 2; }
    int paddingWidth() const { return stride > 1 || valid ? 0 : kernelWidth / 2; }
};

/// A convolution, frozen: bias and, unless switched off, ReLU in the same call. On the CPU the weights are packed once
/// into oneDNN's own layout where LibTorch offers that.
class Convolution {
public:
    enum class After { Relu, Nothing };

    /// `inputs` channels on side × side maps, which the packed layout is chosen for.
    Convolution(const ConvolutionSpec &spec, const FoldedConvolution &parameters, int inputs, int side, bool withBias,
                After after, const Placement &placement);

    at::Tensor operator()(const at::Tensor &x) const;

private:
    bool m_relu;
    int m_stride, m_paddingHeight, m_paddingWidth;
    at::Tensor m_weight, m_bias;         ///< empty once packed
    std::optional<c10::IValue> m_packed;
};

/// A network's factory, as the table in backbone.cpp holds it. Calls parameters.check() before it returns.
using NetworkFactory = std::unique_ptr<Network> (*)(ParameterSource &parameters, const Placement &placement);

std::unique_ptr<Network> makeInceptionV3(ParameterSource &parameters, const Placement &placement);

}  // namespace dank
