#pragma once

#include <span>
#include <string_view>

#include "core/backbone/backbone_id.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// Every backbone that can be asked for by name: `classic`, then networkSpecs(). The one table that the window, the
/// command line and the tests read.
std::span<const BackboneSpec> backboneSpecs();
/// Throws Error{Weights} naming the known ids.
const BackboneSpec &backboneSpec(std::string_view id);

}  // namespace dank
