#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/backbone/backbone_id.h"
#include "core/base/image.h"
#include "core/dataset/meme.h"
#include "core/nn/networks/backbone.h"
#include "core/pipeline/features/picture_looks.h"

namespace dank {

/// A decoded picture made side × side, the one way for training and rating alike. `crop` does what torchvision's
/// Resize(cropSide) and CenterCrop(side) do; `whole` leaves the picture as it is.
Image preprocess(const Image &image, ResizeRule rule, int side, int cropSide);

/// A rectangle in shares of a picture's width and height, which may lie partly outside.
struct ShareRect {
    double x = 0, y = 0, width = 1, height = 1;
};
/// Where preprocess()'s square lies on a picture of that size.
ShareRect inputRegion(int width, int height, ResizeRule rule, int side, int cropSide);

/// A picture made ready for a network, or why it is not.
struct PreparedPicture {
    Image image;                        ///< as the backbone takes it
    std::string hash;                   ///< hashBytes() of the very bytes that were decoded; empty: they cannot be read
    std::optional<PictureLook> look;    ///< where it was asked for
    std::optional<SkipReason> problem;  ///< set: there is no image
    std::string detail;                 ///< one clause, set with `problem`
};

/// Reads, hashes, decodes, looks at it where `look` says so, and preprocesses. Thread-safe; throws only Error{Memory}.
PreparedPicture preparePicture(const std::filesystem::path &file, ResizeRule rule, const BackboneSpec &spec, bool look);

}  // namespace dank
