#pragma once

#include "core/base/image.h"

namespace dank {

/// Antialiased bilinear (triangle) resize to exactly width × height, the filter of Pillow's
/// Image.resize(BILINEAR): support scales with the reduction. Within one grey level of Pillow.
Image resizeTriangle(const Image &image, int width, int height);

/// Scaled down to fit `side` × `side` keeping its aspect; never scaled up.
Image thumbnail(const Image &image, int side);

/// Scaled down to at most so many pixels, keeping its aspect; never scaled up.
Image ofAtMost(const Image &image, double pixels);

}  // namespace dank
