// Operators that compute number by number.

#include <cmath>
#include <limits>

#include <ATen/ATen.h>

#include "core/nn/onnx/operators.h"

namespace dank {

namespace {

/// Two inputs on one device: shapes are computed on the CPU, and single numbers may stay there.
struct Pair {
    at::Tensor a, b;
};

Pair pairOf(const OnnxCall &call)
{
    Pair pair{call.in(0), call.in(1)};
    call.allowBroadcast(pair.a, pair.b);
    if (pair.a.device() != pair.b.device()) {
        if (pair.a.is_cpu() && pair.a.dim() > 0)
            pair.a = pair.a.to(pair.b.device());
        else if (pair.b.is_cpu() && pair.b.dim() > 0)
            pair.b = pair.b.to(pair.a.device());
    }
    return pair;
}

/// Whether the first input's memory can take what two inputs give.
bool fitsFirst(const OnnxCall &call)
{
    const at::Tensor &a = call.in(0), &b = call.in(1);
    if (!call.isSpare(0) || !a.is_floating_point() || a.scalar_type() != b.scalar_type() || b.dim() > a.dim()
        || (a.device() != b.device() && b.dim() > 0))
        return false;
    for (std::int64_t i = 1; i <= b.dim(); ++i)
        if (b.size(b.dim() - i) != 1 && b.size(b.dim() - i) != a.size(a.dim() - i))
            return false;
    return true;
}

Tensors add(const OnnxCall &call)
{
    if (fitsFirst(call))
        return {at::Tensor(call.in(0)).add_(call.in(1))};
    const Pair p = pairOf(call);
    return {at::add(p.a, p.b)};
}

Tensors subtract(const OnnxCall &call)
{
    if (fitsFirst(call))
        return {at::Tensor(call.in(0)).sub_(call.in(1))};
    const Pair p = pairOf(call);
    return {at::sub(p.a, p.b)};
}

Tensors multiply(const OnnxCall &call)
{
    if (fitsFirst(call))
        return {at::Tensor(call.in(0)).mul_(call.in(1))};
    const Pair p = pairOf(call);
    return {at::mul(p.a, p.b)};
}

/// Whole numbers are cut. The least of them by -1 would stop the processor, as a division by 0 would.
at::Tensor wholeQuotient(const OnnxCall &call, const Pair &p)
{
    if (p.b.eq(0).any().item().toBool())
        call.refuse("it would divide by 0");
    const at::Tensor byMinusOne = p.b.eq(-1);
    return at::where(byMinusOne, p.a.neg(), at::div(p.a, p.b.masked_fill(byMinusOne, 1), "trunc"));
}

bool areWhole(const Pair &p)
{
    return at::isIntegralType(p.a.scalar_type(), false) && at::isIntegralType(p.b.scalar_type(), false);
}

Tensors divide(const OnnxCall &call)
{
    if (fitsFirst(call))
        return {at::Tensor(call.in(0)).div_(call.in(1))};
    const Pair p = pairOf(call);
    if (!areWhole(p))
        return {at::div(p.a, p.b)};
    if (p.a.scalar_type() == at::kByte)
        return {wholeQuotient(call, {p.a.to(at::kShort), p.b.to(at::kShort)}).to(at::kByte)};
    return {wholeQuotient(call, p)};
}

Tensors modulo(const OnnxCall &call)
{
    const Pair p = pairOf(call);
    if (!areWhole(p))
        return {call.whole("fmod", 0) != 0 ? at::fmod(p.a, p.b) : at::remainder(p.a, p.b)};
    if (p.b.eq(0).any().item().toBool())
        call.refuse("it would divide by 0");
    if (p.a.scalar_type() == at::kByte)
        return {at::remainder(p.a, p.b)};
    const at::Tensor byMinusOne = p.b.eq(-1), by = p.b.masked_fill(byMinusOne, 1);
    return {call.whole("fmod", 0) != 0 ? at::fmod(p.a, by) : at::remainder(p.a, by)};
}

/// Of the first input's type.
Tensors power(const OnnxCall &call)
{
    const Pair p = pairOf(call);
    if (p.b.dim() == 0 && p.a.is_floating_point())
        return {at::pow(p.a, p.b.item())};
    if (areWhole(p))
        return {at::pow(p.a.to(at::kDouble), p.b.to(at::kDouble)).to(p.a.scalar_type())};
    return {at::pow(p.a, p.b).to(p.a.scalar_type())};
}

template <auto Function>
Tensors two(const OnnxCall &call)
{
    const Pair p = pairOf(call);
    return {Function(p.a, p.b)};
}

/// Of any number of inputs, in turn.
template <auto Function>
Tensors many(const OnnxCall &call)
{
    at::Tensor x = call.in(0);
    for (std::size_t i = 1; i < call.size(); ++i) {
        call.allowBroadcast(x, call.in(i));
        x = Function(x, call.in(i).to(x.device()));
    }
    return {x};
}

at::Tensor sumOf(const at::Tensor &a, const at::Tensor &b)
{
    return at::add(a, b);
}

Tensors meanOf(const OnnxCall &call)
{
    return {many<sumOf>(call).front().div(static_cast<double>(call.size()))};
}

/// In place where nobody else looks.
template <auto Function, auto InPlace>
Tensors one(const OnnxCall &call)
{
    if (call.isSpare(0)) {
        at::Tensor x = call.in(0);
        InPlace(x);
        return {x};
    }
    return {Function(call.in(0))};
}

#define DANK_ONE(NAME)                                                                                                 \
    one<static_cast<at::Tensor (*)(const at::Tensor &)>(at::NAME),                                                     \
        static_cast<at::Tensor &(*)(at::Tensor &)>(at::NAME##_)>

Tensors relu(const OnnxCall &call)
{
    return {call.isSpare(0) ? at::Tensor(call.in(0)).relu_() : at::relu(call.in(0))};
}

Tensors leakyRelu(const OnnxCall &call)
{
    return {at::leaky_relu(call.in(0), call.number("alpha", 0.01))};
}

Tensors parametricRelu(const OnnxCall &call)
{
    if (call.opset() < 7 && call.in(0).dim() > 2 && call.in(1).dim() == 1) {  // a slope for each channel, then
        std::vector<std::int64_t> channels(static_cast<std::size_t>(call.in(0).dim()), 1);
        channels[1] = -1;
        const at::Tensor &x = call.in(0);
        return {at::where(x.lt(0), x.mul(call.in(1).reshape(channels)), x)};
    }
    const Pair p = pairOf(call);
    return {at::where(p.a.lt(0), p.a.mul(p.b), p.a)};
}

Tensors elu(const OnnxCall &call)
{
    return {at::elu(call.in(0), call.number("alpha", 1))};
}

Tensors selu(const OnnxCall &call)
{
    return {at::elu(call.in(0), call.number("alpha", 1.67326319217681884765625),
                    call.number("gamma", 1.05070102214813232421875))};
}

Tensors celu(const OnnxCall &call)
{
    return {at::celu(call.in(0), call.number("alpha", 1))};
}

Tensors thresholdedRelu(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    return {x.masked_fill(x.le(call.number("alpha", 1)), 0)};
}

Tensors softplus(const OnnxCall &call)
{
    return {at::softplus(call.in(0))};
}

Tensors softsign(const OnnxCall &call)
{
    return {call.in(0).div(call.in(0).abs().add(1))};
}

at::Tensor hardSigmoidOf(const at::Tensor &x, double slope, double shift)
{
    return x.mul(slope).add_(shift).clamp_(0, 1);
}

Tensors hardSigmoid(const OnnxCall &call)
{
    return {hardSigmoidOf(call.in(0), call.number("alpha", 0.2), call.number("beta", 0.5))};
}

Tensors hardSwish(const OnnxCall &call)
{
    return {at::hardswish(call.in(0))};
}

Tensors gelu(const OnnxCall &call)
{
    const std::string approximate = call.text("approximate", "none");
    if (approximate != "none" && approximate != "tanh")
        call.refuse("its approximation is not known");
    return {at::gelu(call.in(0), approximate)};
}

Tensors sign(const OnnxCall &call)
{
    return {at::sign(call.in(0))};
}

Tensors logicalNot(const OnnxCall &call)
{
    return {at::logical_not(call.in(0))};
}

Tensors isNan(const OnnxCall &call)
{
    return {at::isnan(call.in(0))};
}

Tensors isInfinite(const OnnxCall &call)
{
    const bool below = call.whole("detect_negative", 1) != 0, above = call.whole("detect_positive", 1) != 0;
    const at::Tensor infinite = at::isinf(call.in(0));
    if (below && above)
        return {infinite};
    return {infinite.logical_and(below ? call.in(0).lt(0) : above ? call.in(0).gt(0) : at::zeros_like(infinite))};
}

/// Old versions have the bounds as settings, newer ones as inputs, of which either may be left out.
Tensors clip(const OnnxCall &call)
{
    c10::optional<c10::Scalar> least, most;
    if (call.opset() < 11) {
        if (call.hasSetting("min"))
            least = call.number("min", 0);
        if (call.hasSetting("max"))
            most = call.number("max", 0);
    }
    for (std::size_t i : {1, 2})
        if (call.has(i)) {
            if (call.in(i).numel() != 1)
                call.refuse("a bound is not one number");
            (i == 1 ? least : most) = call.in(i).item();
        }
    if (!least && !most)
        return {call.in(0)};
    return {call.isSpare(0) ? at::Tensor(call.in(0)).clamp_(least, most) : at::clamp(call.in(0), least, most)};
}

Tensors where(const OnnxCall &call)
{
    const at::Tensor &condition = call.in(0), &a = call.in(1), &b = call.in(2);
    call.allowBroadcast(a, b);
    call.allowBroadcast(condition, a);
    call.allowBroadcast(condition, b);
    const c10::Device device = !a.is_cpu() ? a.device() : !b.is_cpu() ? b.device() : condition.device();
    const c10::ScalarType type = at::result_type(a, b);
    return {at::where(condition.to(device, at::kBool), a.to(device, type), b.to(device, type))};
}

/// Before version 13 everything from the axis on counts as one.
template <auto Function>
Tensors soft(const OnnxCall &call)
{
    const at::Tensor &x = call.in(0);
    const std::int64_t axis = call.axis(call.whole("axis", call.opset() < 13 ? 1 : -1), x.dim());
    if (call.opset() >= 13 || axis == x.dim() - 1)
        return {Function(x, axis, c10::nullopt)};
    return {Function(x.flatten(axis), axis, c10::nullopt).view_as(x)};
}

}  // namespace

std::span<const OnnxOperatorRow> arithmeticOperators()
{
    using Two = at::Tensor (*)(const at::Tensor &, const at::Tensor &);
    using Soft = at::Tensor (*)(const at::Tensor &, std::int64_t, c10::optional<at::ScalarType>);
    static constexpr OnnxOperatorRow rows[] = {
        {"Abs", DANK_ONE(abs)},
        {"Acos", DANK_ONE(acos)},
        {"Add", add},
        {"And", two<static_cast<Two>(at::logical_and)>},
        {"Asin", DANK_ONE(asin)},
        {"Atan", DANK_ONE(atan)},
        {"Ceil", DANK_ONE(ceil)},
        {"Celu", celu},
        {"Clip", clip},
        {"Cos", DANK_ONE(cos)},
        {"Cosh", DANK_ONE(cosh)},
        {"Div", divide},
        {"Elu", elu},
        {"Equal", two<static_cast<Two>(at::eq)>},
        {"Erf", DANK_ONE(erf)},
        {"Exp", DANK_ONE(exp)},
        {"Floor", DANK_ONE(floor)},
        {"Gelu", gelu},
        {"Greater", two<static_cast<Two>(at::gt)>},
        {"GreaterOrEqual", two<static_cast<Two>(at::ge)>},
        {"HardSigmoid", hardSigmoid},
        {"HardSwish", hardSwish},
        {"IsInf", isInfinite},
        {"IsNaN", isNan},
        {"LeakyRelu", leakyRelu},
        {"Less", two<static_cast<Two>(at::lt)>},
        {"LessOrEqual", two<static_cast<Two>(at::le)>},
        {"Log", DANK_ONE(log)},
        {"LogSoftmax", soft<static_cast<Soft>(at::log_softmax)>},
        {"Max", many<static_cast<Two>(at::maximum)>},
        {"Mean", meanOf},
        {"Min", many<static_cast<Two>(at::minimum)>},
        {"Mod", modulo},
        {"Mul", multiply},
        {"Neg", DANK_ONE(neg)},
        {"Not", logicalNot},
        {"Or", two<static_cast<Two>(at::logical_or)>},
        {"PRelu", parametricRelu},
        {"Pow", power},
        {"Reciprocal", DANK_ONE(reciprocal)},
        {"Relu", relu},
        {"Round", DANK_ONE(round)},
        {"Selu", selu},
        {"Sigmoid", DANK_ONE(sigmoid)},
        {"Sign", sign},
        {"Sin", DANK_ONE(sin)},
        {"Sinh", DANK_ONE(sinh)},
        {"Softmax", soft<static_cast<Soft>(at::softmax)>},
        {"Softplus", softplus},
        {"Softsign", softsign},
        {"Sqrt", DANK_ONE(sqrt)},
        {"Sub", subtract},
        {"Sum", many<sumOf>},
        {"Tan", DANK_ONE(tan)},
        {"Tanh", DANK_ONE(tanh)},
        {"ThresholdedRelu", thresholdedRelu},
        {"Where", where},
        {"Xor", two<static_cast<Two>(at::logical_xor)>},
    };
    return rows;
}

}  // namespace dank
