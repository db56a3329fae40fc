#pragma once

#include <cstddef>
#include <span>

#include "core/weights/tensorflow/keras_layers.h"

// Internal to core/weights.

namespace dank {

/// The weights in an HDF5 file of Keras: of weights alone or of a whole model (groups by layer, which Keras wrote until
/// version 3 and still does for `.h5`), or the newer `.weights.h5`, which numbers a layer's weights and gives their
/// group its name. The optimiser's state is passed over. Throws BadFile, see readHdf5().
KerasLayers readKerasHdf5(std::span<const std::byte> bytes);

}  // namespace dank
