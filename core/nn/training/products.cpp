#include "core/nn/training/products.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/base/vectorised.h"
#include "core/nn/parallel.h"

namespace dank {

namespace {

/// What one instruction handles, at any address.
template <std::size_t N>
struct VectorOf {
    typedef float Type __attribute__((vector_size(N * sizeof(float)), aligned(alignof(float)), may_alias));
};
template <std::size_t N>
using Vector = typename VectorOf<N>::Type;

template <std::size_t N>
DANK_INLINED const Vector<N> &vectorAt(const float *at)
{
    return *reinterpret_cast<const Vector<N> *>(at);
}

/// The sum of a vector's numbers, by halves.
template <std::size_t N>
DANK_INLINED float total(const Vector<N> &values)
{
    if constexpr (N == 2) {
        return values[0] + values[1];
    } else {
        Vector<N / 2> low, high;
        std::memcpy(&low, &values, sizeof low);
        std::memcpy(&high, reinterpret_cast<const char *>(&values) + sizeof low, sizeof high);
        low += high;
        return total<N / 2>(low);
    }
}

// A panel: kPanelRows rows side by side, kStep numbers of each in turn, so that a product reads it from end to end.
// Rows as they lie, thousands of numbers apart, would fight over the same places of the first cache.
constexpr std::size_t kPanelRows = 5;
constexpr std::size_t kStep = 16;

struct Range {
    std::size_t first, last;
};

struct Layer {
    const float *weight;
    const float *bias;
    std::size_t columns, outputs;
};

/// What is left of a product when its sum has come to the last step, which is not a whole one.
DANK_INLINED float finish(float sum, const float *lastStep, const Layer &layer, std::size_t output)
{
    const std::size_t done = layer.columns / kStep * kStep;
    for (std::size_t c = done; c < layer.columns; ++c)
        sum += lastStep[c - done] * layer.weight[output * layer.columns + c];
    return sum + layer.bias[output];
}

/// A panel's products with `Outputs` rows of weights, in sums of N lanes that stay in registers. Writes the first
/// `rows`.
template <std::size_t N, std::size_t Outputs>
DANK_INLINED void multiplyTile(const float *panel, std::size_t rows, const Layer &layer, std::size_t firstOutput,
                               float *out)
{
    const std::size_t columns = layer.columns;
    const float *const weight = layer.weight + firstOutput * columns;
    Vector<N> sums[kPanelRows][Outputs] = {};
    std::size_t c = 0;
    for (; c + kStep <= columns; c += kStep, panel += kPanelRows * kStep) {
#pragma GCC unroll 8
        for (std::size_t part = 0; part < kStep; part += N) {
            Vector<N> weights[Outputs];
#pragma GCC unroll 8
            for (std::size_t o = 0; o < Outputs; ++o)
                weights[o] = vectorAt<N>(weight + o * columns + c + part);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kPanelRows; ++r) {
                const Vector<N> values = vectorAt<N>(panel + r * kStep + part);
#pragma GCC unroll 8
                for (std::size_t o = 0; o < Outputs; ++o)
                    sums[r][o] += values * weights[o];
            }
        }
    }
    for (std::size_t r = 0; r < std::min(rows, kPanelRows); ++r)
        for (std::size_t o = 0; o < Outputs; ++o)
            out[r * layer.outputs + firstOutput + o] =
                finish(total<N>(sums[r][o]), panel + r * kStep, layer, firstOutput + o);
}

/// `outputs` of all rows.
template <std::size_t N, std::size_t Outputs>
DANK_INLINED void multiply(const float *panels, std::size_t rows, const Layer &layer, Range outputs, float *out)
{
    const std::size_t size = (layer.columns + kStep - 1) / kStep * kStep * kPanelRows;
    std::size_t o = outputs.first;
    for (; o + Outputs <= outputs.last; o += Outputs)
        for (std::size_t r = 0; r < rows; r += kPanelRows)
            multiplyTile<N, Outputs>(panels + r / kPanelRows * size, rows - r, layer, o, out + r * layer.outputs);
    for (; o < outputs.last; ++o)
        for (std::size_t r = 0; r < rows; r += kPanelRows)
            multiplyTile<N, 1>(panels + r / kPanelRows * size, rows - r, layer, o, out + r * layer.outputs);
}

/// Some rows' products with one row of weights, summed in the order of multiplyTile().
template <std::size_t N, std::size_t Rows>
DANK_INLINED void multiplySome(const float *in, const std::uint32_t *rows, const Layer &layer, std::size_t output,
                               float *out)
{
    const float *row[Rows];
    for (std::size_t r = 0; r < Rows; ++r)
        row[r] = in + rows[r] * layer.columns;
    const float *const weight = layer.weight + output * layer.columns;
    Vector<N> sums[Rows] = {};
    std::size_t c = 0;
    for (; c + kStep <= layer.columns; c += kStep) {
#pragma GCC unroll 8
        for (std::size_t part = c; part < c + kStep; part += N) {
            const Vector<N> weights = vectorAt<N>(weight + part);
#pragma GCC unroll 8
            for (std::size_t r = 0; r < Rows; ++r)
                sums[r] += vectorAt<N>(row[r] + part) * weights;
        }
    }
    for (std::size_t r = 0; r < Rows; ++r)
        out[rows[r] * layer.outputs + output] = finish(total<N>(sums[r]), row[r] + c, layer, output);
}

/// Those of `count` rows, from one to `Most`.
template <std::size_t N, std::size_t Most>
DANK_INLINED void multiplyUpTo(std::size_t count, const float *in, const std::uint32_t *rows, const Layer &layer,
                               std::size_t output, float *out)
{
    if constexpr (Most > 1) {
        if (count < Most)
            return multiplyUpTo<N, Most - 1>(count, in, rows, layer, output, out);
    }
    multiplySome<N, Most>(in, rows, layer, output, out);
}

/// `outputs` of those rows that `mask` keeps, 0 for the others; in lots of one size of up to `Most`.
template <std::size_t N, std::size_t Most>
DANK_INLINED void multiplyKept(const float *in, std::size_t rows, const Layer &layer, Range outputs,
                               const DropoutMask &mask, float *out)
{
    std::vector<std::uint32_t> kept(rows);
    for (std::size_t o = outputs.first; o < outputs.last; ++o) {
        std::size_t count = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            out[r * layer.outputs + o] = 0;
            kept[count] = static_cast<std::uint32_t>(r);
            count += mask.keeps(r * layer.outputs + o);
        }
        std::size_t k = 0;
        for (std::size_t lots = (count + Most - 1) / Most; lots > 0; --lots) {
            const std::size_t lot = (count - k + lots - 1) / lots;
            multiplyUpTo<N, Most>(lot, in, &kept[k], layer, o, out);
            k += lot;
        }
    }
}

using MultiplyAll = void (*)(const float *panels, std::size_t rows, const Layer &layer, Range outputs, float *out);
using MultiplyKept = void (*)(const float *in, std::size_t rows, const Layer &layer, Range outputs,
                              const DropoutMask &mask, float *out);

// As many outputs, or rows, at once as leave room in the registers; and no more than seven rows, which often lie a
// multiple of 4 KB apart: with the weights they take the eight places that the first cache has for such.
void multiplyPlain(const float *panels, std::size_t rows, const Layer &layer, Range outputs, float *out)
{
    multiply<4, 2>(panels, rows, layer, outputs, out);
}

void multiplyKeptPlain(const float *in, std::size_t rows, const Layer &layer, Range outputs, const DropoutMask &mask,
                       float *out)
{
    multiplyKept<4, 4>(in, rows, layer, outputs, mask, out);
}

#if DANK_X86_LEVELS
DANK_V3 void multiplyV3(const float *panels, std::size_t rows, const Layer &layer, Range outputs, float *out)
{
    multiply<8, 2>(panels, rows, layer, outputs, out);
}

DANK_V3 void multiplyKeptV3(const float *in, std::size_t rows, const Layer &layer, Range outputs,
                            const DropoutMask &mask, float *out)
{
    multiplyKept<8, 7>(in, rows, layer, outputs, mask, out);
}

DANK_V4 void multiplyV4(const float *panels, std::size_t rows, const Layer &layer, Range outputs, float *out)
{
    multiply<16, 5>(panels, rows, layer, outputs, out);
}

DANK_V4 void multiplyKeptV4(const float *in, std::size_t rows, const Layer &layer, Range outputs,
                            const DropoutMask &mask, float *out)
{
    multiplyKept<16, 7>(in, rows, layer, outputs, mask, out);
}
#endif

struct Products {
    MultiplyAll all;
    MultiplyKept kept;
};

/// instructionSet()'s.
const Products &products()
{
    static const Products chosen = []() -> Products {
#if DANK_X86_LEVELS
        switch (instructionSet()) {
        case InstructionSet::Avx512: return {multiplyV4, multiplyKeptV4};
        case InstructionSet::Avx2: return {multiplyV3, multiplyKeptV3};
        case InstructionSet::Baseline: break;
        }
#endif
        return {multiplyPlain, multiplyKeptPlain};
    }();
    return chosen;
}

/// forEachPart() over the outputs of a layer, some at a time.
template <typename Part>
void forEachOutputs(std::size_t outputs, std::size_t operations, Part &&part)
{
    constexpr std::size_t kOutputs = 10;
    forEachPart((outputs + kOutputs - 1) / kOutputs, operations, [&](std::size_t i) {
        part(Range{i * kOutputs, std::min((i + 1) * kOutputs, outputs)});
    });
}

// A tile of the dense matrix, [columns, kTile], stays in the first cache (for a hundred columns) while it serves all
// rows of the sparse one, and a row's sums stay in registers.
constexpr std::size_t kTile = 64;

DANK_INLINED void reluDropout(std::span<float> values, std::span<const std::uint64_t> draws, std::uint64_t threshold,
                              float scale)
{
    float *const value = values.data();
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
        const std::uint64_t draw = draws[i / 2];
        value[i] = (draw & 0xffffffffu) < threshold || value[i] <= 0.0f ? 0.0f : value[i] * scale;
        value[i + 1] = (draw >> 32) < threshold || value[i + 1] <= 0.0f ? 0.0f : value[i + 1] * scale;
    }
    if (values.size() % 2 != 0) {
        float &last = values.back();
        last = (draws.back() & 0xffffffffu) < threshold || last <= 0.0f ? 0.0f : last * scale;
    }
}

}  // namespace

void DropoutMask::draw(std::size_t size, double dropout, Random &random)
{
    m_threshold = static_cast<std::uint64_t>(std::llround(dropout * 0x1.0p32));
    m_draws.resize((size + 1) / 2);
    for (std::uint64_t &draw : m_draws)
        draw = random.next();
}

void DropoutMask::apply(std::span<float> values, float scale) const
{
    vectorised<reluDropout>(values, m_draws, m_threshold, scale);
}

void PackedRows::assign(const float *values, std::size_t rows, std::size_t columns)
{
    m_rows = rows;
    m_columns = columns;
    const std::size_t steps = (columns + kStep - 1) / kStep, panels = (rows + kPanelRows - 1) / kPanelRows;
    m_panels.resize(panels * steps * kStep * kPanelRows);
    forEachPart(panels, rows * columns * kMove, [&](std::size_t panel) {
        float *out = &m_panels[panel * steps * kStep * kPanelRows];
        for (std::size_t step = 0; step < steps; ++step) {
            const std::size_t first = step * kStep, count = std::min(kStep, columns - first);
            for (std::size_t row = panel * kPanelRows; row < (panel + 1) * kPanelRows; ++row, out += kStep) {
                const std::size_t copied = row < rows ? count : 0;
                if (copied > 0)
                    std::copy_n(values + row * columns + first, copied, out);
                std::fill(out + copied, out + kStep, 0.0f);
            }
        }
    });
}

void PackedRows::linear(const float *weight, const float *bias, std::size_t outputs, float *out) const
{
    const Layer layer{weight, bias, m_columns, outputs};
    forEachOutputs(outputs, m_rows * m_columns * outputs,
                   [&](Range some) { products().all(m_panels.data(), m_rows, layer, some, out); });
}

void linearKept(const float *in, std::size_t rows, std::size_t columns, const float *weight, const float *bias,
                std::size_t outputs, const DropoutMask &mask, float *out)
{
    const Layer layer{weight, bias, columns, outputs};
    constexpr std::size_t kFewKept = 4;  // of so many outputs one, about
    forEachOutputs(outputs, rows * columns * outputs / kFewKept,
                   [&](Range some) { products().kept(in, rows, layer, some, mask, out); });
}

void SparseMatrix::assign(const float *values, std::size_t rows, std::size_t rowStride, std::size_t columns,
                          std::size_t columnStride)
{
    m_rows = rows;
    m_columns = columns;
    m_counts.assign(rows, 0);
    m_entries.resize(rows * (columns + 1));
    // Without a branch, which would be guessed wrongly again and again; hence a place more than a row has columns.
    const auto add = [&](std::size_t i, std::size_t k) {
        const float value = values[i * rowStride + k * columnStride];
        m_entries[i * (columns + 1) + m_counts[i]] = {static_cast<std::uint32_t>(k), value};
        m_counts[i] += value != 0.0f;
    };
    constexpr std::size_t kRows = 64;
    forEachPart((rows + kRows - 1) / kRows, 3 * rows * columns * kMove, [&](std::size_t part) {
        const std::size_t first = part * kRows, last = std::min(first + kRows, rows);
        if (columnStride == 1) {
            for (std::size_t i = first; i < last; ++i)
                for (std::size_t k = 0; k < columns; ++k)
                    add(i, k);
        } else {
            for (std::size_t k = 0; k < columns; ++k)
                for (std::size_t i = first; i < last; ++i)
                    add(i, k);
        }
    });
}

DANK_INLINED void SparseMatrix::addUp(const float *tile, const SparseMatrix &matrix, float *out, std::size_t stride)
{
    constexpr std::size_t kVector = kTile / 4;
    for (std::size_t i = 0; i < matrix.m_rows; ++i, out += stride) {
        Vector<kVector> sum0{}, sum1{}, sum2{}, sum3{};
        const Entry *entry = &matrix.m_entries[i * (matrix.m_columns + 1)];
        for (const Entry *const end = entry + matrix.m_counts[i]; entry != end; ++entry) {
            const float *const values = tile + entry->column * kTile;
            sum0 += entry->value * vectorAt<kVector>(values);
            sum1 += entry->value * vectorAt<kVector>(values + kVector);
            sum2 += entry->value * vectorAt<kVector>(values + 2 * kVector);
            sum3 += entry->value * vectorAt<kVector>(values + 3 * kVector);
        }
        std::memcpy(out, &sum0, sizeof sum0);
        std::memcpy(out + kVector, &sum1, sizeof sum1);
        std::memcpy(out + 2 * kVector, &sum2, sizeof sum2);
        std::memcpy(out + 3 * kVector, &sum3, sizeof sum3);
    }
}

void SparseMatrix::times(const float *dense, std::size_t width, float *out) const
{
    const std::size_t entries = std::accumulate(m_counts.begin(), m_counts.end(), std::size_t{0});
    forEachPart((width + kTile - 1) / kTile, entries * width, [&](std::size_t part) {
        const std::size_t first = part * kTile, count = std::min(kTile, width - first);
        std::vector<float> tile(m_columns * kTile);
        for (std::size_t k = 0; k < m_columns; ++k)
            std::copy_n(dense + k * width + first, count, &tile[k * kTile]);
        if (count == kTile) {
            vectorised<&SparseMatrix::addUp>(tile.data(), *this, out + first, width);
            return;
        }
        std::vector<float> narrow(m_rows * kTile);
        vectorised<&SparseMatrix::addUp>(tile.data(), *this, narrow.data(), kTile);
        for (std::size_t i = 0; i < m_rows; ++i)
            std::copy_n(&narrow[i * kTile], count, out + i * width + first);
    });
}

}  // namespace dank
