#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/image.h"
#include "core/nn/networks/backbone.h"
#include "core/weights/tensor_file.h"

/// Weights and pictures by formula, as tests/reference/formula.py makes them, and what is measured on features.
namespace fixture {

inline std::uint64_t nameHash(const std::string &name)
{
    std::uint64_t value = 0xcbf29ce484222325u;
    for (char c : name)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return value;
}

/// Number `index` of a name, in [0, 1).
inline double uniform(std::uint64_t hash, std::uint64_t index)
{
    std::uint64_t z = hash + (index + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return static_cast<double>(z >> 40) / 16777216.0;
}

inline const dank::BackboneSpec &specOf(const std::string &network)
{
    if (const dank::BackboneSpec *spec = dank::findNetworkSpec(network))
        return *spec;
    throw std::runtime_error("There is no network " + network);
}

/// Names and shapes, in the order of the names.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// A whole state dict, as tests/nn/golden/ID.keys lists it.
inline Shapes readKeys(const std::string &network)
{
    Shapes shapes;
    std::ifstream in(DANK_TEST_DATA "/../nn/golden/" + network + ".keys");
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        for (std::int64_t size; words >> size;)
            shapes[name].push_back(size);
        shapes.try_emplace(name);  // a scalar
    }
    return shapes;
}

/// Parameters that a state dict holds besides those of the feature network.
inline bool isExtra(const std::string &name)
{
    return name.starts_with("AuxLogits.") || name.starts_with("fc.") || name.starts_with("classifier.6.")
           || name.ends_with("num_batches_tracked");
}

inline bool endsResidual(const std::string &name)
{
    return (name.starts_with("layer") && name.ends_with(".bn3.weight")) || name.ends_with(".rep.8.weight");
}

/// The tensor `name` of a network with the parameters `all`.
inline std::vector<float> values(const std::string &name, const Shapes &all)
{
    const std::vector<std::int64_t> &shape = all.at(name);
    std::size_t count = 1;
    for (std::int64_t size : shape)
        count *= static_cast<std::size_t>(size);
    // (a u + b) c
    double a = 2, b = -1, c = 1;
    constexpr std::string_view kWeight = "weight";
    if (name.ends_with("running_var")) {
        a = 1, b = 0.5;
    } else if (name.ends_with(".weight")
               && all.contains(name.substr(0, name.size() - kWeight.size()) + "running_var")) {
        a = 0.4, b = 0.8;
        c = endsResidual(name) ? 0.25 : 1;
    } else if (name.ends_with("running_mean") || name.ends_with("bias")) {
        a = 0.2, b = -0.1;
    } else {
        const double fanIn = static_cast<double>(count) / static_cast<double>(shape[0]);
        c = std::sqrt((name.ends_with(".pointwise.weight") ? 3.0 : 6.0) / fanIn);
    }
    const std::uint64_t hash = nameHash(name);
    std::vector<float> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i] = static_cast<float>((a * uniform(hash, i) + b) * c);
    return result;
}

/// Tensors in memory: views that tests may change, and what they point into.
struct Tensors {
    std::map<std::string, dank::TensorView> views;
    std::shared_ptr<const void> owner;

    dank::TensorFile file(const std::string &path = "memory") const { return {path, views, {}, owner}; }
};

/// The whole state dict of `network`, by formula.
inline Tensors formulaTensors(const std::string &network)
{
    const Shapes shapes = readKeys(network);
    auto data = std::make_shared<std::map<std::string, std::vector<float>>>();
    Tensors tensors;
    for (const auto &[name, shape] : shapes) {
        const bool counter = name.ends_with("num_batches_tracked");
        std::vector<float> &numbers = (*data)[name];
        numbers = counter ? std::vector<float>(2) : values(name, shapes);
        tensors.views[name] = {counter ? dank::DType::I64 : dank::DType::F32, shape, std::as_bytes(std::span(numbers))};
    }
    tensors.owner = std::move(data);
    return tensors;
}

inline dank::Image picture(int k, int side)
{
    dank::Image image{side, side, {}};
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(
                    static_cast<std::uint8_t>((3 * x + 5 * y * (k + 1) + 40 * c + ((x / 23) ^ (y / 17)) * 31) % 256));
        }
    }
    return image;
}

using Features = std::vector<float>;

inline Features features(const dank::Backbone &backbone, const std::vector<dank::Image> &images)
{
    Features out(images.size() * static_cast<std::size_t>(backbone.spec().columns));
    backbone.extract(images, out);
    return out;
}

/// Of the pictures 0 and 1, by the reference; empty where the file has another size.
inline Features golden(const dank::BackboneSpec &spec)
{
    Features numbers(2 * static_cast<std::size_t>(spec.columns) + 1);
    std::ifstream in(DANK_TEST_DATA "/golden/" + spec.id + ".f32", std::ios::binary);
    in.read(reinterpret_cast<char *>(numbers.data()), static_cast<std::streamsize>(numbers.size() * sizeof(float)));
    if (in.gcount() != static_cast<std::streamsize>((numbers.size() - 1) * sizeof(float)))
        return {};
    numbers.pop_back();
    return numbers;
}

/// Row `i` of `count`.
inline Features row(const Features &all, std::size_t i, std::size_t count)
{
    const auto columns = static_cast<std::ptrdiff_t>(all.size() / count);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(i) * columns;
    return {first, first + columns};
}

inline double norm(const Features &a)
{
    double sum = 0;
    for (float value : a)
        sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

inline double maximum(const Features &a)
{
    double most = 0;
    for (float value : a)
        most = std::isfinite(value) ? std::max(most, static_cast<double>(std::abs(value))) : INFINITY;
    return most;
}

inline double cosine(const Features &a, const Features &b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * b[i];
    return sum / (norm(a) * norm(b));
}

inline Features difference(const Features &a, const Features &b)
{
    Features result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        result[i] = a[i] - b[i];
    return result;
}

/// Largest difference, relative to the largest number of `expected`.
inline double off(const Features &got, const Features &expected)
{
    return maximum(difference(got, expected)) / maximum(expected);
}

}  // namespace fixture
