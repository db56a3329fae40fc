#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include "core/nn/device.h"
#include "core/nn/network.h"

namespace dank {

namespace {

// LibTorch's prepacked oneDNN convolutions have no C++ function, so they are called by name.
auto packOperator()
{
    return c10::Dispatcher::singleton().findSchema({"mkldnn_prepacked::conv2d_prepack", ""});
}

auto runOperator()
{
    return c10::Dispatcher::singleton().findSchema({"mkldnn_prepacked::conv2d_run", ""});
}

bool canPack(const Placement &placement)
{
    if (!placement.device.is_cpu() || !at::globalContext().hasMKLDNN() || !packOperator() || !runOperator())
        return false;
    return placement.type == at::kFloat || (placement.type == at::kBFloat16 && cpuHasNativeBFloat16());
}

}  // namespace

Convolution::Convolution(const ConvolutionSpec &spec, const FoldedConvolution &parameters, int inputs, int side,
                         bool withBias, After after, const Placement &placement)
    : m_relu(after == After::Relu), m_stride(spec.stride), m_paddingHeight(spec.paddingHeight()),
      m_paddingWidth(spec.paddingWidth())
{
    if (parameters.weight.empty())
        return;  // a problem that ParameterSource::check() is about to tell
    const std::int64_t outputs = spec.outputs;
    const auto floats = at::TensorOptions().dtype(at::kFloat);
    m_weight = at::from_blob(const_cast<float *>(parameters.weight.data()),
                             {outputs, inputs, spec.kernelHeight, spec.kernelWidth}, floats);
    // A copy always: from_blob does not own its memory.
    m_weight = m_weight.to(placement.device, placement.type, false, true, at::MemoryFormat::ChannelsLast);
    if (withBias) {
        m_bias = at::from_blob(const_cast<float *>(parameters.bias.data()), {outputs}, floats)
                     .to(placement.device, placement.type, false, true);
    }
    if (!canPack(placement))
        return;

    constexpr std::int64_t kTypicalBatch = 8;
    std::vector<c10::IValue> stack;
    stack.emplace_back(m_weight);
    stack.push_back(withBias ? c10::IValue(m_bias) : c10::IValue());
    stack.emplace_back(std::vector<std::int64_t>{m_stride, m_stride});
    stack.emplace_back(std::vector<std::int64_t>{m_paddingHeight, m_paddingWidth});
    stack.emplace_back(std::vector<std::int64_t>{1, 1});  // dilation
    stack.emplace_back(std::int64_t{1});                  // groups
    stack.emplace_back(std::vector<std::int64_t>{kTypicalBatch, inputs, side, side});
    stack.emplace_back(std::string(m_relu ? "relu" : "none"));
    packOperator()->callBoxed(stack);
    m_packed = stack.at(0);
    m_weight.reset();
    m_bias.reset();
}

at::Tensor Convolution::operator()(const at::Tensor &x) const
{
    if (m_packed) {
        static const c10::OperatorHandle run = *runOperator();
        std::vector<c10::IValue> stack{x, *m_packed};
        run.callBoxed(stack);
        return stack.at(0).toTensor();
    }
    at::Tensor y = at::conv2d(x, m_weight, m_bias, {m_stride, m_stride}, {m_paddingHeight, m_paddingWidth});
    return m_relu ? y.relu_() : y;
}

}  // namespace dank
