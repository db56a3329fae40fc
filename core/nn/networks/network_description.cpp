#include "core/nn/networks/network_description.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMaxDescription = 64 * 1024;
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxTitle = 80;  // bytes
constexpr int kMaxSide = 2048;

/// Three numbers, for red, green and blue.
std::array<float, 3> colour(const JsonValue &value)
{
    std::array<float, 3> colour{};
    const std::vector<JsonValue> parts = value.tuple(3);
    for (std::size_t i = 0; i < 3; ++i) {
        colour[i] = static_cast<float>(parts[i].finite());
        if (!(std::abs(colour[i]) < 1000))
            value.refuse("a colour's number is beyond 1000, and they are 0 to 1");
    }
    return colour;
}

}  // namespace

fs::path networkDescriptionPath(const fs::path &file)
{
    return fs::path(file).replace_extension(".json");
}

NetworkDescription::NetworkDescription(const fs::path &file, std::span<const std::string_view> keys, std::string needed)
    : m_file(file)
{
    const fs::path beside = networkDescriptionPath(file);
    std::error_code ignored;
    if (!fs::exists(beside, ignored))
        throw Error(ErrorKind::Weights,
                    displayPath(file) + " needs its preprocessing in " + displayPath(beside) + ": a JSON object with "
                        + needed + ".",
                    beside);
    m_document.emplace(readTextFile(beside, kMaxDescription), kMaxDepth, [beside, needed](const std::string &why) {
        throw Error(ErrorKind::Weights,
                    displayPath(beside) + " does not describe a network: " + why + ". It needs " + needed + '.',
                    beside);
    });
    for (const std::string &key : root().keys())
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            root().refuse("it has the unknown entry '" + printable(key.substr(0, 40)) + "'");
}

std::optional<int> NetworkDescription::inputSide() const
{
    const auto side = root().find("input_side");
    return side ? std::optional(side->whole(8, kMaxSide)) : std::nullopt;
}

std::optional<int> NetworkDescription::columns() const
{
    const auto columns = root().find("columns");
    return columns ? std::optional(columns->whole(1, kMostColumns)) : std::nullopt;
}

void NetworkDescription::describe(BackboneSpec &spec) const
{
    const auto title = root().find("title"), cropSide = root().find("crop_side");
    spec.title = printable(title ? title->text(kMaxTitle) : displayPath(m_file.filename()));
    spec.cropSide = cropSide ? cropSide->whole(spec.inputSide, 2 * kMaxSide) : spec.inputSide;
    spec.mean = colour(root().at("mean"));
    spec.deviation = colour(root().at("std"));
    for (const float deviation : spec.deviation)
        if (deviation <= 0)
            root().refuse("'std' must be above 0");
}

}  // namespace dank
