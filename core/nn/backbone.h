#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/image.h"
#include "core/nn/device.h"

namespace dank {

/// What is fixed about a feature network: one row of the table that the window, the command line and the tests read.
struct BackboneSpec {
    const char *id;          ///< "inception_v3"
    const char *title;       ///< "Inception V3"
    const char *summary;     ///< one line for the Features page
    int inputSide;           ///< pictures are inputSide × inputSide
    int columns;             ///< feature width
    std::array<float, 3> mean, deviation;  ///< RGB in 0..1: x -> (x - mean) / deviation
};

/// All networks this build knows.
std::span<const BackboneSpec> backboneSpecs();
/// Throws Error{Weights} naming the known ids.
const BackboneSpec &backboneSpec(std::string_view id);

/// A frozen network on one device in one precision. Immutable once built and safe to call from several threads.
class Backbone {
public:
    virtual ~Backbone() = default;

    virtual const BackboneSpec &spec() const = 0;
    virtual Precision precision() const = 0;
    virtual bool isUntrained() const = 0;   ///< seeded random weights

    /// Features of pictures that are already inputSide × inputSide: `out` is [images.size(), columns] row-major.
    /// Evaluated without gradients, batch-norm frozen. Throws Error{Shape} for another size, Error{Memory},
    /// Error{Device}.
    virtual void extract(std::span<const Image> images, std::span<float> out) const = 0;
};

/// Builds a network. `weights`: a safetensors file with torchvision's parameter names; extra parameters of the full
/// torchvision state dict (AuxLogits, fc, num_batches_tracked) are passed over; missing ones and wrong shapes are
/// all listed by name in Error{Weights}. Empty: seeded random weights (He initialisation, batch-norm at identity).
/// Batch-norm is folded into the convolutions in float32 before the cast to `precision`.
std::unique_ptr<Backbone> makeBackbone(const BackboneSpec &spec, const std::filesystem::path &weights,
                                       std::uint64_t seed, const Device &device, Precision precision);

}  // namespace dank
