#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/image.h"
#include "core/weights/safetensors.h"

/// Weights and pictures by formula, as tests/reference/inception_v3.py makes them.
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

struct Parameter {
    std::vector<std::int64_t> shape;
    dank::DType type = dank::DType::F32;
    std::vector<std::byte> bytes;
};
using Parameters = std::map<std::string, Parameter>;

inline std::vector<std::byte> values(const std::string &name, const std::vector<std::int64_t> &shape)
{
    std::size_t count = 1;
    for (std::int64_t size : shape)
        count *= static_cast<std::size_t>(size);
    const std::uint64_t hash = nameHash(name);
    const double limit = std::sqrt(6.0 / (static_cast<double>(count) / static_cast<double>(shape[0])));
    std::vector<float> result(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double u = uniform(hash, i);
        double value = (2.0 * u - 1.0) * limit;
        if (name.ends_with("running_var"))
            value = 0.5 + u;
        else if (name.ends_with("bn.weight"))
            value = 0.8 + 0.4 * u;
        else if (name.ends_with("running_mean") || name.ends_with("bias"))
            value = 0.2 * u - 0.1;
        result[i] = static_cast<float>(value);
    }
    std::vector<std::byte> bytes(count * sizeof(float));
    std::memcpy(bytes.data(), result.data(), bytes.size());
    return bytes;
}

/// The whole state dict that `keys` lists.
inline Parameters parameters(const std::string &keys)
{
    Parameters all;
    std::ifstream in(keys);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        Parameter parameter;
        for (std::int64_t size; words >> size;)
            parameter.shape.push_back(size);
        if (name.ends_with("num_batches_tracked")) {
            parameter.type = dank::DType::I64;
            parameter.bytes.assign(8, std::byte{0});
        } else {
            parameter.bytes = values(name, parameter.shape);
        }
        all.emplace(name, std::move(parameter));
    }
    return all;
}

inline void write(const Parameters &parameters, const std::string &path)
{
    std::vector<dank::TensorToWrite> tensors;
    for (const auto &[name, parameter] : parameters)
        tensors.push_back({name, parameter.type, parameter.shape, parameter.bytes});
    dank::writeSafetensors(path, tensors, {{"format", "pt"}});
}

inline dank::Image picture(int k)
{
    dank::Image image{299, 299, {}};
    for (int y = 0; y < 299; ++y) {
        for (int x = 0; x < 299; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(static_cast<std::uint8_t>(
                    (3 * x + 5 * y * (k + 1) + 40 * c + ((x / 23) ^ (y / 17)) * 31) % 256));
        }
    }
    return image;
}

}  // namespace fixture
