// Operators that pick numbers by their places.

#include <algorithm>

#include <ATen/ATen.h>

#include "core/nn/onnx/operators.h"

namespace dank {

namespace {

/// Places along an axis, where negative ones count from its end; LibTorch refuses those beyond it.
at::Tensor places(const OnnxCall &call, std::size_t input, std::int64_t side, const at::Tensor &of)
{
    const at::Tensor &given = call.in(input);
    if (!at::isIntegralType(given.scalar_type(), false))
        call.refuse("its places are no whole numbers");
    const at::Tensor wide = given.to(of.device(), at::kLong);
    return at::where(wide.lt(0), wide.add(side), wide);
}

at::Tensor listed(const std::vector<std::int64_t> &list, const at::Tensor &like)
{
    return at::tensor(list, at::TensorOptions().dtype(at::kLong)).to(like.device());
}

Tensors gather(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", 0), x.dim());
    const at::Tensor at = places(call, 1, x.size(axis), x);
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.erase(shape.begin() + axis);
    shape.insert(shape.begin() + axis, at.sizes().begin(), at.sizes().end());
    call.allow(shape);
    return {at::index_select(x, axis, at.reshape({-1})).reshape(shape)};
}

Tensors gatherElements(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", 0), x.dim());
    return {at::gather(x, axis, places(call, 1, x.size(axis), x))};
}

/// One place for each of the last axis' entries, as lists to index with; batches first.
struct Coordinates {
    c10::List<c10::optional<at::Tensor>> lists;
    std::vector<std::int64_t> shape;  ///< of each list
};

Coordinates coordinates(const OnnxCall &call, const at::Tensor &x, std::int64_t batches)
{
    const at::Tensor &given = call.in(1);
    if (given.dim() < 1 || given.size(given.dim() - 1) + batches > x.dim() || batches >= given.dim() || batches < 0)
        call.refuse("its places have more coordinates than there are axes");
    const at::Tensor wide = given.to(x.device(), at::kLong);
    Coordinates all;
    all.shape.assign(wide.sizes().begin(), wide.sizes().end() - 1);
    for (std::int64_t axis = 0; axis < batches; ++axis) {
        std::vector<std::int64_t> one(all.shape.size(), 1);
        one[static_cast<std::size_t>(axis)] = x.size(axis);
        all.lists.push_back(
            c10::optional<at::Tensor>(at::arange(x.size(axis), wide.options()).reshape(one).expand(all.shape)));
    }
    for (std::int64_t axis = 0; axis < given.size(given.dim() - 1); ++axis)
        all.lists.push_back(c10::optional<at::Tensor>(wide.select(-1, axis)));  // negative ones count from the end
    return all;
}

Tensors gatherNd(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const Coordinates at = coordinates(call, x, call.whole("batch_dims", 0));
    std::vector<std::int64_t> shape = at.shape;
    for (auto axis = static_cast<std::int64_t>(at.lists.size()); axis < x.dim(); ++axis)
        shape.push_back(x.size(axis));
    call.allow(shape);
    return {at::index(x, at.lists)};
}

Tensors scatterNd(const OnnxCall &call)
{
    if (call.text("reduction", "none") != "none")
        call.refuse("it is to combine what meets in one place");
    const at::Tensor &x = call.in(0);
    return {at::index_put(x, coordinates(call, x, 0).lists, call.in(2).to(x.device(), x.scalar_type()))};
}

Tensors scatterElements(const OnnxCall &call)
{
    if (call.text("reduction", "none") != "none")
        call.refuse("it is to combine what meets in one place");
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", 0), x.dim());
    return {at::scatter(x, axis, places(call, 1, x.size(axis), x), call.in(2).to(x.device(), x.scalar_type()))};
}

Tensors slice(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    const std::vector<std::int64_t> starts = call.wholesOf("starts", 1), ends = call.wholesOf("ends", 2);
    std::vector<std::int64_t> axes, steps;
    if (call.hasEither("axes", 3))
        axes = call.wholesOf("axes", 3);
    else
        for (std::size_t i = 0; i < starts.size(); ++i)
            axes.push_back(static_cast<std::int64_t>(i));
    steps = call.has(4) ? call.wholesIn(4) : std::vector<std::int64_t>(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
        call.refuse("its starts, ends, axes and steps are not as many as each other");
    axes = call.axes(std::move(axes), x.dim());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::int64_t side = x.size(axes[i]), step = steps[i];
        const auto place = [&](std::int64_t at, std::int64_t least, std::int64_t most) {
            return std::clamp(at < 0 ? at + side : at, least, most);
        };
        if (step == 0)
            call.refuse("a step is 0");
        if (step > 0) {
            const std::int64_t start = place(starts[i], 0, side), end = place(ends[i], 0, side);
            x = x.slice(axes[i], start, std::max(start, end), std::min(step, std::max<std::int64_t>(side, 1)));
            continue;
        }
        std::vector<std::int64_t> picked;
        const std::int64_t end = place(ends[i], -1, side - 1);
        const std::int64_t back = std::max(step, -std::max<std::int64_t>(side, 1));
        for (std::int64_t at = place(starts[i], side == 0 ? -1 : 0, side - 1); at > end; at += back)
            picked.push_back(at);
        x = x.index_select(axes[i], listed(picked, x));
    }
    return {x};
}

/// Where a place outside 0 … side - 1 takes its number from.
std::int64_t mirrored(std::int64_t at, std::int64_t side)
{
    const std::int64_t period = std::max<std::int64_t>(2 * (side - 1), 1);
    at = ((at % period) + period) % period;
    return at < side ? at : period - at;
}

Tensors pad(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    const std::vector<std::int64_t> given =
        call.hasSetting("paddings") ? call.wholes("paddings") : call.wholesOf("pads", 1);
    const std::string mode = call.text("mode", "constant");
    std::vector<std::int64_t> axes;
    if (call.has(3))
        axes = call.axes(call.wholesIn(3), x.dim());
    else
        for (std::int64_t i = 0; i < x.dim(); ++i)
            axes.push_back(i);
    if (given.size() != 2 * axes.size())
        call.refuse("it does not say two paddings for each axis");
    std::vector<std::int64_t> shape = x.sizes().vec(), torchOrder(2 * static_cast<std::size_t>(x.dim()));
    for (std::size_t i = 0; i < axes.size(); ++i) {
        constexpr std::int64_t kMost = std::int64_t{1} << 40;
        const std::int64_t before = given[i], after = given[i + axes.size()];
        if (before < -kMost || before > kMost || after < -kMost || after > kMost)
            call.refuse("a padding is too large");
        shape[static_cast<std::size_t>(axes[i])] += before + after;
        const auto fromLast = static_cast<std::size_t>(x.dim() - 1 - axes[i]);
        torchOrder[2 * fromLast] = before;
        torchOrder[2 * fromLast + 1] = after;
    }
    call.allow(shape);
    if (mode == "constant") {
        const c10::Scalar value =
            call.has(2) ? call.in(2).item() : c10::Scalar(call.opset() < 11 ? call.number("value", 0) : 0.0);
        return {at::constant_pad_nd(x, torchOrder, value)};
    }
    if (mode != "reflect" && mode != "edge" && mode != "wrap")
        call.refuse("its mode is not known");
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::int64_t side = x.size(axes[i]), before = given[i], after = given[i + axes.size()];
        if (side == 0)
            call.refuse("there is nothing to repeat");
        if (before == 0 && after == 0)
            continue;
        std::vector<std::int64_t> from;
        for (std::int64_t at = -before; at < side + after; ++at)
            from.push_back(mode == "edge"      ? std::clamp<std::int64_t>(at, 0, side - 1)
                           : mode == "reflect" ? mirrored(at, side)
                                               : ((at % side) + side) % side);
        x = x.index_select(axes[i], listed(from, x));
    }
    return {x};
}

Tensors oneHot(const OnnxCall &call)
{
    const std::int64_t depth = static_cast<std::int64_t>(call.numberIn(1));
    const at::Tensor &values = call.in(2);
    if (depth < 1 || values.numel() != 2)
        call.refuse("it lacks a depth or the two values");
    const at::Tensor at = call.in(0).to(at::kLong);
    const std::int64_t axis = call.axis(call.whole("axis", -1), at.dim() + 1);
    std::vector<std::int64_t> shape = at.sizes().vec(), along(shape.size() + 1, 1);
    shape.insert(shape.begin() + axis, depth);
    call.allow(shape);
    along[static_cast<std::size_t>(axis)] = depth;
    const at::Tensor hot =
        at::where(at.lt(0), at.add(depth), at).unsqueeze(axis).eq(at::arange(depth, at.options()).reshape(along));
    const at::Tensor two = values.reshape({2}).to(at.device());
    return {at::where(hot, two.select(0, 1), two.select(0, 0))};
}

Tensors nonZero(const OnnxCall &call)
{
    return {at::nonzero(call.in(0)).t()};
}

Tensors topK(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t count = call.has(1) ? call.wholeIn(1) : call.whole("k", 1);
    const std::int64_t axis = call.axis(call.whole("axis", -1), x.dim());
    // Sorted stably, so that of equal numbers the first ones are taken, as ONNX has it.
    const auto [values, at] = at::sort(x, true, axis, call.whole("largest", 1) != 0);
    if (count < 0 || count > x.size(axis))
        call.refuse("there are not so many to take");
    return {values.narrow(axis, 0, count), at.narrow(axis, 0, count)};
}

}  // namespace

std::span<const OnnxOperatorRow> indexOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"Gather", gather},
        {"GatherElements", gatherElements},
        {"GatherND", gatherNd},
        {"NonZero", nonZero},
        {"OneHot", oneHot},
        {"Pad", pad},
        {"Scatter", scatterElements},
        {"ScatterElements", scatterElements},
        {"ScatterND", scatterNd},
        {"Slice", slice},
        {"TopK", topK},
    };
    return rows;
}

}  // namespace dank
