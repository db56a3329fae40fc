#pragma once

// Internal to core/nn.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/network_changes.h"
#include "core/nn/networks/backbone.h"
#include "core/weights/tensor_file.h"

namespace dank {

/// The numbers of a convolution, batch-norm folded in: y = conv(x, weight) + bias; or of a fully connected layer.
struct FoldedConvolution {
    std::vector<float> weight;  ///< [outputs, inputs / groups, kernel height, kernel width], or [outputs, inputs]
    std::vector<float> bias;    ///< [outputs], or empty for none
    std::string name = {};      ///< the convolution's, under which what fine-tuning makes of it is kept
};

/// Variance × fan-in of random weights: what keeps the size of the activations.
inline constexpr double kReluGain = 2;    ///< ReLU follows (He et al. 2015)
inline constexpr double kLinearGain = 1;  ///< nothing follows

/// Where a network takes its parameters from: a file's tensors, or seeded random numbers. A network asks for all it
/// needs and then calls check(), so that everything wrong with a file is told at once.
class ParameterSource {
public:
    static ParameterSource fromFile(TensorFile file);
    static ParameterSource random(std::uint64_t seed);
    /// Looks for names and shapes in a file and gives nothing; the network that it builds cannot be used.
    static ParameterSource matcher(TensorFile file);

    bool isRandom() const { return m_mode == Mode::Random; }

    /// `<convolution>.weight` with the batch-norm `<norm>.weight`, `.bias`, `.running_mean`, `.running_var` folded in,
    /// in double precision, rounded to float once. `shape` is the weight's. Random: uniform (quicker than normal, and
    /// serves as well) of variance gain / fan-in, batch-norm at identity; the numbers depend on the seed and the name
    /// alone. After a problem the result is empty; see check().
    FoldedConvolution convolutionBatchNorm(const std::string &convolution, const std::string &norm,
                                           const std::vector<std::int64_t> &shape, double epsilon,
                                           double gain = kReluGain);
    /// `<name>.weight` alone. The same of random numbers and problems.
    FoldedConvolution convolution(const std::string &name, const std::vector<std::int64_t> &shape,
                                  double gain = kReluGain);
    /// `<name>.weight` and `<name>.bias`; a random bias is 0. The same of random numbers and problems.
    FoldedConvolution withBias(const std::string &name, const std::vector<std::int64_t> &shape,
                               double gain = kReluGain);

    /// Another name under which files hold `name` (without ".weight"), its numbers in the same order in whatever shape.
    void alias(const std::string &name, const std::string &other) { m_aliases[name] = other; }

    /// Has what those tensors say take the place of what file or seed say: of "<name>.weight" and "<name>.bias", batch-
    /// norm folded in. One that is never asked for, or of another shape, is a problem. They must outlive this.
    void change(const NetworkChanges &changes);

    /// What is wrong with the file so far, by name: missing, of another shape or type, not finite. Empty: nothing.
    const std::vector<std::string> &problems() const { return m_problems; }
    /// Throws Error{Weights} that lists the problems, and a few tensors that the file holds and nobody asked for.
    void check(const std::string &networkTitle) const;
    /// Every parameter asked for so far; in mode Random none.
    const std::vector<ParameterShape> &asked() const { return m_asked; }

private:
    enum class Mode { File, Random, Match };
    explicit ParameterSource(Mode mode) : m_mode(mode) {}

    bool takeChanged(const std::string &name, const std::vector<std::int64_t> &shape, FoldedConvolution &result);
    std::vector<float> read(const std::string &name, const std::vector<std::int64_t> &shape);
    const TensorView *find(const std::string &name, bool &reshaped) const;
    std::vector<std::string> unexpected() const;
    std::vector<float> readFinite(const std::string &name, const std::vector<std::int64_t> &shape);
    std::vector<float> randomWeight(const std::string &name, const std::vector<std::int64_t> &shape, double gain) const;

    Mode m_mode;
    std::optional<TensorFile> m_file;  ///< set in modes File and Match
    std::string m_prefix;              ///< of every name in the file, as torch.nn.DataParallel's "module."
    std::map<std::string, std::string> m_aliases;
    std::uint64_t m_seed = 0;
    std::map<std::string, const NetworkChanges::Tensor *> m_changes;  ///< those that were not asked for yet
    std::vector<std::string> m_problems;
    std::vector<ParameterShape> m_asked;
};

}  // namespace dank
