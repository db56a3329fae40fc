#pragma once

// Internal to core/nn/onnx. Includes LibTorch.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/nn/networks/network.h"
#include "core/nn/onnx/onnx_file.h"

namespace dank {

/// Why a node cannot be computed, as the end of a sentence. The interpreter adds which node it is.
struct BadNode {
    std::string why;
    bool isTooLarge = false;
};

using Tensors = std::vector<at::Tensor>;

/// A node with its inputs: what an operator computes from.
class OnnxCall {
public:
    OnnxCall(const OnnxNode &node, std::int64_t opset, const Placement &placement, Tensors inputs,
             std::int64_t mostElements)
        : m_node(node), m_opset(opset), m_placement(placement), m_inputs(std::move(inputs)),
          m_mostElements(mostElements)
    {
    }

    std::int64_t opset() const { return m_opset; }
    const Placement &placement() const { return m_placement; }
    std::size_t outputs() const { return m_node.outputs.size(); }
    std::size_t size() const { return m_inputs.size(); }

    /// Whether an input is there: those at the end and some before may be left out.
    bool has(std::size_t i) const { return i < m_inputs.size() && m_inputs[i].defined(); }
    const at::Tensor &in(std::size_t i) const;
    /// in(), or an undefined tensor.
    at::Tensor optional(std::size_t i) const { return has(i) ? m_inputs[i] : at::Tensor(); }
    const Tensors &all() const { return m_inputs; }
    /// Refuses an input that is not of the placement's type, as weights are.
    void requireType(std::size_t i) const;
    /// in() of whole numbers as a list.
    std::vector<std::int64_t> wholesIn(std::size_t i) const;
    /// in() of one number.
    double numberIn(std::size_t i) const;
    std::int64_t wholeIn(std::size_t i) const;
    /// Nobody else looks at that input again, so that its memory may take the output.
    bool isSpare(std::size_t i) const;

    bool hasSetting(const char *name) const { return find(name) != nullptr; }
    std::int64_t whole(const char *name, std::int64_t otherwise) const;
    double number(const char *name, double otherwise) const;
    std::string text(const char *name, const char *otherwise) const;
    std::vector<std::int64_t> wholes(const char *name, std::vector<std::int64_t> otherwise = {}) const;
    std::vector<double> numbers(const char *name) const;
    const TensorView *tensor(const char *name) const;
    /// A list that old versions have as a setting and newer ones as an input.
    std::vector<std::int64_t> wholesOf(const char *setting, std::size_t input) const;
    bool hasEither(const char *setting, std::size_t input) const { return has(input) || hasSetting(setting); }

    /// An axis of 0 … dims - 1; negative ones count from the end.
    std::int64_t axis(std::int64_t asked, std::int64_t dims) const;
    std::vector<std::int64_t> axes(std::vector<std::int64_t> asked, std::int64_t dims) const;
    /// Refuses to make a tensor of more numbers than may be.
    void allow(at::IntArrayRef shape) const;
    /// allow() for what broadcasting makes of these.
    void allowBroadcast(const at::Tensor &a, const at::Tensor &b) const;
    [[noreturn]] void refuse(std::string why) const { throw BadNode{std::move(why)}; }

private:
    const OnnxAttribute *find(const char *name) const;
    const OnnxAttribute *find(const char *name, OnnxAttribute::Kind kind) const;

    const OnnxNode &m_node;
    std::int64_t m_opset;
    const Placement &m_placement;
    Tensors m_inputs;
    std::int64_t m_mostElements;
};

using OnnxOperator = Tensors (*)(const OnnxCall &call);

/// A row for each operator.
struct OnnxOperatorRow {
    const char *name;
    OnnxOperator run;
};

// To add an operator: a function and a row in one of these.
std::span<const OnnxOperatorRow> arithmeticOperators();
std::span<const OnnxOperatorRow> convolutionOperators();
std::span<const OnnxOperatorRow> indexOperators();
std::span<const OnnxOperatorRow> productOperators();
std::span<const OnnxOperatorRow> reductionOperators();
std::span<const OnnxOperatorRow> resizeOperators();
std::span<const OnnxOperatorRow> shapeOperators();

/// A constant of a file as a tensor: floating-point numbers in the placement's type and, but for single numbers, on its
/// device; whole numbers on the CPU, where shapes are computed. A copy.
at::Tensor placedConstant(const TensorView &view, const Placement &placement);
c10::ScalarType torchType(DType type, const Placement &placement);
/// The type of ONNX's number for it, floating-point ones as the placement has them. Throws BadNode.
c10::ScalarType torchTypeOf(std::int64_t onnxType, const Placement &placement);

}  // namespace dank
