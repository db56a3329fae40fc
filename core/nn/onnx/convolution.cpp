// Convolutions and pooling.

#include <limits>

#include <ATen/ATen.h>

#include "core/nn/networks/packed_convolution.h"
#include "core/nn/onnx/operators.h"
#include "core/nn/onnx/preparation.h"

namespace dank {

namespace {

constexpr std::int64_t kMostStep = 1 << 20;  // of kernels, strides, dilations and paddings

/// What the settings of a sliding window say, for each of the axes behind batch and channels.
struct Window {
    std::vector<std::int64_t> kernel, strides, dilations, before, after;

    bool isEven() const { return before == after; }
    /// As constant_pad_nd has it: the last axis first.
    std::vector<std::int64_t> padding() const
    {
        std::vector<std::int64_t> sides;
        for (std::size_t i = before.size(); i-- > 0;) {
            sides.push_back(before[i]);
            sides.push_back(after[i]);
        }
        return sides;
    }
};

void checkRange(const OnnxCall &call, const std::vector<std::int64_t> &list, std::size_t count, std::int64_t least)
{
    if (list.size() != count)
        call.refuse("its window is for another number of axes");
    for (const std::int64_t value : list)
        if (value < least || value > kMostStep)
            call.refuse("its window has a size of " + std::to_string(value));
}

/// `dims`: of what it slides over, batch and channels among them.
Window windowOf(const OnnxCall &call, std::vector<std::int64_t> kernel, std::int64_t dims)
{
    if (dims < 3 || dims > 5)
        call.refuse("only one to three axes behind batch and channels are known");
    const auto axes = static_cast<std::size_t>(dims - 2);
    const std::vector<std::int64_t> ones(axes, 1);
    Window window{std::move(kernel), call.wholes("strides", ones), call.wholes("dilations", ones), {}, {}};
    checkRange(call, window.kernel, axes, 1);
    checkRange(call, window.strides, axes, 1);
    checkRange(call, window.dilations, axes, 1);
    const std::vector<std::int64_t> pads = call.wholes("pads", std::vector<std::int64_t>(2 * axes, 0));
    checkRange(call, pads, 2 * axes, 0);
    window.before.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
    window.after.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
    return window;
}

Window windowOf(const OnnxCall &call, std::vector<std::int64_t> kernel)
{
    return windowOf(call, std::move(kernel), call.in(0).dim());
}

/// "SAME": as many outputs as inputs by the stride, the odd one of the paddings after or before.
void padSame(const OnnxCall &call, Window &window)
{
    const std::string mode = call.text("auto_pad", "NOTSET");
    if (mode == "NOTSET")
        return;
    if (mode != "SAME_UPPER" && mode != "SAME_LOWER" && mode != "VALID")
        call.refuse("its auto_pad is not known");
    for (std::size_t i = 0; i < window.kernel.size(); ++i) {
        const std::int64_t side = call.in(0).size(static_cast<std::int64_t>(i) + 2), stride = window.strides[i];
        const std::int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
        const std::int64_t outputs = (side + stride - 1) / stride;
        const std::int64_t both =
            mode == "VALID" ? 0 : std::max<std::int64_t>((outputs - 1) * stride + reach - side, 0);
        window.before[i] = mode == "SAME_UPPER" ? both / 2 : both - both / 2;
        window.after[i] = both - window.before[i];
    }
}

/// How long each side of the output is, and refuses what does not fit.
std::vector<std::int64_t> outputSides(const OnnxCall &call, const Window &window)
{
    std::vector<std::int64_t> sides;
    for (std::size_t i = 0; i < window.kernel.size(); ++i) {
        const std::int64_t side =
            call.in(0).size(static_cast<std::int64_t>(i) + 2) + window.before[i] + window.after[i];
        const std::int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
        if (side < reach)
            call.refuse("its window is larger than what it slides over");
        sides.push_back((side - reach) / window.strides[i] + 1);
    }
    return sides;
}

at::Tensor padded(const OnnxCall &call, const at::Tensor &x, const Window &window, double value)
{
    std::vector<std::int64_t> shape = x.sizes().vec();
    for (std::size_t i = 0; i < window.before.size(); ++i)
        shape[i + 2] += window.before[i] + window.after[i];
    call.allow(shape);
    return at::constant_pad_nd(x, window.padding(), value);
}

std::vector<std::int64_t> kernelOf(at::IntArrayRef weight)
{
    return {weight.begin() + 2, weight.end()};
}

/// Checks everything about a convolution with a weight of that shape and adds paddings that are uneven;
/// apply(x, window, groups) does the rest.
template <typename Apply>
Tensors convolve(const OnnxCall &call, at::IntArrayRef weight, const Apply &apply)
{
    at::Tensor x = call.in(0);
    if (static_cast<std::int64_t>(weight.size()) != x.dim())
        call.refuse("its kernel is for another number of axes");
    Window window = windowOf(call, kernelOf(weight));
    padSame(call, window);
    std::vector<std::int64_t> shape = outputSides(call, window);
    shape.insert(shape.begin(), {x.size(0), weight[0]});
    call.allow(shape);
    if (!window.isEven()) {
        x = padded(call, x, window, 0);
        std::fill(window.before.begin(), window.before.end(), 0);
    }
    const std::int64_t groups = call.whole("group", 1);
    if (groups < 1 || weight[1] < 1 || x.size(1) / groups != weight[1] || x.size(1) % groups != 0
        || weight[0] % groups != 0)
        call.refuse("its kernel is for another number of channels or groups");
    if (x.numel() == 0) {
        if (x.size(0) != 0)
            call.refuse("there is nothing to slide over");
        return {x.new_zeros(shape)};
    }
    return {apply(x, window, groups)};
}

Tensors convolution(const OnnxCall &call)
{
    const at::Tensor &weight = call.in(1);
    if (weight.dim() < 3)
        call.refuse("its kernel is for another number of axes");
    return convolve(call, weight.sizes(), [&](const at::Tensor &x, const Window &window, std::int64_t groups) {
        return at::convolution(x, weight, call.optional(2), window.strides, window.before, window.dilations, false,
                               std::vector<std::int64_t>(window.kernel.size(), 0), groups);
    });
}

Tensors transposedConvolution(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0), &weight = call.in(1);
    if (weight.dim() != x.dim())
        call.refuse("its kernel is for another number of axes");
    Window window = windowOf(call, {weight.sizes().begin() + 2, weight.sizes().end()});
    const std::size_t axes = window.kernel.size();
    std::vector<std::int64_t> more = call.wholes("output_padding", std::vector<std::int64_t>(axes, 0));
    checkRange(call, more, axes, 0);
    const std::string mode = call.text("auto_pad", "NOTSET");
    const std::vector<std::int64_t> asked = call.wholes("output_shape");
    const bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (!asked.empty() && asked.size() != axes)
        call.refuse("its output_shape is for another number of axes");
    const std::int64_t groups = call.whole("group", 1);
    if (groups < 1 || x.size(1) != weight.size(0) || x.size(1) % groups != 0 || weight.size(1) < 1)
        call.refuse("its kernel is for another number of channels or groups");
    std::vector<std::int64_t> full;
    for (std::size_t i = 0; i < axes; ++i) {
        const std::int64_t side = x.size(static_cast<std::int64_t>(i) + 2);
        if (side < 1 || side > kMostStep)
            call.refuse("it has nothing to spread");
        full.push_back((side - 1) * window.strides[i] + (window.kernel[i] - 1) * window.dilations[i] + 1 + more[i]);
        if (asked.empty() && !isSame)
            continue;
        const std::int64_t wanted = asked.empty() ? side * window.strides[i] : asked[i];
        const std::int64_t both = full[i] - wanted;
        if (both < 0)  // what is missing comes after
            more[i] -= both, full[i] -= both;
        const std::int64_t off = std::max<std::int64_t>(both, 0);
        window.before[i] = mode == "SAME_UPPER" ? off / 2 : off - off / 2;
        window.after[i] = off - window.before[i];
    }
    std::vector<std::int64_t> shape = full;
    shape.insert(shape.begin(), {x.size(0), weight.size(1) * groups});
    call.allow(shape);
    if (window.isEven())
        return {at::convolution(x, weight, call.optional(2), window.strides, window.before, window.dilations, true,
                                more, groups)};
    at::Tensor y = at::convolution(x, weight, call.optional(2), window.strides, std::vector<std::int64_t>(axes, 0),
                                   window.dilations, true, more, groups);
    for (std::size_t i = 0; i < axes; ++i) {
        const std::int64_t left = full[i] - window.before[i] - window.after[i];
        if (left < 1)
            call.refuse("its paddings leave nothing");
        y = y.narrow(static_cast<std::int64_t>(i) + 2, window.before[i], left);
    }
    return {y};
}

Tensors maximumPool(const OnnxCall &call)
{
    if (call.outputs() > 1)
        call.refuse("the places of its maxima are asked for");
    at::Tensor x = call.in(0);
    Window window = windowOf(call, call.wholes("kernel_shape"));
    padSame(call, window);
    outputSides(call, window);
    const bool ceil = call.whole("ceil_mode", 0) != 0;
    bool isPlain = window.isEven();
    for (std::size_t i = 0; i < window.kernel.size(); ++i)
        isPlain = isPlain && window.before[i] <= window.kernel[i] / 2;
    if (!isPlain) {
        x = padded(call, x, window,
                   x.is_floating_point() ? -std::numeric_limits<double>::infinity()
                                         : static_cast<double>(x.scalar_type() == at::kByte ? 0 : -128));
        std::fill(window.before.begin(), window.before.end(), 0);
    }
    const c10::ScalarType type = x.scalar_type();
    if (!x.is_floating_point())
        x = x.to(at::kFloat);
    at::Tensor y;
    if (x.dim() == 3)
        y = at::max_pool1d(x, window.kernel, window.strides, window.before, window.dilations, ceil);
    else if (x.dim() == 4)
        y = at::max_pool2d(x, window.kernel, window.strides, window.before, window.dilations, ceil);
    else
        y = at::max_pool3d(x, window.kernel, window.strides, window.before, window.dilations, ceil);
    return {y.to(type)};
}

at::Tensor pooled(const at::Tensor &x, const Window &window, bool ceil, bool countsPadding)
{
    if (x.dim() == 3)
        return at::avg_pool1d(x, window.kernel, window.strides, window.before, ceil, countsPadding);
    if (x.dim() == 4)
        return at::avg_pool2d(x, window.kernel, window.strides, window.before, ceil, countsPadding);
    return at::avg_pool3d(x, window.kernel, window.strides, window.before, ceil, countsPadding);
}

Tensors averagePool(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    Window window = windowOf(call, call.wholes("kernel_shape"));
    padSame(call, window);
    outputSides(call, window);
    for (const std::int64_t dilation : window.dilations)
        if (dilation != 1)
            call.refuse("it takes a mean of places that are not next to each other");
    const bool ceil = call.whole("ceil_mode", 0) != 0, counts = call.whole("count_include_pad", 0) != 0;
    bool isPlain = window.isEven();
    for (std::size_t i = 0; i < window.kernel.size(); ++i)
        isPlain = isPlain && window.before[i] <= window.kernel[i] / 2;
    if (isPlain)
        return {pooled(x, window, ceil, counts)};
    // By hand: the sum over a window by how many of its places are there.
    const at::Tensor there = counts ? at::Tensor() : padded(call, at::ones_like(x.narrow(0, 0, 1)), window, 0);
    const at::Tensor whole = padded(call, x, window, 0);
    std::fill(window.before.begin(), window.before.end(), 0);
    const at::Tensor sums = pooled(whole, window, ceil, true);
    return {counts ? sums : sums.div(pooled(there, window, ceil, true))};
}

/// Over all axes behind batch and channels.
std::vector<std::int64_t> places(const OnnxCall &call)
{
    std::vector<std::int64_t> axes;
    for (std::int64_t i = 2; i < call.in(0).dim(); ++i)
        axes.push_back(i);
    if (axes.empty())
        call.refuse("it has no places behind batch and channels");
    return axes;
}

Tensors globalAveragePool(const OnnxCall &call)
{
    return {at::mean(call.in(0), places(call), true)};
}

Tensors globalMaximumPool(const OnnxCall &call)
{
    return {at::amax(call.in(0), places(call), true)};
}

}  // namespace

OnnxComputation packedConvolution(const OnnxCall &known, bool relu)
{
    const at::Tensor &weight = known.in(1), bias = known.optional(2);
    const std::string mode = known.text("auto_pad", "NOTSET");
    const std::int64_t groups = known.whole("group", 1);
    if (weight.dim() != 4 || weight.numel() == 0 || weight.scalar_type() != known.placement().type
        || (mode != "NOTSET" && mode != "VALID") || groups < 1 || weight.size(0) % groups != 0
        || (bias.defined()
            && (bias.dim() != 1 || bias.size(0) != weight.size(0) || bias.scalar_type() != weight.scalar_type())))
        return {};
    Window window = windowOf(known, kernelOf(weight.sizes()), weight.dim());
    if (mode == "VALID" || !window.isEven())
        std::fill(window.before.begin(), window.before.end(), 0);
    constexpr std::int64_t kTypicalSide = 32;
    const std::int64_t side =
        kTypicalSide
        + std::max((window.kernel[0] - 1) * window.dilations[0], (window.kernel[1] - 1) * window.dilations[1]);
    const auto packed = packConvolution(weight.contiguous(at::MemoryFormat::ChannelsLast), bias,
                                        {window.strides, window.before, window.dilations, groups},
                                        {1, weight.size(1) * groups, side, side}, relu, known.placement());
    if (!packed)
        return {};
    return [packed = *packed, shape = weight.sizes().vec()](const OnnxCall &call) {
        call.requireType(0);
        return convolve(call, shape, [&](const at::Tensor &x, const Window &, std::int64_t) {
            return runPacked(packed, x.contiguous(at::MemoryFormat::ChannelsLast));
        });
    };
}

std::span<const OnnxOperatorRow> convolutionOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"AveragePool", averagePool},
        {"Conv", convolution},
        {"ConvTranspose", transposedConvolution},
        {"GlobalAveragePool", globalAveragePool},
        {"GlobalMaxPool", globalMaximumPool},
        {"MaxPool", maximumPool},
    };
    return rows;
}

}  // namespace dank
