#pragma once

#include <optional>
#include <string>

#include "core/backbone/backbone_id.h"
#include "core/base/image.h"
#include "core/dataset/meme.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// A decoded picture made side × side, the one way for training and rating alike. `crop` does what torchvision's
/// Resize(cropSide) and CenterCrop(side) do; `whole` leaves the picture as it is.
Image preprocess(const Image &image, ResizeRule rule, int side, int cropSide);

/// A meme's picture made ready for a network, or why it is not.
struct PreparedPicture {
    Image image;                     ///< as the backbone takes it
    std::string hash;                ///< hashBytes() of the very bytes that were decoded
    std::optional<Skipped> skipped;  ///< set: there is no image
};

/// Reads, hashes, decodes and preprocesses. Thread-safe; throws only Error{Memory}.
PreparedPicture preparePicture(const MemeRecord &record, ResizeRule rule, const BackboneSpec &spec);

}  // namespace dank
