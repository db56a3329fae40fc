#pragma once

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/json_reader.h"
#include "core/model/blend.h"

// A blend in a model's file. Private to core/store.

namespace dank {

nlohmann::json blendToJson(const Blend &blend);
/// All but its tensors. `format`: the model file's, from 3. Throws Error{Format}.
Blend blendFromJson(const JsonValue &object, int format);

/// Its tensors by the names that they have in a file of that format; one that is empty is not in the file.
template <typename AnyBlend>
auto blendTensors(AnyBlend &blend, int format)
{
    if (format == 3)
        return std::vector{std::pair("blend.line", &blend.line), std::pair("blend.rarity", &blend.title.rarity),
                           std::pair("blend.words", &blend.title.weight)};
    return std::vector{std::pair("blend.line", &blend.line), std::pair("blend.title.rarity", &blend.title.rarity),
                       std::pair("blend.title.weight", &blend.title.weight),
                       std::pair("blend.text.rarity", &blend.text.rarity),
                       std::pair("blend.text.weight", &blend.text.weight)};
}

}  // namespace dank
