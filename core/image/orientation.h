#pragma once

#include <cstddef>
#include <span>

#include "core/base/image.h"

namespace dank {

/// The orientation 1 … 8 that an EXIF block tells (a TIFF structure: a JPEG's APP1 behind "Exif\0\0", PNG's eXIf,
/// WebP's EXIF); 1 where there is none or it makes no sense.
int exifOrientation(std::span<const std::byte> tiff);

/// The picture as it is meant to be looked at. 5 … 8 swap width and height.
Image makeUpright(Image image, int orientation);

}  // namespace dank
