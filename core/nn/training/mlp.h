#pragma once

// Internal to core/nn.

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/learn/train_config.h"
#include "core/nn/training/products.h"

namespace dank {

/// Where one linear layer lies in a flat parameter buffer (TrainingState describes the order).
struct LayerSlice {
    int inputs = 0;
    int outputs = 0;
    std::size_t weight = 0;  ///< offset of [outputs, inputs]
    std::size_t bias = 0;    ///< offset of [outputs]
};

/// The layers columns -> hidden… -> 1. With `layerNorm` its scale and shift, [columns] each, come before them.
std::vector<LayerSlice> layerSlices(int columns, std::span<const int> hidden, bool layerNorm);
std::size_t parameterCount(std::span<const LayerSlice> layers);

/// Forward and backward pass of the perceptron on preallocated buffers, on the calling thread's intra-op threads
/// (setIntraOpThreads()); for any number of them the same result, to the bit. Not thread-safe.
class Mlp {
public:
    /// `batch`: the most rows a pass. `leastDropped`: hidden layers narrower than that are left alone by dropout.
    Mlp(int columns, std::span<const int> hidden, bool layerNorm, OutputActivation output, double dropout, int batch,
        int leastDropped = 0);

    std::size_t parameterCount() const { return m_parameterCount; }
    int batch() const { return m_batch; }

    /// The next pass's input, [batch, columns]: write the rows here.
    std::span<float> input() { return m_input; }

    /// The answers for the first `rows` rows of the input, [rows]. `dropout` draws the masks; nullptr: dropout off.
    std::span<const float> forward(std::span<const float> parameters, int rows, Random *dropout);

    /// The last forward pass's answers before the output's activation, [rows].
    std::span<const float> scores() const;

    /// For the rows of the last forward(): from `slopes` [rows], a loss's gradient with respect to the scores, fills
    /// `gradient` [P] with its gradient with respect to the parameters.
    void backward(std::span<const float> parameters, std::span<const float> slopes, std::span<float> gradient);

private:
    /// Whether the last forward pass dropped some of what that layer gave.
    bool dropsAfter(std::size_t layer) const
    {
        return m_drops && layer + 1 < m_layers.size() && m_layers[layer].outputs >= m_leastDropped;
    }
    void applyLayerNorm(std::span<const float> parameters);
    void layerNormGradient(std::span<const float> parameters, std::span<float> gradient) const;

    std::vector<LayerSlice> m_layers;
    bool m_layerNorm;
    OutputActivation m_output;
    double m_dropout;
    int m_columns;
    int m_batch;
    int m_leastDropped;
    int m_rows = 0;         ///< of the last forward pass
    bool m_drops = false;   ///< the last forward pass had dropout on
    float m_keepScale = 1;  ///< of the last forward pass: 1 / keep probability
    std::size_t m_parameterCount = 0;
    PackedRows m_rowsIn;    ///< what goes into the layer at hand
    SparseMatrix m_sparse;  ///< the deltas at hand
    DropoutMask m_mask;     ///< of the layer at hand
    std::vector<float> m_input;
    std::vector<float> m_normalised;                ///< [batch, columns], the input's rows at mean 0 and deviation 1
    std::vector<float> m_scaled;                    ///< [batch, columns], those scaled and shifted
    std::vector<float> m_scores;                    ///< [batch]
    std::vector<std::vector<float>> m_activations;  ///< per layer [batch, outputs], after ReLU and dropout
    std::vector<std::vector<float>> m_deltas;       ///< per layer [batch, outputs], dLoss/d(before activation)
};

}  // namespace dank
