#include "core/nn/training/optimiser.h"

#include <cmath>

#include "core/base/vectorised.h"
#include "core/nn/parallel.h"

namespace dank {

namespace {

/// What one step of Adam does to every parameter.
struct AdamFactors {
    float beta1, rest1, beta2, rest2, stepSize, rootCorrection, decay, epsilon;
};

DANK_INLINED void adamLoop(const AdamFactors &f, std::size_t size, float *__restrict p, float *__restrict m,
                           float *__restrict v, const float *__restrict g)
{
    for (std::size_t i = 0; i < size; ++i) {
        m[i] = f.beta1 * m[i] + f.rest1 * g[i];
        v[i] = f.beta2 * v[i] + f.rest2 * g[i] * g[i];
        p[i] = f.decay * p[i] - f.stepSize * (m[i] / (std::sqrt(v[i]) / f.rootCorrection + f.epsilon));
    }
}

}  // namespace

void adamStep(std::span<float> parameters, std::span<float> firstMoment, std::span<float> secondMoment,
              std::span<const float> gradient, std::int64_t step, double learningRate, double weightDecay)
{
    constexpr double kBeta1 = 0.9;
    constexpr double kBeta2 = 0.999;
    constexpr float kEpsilon = 1e-8f;
    // In double until the last moment: 1.0f - 0.999f is off by 5e-5 of itself.
    const auto count = static_cast<double>(step);
    AdamFactors factors;
    factors.beta1 = static_cast<float>(kBeta1);
    factors.rest1 = static_cast<float>(1.0 - kBeta1);
    factors.beta2 = static_cast<float>(kBeta2);
    factors.rest2 = static_cast<float>(1.0 - kBeta2);
    factors.stepSize = static_cast<float>(learningRate / (1.0 - std::pow(kBeta1, count)));
    factors.rootCorrection = static_cast<float>(std::sqrt(1.0 - std::pow(kBeta2, count)));
    factors.decay = static_cast<float>(1.0 - learningRate * weightDecay);
    factors.epsilon = kEpsilon;
    forEachPiece(parameters.size(), [&](std::size_t first, std::size_t size) {
        vectorised<adamLoop>(factors, size, &parameters[first], &firstMoment[first], &secondMoment[first],
                             &gradient[first]);
    });
}

void sgdStep(std::span<float> parameters, std::span<float> velocity, std::span<const float> gradient,
             double learningRate, double momentum)
{
    const auto kept = static_cast<float>(momentum);
    const auto rate = static_cast<float>(learningRate);
    float *p = parameters.data();
    float *v = velocity.data();
    const float *g = gradient.data();
    const std::size_t size = parameters.size();
    for (std::size_t i = 0; i < size; ++i) {
        v[i] = kept * v[i] + g[i];
        p[i] -= rate * v[i];
    }
}

double clipGradient(std::span<float> gradient, double norm)
{
    constexpr std::size_t kLanes = 8;
    double sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= gradient.size(); i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += static_cast<double>(gradient[i + lane]) * gradient[i + lane];
    }
    double squares = 0;
    for (const double sum : sums)
        squares += sum;
    for (; i < gradient.size(); ++i)
        squares += static_cast<double>(gradient[i]) * gradient[i];
    const double length = std::sqrt(squares);
    const double factor = norm / (length + 1e-6);
    if (!(factor >= 1)) {  // not a number scales too, so that a diverged network shows in its loss
        for (float &value : gradient)
            value *= static_cast<float>(factor);
    }
    return length;
}

std::size_t secondMomentSize(const TrainConfig &config, std::size_t parameters)
{
    return config.optimiser == OptimiserKind::Sgd ? 0 : parameters;
}

void optimiserStep(const TrainConfig &config, double learningRate, std::int64_t step, std::span<float> parameters,
                   std::span<float> firstMoment, std::span<float> secondMoment, std::span<float> gradient)
{
    if (config.gradientClip > 0)
        clipGradient(gradient, config.gradientClip);
    if (config.optimiser == OptimiserKind::AdamW) {
        adamStep(parameters, firstMoment, secondMoment, gradient, step, learningRate, config.weightDecay);
        return;
    }
    if (config.weightDecay > 0) {
        const auto decay = static_cast<float>(config.weightDecay);
        for (std::size_t i = 0; i < gradient.size(); ++i)
            gradient[i] += decay * parameters[i];
    }
    if (config.optimiser == OptimiserKind::Sgd)
        sgdStep(parameters, firstMoment, gradient, learningRate, config.momentum);
    else
        adamStep(parameters, firstMoment, secondMoment, gradient, step, learningRate, 0);
}

}  // namespace dank
