#include "core/nn/mlp.h"

#include <cmath>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"

namespace dank {

namespace {

/// A tensor over memory that we own. LibTorch has no const tensors; callers only read through this one.
at::Tensor matrix(const float *data, std::int64_t rows, std::int64_t columns)
{
    return at::from_blob(const_cast<float *>(data), {rows, columns}, at::TensorOptions().dtype(at::kFloat));
}

at::Tensor vectorOf(const float *data, std::int64_t size)
{
    return at::from_blob(const_cast<float *>(data), {size}, at::TensorOptions().dtype(at::kFloat));
}

/// ReLU that lets NaN through, so that a diverged network shows in its loss.
void relu(std::span<float> values)
{
    for (float &value : values)
        value = value <= 0.0f ? 0.0f : value;
}

/// ReLU, then inverted dropout: a value survives with probability 1 - drop and is scaled by `scale`.
void reluDropout(std::span<float> values, double drop, float scale, Random &random)
{
    const auto threshold = static_cast<std::uint64_t>(std::llround(drop * 0x1.0p32));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        bits = i % 2 == 0 ? random.next() : bits >> 32;  // each draw serves two values
        const bool dropped = (bits & 0xffffffffu) < threshold;
        const float value = values[i];
        values[i] = dropped || value <= 0.0f ? 0.0f : value * scale;
    }
}

}  // namespace

std::vector<LayerSlice> layerSlices(int columns, std::span<const int> hidden)
{
    std::vector<LayerSlice> layers;
    std::size_t offset = 0;
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

Mlp::Mlp(int columns, std::span<const int> hidden, OutputActivation output, double dropout, int batch)
    : m_layers(layerSlices(columns, hidden)), m_output(output), m_dropout(dropout), m_columns(columns),
      m_batch(batch), m_parameterCount(dank::parameterCount(m_layers)),
      m_input(static_cast<std::size_t>(batch) * static_cast<std::size_t>(columns))
{
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
    const c10::InferenceMode guard;
    m_rows = rows;
    const bool drops = dropout != nullptr && m_dropout > 0;
    m_keepScale = drops ? static_cast<float>(1.0 / (1.0 - m_dropout)) : 1.0f;

    const float *in = m_input.data();
    for (std::size_t l = 0; l < m_layers.size(); ++l) {
        const LayerSlice &layer = m_layers[l];
        float *out = m_activations[l].data();
        at::Tensor result = matrix(out, rows, layer.outputs);
        at::addmm_out(result, vectorOf(&parameters[layer.bias], layer.outputs), matrix(in, rows, layer.inputs),
                      matrix(&parameters[layer.weight], layer.outputs, layer.inputs).t());
        const std::span<float> values(out, static_cast<std::size_t>(rows) * static_cast<std::size_t>(layer.outputs));
        if (l + 1 < m_layers.size()) {
            if (drops)
                reluDropout(values, m_dropout, m_keepScale, *dropout);
            else
                relu(values);
        } else if (m_output == OutputActivation::Sigmoid) {
            for (float &value : values)
                value = static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(value))));
        }
        in = out;
    }
    return std::span<const float>(m_activations.back()).first(static_cast<std::size_t>(rows));
}

double Mlp::backward(std::span<const float> parameters, std::span<const float> targets, std::span<float> gradient)
{
    if (parameters.size() != m_parameterCount || gradient.size() != m_parameterCount ||
        targets.size() != static_cast<std::size_t>(m_rows))
        throw Error(ErrorKind::Shape, "Mlp::backward: parameters, targets or gradient do not fit the network.");
    const c10::InferenceMode guard;
    const int rows = m_rows;

    double squares = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const float answer = m_activations.back()[i];
        const float error = answer - targets[i];
        squares += static_cast<double>(error) * error;
        const float slope = m_output == OutputActivation::Sigmoid ? answer * (1.0f - answer) : 1.0f;
        m_deltas.back()[i] = 2.0f * error * slope / static_cast<float>(rows);
    }

    for (std::size_t l = m_layers.size(); l-- > 0;) {
        const LayerSlice &layer = m_layers[l];
        const float *in = l == 0 ? m_input.data() : m_activations[l - 1].data();
        const at::Tensor delta = matrix(m_deltas[l].data(), rows, layer.outputs);

        at::Tensor weightGradient = matrix(&gradient[layer.weight], layer.outputs, layer.inputs);
        at::mm_out(weightGradient, delta.t(), matrix(in, rows, layer.inputs));

        const std::span<float> biasGradient = gradient.subspan(layer.bias, static_cast<std::size_t>(layer.outputs));
        std::fill(biasGradient.begin(), biasGradient.end(), 0.0f);
        const float *row = m_deltas[l].data();
        for (int r = 0; r < rows; ++r, row += layer.outputs) {
            for (std::size_t i = 0; i < biasGradient.size(); ++i)
                biasGradient[i] += row[i];
        }

        if (l == 0)
            break;
        at::Tensor below = matrix(m_deltas[l - 1].data(), rows, layer.inputs);
        at::mm_out(below, delta, matrix(&parameters[layer.weight], layer.outputs, layer.inputs));
        // An activation is zero exactly where ReLU or dropout blocked it.
        const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(layer.inputs);
        float *deltas = m_deltas[l - 1].data();
        const float *activations = m_activations[l - 1].data();
        for (std::size_t i = 0; i < size; ++i)
            deltas[i] = activations[i] == 0.0f ? 0.0f : deltas[i] * m_keepScale;
    }
    return squares;
}

void adamStep(std::span<float> parameters, std::span<float> firstMoment, std::span<float> secondMoment,
              std::span<const float> gradient, std::int64_t step, double learningRate, double weightDecay)
{
    constexpr double kBeta1 = 0.9;
    constexpr double kBeta2 = 0.999;
    constexpr float kEpsilon = 1e-8f;
    // In double until the last moment: 1.0f - 0.999f is off by 5e-5 of itself.
    const auto beta1 = static_cast<float>(kBeta1);
    const auto beta2 = static_cast<float>(kBeta2);
    const auto rest1 = static_cast<float>(1.0 - kBeta1);
    const auto rest2 = static_cast<float>(1.0 - kBeta2);
    const auto count = static_cast<double>(step);
    const auto stepSize = static_cast<float>(learningRate / (1.0 - std::pow(kBeta1, count)));
    const auto rootCorrection = static_cast<float>(std::sqrt(1.0 - std::pow(kBeta2, count)));
    const auto decay = static_cast<float>(1.0 - learningRate * weightDecay);

    float *p = parameters.data();
    float *m = firstMoment.data();
    float *v = secondMoment.data();
    const float *g = gradient.data();
    const std::size_t size = parameters.size();
    for (std::size_t i = 0; i < size; ++i) {
        m[i] = beta1 * m[i] + rest1 * g[i];
        v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
        p[i] = decay * p[i] - stepSize * (m[i] / (std::sqrt(v[i]) / rootCorrection + kEpsilon));
    }
}

FlushDenormals::FlushDenormals()
{
    at::globalContext().setFlushDenormal(true);
}

FlushDenormals::~FlushDenormals()
{
    at::globalContext().setFlushDenormal(false);
}

}  // namespace dank
