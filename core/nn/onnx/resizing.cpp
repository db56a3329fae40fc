// Resize, of any rank: axis by axis, since all of its kernels are products of one for each axis.

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>

#include "core/nn/onnx/operators.h"

namespace dank {

namespace {

/// How one axis is to be resized.
struct AxisPlan {
    std::int64_t axis = 0, from = 0, to = 0;
    double scale = 1;  ///< outputs by inputs
    double regionStart = 0, regionEnd = 1;
};

/// Where the number of output `i` lies among the inputs.
double sourceOf(const OnnxCall &call, const std::string &mode, const AxisPlan &plan, std::int64_t i)
{
    const auto at = static_cast<double>(i), from = static_cast<double>(plan.from), to = static_cast<double>(plan.to);
    if (mode == "half_pixel")
        return (at + 0.5) / plan.scale - 0.5;
    if (mode == "pytorch_half_pixel")
        return plan.to > 1 ? (at + 0.5) / plan.scale - 0.5 : 0;
    if (mode == "align_corners")
        return plan.to > 1 ? at * (from - 1) / (to - 1) : 0;
    if (mode == "asymmetric")
        return at / plan.scale;
    if (mode == "tf_half_pixel_for_nn")
        return (at + 0.5) / plan.scale;
    if (mode == "tf_crop_and_resize")
        return plan.to > 1
                   ? plan.regionStart * (from - 1) + at * (plan.regionEnd - plan.regionStart) * (from - 1) / (to - 1)
                   : 0.5 * (plan.regionStart + plan.regionEnd) * (from - 1);
    call.refuse("its transformation of places is not known");
}

std::int64_t nearest(const OnnxCall &call, const std::string &rounding, double at)
{
    if (rounding == "round_prefer_floor")
        return static_cast<std::int64_t>(std::ceil(at - 0.5));
    if (rounding == "round_prefer_ceil")
        return static_cast<std::int64_t>(std::floor(at + 0.5));
    if (rounding == "floor")
        return static_cast<std::int64_t>(std::floor(at));
    if (rounding == "ceil")
        return static_cast<std::int64_t>(std::ceil(at));
    call.refuse("its way of rounding is not known");
}

/// Keys' kernel of the distance.
double cubic(double distance, double a)
{
    const double d = std::abs(distance);
    if (d <= 1)
        return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// One axis: for each output the inputs that it takes and how much of each.
at::Tensor resizeAxis(const OnnxCall &call, const at::Tensor &x, const AxisPlan &plan)
{
    const std::string mode = call.text("mode", "nearest");
    const std::string places =
        call.text("coordinate_transformation_mode", call.opset() < 11 ? "asymmetric" : "half_pixel");
    const std::string rounding = call.text("nearest_mode", call.opset() < 11 ? "floor" : "round_prefer_floor");
    const int taps = mode == "nearest" ? 1 : mode == "linear" ? 2 : mode == "cubic" ? 4 : 0;
    if (taps == 0)
        call.refuse("its mode is not known");
    const bool leavesOutside = call.whole("exclude_outside", 0) != 0;
    const double a = call.number("cubic_coeff_a", -0.75), outside = call.number("extrapolation_value", 0);

    std::vector<std::vector<std::int64_t>> from(static_cast<std::size_t>(taps));
    std::vector<std::vector<float>> shares(static_cast<std::size_t>(taps));
    std::vector<std::int64_t> beyond;
    for (std::int64_t i = 0; i < plan.to; ++i) {
        const double at = sourceOf(call, places, plan, i);
        if (!(std::abs(at) < 1e12))
            call.refuse("it would take numbers from infinitely far");
        if (places == "tf_crop_and_resize" && (at < 0 || at > static_cast<double>(plan.from - 1)))
            beyond.push_back(i);
        const std::int64_t first =
            taps == 1 ? nearest(call, rounding, at) : static_cast<std::int64_t>(std::floor(at)) - (taps == 4 ? 1 : 0);
        double all = 0;
        std::vector<double> weights;
        for (int tap = 0; tap < taps; ++tap) {
            const std::int64_t place = first + tap;
            const double distance = at - static_cast<double>(place);
            double weight = taps == 1 ? 1 : taps == 2 ? 1 - std::abs(distance) : cubic(distance, a);
            if (leavesOutside && (place < 0 || place >= plan.from))
                weight = 0;
            weights.push_back(weight);
            all += weight;
            from[static_cast<std::size_t>(tap)].push_back(std::clamp<std::int64_t>(place, 0, plan.from - 1));
        }
        for (int tap = 0; tap < taps; ++tap)
            shares[static_cast<std::size_t>(tap)].push_back(
                static_cast<float>(weights[static_cast<std::size_t>(tap)] / (leavesOutside && all != 0 ? all : 1)));
    }
    at::Tensor y;
    std::vector<std::int64_t> along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(plan.axis)] = plan.to;
    for (std::size_t tap = 0; tap < from.size(); ++tap) {
        const at::Tensor at = at::tensor(from[tap], at::TensorOptions().dtype(at::kLong)).to(x.device());
        at::Tensor part = x.index_select(plan.axis, at);
        if (taps > 1)
            part = part.mul(at::tensor(shares[tap], at::TensorOptions().dtype(at::kFloat))
                                .to(x.device(), x.scalar_type())
                                .reshape(along));
        y = y.defined() ? y.add_(part) : part;
    }
    if (!beyond.empty())
        y.index_fill_(plan.axis, at::tensor(beyond, at::TensorOptions().dtype(at::kLong)).to(x.device()), outside);
    return y;
}

std::vector<double> numbersOf(const OnnxCall &call, std::size_t i)
{
    const at::Tensor list = call.in(i).to(at::Device(at::kCPU), at::kDouble).contiguous();
    if (list.dim() != 1 || list.numel() > 64)
        call.refuse("its input " + std::to_string(i + 1) + " is no short list of numbers");
    return {list.data_ptr<double>(), list.data_ptr<double>() + list.numel()};
}

/// LibTorch's own for the two kinds that networks have most; undefined where it is neither.
at::Tensor quickly(const OnnxCall &call, const at::Tensor &x, const std::vector<AxisPlan> &plans)
{
    if (plans.empty() || x.dim() != 4 || !x.is_floating_point())
        return {};
    std::vector<std::int64_t> sides{x.size(2), x.size(3)};
    for (const AxisPlan &plan : plans) {
        if (plan.axis < 2 || plan.scale * static_cast<double>(plan.from) != static_cast<double>(plan.to))
            return {};
        sides[static_cast<std::size_t>(plan.axis - 2)] = plan.to;
    }
    const std::string mode = call.text("mode", "nearest");
    const std::string places =
        call.text("coordinate_transformation_mode", call.opset() < 11 ? "asymmetric" : "half_pixel");
    if (mode == "nearest" && places == "asymmetric"
        && call.text("nearest_mode", call.opset() < 11 ? "floor" : "round_prefer_floor") == "floor")
        return at::upsample_nearest2d(x, sides);
    if (mode == "linear" && call.whole("exclude_outside", 0) == 0
        && (places == "align_corners" || places == "half_pixel"))
        return at::upsample_bilinear2d(x, sides, places == "align_corners");
    return {};
}

Tensors resize(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    if (call.whole("antialias", 0) != 0 || call.text("keep_aspect_ratio_policy", "stretch") != "stretch")
        call.refuse("it is to smooth or to keep the aspect");
    std::vector<std::int64_t> axes = call.wholes("axes");
    if (axes.empty())
        for (std::int64_t i = 0; i < x.dim(); ++i)
            axes.push_back(i);
    axes = call.axes(std::move(axes), x.dim());
    // Version 10 has scales as its second input, later ones a region before them and sizes behind.
    const std::size_t scalesAt = call.opset() < 11 ? 1 : 2;
    std::vector<double> scales, region;
    std::vector<std::int64_t> sizes;
    if (call.opset() >= 11 && call.has(3) && call.in(3).numel() > 0)
        sizes = call.wholesIn(3);
    else if (call.has(scalesAt))
        scales = numbersOf(call, scalesAt);
    else
        for (const double scale : call.numbers("scales"))
            scales.push_back(scale);
    if (call.text("coordinate_transformation_mode", "") == "tf_crop_and_resize" && call.has(1))
        region = numbersOf(call, 1);
    if ((sizes.empty() ? scales.size() : sizes.size()) != axes.size()
        || (!region.empty() && region.size() != 2 * axes.size()))
        call.refuse("it does not say a size for each axis");
    std::vector<AxisPlan> plans;
    std::vector<std::int64_t> shape = x.sizes().vec();
    for (std::size_t i = 0; i < axes.size(); ++i) {
        AxisPlan plan{axes[i], x.size(axes[i]), 0, 1, 0, 1};
        const double side = static_cast<double>(plan.from);
        if (plan.from < 1)
            call.refuse("there is nothing to resize");
        if (!region.empty()) {
            plan.regionStart = region[i];
            plan.regionEnd = region[i + axes.size()];
        }
        if (sizes.empty()) {
            plan.scale = scales[i];
            const double length = std::floor(side * scales[i] * (plan.regionEnd - plan.regionStart));
            if (!(length >= 1 && length < 1e9))
                call.refuse("a side would be " + std::to_string(length));
            plan.to = static_cast<std::int64_t>(length);
        } else {
            plan.to = sizes[i];
            plan.scale = static_cast<double>(plan.to) / side;
        }
        if (plan.to < 1)
            call.refuse("a side would be " + std::to_string(plan.to));
        shape[static_cast<std::size_t>(plan.axis)] = plan.to;
        const bool isKept = plan.to == plan.from && plan.scale == 1 && plan.regionStart == 0 && plan.regionEnd == 1;
        if (!isKept)
            plans.push_back(plan);
    }
    call.allow(shape);
    if (at::Tensor y = quickly(call, x, plans); y.defined())
        return {y};
    const bool isWhole = !x.is_floating_point();
    at::Tensor y = isWhole ? x.to(at::kFloat) : x;
    for (const AxisPlan &plan : plans)
        y = resizeAxis(call, y, plan);
    return {isWhole ? y.to(x.scalar_type()) : y};
}

}  // namespace

std::span<const OnnxOperatorRow> resizeOperators()
{
    static constexpr OnnxOperatorRow rows[] = {
        {"Resize", resize},
        {"Upsample", resize},
    };
    return rows;
}

}  // namespace dank
