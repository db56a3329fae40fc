#pragma once

#include <span>
#include <string_view>

#include "core/nn/networks/backbone.h"

namespace dank {

/// The backbone that needs no network and no weights (core/image/classic_features.h).
inline constexpr std::string_view kClassicId = "classic";
/// What a user's own TorchScript file goes by in ids; its row is in the JSON beside it.
inline constexpr std::string_view kTorchScriptId = "torchscript";

/// Every backbone that can be asked for by name: `classic`, then networkSpecs(). The one table that the window, the
/// command line and the tests read.
std::span<const BackboneSpec> backboneSpecs();
/// Throws Error{Weights} naming the known ids.
const BackboneSpec &backboneSpec(std::string_view id);

}  // namespace dank
