#pragma once

// Internal to core/nn. Includes LibTorch.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/base/job.h"
#include "core/nn/networks/network.h"
#include "core/nn/onnx/onnx_file.h"

namespace dank {

/// A graph made ready to run: its nodes in order, its constants as tensors on the device, what follows from constants
/// alone computed already, and steps made quick as prepareSteps() does. Immutable, thread-safe.
class OnnxInterpreter {
public:
    /// Floating-point tensors take the placement's type. Throws Error{Weights} that names the file and the node: an
    /// operator that is not known, a value that no node before gives (so also a cycle), a value given twice, an `If`
    /// whose condition is no constant.
    OnnxInterpreter(const OnnxFile &file, const Placement &placement);
    ~OnnxInterpreter();
    OnnxInterpreter(const OnnxInterpreter &) = delete;
    OnnxInterpreter &operator=(const OnnxInterpreter &) = delete;

    const std::vector<OnnxValue> &inputs() const;
    const std::vector<OnnxValue> &outputs() const;
    /// How many a run takes; nodes that are taken together count as one.
    std::size_t steps() const;

    /// As many as inputs(), of types and shapes that fit the graph; sides that the file leaves open may differ from run
    /// to run. Values are let go after their last use. Throws Error{Weights} that names the node whose inputs do not
    /// fit, Error{Memory}, and Cancelled between two nodes. Call it in inference mode.
    std::vector<at::Tensor> run(std::vector<at::Tensor> inputs, const CancelToken &cancel) const;

private:
    struct Program;
    std::unique_ptr<const Program> m_program;
};

/// The names of ONNX's operators that are known.
std::vector<std::string> knownOnnxOperators();

}  // namespace dank
