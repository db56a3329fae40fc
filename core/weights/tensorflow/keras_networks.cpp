#include "core/weights/tensorflow/keras_networks.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace dank {

namespace {

std::string numbered(const std::string &base, std::int64_t number)
{
    return number == 0 ? base : base + '_' + std::to_string(number);
}

/// The number at the end of a name that Keras made: 0 for `base` itself. Nothing for other names.
std::optional<std::int64_t> numberOf(std::string_view name, std::string_view base)
{
    if (name == base)
        return 0;
    if (!name.starts_with(base) || name.size() < base.size() + 2 || name[base.size()] != '_')
        return std::nullopt;
    std::int32_t number = 0;
    const char *const end = name.data() + name.size();
    const auto [stopped, problem] = std::from_chars(name.data() + base.size() + 1, end, number);
    return problem == std::errc() && stopped == end && number > 0 ? std::optional<std::int64_t>(number) : std::nullopt;
}

/// From which of the numbers that Keras gave to layers of a kind the network's own `count` begin: from where most fit.
std::int64_t firstNumber(const KerasLayers &layers, const std::string &base, std::size_t count,
                         const std::function<int(std::size_t, const KerasLayers::Parts &)> &fits)
{
    std::int64_t best = 0;
    int most = -1;
    for (auto at = layers.all().lower_bound(base); at != layers.all().end() && at->first.starts_with(base); ++at) {
        const std::optional<std::int64_t> first = numberOf(at->first, base);
        if (!first)
            continue;
        int fitting = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto found = layers.all().find(numbered(base, *first + static_cast<std::int64_t>(i)));
            fitting += found == layers.all().end() ? 0 : fits(i, found->second);
        }
        if (fitting > most || (fitting == most && *first < best)) {
            most = fitting;
            best = *first;
        }
    }
    return best;
}

std::vector<std::int64_t> shapeOf(const KerasLayers::Parts &parts, std::string_view part)
{
    const auto found = parts.find(part);
    return found == parts.end() ? std::vector<std::int64_t>{} : found->second.shape;
}

/// Convolutions with their batch-norms that Keras only numbered, in the order in which they were made.
std::vector<KerasLayer> numberedLayers(const KerasLayers &layers,
                                       std::span<const std::pair<std::string, std::string>> ours,
                                       const std::function<bool(const std::vector<std::int64_t> &kernel)> &isFirst)
{
    const std::string convolution = "conv2d", norm = "batch_normalization";
    const std::int64_t first = firstNumber(layers, convolution, ours.size(), [&](std::size_t i, const auto &parts) {
        const std::vector<std::int64_t> kernel = shapeOf(parts, "kernel");
        return kernel.size() != 4 ? 0 : i == 0 && isFirst(kernel) ? 1000 : 1;
    });
    // The two count apart: a layer of another sort may have come before.
    const std::int64_t firstNorm = firstNumber(layers, norm, ours.size(), [&](std::size_t i, const auto &parts) {
        const TensorView *const kernel =
            layers.find(numbered(convolution, first + static_cast<std::int64_t>(i)), "kernel");
        return kernel && kernel->shape.size() == 4
                       && shapeOf(parts, "beta") == std::vector<std::int64_t>{kernel->shape.back()}
                   ? 1
                   : 0;
    });
    std::vector<KerasLayer> result;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        result.push_back({KerasKind::Convolution, numbered(convolution, first + number), ours[i].first});
        result.push_back({KerasKind::BatchNorm, numbered(norm, firstNorm + number), ours[i].second});
    }
    return result;
}

KerasNetwork inceptionV3(const KerasLayers &layers)
{
    using Names = std::vector<std::string>;
    const Names blockA{"branch1x1",      "branch5x5_1",    "branch5x5_2", "branch3x3dbl_1",
                       "branch3x3dbl_2", "branch3x3dbl_3", "branch_pool"};
    const Names blockC{"branch1x1",      "branch7x7_1",    "branch7x7_2",    "branch7x7_3",    "branch7x7dbl_1",
                       "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5", "branch_pool"};
    const Names blockE{"branch1x1",      "branch3x3_1",     "branch3x3_2a",    "branch3x3_2b", "branch3x3dbl_1",
                       "branch3x3dbl_2", "branch3x3dbl_3a", "branch3x3dbl_3b", "branch_pool"};
    const std::pair<std::string, Names> blocks[] = {
        {"", {"Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"}},
        {"Mixed_5b.", blockA},
        {"Mixed_5c.", blockA},
        {"Mixed_5d.", blockA},
        {"Mixed_6a.", {"branch3x3", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"}},
        {"Mixed_6b.", blockC},
        {"Mixed_6c.", blockC},
        {"Mixed_6d.", blockC},
        {"Mixed_6e.", blockC},
        {"Mixed_7a.",
         {"branch3x3_1", "branch3x3_2", "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"}},
        {"Mixed_7b.", blockE},
        {"Mixed_7c.", blockE},
    };
    std::vector<std::pair<std::string, std::string>> ours;
    for (const auto &[block, names] : blocks)
        for (const std::string &name : names)
            ours.emplace_back(block + name + ".conv", block + name + ".bn");
    const auto takesPictures = [](const std::vector<std::int64_t> &kernel) { return kernel[2] == 3; };
    return {"Inception V3", numberedLayers(layers, ours, takesPictures)};
}

KerasNetwork xception(const KerasLayers &layers)
{
    KerasNetwork network{"Xception", {}};
    const auto add = [&](KerasKind kind, const std::string &keras, const std::string &ours, const std::string &norm) {
        network.layers.push_back({kind, keras, ours});
        network.layers.push_back({KerasKind::BatchNorm, keras + "_bn", norm});
    };
    add(KerasKind::Convolution, "block1_conv1", "conv1", "bn1");
    add(KerasKind::Convolution, "block1_conv2", "conv2", "bn2");
    std::vector<std::pair<std::string, std::string>> skips;
    for (int block = 2; block <= 13; ++block) {
        const std::string keras = "block" + std::to_string(block), ours = "block" + std::to_string(block - 1);
        const bool middle = block >= 5 && block <= 12;
        for (int i = 0; i < (middle ? 3 : 2); ++i) {
            const int at = 3 * i + (block == 2 ? 0 : 1);  // ReLU, convolution, batch-norm in turn
            add(KerasKind::Separable, keras + "_sepconv" + std::to_string(i + 1), ours + ".rep." + std::to_string(at),
                ours + ".rep." + std::to_string(at + 1));
        }
        if (!middle)
            skips.emplace_back(ours + ".skip", ours + ".skipbn");
    }
    add(KerasKind::Separable, "block14_sepconv1", "conv3", "bn3");
    add(KerasKind::Separable, "block14_sepconv2", "conv4", "bn4");
    const auto isSkip = [](const std::vector<std::int64_t> &kernel) { return kernel[2] == 64 && kernel[3] == 128; };
    for (KerasLayer &layer : numberedLayers(layers, skips, isSkip))
        network.layers.push_back(std::move(layer));
    return network;
}

KerasNetwork vgg(std::string title, int deep)
{
    KerasNetwork network{std::move(title), {}};
    int index = 0, block = 1;
    for (const int convolutions : {2, 2, deep, deep, deep}) {
        for (int i = 1; i <= convolutions; ++i, index += 2)
            network.layers.push_back({KerasKind::BiasedConvolution,
                                      "block" + std::to_string(block) + "_conv" + std::to_string(i),
                                      "features." + std::to_string(index)});
        ++index;
        ++block;
    }
    network.layers.push_back({KerasKind::DenseOfMaps, "fc1", "classifier.0"});
    network.layers.push_back({KerasKind::Dense, "fc2", "classifier.3"});
    return network;
}

KerasNetwork resNet(std::string title, const std::array<int, 4> &depths)
{
    KerasNetwork network{std::move(title), {}};
    const auto add = [&](const std::string &keras, const std::string &ours, const std::string &norm) {
        network.layers.push_back({KerasKind::Convolution, keras + "_conv", ours});
        network.layers.push_back({KerasKind::BatchNorm, keras + "_bn", norm});
    };
    add("conv1", "conv1", "bn1");
    for (std::size_t stage = 0; stage < depths.size(); ++stage) {
        for (int block = 0; block < depths[stage]; ++block) {
            const std::string keras = "conv" + std::to_string(stage + 2) + "_block" + std::to_string(block + 1) + '_';
            const std::string ours = "layer" + std::to_string(stage + 1) + '.' + std::to_string(block) + '.';
            if (block == 0)
                add(keras + '0', ours + "downsample.0", ours + "downsample.1");
            for (const char *const part : {"1", "2", "3"})
                add(keras + part, ours + "conv" + part, ours + "bn" + part);
        }
    }
    return network;
}

}  // namespace

std::vector<KerasNetwork> kerasNetworks(const KerasLayers &layers)
{
    return {inceptionV3(layers),
            xception(layers),
            vgg("VGG16", 3),
            vgg("VGG19", 4),
            resNet("ResNet-50", {3, 4, 6, 3}),
            resNet("ResNet-101", {3, 4, 23, 3}),
            resNet("ResNet-152", {3, 8, 36, 3})};
}

}  // namespace dank
