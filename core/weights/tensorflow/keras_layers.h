#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/tensor_file.h"

// Internal to core/weights.

namespace dank {

/// More layers than any network here has by far.
inline constexpr std::size_t kMaxKerasLayers = 5'000;

/// What a file of Keras' holds, under Keras' names and in its layouts: kernels are height × width × inputs × outputs.
class KerasLayers {
public:
    using Parts = std::map<std::string, TensorView, std::less<>>;  ///< "kernel", "moving_mean", …

    /// `path` as files write it: "conv2d_17/kernel", "inception_v3/conv2d_17/kernel:0",
    /// "conv2d_17/conv2d_17_1/kernel:0"; the layer is the last name but one, unless it only adds a number to the
    /// first. Throws BadFile for a path without a layer, a part that is there already, and too many layers.
    void add(std::string_view path, TensorView view);

    const std::map<std::string, Parts, std::less<>> &all() const { return m_layers; }
    /// nullptr when there is none.
    const TensorView *find(std::string_view layer, std::string_view part) const;

private:
    std::map<std::string, Parts, std::less<>> m_layers;
};

/// The layers and the numbers that some of their views point into; the rest lies in the file.
struct KerasContents {
    KerasLayers layers;
    std::vector<std::vector<float>> numbers;
};

}  // namespace dank
