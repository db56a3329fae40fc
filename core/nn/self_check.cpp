#include "core/nn/self_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <ATen/ATen.h>

#include "core/base/random.h"
#include "core/nn/agreement.h"
#include "core/nn/networks/network.h"
#include "core/nn/torch_device.h"
#include "core/nn/training/mlp.h"
#include "core/nn/training/optimiser.h"
#include "core/nn/training/practice_data.h"

namespace dank {

namespace {

constexpr std::uint64_t kSeed = 42;

SelfCheck checked(std::string name, double difference, double tolerance)
{
    return {std::move(name), difference, tolerance, difference <= tolerance};
}

std::vector<float> featuresOf(const Backbone &backbone, std::span<const Image> images)
{
    std::vector<float> out(images.size() * static_cast<std::size_t>(backbone.spec().columns));
    backbone.extract(images, out);
    return out;
}

/// The gradient of the mean squared error of a perceptron with ReLU between its layers, by LibTorch in float64.
std::vector<double> exactGradient(std::span<const LayerSlice> layers, const std::vector<float> &parameters,
                                  const std::vector<float> &input, const std::vector<float> &targets)
{
    return translateTorchErrors("checking a training step", [&] {
        const auto exact = [](const std::vector<float> &values) {
            const auto size = static_cast<std::int64_t>(values.size());
            return at::from_blob(const_cast<float *>(values.data()), {size}, at::kFloat).to(at::kDouble);
        };
        const at::Tensor flat = exact(parameters).requires_grad_(true);
        at::Tensor x = exact(input).view({static_cast<std::int64_t>(targets.size()), -1});
        for (const LayerSlice &layer : layers) {
            const auto place = [](std::size_t offset) { return static_cast<std::int64_t>(offset); };
            const at::Tensor weight =
                flat.slice(0, place(layer.weight), place(layer.bias)).view({layer.outputs, layer.inputs});
            x = at::linear(x, weight, flat.narrow(0, place(layer.bias), layer.outputs));
            if (&layer != &layers.back())
                x = x.relu();
        }
        (x.squeeze(1) - exact(targets)).square().mean().backward();
        const at::Tensor gradient = flat.grad().contiguous();
        return std::vector<double>(gradient.data_ptr<double>(), gradient.data_ptr<double>() + gradient.numel());
    });
}

}  // namespace

std::vector<SelfCheck> checkFeatures(const Device &device, const BackboneSpec &spec, const JobContext &job)
{
    constexpr double kFloat32Tolerance = 1e-4, kReducedTolerance = 0.01;
    job.cancel.check();
    const std::vector<Image> images = practicePictures(2, spec.inputSide);
    const std::vector<float> exact = featuresOf(*makeReferenceBackbone(spec, kSeed), images);
    std::vector<SelfCheck> checks;
    for (const Precision precision : precisionsOf(device)) {
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
