#pragma once

#include <string>
#include <vector>

#include "core/weights/tensorflow/keras_layers.h"

// Internal to core/weights.

namespace dank {

/// What a layer of Keras' is.
enum class KerasKind {
    Convolution,        ///< a batch-norm follows, into whose mean its bias goes
    BiasedConvolution,  ///< with a bias of its own
    Separable,          ///< depthwise, then pointwise; a batch-norm follows
    BatchNorm,
    Dense,
    DenseOfMaps,  ///< its inputs are maps of 512 channels, flattened
};

/// A layer of a network: what Keras calls it, and what its publisher in PyTorch does.
struct KerasLayer {
    KerasKind kind;
    std::string keras, ours;
};

struct KerasNetwork {
    std::string title;
    std::vector<KerasLayer> layers;
};

/// Every network that is known by keras.applications' names. Of layers that Keras only numbers (all of Inception's,
/// Xception's ways around) the names are those that fit best among `layers`: whichever number comes first, and
/// convolutions and batch-norms counted apart, since a layer of another sort may have come before.
std::vector<KerasNetwork> kerasNetworks(const KerasLayers &layers);

}  // namespace dank
