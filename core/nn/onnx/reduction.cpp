// Operators that make one number of many.

#include <ATen/ATen.h>

#include "core/nn/onnx/operators.h"

namespace dank {

namespace {

/// `reduce` over the axes that the node names, or all. Newer versions name them by an input.
template <typename Reduce>
Tensors over(const OnnxCall &call, Reduce reduce)
{
    const at::Tensor &x = call.in(0);
    std::vector<std::int64_t> axes = call.wholesOf("axes", 1);
    if (axes.empty()) {
        if (call.whole("noop_with_empty_axes", 0) != 0)
            return {x};
        for (std::int64_t i = 0; i < x.dim(); ++i)
            axes.push_back(i);
    }
    axes = call.axes(std::move(axes), x.dim());
    if (axes.empty())
        return {x};
    return {reduce(x, axes, call.whole("keepdims", 1) != 0)};
}

Tensors reduceMean(const OnnxCall &call)
{
    return over(call, [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return at::mean(x, axes, keep); });
}

at::Tensor sumOver(const at::Tensor &x, at::IntArrayRef axes, bool keep)
{
    return at::sum(x, axes, keep, x.scalar_type());
}

Tensors reduceSum(const OnnxCall &call)
{
    return over(call, sumOver);
}

Tensors reduceMax(const OnnxCall &call)
{
    return over(call, [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return at::amax(x, axes, keep); });
}

Tensors reduceMin(const OnnxCall &call)
{
    return over(call, [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return at::amin(x, axes, keep); });
}

Tensors reduceProduct(const OnnxCall &call)
{
    return over(call, [](at::Tensor x, std::vector<std::int64_t> axes, bool keep) {
        std::sort(axes.rbegin(), axes.rend());
        for (const std::int64_t axis : axes)
            x = at::prod(x, axis, keep, x.scalar_type());
        return x;
    });
}

Tensors reduceL1(const OnnxCall &call)
{
    return over(call,
                [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return sumOver(x.abs(), axes, keep); });
}

Tensors reduceL2(const OnnxCall &call)
{
    return over(call, [](const at::Tensor &x, at::IntArrayRef axes, bool keep) {
        return sumOver(x.mul(x), axes, keep).sqrt();
    });
}

Tensors reduceLogSum(const OnnxCall &call)
{
    return over(call,
                [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return sumOver(x, axes, keep).log(); });
}

Tensors reduceLogSumExp(const OnnxCall &call)
{
    return over(call,
                [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return at::logsumexp(x, axes, keep); });
}

Tensors reduceSumSquare(const OnnxCall &call)
{
    return over(call,
                [](const at::Tensor &x, at::IntArrayRef axes, bool keep) { return sumOver(x.mul(x), axes, keep); });
}

template <bool Most>
Tensors argExtreme(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", 0), x.dim());
    const bool keep = call.whole("keepdims", 1) != 0, last = call.whole("select_last_index", 0) != 0;
    const at::Tensor seen = last ? x.flip({axis}) : x;
    const at::Tensor at = Most ? at::argmax(seen, axis, keep) : at::argmin(seen, axis, keep);
    return {last ? at.neg().add(x.size(axis) - 1) : at};
}

Tensors cumulativeSum(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    const std::int64_t axis = call.axis(call.wholeIn(1), x.dim());
    const bool reverse = call.whole("reverse", 0) != 0;
    if (reverse)
        x = x.flip({axis});
    at::Tensor sums = at::cumsum(x, axis, x.scalar_type());
    if (call.whole("exclusive", 0) != 0)
        sums = sums.sub(x);
    return {reverse ? sums.flip({axis}) : sums};
}

}  // namespace

std::span<const OnnxOperatorRow> reductionOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"ArgMax", argExtreme<true>},
        {"ArgMin", argExtreme<false>},
        {"CumSum", cumulativeSum},
        {"ReduceL1", reduceL1},
        {"ReduceL2", reduceL2},
        {"ReduceLogSum", reduceLogSum},
        {"ReduceLogSumExp", reduceLogSumExp},
        {"ReduceMax", reduceMax},
        {"ReduceMean", reduceMean},
        {"ReduceMin", reduceMin},
        {"ReduceProd", reduceProduct},
        {"ReduceSum", reduceSum},
        {"ReduceSumSquare", reduceSumSquare},
    };
    return rows;
}

}  // namespace dank
