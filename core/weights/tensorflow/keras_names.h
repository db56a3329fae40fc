#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/weights/tensorflow/keras_layers.h"

// Internal to core/weights.

namespace dank {

/// A Keras network's tensors under the names and in the layouts of torchvision (of timm for Xception).
struct TranslatedKeras {
    std::map<std::string, TensorView> tensors;  ///< float32, each with its name in Keras as its source
    std::vector<std::vector<float>> numbers;    ///< what they point into
    std::string recognised;   ///< for people: "Inception V3 in Keras' names, with a head for 5 classes"
    bool isKerasOwn = false;  ///< it ends in the 1,000 classes of Keras' published weights
};

/// Recognises Inception V3, Xception, VGG16, VGG19, ResNet-50, -101 or -152 by the layers and translates them: layers
/// that Keras numbers are taken in the order of their numbers, whichever the first is; kernels are transposed, and
/// VGG's first hidden layer re-ordered from height, width, channels; a batch-norm without gamma gets ones; a bias in
/// front of a batch-norm is taken off its mean. What does not belong to the network (a head) is kept as
/// "head.<layer>.<part>". Throws BadFile that lists the layers that the nearest network lacks.
TranslatedKeras translateKeras(const KerasLayers &layers);

}  // namespace dank
