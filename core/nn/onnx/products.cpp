// Operators of products and of norms.

#include <ATen/ATen.h>

#include "core/nn/networks/packed_convolution.h"
#include "core/nn/onnx/operators.h"
#include "core/nn/onnx/preparation.h"
#include "core/nn/onnx/product_of_tensors.h"

namespace dank {

namespace {

Tensors matrixProduct(const OnnxCall &call)
{
    const at::Tensor &a = call.in(0), &b = call.in(1);
    std::vector<std::int64_t> shape;
    if (a.dim() > 1)
        shape.push_back(a.size(-2));
    if (b.dim() > 1)
        shape.push_back(b.size(-1));
    call.allow(shape);
    // Shapes that broadcast are few; that of the larger input bounds them but for the last two sides.
    std::int64_t batches = 1;
    for (std::int64_t i = 3; i <= std::max(a.dim(), b.dim()); ++i)
        batches *= std::max(i <= a.dim() ? a.size(a.dim() - i) : 1, i <= b.dim() ? b.size(b.dim() - i) : 1);
    shape.push_back(batches);
    call.allow(shape);
    return {productOf(a, b)};
}

Tensors gemm(const OnnxCall &call)
{
    const at::Tensor a = call.whole("transA", 0) != 0 ? call.in(0).t() : call.in(0);
    const at::Tensor b = call.whole("transB", 0) != 0 ? call.in(1).t() : call.in(1);
    const double alpha = call.number("alpha", 1), beta = call.number("beta", 1);
    if (a.dim() != 2 || b.dim() != 2)
        call.refuse("its inputs are no matrices");
    call.allow({a.size(0), b.size(1)});
    if (!call.has(2))
        return {alpha == 1 ? at::mm(a, b) : at::mm(a, b).mul_(alpha)};
    return {at::addmm(call.in(2), a, b, beta, alpha)};
}

Tensors einsum(const OnnxCall &call)
{
    return {at::einsum(call.text("equation", ""), call.all())};
}

Tensors batchNorm(const OnnxCall &call)
{
    if (call.whole("training_mode", 0) != 0)
        call.refuse("it is set to train");
    return {at::batch_norm(call.in(0), call.in(1), call.in(2), call.in(3), call.in(4), false, 0,
                           call.number("epsilon", 1e-5), false)};
}

Tensors instanceNorm(const OnnxCall &call)
{
    return {
        at::instance_norm(call.in(0), call.in(1), call.in(2), {}, {}, true, 0, call.number("epsilon", 1e-5), false)};
}

Tensors groupNorm(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t groups = call.whole("num_groups", 1);
    if (groups < 1 || x.dim() < 2 || x.size(1) % groups != 0)
        call.refuse("its channels cannot be grouped so");
    // Up to version 20 there was a number for each group, since then for each channel.
    const auto each = [&](const at::Tensor &of) {
        return of.numel() == groups ? of.repeat_interleave(x.size(1) / groups) : of;
    };
    return {at::group_norm(x, groups, each(call.in(1)), each(call.in(2)), call.number("epsilon", 1e-5), false)};
}

/// The mean and one by the deviation come after it, as ONNX has them.
Tensors layerNorm(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", -1), x.dim());
    const at::IntArrayRef sides = x.sizes().slice(static_cast<std::size_t>(axis));
    const auto shaped = [&](const at::Tensor &of) { return of.defined() ? of.expand(sides).contiguous() : of; };
    const auto [y, mean, inverse] =
        at::native_layer_norm(x, sides, shaped(call.in(1)), shaped(call.optional(2)), call.number("epsilon", 1e-5));
    return {y, mean, inverse};
}

Tensors localResponseNorm(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t size = call.whole("size", 1);
    if (x.dim() < 2 || size < 1 || size > 1 << 16)
        call.refuse("it has no channels or no size");
    std::vector<std::int64_t> padding(2 * static_cast<std::size_t>(x.dim() - 1));
    padding[padding.size() - 2] = (size - 1) / 2;
    padding[padding.size() - 1] = size - 1 - (size - 1) / 2;
    const at::Tensor squares = at::constant_pad_nd(x.mul(x), padding).unfold(1, size, 1).sum(-1);
    const double alpha = call.number("alpha", 1e-4) / static_cast<double>(size);
    return {x.div(squares.mul(alpha).add(call.number("bias", 1)).pow(call.number("beta", 0.75)))};
}

Tensors meanVarianceNorm(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::vector<std::int64_t> axes = call.axes(call.wholes("axes", {0, 2, 3}), x.dim());
    const at::Tensor centred = x.sub(x.mean(axes, true));
    return {centred.div(centred.mul(centred).mean(axes, true).sqrt().add(1e-9))};
}

}  // namespace

OnnxComputation packedProduct(const at::Tensor &weight, const at::Tensor &bias, bool relu, const Placement &placement)
{
    if (weight.dim() != 2 || weight.numel() == 0 || weight.scalar_type() != placement.type)
        return {};
    const std::int64_t inputs = weight.size(0), outputs = weight.size(1);
    if (bias.defined() && (bias.dim() != 1 || bias.size(0) != outputs || bias.scalar_type() != placement.type))
        return {};
    // Rows as places of a picture: a convolution of 1 x 1 does with each what a product does.
    constexpr std::int64_t kTypicalRows = 256;
    const auto packed = packConvolution(weight.t().reshape({outputs, inputs, 1, 1}), bias, {},
                                        {1, inputs, kTypicalRows, 1}, relu, placement);
    if (!packed)
        return {};
    return [packed = *packed, inputs, outputs](const OnnxCall &call) -> Tensors {
        const at::Tensor &x = call.in(0);
        call.requireType(0);
        if (x.dim() < 1 || x.size(-1) != inputs)
            call.refuse("its weights are for " + std::to_string(inputs) + " numbers");
        std::vector<std::int64_t> shape = x.sizes().vec();
        shape.back() = outputs;
        call.allow(shape);
        if (x.numel() == 0)
            return {x.new_zeros(shape)};
        const at::Tensor rows = x.contiguous().view({1, -1, 1, inputs}).permute({0, 3, 1, 2});
        return {runPacked(packed, rows).permute({0, 2, 3, 1}).reshape(shape)};
    };
}

std::span<const OnnxOperatorRow> productOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"BatchNormalization", batchNorm},
        {"Einsum", einsum},
        {"Gemm", gemm},
        {"GroupNormalization", groupNorm},
        {"InstanceNormalization", instanceNorm},
        {"LRN", localResponseNorm},
        {"LayerNormalization", layerNorm},
        {"MatMul", matrixProduct},
        {"MeanVarianceNormalization", meanVarianceNorm},
    };
    return rows;
}

}  // namespace dank
