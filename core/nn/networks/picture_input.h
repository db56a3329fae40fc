#pragma once

// Internal to core/nn. Includes LibTorch.

#include <array>
#include <span>

#include <ATen/core/Tensor.h>

#include "core/base/image.h"
#include "core/nn/networks/network.h"

namespace dank {

/// Makes of pictures what goes into a network. Immutable, thread-safe.
class PictureInput {
public:
    PictureInput(const BackboneSpec &spec, const Placement &placement);

    /// The part that needs no device. On the CPU [B, 3, side, side], normalised, channels-last: the layout the pictures
    /// already have. For CUDA [B, side, side, 3], their bytes, in memory that the device fetches from by itself.
    at::Tensor gather(std::span<const Image> images) const;

    /// [B, 3, side, side], normalised, channels-last, on the device and in the type of the placement, from what
    /// gather() gave. For CUDA it only starts the work.
    at::Tensor place(const at::Tensor &gathered) const;

    /// place() for bytes: (value − 255 mean) / (255 deviation) in float32, on the device. It may differ from gather()'s
    /// numbers, which are rounded once from double, in their last digit.
    at::Tensor normalised(const at::Tensor &bytes) const;

private:
    std::int64_t m_side;
    bool m_blueFirst;
    Placement m_placement;
    std::array<std::array<float, 256>, 3> m_table;  ///< by channel and value
    at::Tensor m_mean, m_deviation;                 ///< [1, 3, 1, 1], of 0..255, on the device
};

}  // namespace dank
