#pragma once

#include <cstddef>
#include <span>

#include "core/dataset/image_probe.h"
#include "core/image/decode.h"

// The decoders behind decodeImage(), one library each. All expect bytes that passed probeImage(), return what they
// find, and let only std::bad_alloc out.
namespace dank::decoders {

/// JPEG by libjpeg-turbo, upright after its EXIF orientation.
Decoded decodeJpeg(std::span<const std::byte> bytes, int targetSide);
/// The power of two that it divides by: as large as leaves both sides at least twice `targetSide`.
int jpegDivisor(int width, int height, int targetSide);

/// The first picture of a GIF by giflib, laid on a white screen at its place.
Decoded decodeGif(std::span<const std::byte> bytes);

/// PNG, WebP and BMP by OpenCV.
Decoded decodeOther(std::span<const std::byte> bytes, ImageFormat format);

/// A refusal with its reason.
Decoded refuse(SkipReason reason, std::string detail);

/// True where width × height is a picture that may be decoded.
bool sizeIsAllowed(std::int64_t width, std::int64_t height);

}  // namespace dank::decoders
