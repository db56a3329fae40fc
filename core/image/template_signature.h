#pragma once

#include "core/base/image.h"
#include "core/templates/picture_signature.h"

namespace dank {

/// What a JPEG may be decoded at for templateSignature(), as decodeImage() takes it.
inline constexpr int kSignatureDecodeSide = 200;

/// The edges of an upright picture in its views and windows (PictureSignature). Frames are rows and columns at a side
/// of which nearly all pixels are of the colour that it begins with; a bar with words is one of which not quite half
/// need be. Thread-safe. Throws Error{Shape} for a picture without pixels.
PictureSignature templateSignature(const Image &upright);

}  // namespace dank
