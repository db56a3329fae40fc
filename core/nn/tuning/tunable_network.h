#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/image.h"
#include "core/base/job.h"
#include "core/base/random.h"
#include "core/learn/train_config.h"
#include "core/learn/tune_config.h"
#include "core/model/network_changes.h"
#include "core/nn/device.h"
#include "core/nn/networks/backbone.h"
#include "core/weights/tensor_file.h"

namespace dank {

/// The perceptron that a fine-tuning begins with, as trainRegressor() left it.
struct TunedHead {
    const TrainConfig &config;
    std::span<const float> parameters;  ///< as TrainingState has them
    std::span<const float> mean;        ///< [columns], or empty for raw features
    std::span<const float> scale;
};

/// A meme as it goes into the part of a network that learns: for TuneDepth::All its picture's bytes, else float16
/// activations.
using TuningRow = std::span<const std::byte>;

/// One of networkSpecs() cut in two, with a head behind it: a front that stays as it is, and last stages that learn
/// together with the head. Batch-norm is folded into the convolutions, so it always evaluates: no running statistic is
/// read or written, and what a meme is given does not depend on those beside it. The parameters are one buffer, the
/// head's (TrainingState describes the order) and behind them the network's, tensor by tensor. Const calls are safe
/// from several threads, of which each computes on its own intra-op threads.
class TunableNetwork {
public:
    /// `weights` and `seed` as for makeBackbone(). Throws as it does, Error{Format} for a network that cannot be cut.
    static std::unique_ptr<TunableNetwork> make(const BackboneSpec &spec, const std::optional<TensorFile> &weights,
                                                std::uint64_t seed, const Device &device, Precision precision,
                                                TuneDepth depth, const TunedHead &head);
    virtual ~TunableNetwork() = default;

    /// Bytes of a TuningRow.
    virtual std::size_t rowBytes() const = 0;
    /// Whether a row is the picture itself, which may be augmented.
    virtual bool takesPictures() const = 0;
    /// Rows of pictures that are inputSide × inputSide: `rows` is [images.size(), rowBytes()]. Activations beyond what
    /// float16 holds become its greatest. Throws as Backbone::extract() does.
    virtual void prepare(std::span<const Image> images, std::span<std::byte> rows, const CancelToken &cancel) const = 0;

    /// Changed by an optimiser; parametersChanged() has what follows compute with the new ones.
    virtual std::span<float> parameters() = 0;
    virtual void parametersChanged() = 0;
    virtual std::size_t headParameters() const = 0;
    /// The network's part of such a buffer by name. `base`: the full id of the backbone.
    virtual NetworkChanges changes(std::span<const float> parameters, std::string base) const = 0;

    /// What was computed for some rows together.
    class Pass {
    public:
        virtual ~Pass() = default;
        std::vector<float> scores;  ///< [rows], before the output's activation
        /// Computes the gradient with respect to the parameters from that with respect to the scores, [rows].
        virtual void differentiate(std::span<const float> slopes) = 0;
        /// Adds it to `gradient`, [parameters].
        virtual void addTo(std::span<float> gradient) const = 0;
    };
    /// `dropout` draws the head's masks, as trainRegressor() has them; nullptr: dropout off. Only what `learns` can be
    /// differentiated. Throws Cancelled between two parts of the network.
    virtual std::unique_ptr<Pass> forward(std::span<const TuningRow> rows, Random *dropout, bool learns,
                                          const CancelToken &cancel) const = 0;
};

}  // namespace dank
