#include "core/nn/parameters.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"

namespace dank {

namespace {

constexpr std::size_t kProblemsTold = 20;

/// FNV-1a, to give each parameter its own stream of the seed.
std::uint64_t nameHash(const std::string &name)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

std::string shapeText(const std::vector<std::int64_t> &shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

}  // namespace

ParameterSource::ParameterSource(const std::filesystem::path &file, std::uint64_t seed) : m_seed(seed)
{
    if (!file.empty())
        m_file = openSafetensors(file);
}

FoldedConvolution ParameterSource::convolutionBatchNorm(const std::string &name, int inputs, int outputs,
                                                        int kernelHeight, int kernelWidth, double epsilon)
{
    const std::string weightName = name + ".conv.weight";
    const std::int64_t fanIn = std::int64_t{inputs} * kernelHeight * kernelWidth;
    if (!m_file) {
        FoldedConvolution result;
        result.weight.resize(static_cast<std::size_t>(outputs * fanIn));
        result.bias.assign(static_cast<std::size_t>(outputs), 0.0f);
        Random random(mixSeed(m_seed, nameHash(weightName)));
        // Uniform in ±a has variance a² / 3. An untouched batch-norm still divides by sqrt(1 + epsilon).
        const double limit = std::sqrt(6.0 / static_cast<double>(fanIn)) / std::sqrt(1.0 + epsilon);
        for (float &weight : result.weight)
            weight = static_cast<float>(random.uniform(-limit, limit));
        return result;
    }

    FoldedConvolution result;
    result.weight = read(weightName, {outputs, inputs, kernelHeight, kernelWidth});
    const std::vector<float> gamma = read(name + ".bn.weight", {outputs});
    const std::vector<float> beta = read(name + ".bn.bias", {outputs});
    const std::vector<float> mean = read(name + ".bn.running_mean", {outputs});
    const std::vector<float> variance = read(name + ".bn.running_var", {outputs});
    if (result.weight.empty() || gamma.empty() || beta.empty() || mean.empty() || variance.empty())
        return {};

    result.bias.resize(beta.size());
    for (std::size_t o = 0; o < beta.size(); ++o) {
        const double scale = gamma[o] / std::sqrt(static_cast<double>(variance[o]) + epsilon);
        result.bias[o] = static_cast<float>(beta[o] - mean[o] * scale);
        float *weight = result.weight.data() + o * static_cast<std::size_t>(fanIn);
        bool finite = std::isfinite(result.bias[o]);
        for (std::int64_t i = 0; i < fanIn; ++i) {
            weight[i] = static_cast<float>(weight[i] * scale);
            finite = finite && std::isfinite(weight[i]);
        }
        if (!finite) {
            m_problems.push_back(name + " (its numbers are not finite once batch-norm is applied)");
            return {};
        }
    }
    return result;
}

std::vector<float> ParameterSource::read(const std::string &name, const std::vector<std::int64_t> &shape)
{
    const TensorView *tensor = m_file->find(name);
    if (tensor == nullptr) {
        m_problems.push_back(name + " (missing)");
    } else if (tensor->shape != shape) {
        m_problems.push_back(name + " (shape " + shapeText(tensor->shape) + ", expected " + shapeText(shape) + ")");
    } else {
        try {
            return tensor->toFloat();
        } catch (const Error &) {
            m_problems.push_back(name + " (type " + dtypeName(tensor->type) + ", expected floating point)");
        }
    }
    return {};
}

void ParameterSource::check(const std::string &networkTitle) const
{
    if (m_problems.empty())
        return;
    std::string message = displayPath(m_file->path()) + " does not hold the weights of " + networkTitle + ": ";
    const std::size_t told = std::min(m_problems.size(), kProblemsTold);
    for (std::size_t i = 0; i < told; ++i)
        message += (i ? ", " : "") + m_problems[i];
    if (told < m_problems.size())
        message += ", and " + std::to_string(m_problems.size() - told) + " more";
    throw Error(ErrorKind::Weights, message + ". A file with torchvision's parameter names is needed.",
                m_file->path());
}

}  // namespace dank
