#include "core/nn/onnx/preparation.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_set>

#include <ATen/ATen.h>

namespace dank {

namespace {

/// Looks for steps that can be taken together. What was taken into a later step loses its node and goes at the end.
class Preparation {
    template <typename Values>
    static auto &at(Values &values, OnnxSlot slot)
    {
        return values[static_cast<std::size_t>(slot)];
    }

public:
    Preparation(std::vector<OnnxStep> &steps, const Tensors &constants, const std::vector<OnnxSlot> &outputs,
                std::int64_t opset, const Placement &placement)
        : m_steps(steps), m_constants(constants), m_opset(opset), m_placement(placement), m_givers(constants.size()),
          m_users(constants.size())
    {
        for (OnnxStep &step : steps) {
            for (const OnnxSlot slot : step.inputs)
                if (slot != kNoSlot)
                    at(m_users, slot).push_back(&step);
            for (const OnnxSlot slot : step.outputs)
                if (slot != kNoSlot)
                    at(m_givers, slot) = &step;
        }
        for (const OnnxSlot slot : outputs)  // somebody outside looks at it
            at(m_users, slot).push_back(nullptr);
    }

    void run()
    {
        for (OnnxStep &step : m_steps) {
            if (is(&step, "Erf"))
                takeGelu(step);
            else if (is(&step, "Sqrt"))
                takeLayerNorm(step);
        }
        for (OnnxStep &step : m_steps) {
            if (is(&step, "Conv"))
                packConvolution(step);
            else if (is(&step, "MatMul"))
                packMatrixProduct(step);
            else if (is(&step, "Gemm"))
                packGemm(step);
        }
        std::erase_if(m_steps, [](const OnnxStep &step) { return !step.node; });
    }

private:
    /// Whether a step is a node of that type with one output, not taken together with others yet.
    bool is(const OnnxStep *step, std::string_view type) const
    {
        return step && step->node && step->node->type == type && step->outputs.size() == 1
               && step->outputs[0] != kNoSlot && !m_taken.contains(step);
    }
    OnnxCall callOf(const OnnxStep &step, Tensors inputs) const
    {
        return OnnxCall(*step.node, m_opset, m_placement, std::move(inputs), 0);
    }

    static OnnxSlot input(const OnnxStep &step, std::size_t i)
    {
        return i < step.inputs.size() ? step.inputs[i] : kNoSlot;
    }
    /// Undefined where a run computes it or it is left out.
    at::Tensor constant(OnnxSlot slot) const { return slot == kNoSlot ? at::Tensor() : at(m_constants, slot); }
    /// A constant that no other step takes: a packed copy of it may take its place, and files stay as large as they
    /// are.
    at::Tensor ownConstant(OnnxSlot slot) const
    {
        return slot != kNoSlot && at(m_users, slot).size() == 1 ? at(m_constants, slot) : at::Tensor();
    }
    /// The step whose only output that is, of that type; nullptr where it is none.
    OnnxStep *giver(OnnxSlot slot, std::string_view type) const
    {
        OnnxStep *const step = slot == kNoSlot ? nullptr : at(m_givers, slot);
        return is(step, type) ? step : nullptr;
    }
    /// The only step that takes what `step` gives, once, and of that type.
    OnnxStep *user(const OnnxStep *step, std::string_view type) const
    {
        if (!step || at(m_users, step->outputs[0]).size() != 1)
            return nullptr;
        OnnxStep *const next = at(m_users, step->outputs[0]).front();
        return is(next, type) ? next : nullptr;
    }
    /// Of a step that takes `slot` and one more: that one.
    static OnnxSlot other(const OnnxStep &step, OnnxSlot slot)
    {
        if (step.inputs.size() != 2 || (step.inputs[0] == slot) == (step.inputs[1] == slot))
            return kNoSlot;
        return step.inputs[0] == slot ? step.inputs[1] : step.inputs[0];
    }
    std::optional<double> numberAt(OnnxSlot slot) const
    {
        const at::Tensor found = constant(slot);
        // A tensor of one number in axes of its own would add these to what it is computed with.
        return found.defined() && found.dim() == 0 ? std::optional(found.item().toDouble()) : std::nullopt;
    }
    /// As near as half precision can say it.
    bool isNumber(OnnxSlot slot, double wanted) const
    {
        const std::optional<double> found = numberAt(slot);
        return found && std::abs(*found - wanted) <= 1e-3 * std::abs(wanted);
    }

    /// `last` computes from now on, from those inputs, what it and `others` did.
    void takeTogether(OnnxStep &last, const std::vector<OnnxStep *> &others, std::vector<OnnxSlot> inputs,
                      OnnxComputation run, const OnnxNode *node)
    {
        for (OnnxStep *const step : others) {
            step->node = nullptr;
            step->outputs.clear();
        }
        last.node = node;
        m_taken.insert(&last);
        last.inputs = std::move(inputs);
        last.run = std::move(run);
    }

    /// x · (1 + erf(x / √2)) / 2, halved before the product or after it.
    void takeGelu(OnnxStep &erf)
    {
        OnnxStep *scaled = giver(input(erf, 0), "Div");
        if (!scaled || !isNumber(input(*scaled, 1), std::sqrt(2.0))) {
            scaled = giver(input(erf, 0), "Mul");
            if (!scaled || !isNumber(input(*scaled, 1), std::sqrt(0.5)))
                return;
        }
        const OnnxSlot x = input(*scaled, 0);
        if (user(scaled, "Erf") != &erf || x == kNoSlot)
            return;
        OnnxStep *const plusOne = user(&erf, "Add");
        OnnxStep *const times = user(plusOne, "Mul");
        if (!plusOne || !times || !isNumber(other(*plusOne, erf.outputs[0]), 1))
            return;
        const OnnxSlot factor = other(*times, plusOne->outputs[0]);
        OnnxStep *last = times, *halved = nullptr;
        if (factor == x) {
            halved = times;
            last = user(times, "Mul");
            if (!last || !isNumber(other(*last, times->outputs[0]), 0.5))
                return;
        } else {
            halved = giver(factor, "Mul");
            if (!halved || other(*halved, x) == kNoSlot || !isNumber(other(*halved, x), 0.5)
                || user(halved, "Mul") != times)
                return;
        }
        const OnnxNode *const node = scaled->node;
        takeTogether(
            *last, {scaled, &erf, plusOne, halved}, {x},
            [](const OnnxCall &call) -> Tensors { return {at::gelu(call.in(0))}; }, node);
    }

    /// Whether a step means over the last axis and keeps it.
    bool isLastMean(const OnnxStep *step) const
    {
        if (!is(step, "ReduceMean"))
            return false;
        const at::Tensor axes = constant(input(*step, 1));
        const OnnxCall call = callOf(*step, {at::Tensor(), axes});
        return (axes.defined() || input(*step, 1) == kNoSlot) && call.whole("keepdims", 1) == 1
               && call.wholesOf("axes", 1) == std::vector<std::int64_t>{-1};
    }

    /// (x - mean) / √(variance + ε), over the last axis, times a weight, plus a bias.
    void takeLayerNorm(OnnxStep &root)
    try {
        OnnxStep *const plus = giver(input(root, 0), "Add");
        OnnxStep *const quotient = user(&root, "Div");
        if (!plus || user(plus, "Sqrt") != &root || !quotient || input(*quotient, 1) != root.outputs[0])
            return;
        OnnxStep *variance = giver(input(*plus, 0), "ReduceMean");
        const std::optional<double> epsilon = numberAt(input(*plus, 1));
        if (!isLastMean(variance) || user(variance, "Add") != plus || !epsilon)
            return;
        OnnxStep *const square = giver(input(*variance, 0), "Pow");
        OnnxStep *const centred = giver(input(*quotient, 0), "Sub");
        if (!square || !centred || input(*square, 0) != centred->outputs[0] || !isNumber(input(*square, 1), 2)
            || user(square, "ReduceMean") != variance || at(m_users, centred->outputs[0]).size() != 2)
            return;
        OnnxStep *const mean = giver(input(*centred, 1), "ReduceMean");
        if (!isLastMean(mean) || user(mean, "Sub") != centred || input(*mean, 0) != input(*centred, 0))
            return;
        OnnxStep *const scaled = user(quotient, "Mul");
        OnnxStep *const last = user(scaled, "Add");
        if (!scaled || !last)
            return;
        const OnnxSlot weightAt = other(*scaled, quotient->outputs[0]), biasAt = other(*last, scaled->outputs[0]);
        const at::Tensor weight = constant(weightAt), bias = constant(biasAt);
        if (!weight.defined() || !bias.defined() || weight.dim() != 1 || weight.numel() < 2
            || weight.sizes() != bias.sizes())
            return;
        const OnnxNode *const node = mean->node;
        takeTogether(
            *last, {mean, centred, square, variance, plus, &root, quotient, scaled}, {input(*centred, 0)},
            [weight, bias, epsilon = *epsilon](const OnnxCall &call) -> Tensors {
                const at::Tensor &x = call.in(0);
                if (x.dim() >= 1 && x.size(-1) == 1)  // one number is its own mean; the weights widen it
                    return {x.sub(x).mul(weight).add(bias)};
                if (x.dim() < 1 || x.size(-1) != weight.numel())
                    call.refuse("its weights are for " + std::to_string(weight.numel()) + " numbers");
                return {std::get<0>(at::native_layer_norm(x, weight.sizes(), weight, bias, epsilon))};
            },
            node);
    } catch (const BadNode &) {
        // It says why when it is run.
    }

    void packConvolution(OnnxStep &step)
    try {
        const at::Tensor weight = ownConstant(input(step, 1)), bias = constant(input(step, 2));
        if (!weight.defined() || (!bias.defined() && input(step, 2) != kNoSlot))
            return;
        OnnxStep *const relu = user(&step, "Relu");
        replace(step, nullptr, relu, packedConvolution(callOf(step, {at::Tensor(), weight, bias}), relu != nullptr));
    } catch (const BadNode &) {
        // It says why when it is run.
    }

    void packMatrixProduct(OnnxStep &step)
    {
        const at::Tensor weight = ownConstant(input(step, 1));
        if (!weight.defined() || step.inputs.size() != 2)
            return;
        OnnxStep *plus = user(&step, "Add");
        at::Tensor bias = plus ? constant(other(*plus, step.outputs[0])) : at::Tensor();
        if (!bias.defined() || bias.dim() != 1 || weight.dim() != 2 || bias.size(0) != weight.size(1)) {
            plus = nullptr;
            bias = at::Tensor();
        }
        OnnxStep *const relu = user(plus ? plus : &step, "Relu");
        replace(step, plus, relu, packedProduct(weight, bias, relu != nullptr, m_placement));
    }

    void packGemm(OnnxStep &step)
    try {
        at::Tensor weight = ownConstant(input(step, 1));
        const at::Tensor bias = constant(input(step, 2));
        const OnnxCall call = callOf(step, {at::Tensor(), weight, bias});
        if (!weight.defined() || weight.dim() != 2 || (!bias.defined() && input(step, 2) != kNoSlot)
            || call.whole("transA", 0) != 0 || call.number("alpha", 1) != 1 || call.number("beta", 1) != 1)
            return;
        if (call.whole("transB", 0) != 0)
            weight = weight.t();
        OnnxStep *const relu = user(&step, "Relu");
        const OnnxComputation product = packedProduct(weight, bias, relu != nullptr, m_placement);
        if (!product)
            return;
        replace(step, nullptr, relu, [product](const OnnxCall &with) {
            if (with.in(0).dim() != 2)
                with.refuse("its inputs are no matrices");
            return product(with);
        });
    } catch (const BadNode &) {
        // It says why when it is run.
    }

    /// A computation of the first input in the place of a step, and of those after it that are there.
    void replace(OnnxStep &step, OnnxStep *second, OnnxStep *third, OnnxComputation run)
    {
        if (!run)
            return;
        std::vector<OnnxStep *> chain{&step};
        for (OnnxStep *const next : {second, third})
            if (next)
                chain.push_back(next);
        OnnxStep &last = *chain.back();
        chain.pop_back();
        const OnnxNode *const node = step.node;
        const OnnxSlot x = input(step, 0);
        takeTogether(last, chain, {x}, std::move(run), node);
    }

    std::vector<OnnxStep> &m_steps;
    const Tensors &m_constants;
    const std::int64_t m_opset;
    const Placement &m_placement;
    std::vector<OnnxStep *> m_givers;              ///< by slot; nullptr: an input or a constant
    std::vector<std::vector<OnnxStep *>> m_users;  ///< by slot, in order; nullptr: the graph gives it out
    std::unordered_set<const OnnxStep *> m_taken;  ///< do the work of others too
};

}  // namespace

void prepareSteps(std::vector<OnnxStep> &steps, const Tensors &constants, const std::vector<OnnxSlot> &outputs,
                  std::int64_t opset, const Placement &placement)
{
    Preparation(steps, constants, outputs, opset, placement).run();
}

}  // namespace dank
