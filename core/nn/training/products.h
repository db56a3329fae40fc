#pragma once

// Internal to core/nn: the perceptron's matrix products. Matrices lie in row-major order without gaps. Work is shared
// among the calling thread's intra-op threads (setIntraOpThreads()); a number's rounding depends neither on how many
// there are nor on what else is computed with it. Not thread-safe.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.h"

namespace dank {

/// Which of a layer's activations dropout discards. Known before the layer is computed, so that what is discarded need
/// not be. Not thread-safe while it is drawn.
class DropoutMask {
public:
    /// Draws for `size` activations, each discarded with probability `dropout`.
    void draw(std::size_t size, double dropout, Random &random);

    /// Whether activation `i` stays. One draw serves two, its low half the first.
    bool keeps(std::size_t i) const { return (m_draws[i / 2] >> (i % 2 * 32) & 0xffffffffu) >= m_threshold; }

    /// ReLU, then inverted dropout: discarded values become 0, the others are multiplied by `scale`. NaN passes ReLU.
    void apply(std::span<float> values, float scale) const;

private:
    std::vector<std::uint64_t> m_draws;
    std::uint64_t m_threshold = 0;
};

/// The rows that go into a linear layer, packed as its product reads them.
class PackedRows {
public:
    /// Copies `values` [rows, columns].
    void assign(const float *values, std::size_t rows, std::size_t columns);

    /// The layer: out [rows, outputs] = these · weightᵀ + bias, with weight [outputs, columns] and bias [outputs].
    void linear(const float *weight, const float *bias, std::size_t outputs, float *out) const;

private:
    std::size_t m_rows = 0, m_columns = 0;
    std::vector<float> m_panels;
};

/// The same layer where `mask`, of rows × outputs, keeps few of its outputs: those to the same bits as linear(), 0 for
/// the others. in [rows, columns] is read as it lies, since each of its rows is wanted by few outputs.
void linearKept(const float *in, std::size_t rows, std::size_t columns, const float *weight, const float *bias,
                std::size_t outputs, const DropoutMask &mask, float *out);

/// A matrix of which only the numbers that are not zero are kept. Of a layer's deltas, ReLU and dropout p leave about
/// (1 - p) / 2: a product needs a tenth of the operations at the paper's dropout of 0.8, and two fifths at 0.2.
class SparseMatrix {
public:
    /// Takes `rows` × `columns` numbers: the one at (i, k) is values[i × rowStride + k × columnStride].
    void assign(const float *values, std::size_t rows, std::size_t rowStride, std::size_t columns,
                std::size_t columnStride);

    /// out [rows, width] = this · dense, with dense [columns, width]. Sums run over the columns in order; what meets a
    /// zero in `dense` does not count, finite or not.
    void times(const float *dense, std::size_t width, float *out) const;

private:
    struct Entry {
        std::uint32_t column;
        float value;
    };
    static void addUp(const float *tile, const SparseMatrix &matrix, float *out, std::size_t stride);

    std::size_t m_rows = 0, m_columns = 0;
    std::vector<std::uint32_t> m_counts;  ///< entries in each row
    std::vector<Entry> m_entries;         ///< row i's from i × (columns + 1) on
};

}  // namespace dank
