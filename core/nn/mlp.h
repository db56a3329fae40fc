#pragma once

// Internal to core/nn.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/data/train_config.h"

namespace dank {

/// Where one linear layer lies in a flat parameter buffer (TrainingState describes the order).
struct LayerSlice {
    int inputs = 0;
    int outputs = 0;
    std::size_t weight = 0;  ///< offset of [outputs, inputs]
    std::size_t bias = 0;    ///< offset of [outputs]
};

/// The layers columns -> hidden… -> 1.
std::vector<LayerSlice> layerSlices(int columns, std::span<const int> hidden);
std::size_t parameterCount(std::span<const LayerSlice> layers);

/// Forward and backward pass of the perceptron on preallocated buffers. The products are LibTorch's; the rest is plain
/// loops. Not thread-safe.
class Mlp {
public:
    /// `batch`: the most rows a pass.
    Mlp(int columns, std::span<const int> hidden, OutputActivation output, double dropout, int batch);

    std::size_t parameterCount() const { return m_parameterCount; }
    int batch() const { return m_batch; }

    /// The next pass's input, [batch, columns]: write the rows here.
    std::span<float> input() { return m_input; }

    /// The answers for the first `rows` rows of the input, [rows]. `dropout` draws the masks; nullptr: dropout off.
    std::span<const float> forward(std::span<const float> parameters, int rows, Random *dropout);

    /// For the rows of the last forward(): fills `gradient` [P] with the gradient of the mean squared error against
    /// `targets` [rows] and returns the sum (not mean) of squared errors.
    double backward(std::span<const float> parameters, std::span<const float> targets, std::span<float> gradient);

private:
    std::vector<LayerSlice> m_layers;
    OutputActivation m_output;
    double m_dropout;
    int m_columns;
    int m_batch;
    int m_rows = 0;              ///< of the last forward pass
    float m_keepScale = 1;       ///< of the last forward pass: 1 / keep probability
    std::size_t m_parameterCount = 0;
    std::vector<float> m_input;
    std::vector<std::vector<float>> m_activations;  ///< per layer [batch, outputs], after ReLU and dropout
    std::vector<std::vector<float>> m_deltas;       ///< per layer [batch, outputs], dLoss/d(before activation)
};

/// One step of Adam (Kingma & Ba 2015; beta 0.9 and 0.999, epsilon 1e-8) with decoupled weight decay (Loshchilov &
/// Hutter 2019), as torch.optim.AdamW computes it. `step` counts from 1. All spans are [P].
void adamStep(std::span<float> parameters, std::span<float> firstMoment, std::span<float> secondMoment,
              std::span<const float> gradient, std::int64_t step, double learningRate, double weightDecay);

/// While alive, this thread treats numbers too small for a normal float as zero: the moments of units that died decay
/// into that range and would cost a hundred times a normal operation.
class FlushDenormals {
public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals &) = delete;
    FlushDenormals &operator=(const FlushDenormals &) = delete;
};

}  // namespace dank
