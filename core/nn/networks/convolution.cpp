#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "core/nn/networks/network.h"
#include "core/nn/networks/packed_convolution.h"
#include "core/nn/networks/winograd.h"

namespace dank {

namespace {

/// A copy always: from_blob does not own its memory.
at::Tensor placed(const std::vector<float> &values, at::IntArrayRef shape, const Placement &placement,
                  at::MemoryFormat format)
{
    return at::from_blob(const_cast<float *>(values.data()), shape, at::TensorOptions().dtype(at::kFloat))
        .to(placement.device, placement.type, false, true, format);
}

std::unique_ptr<WinogradConvolution> makeWinograd(const ConvolutionShape &shape, const FoldedConvolution &parameters,
                                                  int side, bool relu, const Placement &placement)
{
    const bool fits = placement.device.is_cpu() && placement.type == at::kFloat && shape.kernelHeight == 3
                      && shape.kernelWidth == 3 && shape.stride == 1 && shape.groups == 1
                      && shape.paddingHeight == shape.paddingWidth && !parameters.bias.empty();
    if (!fits)
        return nullptr;
    return WinogradConvolution::make({shape.inputs, shape.outputs, side, shape.paddingHeight}, parameters.weight,
                                     parameters.bias, relu);
}

at::Tensor runWinograd(const WinogradConvolution &convolution, const at::Tensor &x)
{
    const WinogradConvolution::Shape &shape = convolution.shape();
    TORCH_CHECK(x.dim() == 4 && x.size(1) == shape.inputs && x.size(2) == shape.side && x.size(3) == shape.side,
                "a convolution was built for another size than ", x.sizes());
    const at::Tensor in = x.contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor out = at::empty({x.size(0), shape.outputs, shape.outputSide(), shape.outputSide()},
                               in.options().memory_format(at::MemoryFormat::ChannelsLast));
    convolution.run(in.data_ptr<float>(), static_cast<std::size_t>(in.size(0)), out.data_ptr<float>());
    return out;
}

}  // namespace

at::Tensor TrainedStages::add(const std::string &name, const std::vector<float> &values, at::IntArrayRef shape)
{
    at::Tensor leaf = at::from_blob(const_cast<float *>(values.data()), shape, at::TensorOptions().dtype(at::kFloat))
                          .clone()
                          .set_requires_grad(true);
    parameters.emplace_back(name, leaf);
    return leaf;
}

Convolution::Convolution(const ConvolutionShape &shape, const FoldedConvolution &parameters, int side, After after,
                         const Placement &placement)
    : m_relu(after == After::Relu),
      m_fuses(placement.device.is_cuda() && !placement.trained && at::globalContext().hasCuDNN()), m_shape(shape)
{
    if (parameters.weight.empty())
        return;  // a problem that ParameterSource::check() is about to tell
    if (placement.trained) {
        if (!placement.trained->takes())
            return;
        m_weight =
            placement.trained->add(parameters.name + ".weight", parameters.weight,
                                   {shape.outputs, shape.inputs / shape.groups, shape.kernelHeight, shape.kernelWidth});
        if (!parameters.bias.empty())
            m_bias = placement.trained->add(parameters.name + ".bias", parameters.bias, {shape.outputs});
        return;
    }
    m_winograd = makeWinograd(shape, parameters, side, m_relu, placement);
    if (m_winograd)
        return;
    m_weight =
        placed(parameters.weight, {shape.outputs, shape.inputs / shape.groups, shape.kernelHeight, shape.kernelWidth},
               placement, at::MemoryFormat::ChannelsLast);
    const bool withBias = !parameters.bias.empty();
    if (withBias)
        m_bias = placed(parameters.bias, {shape.outputs}, placement, at::MemoryFormat::Contiguous);
    constexpr std::int64_t kTypicalBatch = 8;
    m_packed =
        packConvolution(m_weight, m_bias,
                        {{shape.stride, shape.stride}, {shape.paddingHeight, shape.paddingWidth}, {1, 1}, shape.groups},
                        {kTypicalBatch, shape.inputs, side, side}, m_relu, placement);
    if (!m_packed)
        return;
    m_weight.reset();
    m_bias.reset();
}

at::Tensor Convolution::operator()(const at::Tensor &x) const
{
    if (m_winograd)
        return runWinograd(*m_winograd, x);
    if (m_packed)
        return runPacked(*m_packed, x);
    if (m_relu && m_fuses)
        if (at::Tensor y = fused(x, {}); y.defined())
            return y;
    at::Tensor y = at::conv2d(x, m_weight, m_bias, {m_shape.stride, m_shape.stride},
                              {m_shape.paddingHeight, m_shape.paddingWidth}, {1, 1}, m_shape.groups);
    return m_relu ? y.relu_() : y;
}

at::Tensor Convolution::joined(const at::Tensor &x, const at::Tensor &shortcut) const
{
    if (m_fuses)
        if (at::Tensor y = fused(x, shortcut); y.defined())
            return y;
    return (*this)(x).add_(shortcut).relu_();
}

/// Undefined, from now on, where this cuDNN has nothing of the kind for the card, the type and the shape.
at::Tensor Convolution::fused(const at::Tensor &x, const at::Tensor &shortcut) const
{
    const std::vector<std::int64_t> stride{m_shape.stride, m_shape.stride},
        padding{m_shape.paddingHeight, m_shape.paddingWidth}, dilation{1, 1};
    try {
        return shortcut.defined()
                   ? at::cudnn_convolution_add_relu(x, m_weight, shortcut, 1.0, m_bias, stride, padding, dilation,
                                                    m_shape.groups)
                   : at::cudnn_convolution_relu(x, m_weight, m_bias, stride, padding, dilation, m_shape.groups);
    } catch (const c10::OutOfMemoryError &) {
        throw;
    } catch (const c10::Error &) {
        m_fuses = false;
        return {};
    }
}

FullyConnected::FullyConnected(int inputs, int outputs, const FoldedConvolution &parameters, const Placement &placement)
{
    if (parameters.weight.empty() || parameters.bias.empty())
        return;  // a problem that ParameterSource::check() is about to tell
    if (placement.trained) {
        if (!placement.trained->takes())
            return;
        m_weight = placement.trained->add(parameters.name + ".weight", parameters.weight, {outputs, inputs});
        m_bias = placement.trained->add(parameters.name + ".bias", parameters.bias, {outputs});
        return;
    }
    m_weight = placed(parameters.weight, {outputs, inputs}, placement, at::MemoryFormat::Contiguous);
    m_bias = placed(parameters.bias, {outputs}, placement, at::MemoryFormat::Contiguous);
}

at::Tensor FullyConnected::operator()(const at::Tensor &x) const
{
    return at::linear(x, m_weight, m_bias).relu_();
}

Convolution NetworkBuilder::convolutionBatchNorm(const std::string &convolution, const std::string &norm,
                                                 const ConvolutionShape &shape, int side, Convolution::After after,
                                                 double gain) const
{
    const std::vector<std::int64_t> size{shape.outputs, shape.inputs / shape.groups, shape.kernelHeight,
                                         shape.kernelWidth};
    return Convolution(shape, parameters.convolutionBatchNorm(convolution, norm, size, spec.batchNormEpsilon, gain),
                       side, after, placement);
}

at::Tensor globalAverage(const at::Tensor &x)
{
    return x.to(at::kFloat).mean({2, 3});
}

}  // namespace dank
