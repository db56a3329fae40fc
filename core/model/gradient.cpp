#include "core/model/gradient.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/model/layer_norm.h"
#include "core/model/predict.h"

namespace dank {

namespace {

using Row = std::vector<double>;

Row through(const DenseLayer &layer, const Row &in)
{
    Row out(layer.bias.begin(), layer.bias.end());
    const float *weight = layer.weight.data();
    for (double &sum : out)
        for (const double value : in)
            sum += value * *weight++;
    return out;
}

/// Of sums over the inputs, from that of the layer's outputs.
Row backThrough(const DenseLayer &layer, const Row &slope)
{
    Row in(static_cast<std::size_t>(layer.inputs));
    const float *weight = layer.weight.data();
    for (const double each : slope)
        for (double &sum : in)
            sum += each * *weight++;
    return in;
}

/// Of layer normalisation with its scale, by its input: with y the normalised row and g = scale · slope, it is
/// (g - mean(g) - y · mean(g · y)) / deviation.
Row backThroughNorm(const Row &in, const std::vector<float> &scale, const Row &slope)
{
    const auto size = static_cast<double>(in.size());
    double mean = 0, variance = 0;
    for (const double value : in)
        mean += value / size;
    for (const double value : in)
        variance += (value - mean) * (value - mean) / size;
    const double deviation = std::sqrt(variance + 1e-5);
    double meanSlope = 0, meanProduct = 0;
    for (std::size_t c = 0; c < in.size(); ++c) {
        meanSlope += scale[c] * slope[c] / size;
        meanProduct += scale[c] * slope[c] * (in[c] - mean) / deviation / size;
    }
    Row out(in.size());
    for (std::size_t c = 0; c < in.size(); ++c)
        out[c] = (scale[c] * slope[c] - meanSlope - (in[c] - mean) / deviation * meanProduct) / deviation;
    return out;
}

/// Of the perceptron's answer by its standardised input.
Row networkGradient(const Model &model, std::vector<float> standardised)
{
    const Row raw(standardised.begin(), standardised.end());
    if (!model.normScale.empty()) {
        normaliseRow(standardised, standardised);
        for (std::size_t c = 0; c < standardised.size(); ++c)
            standardised[c] = standardised[c] * model.normScale[c] + model.normShift[c];
    }
    std::vector<Row> sums;  // each layer's, before ReLU
    Row in(standardised.begin(), standardised.end());
    for (const DenseLayer &layer : model.layers) {
        in = sums.emplace_back(through(layer, in));
        for (double &value : in)
            value = std::max(value, 0.0);
    }
    double slope = 1;
    if (model.output == OutputActivation::Sigmoid) {
        const double answer = 1 / (1 + std::exp(-sums.back().front()));
        slope = answer * (1 - answer);
    }
    Row gradient{slope};
    for (std::size_t l = model.layers.size(); l-- > 0;) {
        if (l + 1 < model.layers.size())
            for (std::size_t o = 0; o < gradient.size(); ++o)
                gradient[o] = sums[l][o] > 0 ? gradient[o] : 0;
        gradient = backThrough(model.layers[l], gradient);
    }
    return model.normScale.empty() ? gradient : backThroughNorm(raw, model.normScale, gradient);
}

}  // namespace

std::vector<double> featureGradient(const Model &model, std::span<const float> features, const Caption &caption)
{
    const auto columns = static_cast<std::size_t>(model.columns());
    if (features.size() != columns || columns == 0)
        throw Error(ErrorKind::Shape, "The model takes " + std::to_string(columns) + " features, not "
                                          + std::to_string(features.size()) + ".");
    std::vector<float> row(features.begin(), features.end());
    const bool scaled = !model.featureMean.empty();
    for (std::size_t c = 0; scaled && c < columns; ++c)
        row[c] = (row[c] - model.featureMean[c]) / model.featureScale[c];

    const auto says = [&](const Caption &part) { return wordsAnswer(model, part).has_value(); };
    const BlendWeights weights = model.blend
                                     ? model.blend->weightsOf(says({caption.title, ""}), says({"", caption.text}))
                                     : BlendWeights{.network = 1};
    Row gradient(columns);
    if (weights.network > 0) {
        const Row network = networkGradient(model, row);
        for (std::size_t c = 0; c < columns; ++c)
            gradient[c] += weights.network * network[c];
    }
    for (std::size_t c = 0; weights.line > 0 && c < columns; ++c)
        gradient[c] += weights.line * model.blend->line[c];
    for (std::size_t c = 0; scaled && c < columns; ++c)
        gradient[c] /= model.featureScale[c];
    return gradient;
}

}  // namespace dank
