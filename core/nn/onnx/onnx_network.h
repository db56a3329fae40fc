#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/job.h"
#include "core/nn/onnx/onnx_file.h"

namespace dank {

class OnnxInterpreter;

/// Numbers in row-major order.
struct NumberArray {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// A network of one input and one output, from an ONNX file, in float32 on the CPU. Immutable, thread-safe.
class OnnxNetwork {
public:
    /// Throws Error{Weights} that names what it is about: an operator that is not known, more inputs than one, a graph
    /// that is not in order.
    explicit OnnxNetwork(const OnnxFile &file);
    ~OnnxNetwork();

    /// On as many threads as setIntraOpThreads() gave the calling one. Throws Error{Weights} for a shape that does not
    /// fit, Error{Memory}, Cancelled.
    NumberArray run(const NumberArray &input, const CancelToken &cancel) const;

    /// How many a run takes: of the graph's nodes those that are not computed while loading, and nodes that are taken
    /// together as one.
    std::size_t steps() const;

private:
    std::unique_ptr<const OnnxInterpreter> m_interpreter;
    std::filesystem::path m_path;
};

}  // namespace dank
