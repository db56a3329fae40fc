#pragma once

// Internal to core/nn.

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/json_reader.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// The JSON file beside a user's own network: the same name but for ".json".
std::filesystem::path networkDescriptionPath(const std::filesystem::path &file);

/// What it says, as far as it is the same for every kind of network. Throws Error{File}, and Error{Weights} that names
/// the file and the entry.
class NetworkDescription {
public:
    /// `keys`: the entries that there may be. `needed`: those that there have to be, for messages.
    NetworkDescription(const std::filesystem::path &file, std::span<const std::string_view> keys, std::string needed);

    JsonValue root() const { return m_document->root(); }
    /// "input_side" if it is there.
    std::optional<int> inputSide() const;
    std::optional<int> columns() const;
    /// "title", "crop_side", "mean" and "std", of a network of that input side.
    void describe(BackboneSpec &spec) const;

    static constexpr int kMostColumns = 65'536;

private:
    std::filesystem::path m_file;
    std::optional<JsonDocument> m_document;
};

}  // namespace dank
