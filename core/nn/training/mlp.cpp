#include "core/nn/training/mlp.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/model/layer_norm.h"
#include "core/nn/parallel.h"
#include "core/nn/training/trainer.h"

namespace dank {

namespace {

/// From here on it is quicker to compute only what dropout leaves (tests/bench/bench_trainer).
constexpr double kSparseDropout = 0.7;

/// ReLU that lets NaN through, so that a diverged network shows in its loss.
void relu(std::span<float> values)
{
    for (float &value : values)
        value = value <= 0.0f ? 0.0f : value;
}

}  // namespace

std::vector<LayerSlice> layerSlices(int columns, std::span<const int> hidden, bool layerNorm)
{
    std::vector<LayerSlice> layers;
    std::size_t offset = layerNorm ? 2 * static_cast<std::size_t>(columns) : 0;
    int inputs = columns;
    const auto add = [&](int outputs) {
        LayerSlice layer{inputs, outputs, offset, 0};
        layer.bias = layer.weight + static_cast<std::size_t>(inputs) * static_cast<std::size_t>(outputs);
        offset = layer.bias + static_cast<std::size_t>(outputs);
        layers.push_back(layer);
        inputs = outputs;
    };
    for (int outputs : hidden)
        add(outputs);
    add(1);
    return layers;
}

std::size_t parameterCount(std::span<const LayerSlice> layers)
{
    return layers.empty() ? 0 : layers.back().bias + static_cast<std::size_t>(layers.back().outputs);
}

void setNetwork(Model &model, std::span<const float> parameters, int columns, const TrainConfig &config)
{
    const std::vector<LayerSlice> slices = layerSlices(columns, config.hidden, config.layerNorm);
    if (parameters.size() != parameterCount(slices)) {
        throw Error(ErrorKind::Shape, "A network of " + std::to_string(parameterCount(slices))
                                          + " parameters was given " + std::to_string(parameters.size()) + ".");
    }
    model.layers.clear();
    for (const LayerSlice &slice : slices) {
        const auto weight = parameters.subspan(slice.weight, slice.bias - slice.weight);
        const auto bias = parameters.subspan(slice.bias, static_cast<std::size_t>(slice.outputs));
        model.layers.push_back(
            {slice.inputs, slice.outputs, {weight.begin(), weight.end()}, {bias.begin(), bias.end()}});
    }
    model.output = config.output;
    const std::size_t size = config.layerNorm ? static_cast<std::size_t>(columns) : 0;
    const std::span<const float> scale = parameters.first(size), shift = parameters.subspan(size, size);
    model.normScale.assign(scale.begin(), scale.end());
    model.normShift.assign(shift.begin(), shift.end());
}

Mlp::Mlp(int columns, std::span<const int> hidden, bool layerNorm, OutputActivation output, double dropout, int batch,
         int leastDropped)
    : m_layers(layerSlices(columns, hidden, layerNorm)), m_layerNorm(layerNorm), m_output(output), m_dropout(dropout),
      m_columns(columns), m_batch(batch), m_leastDropped(leastDropped),
      m_parameterCount(dank::parameterCount(m_layers)),
      m_input(static_cast<std::size_t>(batch) * static_cast<std::size_t>(columns)),
      m_scores(static_cast<std::size_t>(batch))
{
    if (layerNorm) {
        m_normalised.resize(m_input.size());
        m_scaled.resize(m_input.size());
    }
    for (const LayerSlice &layer : m_layers) {
        const std::size_t size = static_cast<std::size_t>(batch) * static_cast<std::size_t>(layer.outputs);
        m_activations.emplace_back(size);
        m_deltas.emplace_back(size);
    }
}

std::span<const float> Mlp::forward(std::span<const float> parameters, int rows, Random *dropout)
{
    if (parameters.size() != m_parameterCount || rows < 1 || rows > m_batch)
        throw Error(ErrorKind::Shape, "Mlp::forward: the parameters or rows do not fit the network.");
    m_rows = rows;
    m_drops = dropout != nullptr && m_dropout > 0;
    m_keepScale = m_drops ? static_cast<float>(1.0 / (1.0 - m_dropout)) : 1.0f;

    if (m_layerNorm)
        applyLayerNorm(parameters);
    const float *in = m_layerNorm ? m_scaled.data() : m_input.data();
    for (std::size_t l = 0; l < m_layers.size(); ++l) {
        const LayerSlice &layer = m_layers[l];
        float *out = m_activations[l].data();
        const std::span<float> values(out, static_cast<std::size_t>(rows) * static_cast<std::size_t>(layer.outputs));
        const bool last = l + 1 == m_layers.size();
        const bool masked = dropsAfter(l);
        if (masked)
            m_mask.draw(values.size(), m_dropout, *dropout);
        const float *const weight = &parameters[layer.weight], *const bias = &parameters[layer.bias];
        const auto count = static_cast<std::size_t>(rows), inputs = static_cast<std::size_t>(layer.inputs),
                   outputs = static_cast<std::size_t>(layer.outputs);
        if (masked && m_dropout >= kSparseDropout) {
            linearKept(in, count, inputs, weight, bias, outputs, m_mask, out);
        } else {
            m_rowsIn.assign(in, count, inputs);
            m_rowsIn.linear(weight, bias, outputs, out);
        }
        if (masked) {
            m_mask.apply(values, m_keepScale);
        } else if (!last) {
            relu(values);
        } else {
            std::copy(values.begin(), values.end(), m_scores.begin());
            if (m_output == OutputActivation::Sigmoid)
                for (float &value : values)
                    value = static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(value))));
        }
        in = out;
    }
    return std::span<const float>(m_activations.back()).first(static_cast<std::size_t>(rows));
}

std::span<const float> Mlp::scores() const
{
    return std::span(m_scores).first(static_cast<std::size_t>(m_rows));
}

void Mlp::backward(std::span<const float> parameters, std::span<const float> slopes, std::span<float> gradient)
{
    if (parameters.size() != m_parameterCount || gradient.size() != m_parameterCount
        || slopes.size() != static_cast<std::size_t>(m_rows))
        throw Error(ErrorKind::Shape, "Mlp::backward: parameters, loss or gradient do not fit the network.");
    const auto rows = static_cast<std::size_t>(m_rows);
    std::copy(slopes.begin(), slopes.end(), m_deltas.back().begin());

    for (std::size_t l = m_layers.size(); l-- > 0;) {
        const LayerSlice &layer = m_layers[l];
        const auto inputs = static_cast<std::size_t>(layer.inputs), outputs = static_cast<std::size_t>(layer.outputs);
        const float *first = m_layerNorm ? m_normalised.data() : m_input.data();  // layerNormGradient() knows
        const float *in = l == 0 ? first : m_activations[l - 1].data();
        const float *delta = m_deltas[l].data();

        m_sparse.assign(delta, outputs, 1, rows, outputs);
        m_sparse.times(in, inputs, &gradient[layer.weight]);

        const std::span<float> biasGradient = gradient.subspan(layer.bias, outputs);
        std::fill(biasGradient.begin(), biasGradient.end(), 0.0f);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < outputs; ++i)
                biasGradient[i] += delta[r * outputs + i];

        if (l == 0)
            break;
        m_sparse.assign(delta, rows, outputs, outputs, 1);
        m_sparse.times(&parameters[layer.weight], inputs, m_deltas[l - 1].data());
        // An activation is zero exactly where ReLU or dropout blocked it.
        const float keepScale = dropsAfter(l - 1) ? m_keepScale : 1.0f;
        forEachPart(rows, rows * inputs * kMove,
                    [&, below = m_deltas[l - 1].data(), activations = m_activations[l - 1].data()](std::size_t r) {
                        for (std::size_t i = r * inputs; i < (r + 1) * inputs; ++i)
                            below[i] = activations[i] == 0.0f ? 0.0f : below[i] * keepScale;
                    });
    }
    if (m_layerNorm)
        layerNormGradient(parameters, gradient);
}

void Mlp::applyLayerNorm(std::span<const float> parameters)
{
    const auto columns = static_cast<std::size_t>(m_columns);
    const float *scale = parameters.data();
    const float *shift = scale + columns;
    for (std::size_t row = 0; row < static_cast<std::size_t>(m_rows); ++row) {
        const std::span<float> normalised = std::span(m_normalised).subspan(row * columns, columns);
        normaliseRow(std::span<const float>(m_input).subspan(row * columns, columns), normalised);
        float *out = &m_scaled[row * columns];
        for (std::size_t c = 0; c < columns; ++c)
            out[c] = normalised[c] * scale[c] + shift[c];
    }
}

/// `gradient` holds the first layer's as if the normalised rows n had been its input, G = delta' n. It saw
/// y = scale n + shift, so with weights W and bias gradient b: dW = scale G + b shift', dscale = sum W G over the
/// outputs, dshift = W' b. That saves the product of delta and W.
void Mlp::layerNormGradient(std::span<const float> parameters, std::span<float> gradient) const
{
    const auto columns = static_cast<std::size_t>(m_columns);
    const LayerSlice &layer = m_layers.front();
    const float *scale = parameters.data();
    const float *shift = scale + columns;
    float *scaleGradient = gradient.data();
    float *shiftGradient = scaleGradient + columns;
    std::fill(scaleGradient, shiftGradient + columns, 0.0f);
    for (std::size_t o = 0; o < static_cast<std::size_t>(layer.outputs); ++o) {
        const float *weight = &parameters[layer.weight + o * columns];
        float *slopes = &gradient[layer.weight + o * columns];
        const float bias = gradient[layer.bias + o];
        for (std::size_t c = 0; c < columns; ++c) {
            scaleGradient[c] += weight[c] * slopes[c];
            shiftGradient[c] += weight[c] * bias;
            slopes[c] = scale[c] * slopes[c] + bias * shift[c];
        }
    }
}

}  // namespace dank
