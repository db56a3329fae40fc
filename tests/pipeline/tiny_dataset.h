#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/dataset/dataset.h"
#include "core/image/encode.h"
#include "core/nn/networks/backbone.h"
#include "core/pipeline/backbones/backbone_cache.h"

namespace dank::test {

/// A picture of one colour, 24 × 24.
inline std::vector<std::byte> colourPng(std::uint8_t red, std::uint8_t green, std::uint8_t blue)
{
    Image image{24, 24, {}};
    for (int i = 0; i < 24 * 24; ++i)
        image.rgb.insert(image.rgb.end(), {red, green, blue});
    return encodePng(image);
}

/// db.json with `count` one-colour memes: the redder, the more upvotes. Every third author posts twice.
inline std::filesystem::path writeTinyDataset(const std::filesystem::path &folder, int count, std::uint64_t seed = 1)
{
    std::filesystem::create_directories(folder / "memes");
    Random random(seed);
    std::string json = "{\"_default\": {";
    for (int i = 0; i < count; ++i) {
        const auto red = static_cast<std::uint8_t>(random.below(256));
        const auto green = static_cast<std::uint8_t>(random.below(256));
        const auto blue = static_cast<std::uint8_t>(random.below(256));
        const std::string id = "m" + std::to_string(i);
        writeFileAtomically(folder / "memes" / (id + ".png"), colourPng(red, green, blue));
        json += (i ? ", \"" : "\"") + std::to_string(i + 1) + "\": {\"id\": \"" + id + "\", \"ups\": "
                + std::to_string(100 + red * 40 + green) + ", \"author\": \"a" + std::to_string(i - (i % 3 == 2))
                + "\", \"title\": \"t\", \"media\": \"https://example.invalid/" + id + ".png\"}";
    }
    writeFileAtomically(folder / "db.json", json + "}}");
    return folder / "db.json";
}

/// Stands in for Inception V3: the first three of its 2,048 numbers are the mean colour, the rest are 0. Counts its
/// pictures, so that a test can see what was computed.
class ColourBackbone final : public Backbone {
public:
    explicit ColourBackbone(std::atomic<int> &computed) : m_computed(computed) {}
    const BackboneSpec &spec() const override { return *findNetworkSpec("inception_v3"); }
    void extract(std::span<const Image> images, std::span<float> out, const CancelToken &) const override
    {
        const auto columns = static_cast<std::size_t>(spec().columns);
        std::fill(out.begin(), out.end(), 0.0f);
        for (std::size_t row = 0; row < images.size(); ++row) {
            const auto &rgb = images[row].rgb;
            for (std::size_t i = 0; i < rgb.size(); ++i)
                out[row * columns + i % 3] += static_cast<float>(rgb[i]) / static_cast<float>(rgb.size() / 3) / 255.0f;
            ++m_computed;
        }
    }

private:
    std::atomic<int> &m_computed;
};

inline BackboneCache::Factory colourNetworks(std::atomic<int> &computed)
{
    return [&computed](const BackboneChoice &, Precision, const Device &) {
        return std::make_shared<ColourBackbone>(computed);
    };
}

}  // namespace dank::test
