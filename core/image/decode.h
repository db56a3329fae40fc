#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/image.h"
#include "core/dataset/meme.h"

namespace dank {

/// A decoded picture, or why there is none.
struct Decoded {
    Image image;
    std::optional<SkipReason> problem;  ///< empty: `image` holds the picture
    std::string detail;                 ///< one clause, set with `problem`
};

/// Bytes to upright RGB8 under the decode rule: probeImage() first, JPEG by libjpeg-turbo, PNG by libpng, the
/// first frame of a WebP by libwebp and of a GIF by giflib, BMP by hand, the primary picture of a HEIC or AVIF by
/// libheif where that was built in; EXIF orientation (in HEIC and AVIF the file's own turn) applied, transparency laid
/// over white, grey, palette, CMYK and 16-bit brought to RGB8. Where `targetSide` > 0 a JPEG may be decoded at 1/2, 1/4
/// or 1/8 as long as both sides stay at least twice it. Never throws but for Error{Memory}. Thread-safe.
Decoded decodeImage(std::span<const std::byte> bytes, int targetSide = 0);

/// Whether decodeImage() with this `targetSide` gives another picture than without it.
bool decodesSmaller(std::span<const std::byte> bytes, int targetSide);

/// How many pictures this process has decoded, or tried to. For tests: what is kept must not be decoded again.
std::size_t decodedPictures() noexcept;

/// Reads (at most kMaxImageBytes) and decodes. Never throws but for Error{Memory}.
Decoded decodeImageFile(const std::filesystem::path &path, int targetSide = 0);

}  // namespace dank
