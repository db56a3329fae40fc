#include "core/nn/onnx/interpreter.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/operators.h"
#include "core/nn/onnx/preparation.h"
#include "core/nn/torch_device.h"

namespace dank {

namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 30;      // of a tensor in a run: 4 GiB of float32
constexpr std::int64_t kMostFolded = std::int64_t{1} << 22;        // of one that is computed while loading
constexpr std::size_t kMostFoldedTogether = std::size_t{1} << 28;  // bytes
constexpr std::size_t kMostSteps = 1'000'000;

using Slot = OnnxSlot;
constexpr Slot kNone = kNoSlot;
using Step = OnnxStep;

const std::unordered_map<std::string_view, OnnxOperator> &operatorTable()
{
    static const std::unordered_map<std::string_view, OnnxOperator> table = [] {
        std::unordered_map<std::string_view, OnnxOperator> all;
        for (const auto rows : {arithmeticOperators(), convolutionOperators(), indexOperators(), productOperators(),
                                reductionOperators(), resizeOperators(), shapeOperators()})
            for (const OnnxOperatorRow &row : rows)
                all.emplace(row.name, row.run);
        return all;
    }();
    return table;
}

std::string shown(std::string_view name)
{
    return '"' + printable(sanitizeUtf8(name.substr(0, 60))) + '"';
}

std::string nodeName(const OnnxNode &node)
{
    const std::string type = printable(sanitizeUtf8(std::string_view(node.type).substr(0, 60)));
    if (!node.name.empty())
        return type + ' ' + shown(node.name);
    return node.outputs.empty() ? type : type + " that gives " + shown(node.outputs.front());
}

/// The first line of one of LibTorch's messages.
std::string gist(std::string_view message)
{
    return printable(sanitizeUtf8(message.substr(0, std::min(message.find('\n'), std::size_t{200}))));
}

std::string shapesOf(const Tensors &inputs)
{
    std::string text;
    for (const at::Tensor &input : inputs)
        text += (text.empty() ? "" : ", ") + (input.defined() ? c10::str(input.sizes()) : std::string("nothing"));
    return text;
}

}  // namespace

struct OnnxInterpreter::Program {
    OnnxFile file;  ///< owns the nodes
    Placement placement;
    std::vector<OnnxValue> inputs, outputs;
    std::vector<Step> steps;
    Tensors constants;  ///< by slot; undefined where a run computes the value
    std::vector<Slot> inputSlots, outputSlots;

    [[noreturn]] void refuse(const std::string &why) const
    {
        throw Error(ErrorKind::Weights, displayPath(file.path) + " cannot be run: " + why + ".", file.path);
    }

    /// One node's outputs.
    Tensors compute(const Step &step, Tensors values, std::int64_t mostElements) const
    {
        const OnnxCall call(*step.node, file.opset, placement, std::move(values), mostElements);
        const auto cannot = [&](const std::string &why) {
            refuse("the node " + nodeName(*step.node) + " cannot take its inputs of " + shapesOf(call.all()) + ": "
                   + why);
        };
        try {
            Tensors given = step.run(call);
            if (given.size() < step.outputs.size())
                throw BadNode{"more outputs are asked of it than are computed here"};
            return given;
        } catch (const BadNode &bad) {
            if (bad.isTooLarge && mostElements == kMostFolded)
                throw;
            cannot(bad.why);
        } catch (const c10::OutOfMemoryError &) {
            throw;
        } catch (const c10::Error &error) {
            const std::string why = error.what_without_backtrace();
            if (why.find("allocate memory") != std::string::npos)
                throw;
            cannot(gist(why));
        } catch (const std::runtime_error &error) {  // LibTorch has some of these
            cannot(gist(error.what()));
        }
        throw Error(ErrorKind::Shape, "not reached");
    }
};

namespace {

/// Names to slots; a graph inside a node sees those around it.
struct Scope {
    const Scope *around = nullptr;
    std::unordered_map<std::string, Slot> slots;

    Slot find(const std::string &name) const
    {
        const auto found = slots.find(name);
        return found != slots.end() ? found->second : around ? around->find(name) : kNone;
    }
};

/// Makes a Program of a file: gives each value its slot, computes what follows from constants, and takes the branch of
/// each `If` that is meant.
template <typename Program>
class Loader {
public:
    explicit Loader(Program &program) : m_program(program) {}

    void load()
    {
        const OnnxGraph &graph = *m_program.file.graph;
        Scope scope;
        m_program.inputs = graph.inputs;
        m_program.outputs = graph.outputs;
        for (const OnnxValue &input : graph.inputs)
            m_program.inputSlots.push_back(define(scope, input.name));
        add(graph, scope);
        for (const OnnxValue &output : graph.outputs) {
            const Slot slot = scope.find(output.name);
            if (slot == kNone)
                m_program.refuse("no node gives its output " + shown(output.name));
            m_program.outputSlots.push_back(slot);
        }
        if (m_program.outputSlots.empty())
            m_program.refuse("it has no output");
        dropUnused();
        prepareSteps(m_program.steps, m_program.constants, m_program.outputSlots, m_program.file.opset,
                     m_program.placement);
        dropUnused();
        findLastUses();
    }

private:
    Slot define(Scope &scope, const std::string &name)
    {
        const auto slot = static_cast<Slot>(m_program.constants.size());
        if (!scope.slots.emplace(name, slot).second)
            m_program.refuse("two of its nodes or tensors give the value " + shown(name));
        m_program.constants.emplace_back();
        return slot;
    }

    void add(const OnnxGraph &graph, Scope &scope)
    {
        for (const auto &[name, view] : graph.constants) {
            const Slot slot = define(scope, name);
            m_program.constants[static_cast<std::size_t>(slot)] = placedConstant(view, m_program.placement);
        }
        for (const OnnxNode &node : graph.nodes)
            add(node, scope);
    }

    void add(const OnnxNode &node, Scope &scope)
    {
        if (m_program.steps.size() + m_folded > kMostSteps)
            m_program.refuse("it has more than a million nodes");
        Step step{&node, nullptr, {}, {}, {}};
        Tensors values;
        bool isConstant = true;
        for (const std::string &name : node.inputs) {
            const Slot slot = name.empty() ? kNone : scope.find(name);
            if (!name.empty() && slot == kNone)
                m_program.refuse("the node " + nodeName(node) + " takes " + shown(name)
                                 + ", which no node before it gives. A graph has to be in order and without cycles");
            step.inputs.push_back(slot);
            values.push_back(slot == kNone ? at::Tensor() : m_program.constants[static_cast<std::size_t>(slot)]);
            isConstant = isConstant && (slot == kNone || values.back().defined());
        }
        if (node.domain.empty() && node.type == "If") {
            addBranch(node, values, scope);
            return;
        }
        const auto found = node.domain.empty() ? operatorTable().find(node.type) : operatorTable().end();
        if (found == operatorTable().end()) {
            const std::string domain = printable(sanitizeUtf8(std::string_view(node.domain).substr(0, 60)));
            m_program.refuse("its node " + nodeName(node) + " needs the operator "
                             + (domain.empty() ? "" : domain + '.')
                             + printable(sanitizeUtf8(std::string_view(node.type).substr(0, 60)))
                             + ", which this version does not know");
        }
        step.run = found->second;
        for (const std::string &name : node.outputs)
            step.outputs.push_back(name.empty() ? kNone : define(scope, name));
        if (!isConstant || !fold(step, std::move(values)))
            m_program.steps.push_back(std::move(step));
    }

    /// Computes a node whose inputs are all known, unless its outputs are large.
    bool fold(const Step &step, Tensors values)
    {
        Tensors given;
        try {
            given = m_program.compute(step, std::move(values), kMostFolded);
        } catch (const BadNode &) {
            return false;
        }
        for (const at::Tensor &tensor : given)
            m_foldedBytes += tensor.defined() ? tensor.nbytes() : 0;
        if (m_foldedBytes > kMostFoldedTogether)
            return false;
        for (std::size_t i = 0; i < step.outputs.size(); ++i)
            if (step.outputs[i] != kNone)
                m_program.constants[static_cast<std::size_t>(step.outputs[i])] = given[i];
        ++m_folded;
        return true;
    }

    void addBranch(const OnnxNode &node, const Tensors &values, Scope &scope)
    {
        if (values.size() != 1 || !values[0].defined() || values[0].numel() != 1)
            m_program.refuse("the node " + nodeName(node)
                             + " decides while it runs, and only an If whose condition is a constant is known");
        const char *const name = values[0].item().toBool() ? "then_branch" : "else_branch";
        const auto branch =
            std::find_if(node.attributes.begin(), node.attributes.end(), [&](const OnnxAttribute &attribute) {
                return attribute.name == name && attribute.kind == OnnxAttribute::Kind::Graph;
            });
        if (branch == node.attributes.end() || branch->graph->outputs.size() != node.outputs.size())
            m_program.refuse("the node " + nodeName(node) + " lacks the branch that it means");
        Scope inner{&scope, {}};
        add(*branch->graph, inner);
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const Slot slot = inner.find(branch->graph->outputs[i].name);
            if (slot == kNone)
                m_program.refuse("the branch of the node " + nodeName(node) + " does not give its output");
            if (!scope.slots.emplace(node.outputs[i], slot).second)
                m_program.refuse("two of its nodes or tensors give the value " + shown(node.outputs[i]));
        }
    }

    /// Steps whose outputs nobody takes, and constants that only they or folded nodes took.
    void dropUnused()
    {
        std::vector<bool> isUsed(m_program.constants.size());
        for (const Slot slot : m_program.outputSlots)
            isUsed[static_cast<std::size_t>(slot)] = true;
        std::vector<Step> kept;
        for (auto step = m_program.steps.rbegin(); step != m_program.steps.rend(); ++step) {
            if (std::none_of(step->outputs.begin(), step->outputs.end(),
                             [&](Slot slot) { return slot != kNone && isUsed[static_cast<std::size_t>(slot)]; }))
                continue;
            for (const Slot slot : step->inputs)
                if (slot != kNone)
                    isUsed[static_cast<std::size_t>(slot)] = true;
            kept.push_back(std::move(*step));
        }
        std::reverse(kept.begin(), kept.end());
        m_program.steps = std::move(kept);
        for (std::size_t slot = 0; slot < isUsed.size(); ++slot)
            if (!isUsed[slot])
                m_program.constants[slot].reset();
    }

    void findLastUses()
    {
        std::vector<bool> isTaken(m_program.constants.size());
        for (const Slot slot : m_program.outputSlots)
            isTaken[static_cast<std::size_t>(slot)] = true;
        for (auto step = m_program.steps.rbegin(); step != m_program.steps.rend(); ++step) {
            step->isLast.assign(step->inputs.size(), false);
            for (std::size_t i = step->inputs.size(); i-- > 0;) {
                if (step->inputs[i] == kNone)
                    continue;
                const auto slot = static_cast<std::size_t>(step->inputs[i]);
                step->isLast[i] = !isTaken[slot];
                isTaken[slot] = true;
            }
        }
    }

    Program &m_program;
    std::size_t m_folded = 0, m_foldedBytes = 0;
};

}  // namespace

OnnxInterpreter::OnnxInterpreter(const OnnxFile &file, const Placement &placement)
{
    const c10::InferenceMode guard;
    auto program = std::make_unique<Program>(Program{file, placement, {}, {}, {}, {}, {}, {}});
    Loader(*program).load();
    m_program = std::move(program);
}

OnnxInterpreter::~OnnxInterpreter() = default;

const std::vector<OnnxValue> &OnnxInterpreter::inputs() const
{
    return m_program->inputs;
}

const std::vector<OnnxValue> &OnnxInterpreter::outputs() const
{
    return m_program->outputs;
}

std::size_t OnnxInterpreter::steps() const
{
    return m_program->steps.size();
}

std::vector<at::Tensor> OnnxInterpreter::run(std::vector<at::Tensor> inputs, const CancelToken &cancel) const
{
    if (inputs.size() != m_program->inputSlots.size())
        m_program->refuse("it takes " + std::to_string(m_program->inputSlots.size()) + " inputs, not "
                          + std::to_string(inputs.size()));
    Tensors values = m_program->constants;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        values[static_cast<std::size_t>(m_program->inputSlots[i])] = std::move(inputs[i]);
    inputs.clear();
    for (const Step &step : m_program->steps) {
        cancel.check();
        Tensors taken;
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            if (step.inputs[i] == kNone) {
                taken.emplace_back();
                continue;
            }
            at::Tensor &value = values[static_cast<std::size_t>(step.inputs[i])];
            taken.push_back(step.isLast[i] ? std::move(value) : value);
        }
        Tensors given = m_program->compute(step, std::move(taken), kMostElements);
        for (std::size_t i = 0; i < step.outputs.size(); ++i)
            if (step.outputs[i] != kNone)
                values[static_cast<std::size_t>(step.outputs[i])] = std::move(given[i]);
    }
    std::vector<at::Tensor> outputs;
    for (const Slot slot : m_program->outputSlots)
        outputs.push_back(values[static_cast<std::size_t>(slot)]);
    return outputs;
}

std::vector<std::string> knownOnnxOperators()
{
    std::vector<std::string> names{"If"};
    for (const auto &[name, run] : operatorTable())
        names.emplace_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace dank
