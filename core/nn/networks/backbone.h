#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/backbone/convention.h"
#include "core/base/image.h"
#include "core/base/job.h"
#include "core/model/network_changes.h"
#include "core/nn/device.h"
#include "core/weights/tensor_file.h"

namespace dank {

/// What is fixed about a way from pictures to features: one row of the table that the window, the command line and the
/// tests read.
struct BackboneSpec {
    std::string id;       ///< "inception_v3"
    std::string title;    ///< "Inception V3"
    std::string summary;  ///< one line for the Features page
    int inputSide = 0;    ///< pictures are inputSide × inputSide; 0: taken whole, at any size
    int cropSide = 0;     ///< the resize rule `crop` makes the short side this long first, as the publisher does
    int columns = 0;      ///< feature width
    std::array<float, 3> mean{}, deviation{};  ///< RGB in 0..1: x -> (x - mean) / deviation
    double batchNormEpsilon = 0;               ///< 0 where there is no batch-norm
    Convention convention = Convention::Torch;
    bool blueFirst = false;  ///< the network takes blue, green, red; `mean` and `deviation` stay red, green, blue
};

/// The pretrained networks that this build knows, the paper's own first.
std::span<const BackboneSpec> networkSpecs();
/// nullptr when there is none of that id.
const BackboneSpec *findNetworkSpec(std::string_view id);

/// One of networkSpecs() as it is in a convention. Besides the numbers of the spec a network's own code differs: in
/// Keras Inception's average pooling leaves the padding out, a ResNet's block strides in its first convolution, and
/// Xception's maxima begin at the edge where an even side is halved.
BackboneSpec inConvention(const BackboneSpec &spec, Convention convention);

/// What a network saw where, before it took the mean over all places.
struct FeatureMaps {
    int height = 0, width = 0;
    std::vector<float> values;  ///< [columns, height, width]
};

/// A frozen way from pictures to features on one device in one precision. Immutable once built and safe to call from
/// several threads.
class Backbone {
public:
    virtual ~Backbone() = default;

    virtual const BackboneSpec &spec() const = 0;

    /// How many pictures at once the memory has held, once it could not hold as many as extract() was given.
    virtual std::optional<std::size_t> memoryHolds() const { return std::nullopt; }

    /// Features of pictures that are already inputSide × inputSide: `out` is [images.size(), columns] row-major.
    /// Evaluated without gradients, batch-norm frozen; a picture's last digits may depend on how many there are.
    /// Where memory does not hold them all, half of them is tried, and so on; the next call begins with what went.
    /// Throws Error{Shape} for another size, Error{Memory} where one picture is too much, Error{Device}, and Cancelled
    /// soon after `cancel` was asked for: between two parts of the network, which take some ten milliseconds for a
    /// batch of eight. A TorchScript network has one part.
    virtual void extract(std::span<const Image> images, std::span<float> out, const CancelToken &cancel = {}) const = 0;
    /// Of one such picture; each column's mean over all places is its feature. Nothing where features are no such means
    /// (VGG's, `classic`, TorchScript). Throws as extract() does.
    virtual std::optional<FeatureMaps> featureMaps(const Image & /*image*/, const CancelToken & /*cancel*/ = {}) const
    {
        return std::nullopt;
    }
};

/// Builds one of networkSpecs(), in the spec's convention. `weights`: tensors with the parameter names of torchvision
/// (of timm for Xception); extra parameters of a full state dict (AuxLogits, fc, num_batches_tracked) are passed over;
/// missing ones and wrong shapes are all listed by name in Error{Weights}. None: seeded random weights (He
/// initialisation, batch-norm at identity). Batch-norm is folded into the convolutions in float32 before the cast to
/// `precision`. `changes`: what fine-tuning made of some of its tensors, in their place; nullptr: nothing.
std::unique_ptr<Backbone> makeBackbone(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                       std::uint64_t seed, const Device &device, Precision precision,
                                       const NetworkChanges *changes = nullptr);

/// The parameters that one of networkSpecs() takes from a file, in the order in which it asks for them. Quick: nothing
/// is computed.
struct ParameterShape {
    std::string name;
    std::vector<std::int64_t> shape;
};
std::vector<ParameterShape> networkParameters(const BackboneSpec &spec);

/// The network whose parameters a file holds, by their names and shapes. Throws Error{Weights} that names the nearest
/// network and what it lacks of it.
const BackboneSpec &networkOf(const TensorFile &weights);

}  // namespace dank
