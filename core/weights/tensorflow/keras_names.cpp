#include "core/weights/tensorflow/keras_names.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "core/weights/readers.h"
#include "core/weights/tensorflow/keras_networks.h"

namespace dank {

namespace {

constexpr std::size_t kLayersTold = 8;

/// The parts of a layer that have to be there.
std::vector<std::string_view> partsOf(KerasKind kind)
{
    switch (kind) {
    case KerasKind::Convolution: return {"kernel"};
    case KerasKind::BiasedConvolution:
    case KerasKind::Dense:
    case KerasKind::DenseOfMaps: return {"kernel", "bias"};
    case KerasKind::Separable: return {"depthwise_kernel", "pointwise_kernel"};
    case KerasKind::BatchNorm: return {"beta", "moving_mean", "moving_variance"};
    }
    return {};
}

std::vector<std::string> lacking(const KerasLayers &layers, const KerasNetwork &network)
{
    std::vector<std::string> names;
    for (const KerasLayer &layer : network.layers)
        for (const std::string_view part : partsOf(layer.kind))
            if (!layers.find(layer.keras, part))
                names.push_back(layer.keras + '/' + std::string(part));
    return names;
}

class Translation {
public:
    explicit Translation(const KerasLayers &layers) : m_layers(layers) {}

    void add(const KerasLayer &layer)
    {
        const auto tensor = [&](std::string_view part) { return m_layers.find(layer.keras, part); };
        const auto named = [&](std::string_view part) { return layer.keras + '/' + std::string(part); };
        m_taken.insert(layer.keras);
        switch (layer.kind) {
        case KerasKind::Convolution:
            put(layer.ours + ".weight", named("kernel"), kernel(*tensor("kernel"), named("kernel")));
            m_bias = tensor("bias");
            m_biasName = named("bias");
            break;
        case KerasKind::BiasedConvolution:
            put(layer.ours + ".weight", named("kernel"), kernel(*tensor("kernel"), named("kernel")));
            put(layer.ours + ".bias", named("bias"), plain(*tensor("bias")));
            break;
        case KerasKind::Separable:
            put(layer.ours + ".conv1.weight", named("depthwise_kernel"),
                depthwise(*tensor("depthwise_kernel"), named("depthwise_kernel")));
            put(layer.ours + ".pointwise.weight", named("pointwise_kernel"),
                kernel(*tensor("pointwise_kernel"), named("pointwise_kernel")));
            m_bias = tensor("bias");
            m_biasName = named("bias");
            break;
        case KerasKind::BatchNorm: {
            Numbers mean = plain(*tensor("moving_mean"));
            Numbers gamma = tensor("gamma") ? plain(*tensor("gamma"))
                                            : Numbers{mean.shape, std::vector<float>(mean.values.size(), 1.0f)};
            if (m_bias) {
                const Numbers bias = plain(*m_bias);
                if (bias.shape != mean.shape)
                    refuse(shownName(m_biasName) + " has another shape than " + shownName(named("moving_mean")));
                for (std::size_t i = 0; i < bias.values.size(); ++i)
                    mean.values[i] -= bias.values[i];
                m_bias = nullptr;
            }
            put(layer.ours + ".weight", named("gamma"), std::move(gamma));
            put(layer.ours + ".bias", named("beta"), plain(*tensor("beta")));
            put(layer.ours + ".running_mean", named("moving_mean"), std::move(mean));
            put(layer.ours + ".running_var", named("moving_variance"), plain(*tensor("moving_variance")));
            break;
        }
        case KerasKind::Dense:
        case KerasKind::DenseOfMaps:
            put(layer.ours + ".weight", named("kernel"),
                dense(*tensor("kernel"), named("kernel"), layer.kind == KerasKind::DenseOfMaps ? 512 : 1));
            put(layer.ours + ".bias", named("bias"), plain(*tensor("bias")));
            break;
        }
    }

    /// Everything else, as it lies; the classes of the last dense layer among it.
    void addHead(TranslatedKeras &result)
    {
        for (const auto &[layer, parts] : m_layers.all()) {
            if (m_taken.contains(layer))
                continue;
            for (const auto &[part, view] : parts)
                put("head." + layer + '.' + part, layer + '/' + part, plain(view));
            const TensorView *const kernel = m_layers.find(layer, "kernel");
            if (!kernel || kernel->shape.size() != 2)
                continue;
            const std::int64_t classes = kernel->shape[1];
            if (classes == 1000 && (layer == "predictions" || layer == "probs"))
                result.isKerasOwn = true;
            if (m_classes == 0 || classes < m_classes)
                m_classes = classes;
        }
        result.recognised += m_classes > 0 ? ", with a head for " + std::to_string(m_classes) + " classes"
                                           : ", without a head for classes";
        result.tensors = std::move(m_tensors);
        result.numbers = std::move(m_numbers);
    }

private:
    struct Numbers {
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };

    static Numbers plain(const TensorView &view) { return {view.shape, view.toFloat()}; }

    static void requireRank(const TensorView &view, std::size_t rank, const std::string &name)
    {
        if (view.shape.size() != rank)
            refuse(shownName(name) + " has " + std::to_string(view.shape.size()) + " dimensions instead of "
                   + std::to_string(rank));
    }

    /// [inputs, outputs] of `blocks` × (inputs / blocks) interleaved inputs -> [outputs, inputs] with the inputs
    /// of a block together.
    static std::vector<float> transposed(const std::vector<float> &in, std::size_t inputs, std::size_t outputs,
                                         std::size_t blocks)
    {
        std::vector<float> out(in.size());
        const std::size_t within = inputs / blocks;
        constexpr std::size_t kLot = 16;  // as many rows are written side by side
        for (std::size_t lot = 0; lot < outputs; lot += kLot)
            for (std::size_t place = 0; place < within; ++place)
                for (std::size_t block = 0; block < blocks; ++block)
                    for (std::size_t o = lot; o < std::min(outputs, lot + kLot); ++o)
                        out[o * inputs + block * within + place] = in[(place * blocks + block) * outputs + o];
        return out;
    }

    /// Height, width, inputs, outputs -> outputs, inputs, height, width.
    static Numbers kernel(const TensorView &view, const std::string &name)
    {
        requireRank(view, 4, name);
        const auto &s = view.shape;
        const auto inputs = static_cast<std::size_t>(s[2]);
        const std::size_t all = static_cast<std::size_t>(s[0] * s[1]) * inputs;
        std::vector<float> values = view.toFloat();
        if (!values.empty())
            values = transposed(values, all, static_cast<std::size_t>(s[3]), inputs);
        return {{s[3], s[2], s[0], s[1]}, std::move(values)};
    }

    /// Height, width, channels, 1 -> channels, 1, height, width.
    static Numbers depthwise(const TensorView &view, const std::string &name)
    {
        requireRank(view, 4, name);
        const auto &s = view.shape;
        if (s[3] != 1)
            refuse(shownName(name) + " has more than one kernel for a channel");
        std::vector<float> values = view.toFloat();
        if (!values.empty())
            values = transposed(values, static_cast<std::size_t>(s[0] * s[1]), static_cast<std::size_t>(s[2]), 1);
        return {{s[2], 1, s[0], s[1]}, std::move(values)};
    }

    static Numbers dense(const TensorView &view, const std::string &name, std::int64_t channels)
    {
        requireRank(view, 2, name);
        const auto &s = view.shape;
        if (s[0] % channels != 0)
            refuse(shownName(name) + " has " + std::to_string(s[0]) + " inputs, which is no number of maps of "
                   + std::to_string(channels) + " channels");
        std::vector<float> values = view.toFloat();
        if (!values.empty())
            values = transposed(values, static_cast<std::size_t>(s[0]), static_cast<std::size_t>(s[1]),
                                static_cast<std::size_t>(channels));
        return {{s[1], s[0]}, std::move(values)};
    }

    void put(const std::string &ours, const std::string &source, Numbers numbers)
    {
        m_numbers.push_back(std::move(numbers.values));
        m_tensors[ours] = {DType::F32, std::move(numbers.shape), std::as_bytes(std::span(m_numbers.back())), source};
    }

    const KerasLayers &m_layers;
    const TensorView *m_bias = nullptr;  ///< of the convolution in front of the next batch-norm
    std::string m_biasName;
    std::set<std::string, std::less<>> m_taken;
    std::map<std::string, TensorView> m_tensors;
    std::vector<std::vector<float>> m_numbers;
    std::int64_t m_classes = 0;
};

}  // namespace

TranslatedKeras translateKeras(const KerasLayers &layers)
{
    const std::vector<KerasNetwork> networks = kerasNetworks(layers);
    if (layers.all().contains("res2a_branch2a"))
        refuse("it names a ResNet's layers as Keras did before 2019 (res2a_branch2a), which was built in several ways "
               "since; load it into today's keras.applications network and save that");

    // VGG16's layers are all among VGG19's, and so on: of the whole ones the largest, else the one that lacks least.
    const KerasNetwork *nearest = nullptr;
    std::pair<bool, std::ptrdiff_t> best;
    std::vector<std::string> missing;
    for (const KerasNetwork &network : networks) {
        std::size_t all = 0;
        for (const KerasLayer &layer : network.layers)
            all += partsOf(layer.kind).size();
        std::vector<std::string> lacks = lacking(layers, network);
        const std::size_t found = all - lacks.size();
        const std::pair rank(lacks.empty(), std::ptrdiff_t(found) - std::ptrdiff_t(lacks.size()));
        if (found >= all / 4 && (!nearest || rank > best)) {
            nearest = &network;
            best = rank;
            missing = std::move(lacks);
        }
    }
    const auto listed = [](const auto &names) {
        std::string text;
        std::size_t told = 0;
        for (const std::string &name : names) {
            if (told == kLayersTold)
                break;
            text += (told++ ? ", " : "") + shownName(name);
        }
        return text + (told < names.size() ? " and " + std::to_string(names.size() - told) + " more" : std::string());
    };
    if (!nearest) {
        std::vector<std::string> names;
        for (const auto &[name, parts] : layers.all())
            names.push_back(name);
        refuse(
            "its layers (" + (names.empty() ? "none" : listed(names))
            + ") are of no network here: Inception V3, Xception, VGG16, VGG19, ResNet-50, -101 and -152 in the names "
              "of keras.applications");
    }
    if (!missing.empty())
        refuse("it lacks of " + nearest->title + " in Keras' names: " + listed(missing)
               + (nearest->title.starts_with("VGG") && missing.front().starts_with("fc")
                      ? "; its features are those of its second hidden layer, so a file with the top is needed"
                      : ""));

    TranslatedKeras result;
    result.recognised = nearest->title + " in Keras' names";
    Translation translation(layers);
    for (const KerasLayer &layer : nearest->layers)
        translation.add(layer);
    translation.addHead(result);
    return result;
}

}  // namespace dank
