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

/// PNG by libpng, upright after its eXIf; of an animated one the picture that every program shows.
Decoded decodePng(std::span<const std::byte> bytes);

/// WebP by libwebp, upright after its EXIF; of an animated one the first frame, at its place on white.
Decoded decodeWebP(std::span<const std::byte> bytes);

/// HEIC and AVIF by libheif: the primary picture, turned and cropped as the file says; its first of several. Refuses
/// all where libheif was not there when this was built.
Decoded decodeHeif(std::span<const std::byte> bytes, ImageFormat format);

/// BMP of every version, by hand: alpha counts only where a mask declares it.
Decoded decodeBmp(std::span<const std::byte> bytes);

/// A refusal with its reason.
Decoded refuse(SkipReason reason, std::string detail);

/// True where width × height is a picture that may be decoded.
bool sizeIsAllowed(std::int64_t width, std::int64_t height);

}  // namespace dank::decoders
