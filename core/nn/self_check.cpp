#include "core/nn/self_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/random.h"
#include "core/nn/networks/network.h"
#include "core/nn/training/mlp.h"
#include "core/nn/training/optimiser.h"

namespace dank {

namespace {

constexpr std::uint64_t kSeed = 42;

SelfCheck checked(std::string name, double difference, double tolerance)
{
    return {std::move(name), difference, tolerance, difference <= tolerance};
}

/// Blocks of random colours, coarser in each picture.
std::vector<Image> pictures(std::size_t count, int side)
{
    std::vector<Image> images;
    Random random(5);
    for (std::size_t i = 0; i < count; ++i) {
        Image image{side, side, {}};
        const int grain = 4 << i, blocks = side / grain + 1;
        std::vector<std::uint8_t> colours(static_cast<std::size_t>(3 * blocks * blocks));
        for (std::uint8_t &colour : colours)
            colour = static_cast<std::uint8_t>(random.below(256));
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x)
                for (int c = 0; c < 3; ++c)
                    image.rgb.push_back(colours[static_cast<std::size_t>(((y / grain) * blocks + x / grain) * 3 + c)]);
        images.push_back(std::move(image));
    }
    return images;
}

std::vector<float> featuresOf(const Backbone &backbone, std::span<const Image> images)
{
    std::vector<float> out(images.size() * static_cast<std::size_t>(backbone.spec().columns));
    backbone.extract(images, out);
    return out;
}

/// The largest difference over the largest value of `exact`; NaN where there is one.
template <typename A, typename B>
double relativeDifference(const std::vector<A> &values, const std::vector<B> &exact)
{
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double off = std::abs(static_cast<double>(values[i]) - static_cast<double>(exact[i]));
        if (!(off <= difference))
            difference = off;
        largest = std::max(largest, std::abs(static_cast<double>(exact[i])));
    }
    return difference / largest;
}

/// 1 less the smallest cosine of a row with its counterpart.
double angleOf(const std::vector<float> &values, const std::vector<float> &exact, std::size_t columns)
{
    double worst = 0;
    for (std::size_t first = 0; first < exact.size(); first += columns) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = first; i < first + columns; ++i) {
            ab += static_cast<double>(values[i]) * exact[i];
            aa += static_cast<double>(values[i]) * values[i];
            bb += static_cast<double>(exact[i]) * exact[i];
        }
        const double off = 1 - ab / std::sqrt(aa * bb);
        if (!(off <= worst))
            worst = off;
    }
    return worst;
}

/// The gradient of the mean squared error of a perceptron with ReLU between its layers, in float64.
std::vector<double> exactGradient(std::span<const LayerSlice> layers, const std::vector<float> &parameters,
                                  const std::vector<float> &input, const std::vector<float> &targets)
{
    std::vector<double> gradient(parameters.size(), 0.0);
    const std::size_t rows = targets.size(), columns = input.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<std::vector<double>> values{{input.begin() + static_cast<std::ptrdiff_t>(row * columns),
                                                 input.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns)}};
        for (std::size_t l = 0; l < layers.size(); ++l) {
            const LayerSlice &layer = layers[l];
            std::vector<double> out;
            for (int o = 0; o < layer.outputs; ++o) {
                double sum = parameters[layer.bias + static_cast<std::size_t>(o)];
                for (int i = 0; i < layer.inputs; ++i)
                    sum +=
                        static_cast<double>(parameters[layer.weight + static_cast<std::size_t>(o * layer.inputs + i)])
                        * values[l][static_cast<std::size_t>(i)];
                out.push_back(l + 1 < layers.size() && sum < 0 ? 0 : sum);
            }
            values.push_back(std::move(out));
        }
        std::vector<double> delta{2 * (values.back()[0] - targets[row]) / static_cast<double>(rows)};
        for (std::size_t l = layers.size(); l-- > 0;) {
            const LayerSlice &layer = layers[l];
            std::vector<double> below(static_cast<std::size_t>(layer.inputs), 0.0);
            for (int o = 0; o < layer.outputs; ++o) {
                const double slope = delta[static_cast<std::size_t>(o)];
                gradient[layer.bias + static_cast<std::size_t>(o)] += slope;
                for (int i = 0; i < layer.inputs; ++i) {
                    const auto at = layer.weight + static_cast<std::size_t>(o * layer.inputs + i);
                    gradient[at] += slope * values[l][static_cast<std::size_t>(i)];
                    below[static_cast<std::size_t>(i)] += slope * parameters[at];
                }
            }
            for (std::size_t i = 0; i < below.size(); ++i)
                if (l > 0 && values[l][i] == 0)
                    below[i] = 0;
            delta = std::move(below);
        }
    }
    return gradient;
}

}  // namespace

std::vector<SelfCheck> checkFeatures(const Device &device, const BackboneSpec &spec, const JobContext &job)
{
    constexpr double kFloat32Tolerance = 1e-4, kReducedTolerance = 0.01;
    job.cancel.check();
    const std::vector<Image> images = pictures(2, spec.inputSide);
    const std::vector<float> exact = featuresOf(*makeReferenceBackbone(spec, kSeed), images);
    std::vector<SelfCheck> checks;
    for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
        if (!device.isCuda()
            && (precision == Precision::Float16 || (precision == Precision::BFloat16 && !cpuHasNativeBFloat16())))
            continue;
        job.cancel.check();
        const std::string name = "features " + spec.id + ' ' + precisionName(precision);
        const bool whole = precision == Precision::Float32;
        const double tolerance = whole ? kFloat32Tolerance : kReducedTolerance;
        double difference = std::numeric_limits<double>::infinity();
        try {
            const auto mine = featuresOf(*makeBackbone(spec, {}, kSeed, device, precision), images);
            difference =
                whole ? relativeDifference(mine, exact) : angleOf(mine, exact, static_cast<std::size_t>(spec.columns));
        } catch (const Error &error) {
            checks.push_back(checked(name + ": " + error.what(), difference, tolerance));
            continue;
        }
        checks.push_back(checked(whole ? name : name + ", 1 - cosine", difference, tolerance));
    }
    return checks;
}

std::vector<SelfCheck> checkTrainingStep()
{
    constexpr int kColumns = 32, kRows = 12;
    constexpr double kRate = 1e-3;
    const std::vector<int> hidden{16, 8};
    Mlp network(kColumns, hidden, false, OutputActivation::Linear, 0, kRows);
    const std::vector<LayerSlice> layers = layerSlices(kColumns, hidden, false);
    Random random(kSeed);
    std::vector<float> parameters(network.parameterCount()), targets(kRows), delta(kRows);
    for (float &value : parameters)
        value = static_cast<float>(0.3 * random.normal());
    for (float &value : network.input())
        value = static_cast<float>(random.normal());
    const std::vector<float> input(network.input().begin(), network.input().end());
    for (float &value : targets)
        value = static_cast<float>(random.uniform());

    const std::span<const float> answers = network.forward(parameters, kRows, nullptr);
    for (std::size_t i = 0; i < delta.size(); ++i)
        delta[i] = 2 * (answers[i] - targets[i]) / kRows;
    std::vector<float> gradient(parameters.size());
    network.backward(parameters, delta, gradient);
    const double gradientOff = relativeDifference(gradient, exactGradient(layers, parameters, input, targets));

    std::vector<float> after = parameters, first(parameters.size(), 0.0f), second(parameters.size(), 0.0f);
    std::vector<double> expected(parameters.begin(), parameters.end());
    for (std::size_t i = 0; i < expected.size(); ++i)  // Adam's first step: both corrections undo the moments' factors
        expected[i] -= kRate * gradient[i] / (std::abs(static_cast<double>(gradient[i])) + 1e-8);
    adamStep(after, first, second, gradient, 1, kRate, 0);
    return {checked("training step, gradient", gradientOff, 1e-5),
            checked("training step, parameters", relativeDifference(after, expected), 1e-6)};
}

}  // namespace dank
