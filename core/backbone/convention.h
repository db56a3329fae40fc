#pragma once

#include <string>
#include <string_view>

namespace dank {

/// How a network is built around a file's numbers and how pictures are given to it, where publishers of the same
/// network differ. It changes the features, so it is a part of the backbone id.
enum class Convention {
    Torch,  ///< as torchvision does (timm for Xception)
    Keras,  ///< as keras.applications does
    Unit,   ///< the network as in Keras, its pictures in 0..1, which many who teach a network anew choose
};
const char *conventionName(Convention convention) noexcept;  ///< "torch", "keras", "unit"
Convention conventionFromName(std::string_view name);        ///< throws Error{Format} for another word

/// The part of a BackboneId that names weights: "w-<content>", "keras-<content>" or "unit-<content>".
std::string weightsName(const std::string &content, Convention convention);
/// The convention that such a part says; Torch for every other.
Convention conventionOf(std::string_view weights) noexcept;

}  // namespace dank
