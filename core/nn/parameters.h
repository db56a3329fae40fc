#pragma once

// Internal to core/nn.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/weights/safetensors.h"

namespace dank {

/// A convolution with its batch-norm folded in: y = conv(x, weight) + bias.
struct FoldedConvolution {
    std::vector<float> weight;  ///< [outputs, inputs, kernel height, kernel width]
    std::vector<float> bias;    ///< [outputs]
};

/// Where a network takes its parameters from: a safetensors file, or seeded random numbers. A network asks for all it
/// needs and then calls check(), so that everything wrong with a file is told at once.
class ParameterSource {
public:
    /// `file` empty: random. Throws what openSafetensors() throws.
    ParameterSource(const std::filesystem::path &file, std::uint64_t seed);

    bool isRandom() const { return !m_file; }

    /// `<name>.conv.weight` with `<name>.bn.*` folded in, in double precision, rounded to float once. Random: weights
    /// of variance 2 / fan-in (He et al. 2015; uniform, which is quicker than normal and serves as well), batch-norm
    /// at identity; the numbers depend on the seed and the name alone.
    /// After a problem the result is empty; see check().
    FoldedConvolution convolutionBatchNorm(const std::string &name, int inputs, int outputs, int kernelHeight,
                                           int kernelWidth, double epsilon);

    /// Throws Error{Weights} that lists, by name, what was missing, of another shape or not finite.
    void check(const std::string &networkTitle) const;

private:
    std::vector<float> read(const std::string &name, const std::vector<std::int64_t> &shape);

    std::optional<TensorFile> m_file;
    std::uint64_t m_seed;
    std::vector<std::string> m_problems;
};

}  // namespace dank
