#include "core/nn/networks/parameters.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/weights/weights_file.h"

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

/// What all of a file's names begin with that wrappers put there: torch.nn.DataParallel, torch.compile, a Lightning
/// module, a class of one's own around the network. They may be nested.
std::string wrappersOf(const TensorFile &file)
{
    constexpr std::string_view kWrappers[] = {"module.",   "model.",   "_orig_mod.",  "net.",    "network.",
                                              "backbone.", "encoder.", "base_model.", "_model.", "state_dict."};
    std::string wrappers;
    const auto areAllIn = [&](std::string_view wrapper) {
        return std::ranges::all_of(file.tensors(), [&](const auto &entry) {
            return std::string_view(entry.first).substr(wrappers.size()).starts_with(wrapper);
        });
    };
    const auto *wrapper = std::begin(kWrappers);
    while (!file.tensors().empty() && (wrapper = std::ranges::find_if(kWrappers, areAllIn)) != std::end(kWrappers))
        wrappers += *wrapper;
    return wrappers;
}

}  // namespace

ParameterSource ParameterSource::fromFile(TensorFile file)
{
    ParameterSource source(Mode::File);
    source.m_prefix = wrappersOf(file);
    source.m_file = std::move(file);
    return source;
}

ParameterSource ParameterSource::matcher(TensorFile file)
{
    ParameterSource source = fromFile(std::move(file));
    source.m_mode = Mode::Match;
    return source;
}

ParameterSource ParameterSource::random(std::uint64_t seed)
{
    ParameterSource source(Mode::Random);
    source.m_seed = seed;
    return source;
}

std::vector<float> ParameterSource::randomWeight(const std::string &name, const std::vector<std::int64_t> &shape,
                                                 double gain) const
{
    std::int64_t count = 1;
    for (const std::int64_t size : shape)
        count *= size;
    Random random(mixSeed(m_seed, nameHash(name)));
    // Uniform in ±a has variance a² / 3.
    const double limit = std::sqrt(3 * gain / static_cast<double>(count / shape.front()));
    std::vector<float> weight(static_cast<std::size_t>(count));
    for (float &value : weight)
        value = static_cast<float>(random.uniform(-limit, limit));
    return weight;
}

void ParameterSource::change(const NetworkChanges &changes)
{
    for (const NetworkChanges::Tensor &tensor : changes.tensors)
        m_changes[tensor.name] = &tensor;
}

bool ParameterSource::takeChanged(const std::string &name, const std::vector<std::int64_t> &shape,
                                  FoldedConvolution &result)
{
    const auto take = [&](const std::string &tensor, const std::vector<std::int64_t> &expected) -> std::vector<float> {
        const auto found = m_changes.find(tensor);
        if (found == m_changes.end())
            return {};
        const NetworkChanges::Tensor &changed = *found->second;
        m_changes.erase(found);
        if (changed.shape == expected)
            return changed.values;
        m_problems.push_back(tensor + " (as fine-tuned of shape " + shapeText(changed.shape) + ", expected "
                             + shapeText(expected) + ")");
        return {};
    };
    if (!m_changes.contains(name + ".weight"))
        return false;
    result.weight = take(name + ".weight", shape);
    result.bias = take(name + ".bias", {shape.front()});  // none where the network asks for none
    return true;
}

FoldedConvolution ParameterSource::convolutionBatchNorm(const std::string &convolution, const std::string &norm,
                                                        const std::vector<std::int64_t> &shape, double epsilon,
                                                        double gain)
{
    FoldedConvolution result;
    result.name = convolution;
    if (takeChanged(convolution, shape, result)) {
        if (result.bias.empty())
            m_problems.push_back(result.name + ".bias (missing beside the fine-tuned weights)");
        return result;
    }
    const std::int64_t outputs = shape.front();
    if (isRandom()) {
        // An untouched batch-norm still divides by sqrt(1 + epsilon).
        result.weight = randomWeight(convolution + ".weight", shape, gain / (1 + epsilon));
        result.bias.assign(static_cast<std::size_t>(outputs), 0.0f);
        return result;
    }

    result.weight = read(convolution + ".weight", shape);
    const std::vector<float> gamma = read(norm + ".weight", {outputs});
    const std::vector<float> beta = read(norm + ".bias", {outputs});
    const std::vector<float> mean = read(norm + ".running_mean", {outputs});
    const std::vector<float> variance = read(norm + ".running_var", {outputs});
    if (result.weight.empty() || gamma.empty() || beta.empty() || mean.empty() || variance.empty())
        return {};

    result.bias.resize(beta.size());
    const std::size_t fanIn = result.weight.size() / beta.size();
    for (std::size_t o = 0; o < beta.size(); ++o) {
        const double scale = gamma[o] / std::sqrt(static_cast<double>(variance[o]) + epsilon);
        result.bias[o] = static_cast<float>(beta[o] - mean[o] * scale);
        float *weight = result.weight.data() + o * fanIn;
        bool finite = std::isfinite(result.bias[o]);
        for (std::size_t i = 0; i < fanIn; ++i) {
            weight[i] = static_cast<float>(weight[i] * scale);
            finite = finite && std::isfinite(weight[i]);
        }
        if (!finite) {
            m_problems.push_back(convolution + " (its numbers are not finite once batch-norm is applied)");
            return {};
        }
    }
    return result;
}

FoldedConvolution ParameterSource::convolution(const std::string &name, const std::vector<std::int64_t> &shape,
                                               double gain)
{
    FoldedConvolution result;
    result.name = name;
    if (!takeChanged(name, shape, result))
        result.weight = isRandom() ? randomWeight(name + ".weight", shape, gain) : readFinite(name + ".weight", shape);
    return result;
}

FoldedConvolution ParameterSource::withBias(const std::string &name, const std::vector<std::int64_t> &shape,
                                            double gain)
{
    FoldedConvolution result;
    result.name = name;
    if (takeChanged(name, shape, result)) {
        if (result.bias.empty())
            m_problems.push_back(result.name + ".bias (missing beside the fine-tuned weights)");
        return result;
    }
    result = convolution(name, shape, gain);
    if (isRandom())
        result.bias.assign(static_cast<std::size_t>(shape.front()), 0.0f);
    else
        result.bias = readFinite(name + ".bias", {shape.front()});
    return result;
}

std::vector<float> ParameterSource::readFinite(const std::string &name, const std::vector<std::int64_t> &shape)
{
    std::vector<float> values = read(name, shape);
    if (std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        return values;
    m_problems.push_back(name + " (its numbers are not finite)");
    return {};
}

const TensorView *ParameterSource::find(const std::string &name, bool &reshaped) const
{
    reshaped = false;
    if (const TensorView *tensor = m_file->find(m_prefix + name))
        return tensor;
    const std::size_t dot = name.rfind('.');
    const auto found = m_aliases.find(name.substr(0, dot));
    reshaped = true;
    return found == m_aliases.end() ? nullptr : m_file->find(m_prefix + found->second + name.substr(dot));
}

std::vector<float> ParameterSource::read(const std::string &name, const std::vector<std::int64_t> &shape)
{
    m_asked.push_back({name, shape});
    bool reshaped = false;
    const TensorView *tensor = find(name, reshaped);
    const std::string shown = tensor && !tensor->source.empty() ? name + " (" + printable(tensor->source) + ')' : name;
    const auto count = [](const std::vector<std::int64_t> &sides) {
        return std::accumulate(sides.begin(), sides.end(), std::int64_t{1}, std::multiplies<>());
    };
    if (tensor == nullptr) {
        m_problems.push_back(name + " (missing)");
    } else if (reshaped ? tensor->elements() != count(shape) : tensor->shape != shape) {
        m_problems.push_back(shown + " (shape " + shapeText(tensor->shape) + ", expected " + shapeText(shape) + ")");
    } else if (m_mode == Mode::File) {
        try {
            return tensor->toFloat();
        } catch (const Error &) {
            m_problems.push_back(shown + " (type " + dtypeName(tensor->type) + ", expected floating point)");
        }
    }
    return {};
}

/// Tensors of the file that the network did not ask for; without what a whole state dict holds besides.
std::vector<std::string> ParameterSource::unexpected() const
{
    std::set<std::string> wanted;
    for (const ParameterShape &parameter : m_asked) {
        wanted.insert(m_prefix + parameter.name);
        const std::size_t dot = parameter.name.rfind('.');
        if (const auto found = m_aliases.find(parameter.name.substr(0, dot)); found != m_aliases.end())
            wanted.insert(m_prefix + found->second + parameter.name.substr(dot));
    }
    std::vector<std::string> names;
    for (const auto &[name, tensor] : m_file->tensors()) {
        const std::string bare = name.substr(m_prefix.size());
        const bool classifies = bare.starts_with("fc.") || bare.starts_with("AuxLogits.")
                                || bare.starts_with("classifier.6.") || bare.starts_with("head.")
                                || bare.ends_with("num_batches_tracked");
        if (!classifies && !wanted.contains(name))
            names.push_back(bare);
    }
    return names;
}

void ParameterSource::check(const std::string &networkTitle) const
{
    if (m_problems.empty() && !m_changes.empty())
        throw Error(ErrorKind::Weights, "What fine-tuning changed does not fit " + networkTitle + ": it has no tensor "
                                            + printable(m_changes.begin()->first) + ".");
    if (m_problems.empty())
        return;
    if (isRandom())
        throw Error(ErrorKind::Weights,
                    "What fine-tuning changed does not fit " + networkTitle + ": " + m_problems.front() + ".");
    std::string message = displayPath(m_file->path()) + " does not hold the weights of " + networkTitle + ": ";
    const auto recognised = m_file->metadata().find(kRecognisedKey);
    if (recognised != m_file->metadata().end() && !recognised->second.starts_with(networkTitle + ' '))
        throw Error(ErrorKind::Weights, message + "it is " + printable(recognised->second) + '.', m_file->path());
    const std::size_t told = std::min(m_problems.size(), kProblemsTold);
    for (std::size_t i = 0; i < told; ++i)
        message += (i ? ", " : "") + m_problems[i];
    if (told < m_problems.size())
        message += ", and " + std::to_string(m_problems.size() - told) + " more";
    const std::vector<std::string> others = unexpected();
    constexpr std::size_t kOthersTold = 5;
    for (std::size_t i = 0; i < std::min(others.size(), kOthersTold); ++i)
        message += (i ? ", " : ". Unexpected in it: ") + printable(others[i].substr(0, 80));
    if (others.size() > kOthersTold)
        message += ", and " + std::to_string(others.size() - kOthersTold) + " more";
    throw Error(ErrorKind::Weights,
                message + ". A file with the parameter names of torchvision (of timm for Xception) is needed.",
                m_file->path());
}

}  // namespace dank
