// Operators that move numbers without computing with them: shapes, axes, joins.

#include <algorithm>

#include <ATen/ATen.h>

#include "core/nn/onnx/operators.h"

namespace dank {

namespace {

at::Tensor onCpu(std::vector<std::int64_t> values)
{
    at::Tensor list = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), list.data_ptr<std::int64_t>());
    return list;
}

Tensors identity(const OnnxCall &call)
{
    return {call.in(0)};
}

/// In evaluation nothing is dropped. The mask says so.
Tensors dropout(const OnnxCall &call)
{
    if (call.has(2) && call.in(2).item().toBool())
        call.refuse("it is set to train");
    if (call.outputs() < 2)
        return {call.in(0)};
    return {call.in(0), at::ones_like(call.in(0), at::TensorOptions().dtype(at::kBool))};
}

Tensors constant(const OnnxCall &call)
{
    if (const TensorView *const value = call.tensor("value"))
        return {placedConstant(*value, call.placement())};
    const auto options = at::TensorOptions().dtype(call.placement().type);
    if (call.hasSetting("value_float"))
        return {at::full({}, call.number("value_float", 0), options)};
    if (call.hasSetting("value_int"))
        return {at::full({}, call.whole("value_int", 0), at::TensorOptions().dtype(at::kLong))};
    if (call.hasSetting("value_ints"))
        return {onCpu(call.wholes("value_ints"))};
    if (call.hasSetting("value_floats")) {
        const std::vector<double> numbers = call.numbers("value_floats");
        at::Tensor list =
            at::empty({static_cast<std::int64_t>(numbers.size())}, at::TensorOptions().dtype(at::kDouble));
        std::copy(numbers.begin(), numbers.end(), list.data_ptr<double>());
        return {list.to(call.placement().device, call.placement().type)};
    }
    call.refuse("its value is neither a tensor nor numbers");
}

Tensors constantOfShape(const OnnxCall &call)
{
    const std::vector<std::int64_t> shape = call.wholesIn(0);
    call.allow(shape);
    const TensorView *const value = call.tensor("value");
    if (!value)
        return {at::zeros(shape, at::TensorOptions().dtype(call.placement().type).device(call.placement().device))};
    const at::Tensor one = placedConstant(*value, call.placement());
    if (one.numel() != 1)
        call.refuse("its value is not one number");
    return {at::full(shape, one.item(), one.options())};
}

/// Where shapes are computed, the CPU.
Tensors shape(const OnnxCall &call)
{
    const std::vector<std::int64_t> sides = call.in(0).sizes().vec();
    const auto dims = static_cast<std::int64_t>(sides.size());
    const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + dims : at, 0, dims); };
    const std::int64_t start = place(call.whole("start", 0)), end = place(call.whole("end", dims));
    return {onCpu({sides.begin() + start, sides.begin() + std::max(start, end)})};
}

Tensors size(const OnnxCall &call)
{
    return {at::full({}, call.in(0).numel(), at::TensorOptions().dtype(at::kLong))};
}

Tensors reshape(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    std::vector<std::int64_t> shape = call.wholesOf("shape", 1);
    if (call.whole("allowzero", 0) == 0)
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (shape[i] == 0) {
                if (i >= static_cast<std::size_t>(x.dim()))
                    call.refuse("a side is to be kept that is not there");
                shape[i] = x.size(static_cast<std::int64_t>(i));
            }
    return {x.reshape(shape)};
}

Tensors flatten(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    std::int64_t axis = call.whole("axis", 1);
    axis = axis == x.dim() ? axis : call.axis(axis, std::max<std::int64_t>(x.dim(), 1));
    std::int64_t rows = 1, columns = 1;
    for (std::int64_t i = 0; i < x.dim(); ++i)
        (i < axis ? rows : columns) *= x.size(i);
    return {x.reshape({rows, columns})};
}

Tensors transpose(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    std::vector<std::int64_t> order = call.wholes("perm");
    if (order.empty())
        for (std::int64_t i = x.dim(); i-- > 0;)
            order.push_back(i);
    return {x.permute(order)};
}

Tensors squeeze(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    if (!call.hasEither("axes", 1))
        return {x.squeeze()};
    std::vector<std::int64_t> axes = call.axes(call.wholesOf("axes", 1), x.dim());
    std::sort(axes.rbegin(), axes.rend());
    for (const std::int64_t axis : axes) {
        if (x.size(axis) != 1)
            call.refuse("the side of axis " + std::to_string(axis) + " is not 1");
        x = x.squeeze(axis);
    }
    return {x};
}

Tensors unsqueeze(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    std::vector<std::int64_t> axes = call.wholesOf("axes", 1);
    if (axes.size() > 16)
        call.refuse("it has more than 16 axes");
    axes = call.axes(std::move(axes), x.dim() + static_cast<std::int64_t>(axes.size()));
    std::sort(axes.begin(), axes.end());
    for (const std::int64_t axis : axes)
        x = x.unsqueeze(axis);
    return {x};
}

/// Shapes lie on the CPU; where they meet numbers of the device they go there.
Tensors concat(const OnnxCall &call)
{
    Tensors parts = call.all();
    std::int64_t along = 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
        along += call.in(i).dim() > 0 ? call.in(i).size(call.axis(call.whole("axis", 1), call.in(i).dim())) : 0;
    if (parts.empty())
        call.refuse("there is nothing to join");
    std::vector<std::int64_t> whole = parts.front().sizes().vec();
    const std::int64_t axis = call.axis(call.whole("axis", 1), parts.front().dim());
    whole[static_cast<std::size_t>(axis)] = along;
    call.allow(whole);
    for (at::Tensor &part : parts)
        part = part.to(parts.front().device(), parts.front().scalar_type());
    return {at::cat(parts, axis)};
}

Tensors split(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", 0), x.dim()), side = x.size(axis);
    std::vector<std::int64_t> sizes = call.wholesOf("split", 1);
    const auto parts = static_cast<std::int64_t>(call.outputs());
    if (sizes.empty()) {
        // The last is smaller where they do not fit.
        const std::int64_t each = (side + parts - 1) / std::max<std::int64_t>(parts, 1);
        for (std::int64_t i = 0; i < parts; ++i)
            sizes.push_back(std::clamp<std::int64_t>(side - i * each, 0, each));
    }
    return at::split_with_sizes(x, sizes, axis);
}

Tensors expand(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    std::vector<std::int64_t> shape = call.wholesIn(1);
    const auto dims = static_cast<std::int64_t>(shape.size());
    if (dims < x.dim())
        shape.insert(shape.begin(), static_cast<std::size_t>(x.dim() - dims), 1);
    for (std::int64_t i = 0; i < x.dim(); ++i) {
        std::int64_t &side = shape[shape.size() - 1 - static_cast<std::size_t>(i)];
        const std::int64_t own = x.size(x.dim() - 1 - i);
        side = side == 1 ? own : side;
    }
    call.allow(shape);
    return {x.expand(shape)};
}

Tensors tile(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::vector<std::int64_t> times = call.wholesIn(1);
    if (times.size() != static_cast<std::size_t>(x.dim()))
        call.refuse("it does not say a number for each axis");
    std::vector<std::int64_t> shape = times;
    call.allow(times);
    for (std::size_t i = 0; i < shape.size(); ++i)
        shape[i] *= x.size(static_cast<std::int64_t>(i));
    call.allow(shape);
    return {x.repeat(times)};
}

Tensors cast(const OnnxCall &call)
{
    return {call.in(0).to(torchTypeOf(call.whole("to", 0), call.placement()))};
}

Tensors castLike(const OnnxCall &call)
{
    return {call.in(0).to(call.in(1).scalar_type())};
}

Tensors range(const OnnxCall &call)
{
    const double start = call.numberIn(0), limit = call.numberIn(1), step = call.numberIn(2);
    const double count = std::ceil((limit - start) / step);
    if (!(step != 0) || !(count < 1e15))
        call.refuse("it would not end");
    call.allow({static_cast<std::int64_t>(std::max(count, 0.0))});
    if (count <= 0)
        return {at::empty({0}, call.in(0).options())};
    return {at::arange(call.in(0).item(), call.in(1).item(), call.in(2).item(), call.in(0).options())};
}

Tensors depthToSpace(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t block = call.whole("blocksize", 1);
    if (x.dim() != 4 || block < 1 || block > 4096 || x.size(1) % (block * block) != 0)
        call.refuse("the channels cannot be dealt out so");
    const std::int64_t channels = x.size(1) / (block * block), rows = x.size(2), columns = x.size(3);
    const bool depthFirst = call.text("mode", "DCR") == "DCR";
    const at::Tensor apart =
        depthFirst ? x.reshape({x.size(0), block, block, channels, rows, columns}).permute({0, 3, 4, 1, 5, 2})
                   : x.reshape({x.size(0), channels, block, block, rows, columns}).permute({0, 1, 4, 2, 5, 3});
    return {apart.reshape({x.size(0), channels, rows * block, columns * block})};
}

Tensors spaceToDepth(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t block = call.whole("blocksize", 1);
    if (x.dim() != 4 || block < 1 || block > 4096 || x.size(2) % block != 0 || x.size(3) % block != 0)
        call.refuse("the places cannot be gathered so");
    const std::int64_t rows = x.size(2) / block, columns = x.size(3) / block;
    return {x.reshape({x.size(0), x.size(1), rows, block, columns, block})
                .permute({0, 3, 5, 1, 2, 4})
                .reshape({x.size(0), x.size(1) * block * block, rows, columns})};
}

Tensors trilu(const OnnxCall &call)
{
    const std::int64_t diagonal = call.has(1) ? call.wholeIn(1) : 0;
    return {call.whole("upper", 1) != 0 ? at::triu(call.in(0), diagonal) : at::tril(call.in(0), diagonal)};
}

}  // namespace

std::span<const OnnxOperatorRow> shapeOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"Cast", cast},
        {"CastLike", castLike},
        {"Concat", concat},
        {"Constant", constant},
        {"ConstantOfShape", constantOfShape},
        {"DepthToSpace", depthToSpace},
        {"Dropout", dropout},
        {"Expand", expand},
        {"Flatten", flatten},
        {"Identity", identity},
        {"Range", range},
        {"Reshape", reshape},
        {"Shape", shape},
        {"Size", size},
        {"SpaceToDepth", spaceToDepth},
        {"Split", split},
        {"Squeeze", squeeze},
        {"Tile", tile},
        {"Transpose", transpose},
        {"Trilu", trilu},
        {"Unsqueeze", unsqueeze},
    };
    return rows;
}

}  // namespace dank
