#pragma once

#include <memory>

#include "core/nn/networks/backbone.h"

namespace dank {

/// `classic` as a Backbone: classicFeatures() of whole pictures, in float32. Nothing is random and nothing is learnt.
std::unique_ptr<Backbone> makeClassicBackbone();

}  // namespace dank
