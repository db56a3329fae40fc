#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/dataset/meme.h"

namespace dank {

/// A picture may have at most this many pixels (Pillow's decompression-bomb limit).
inline constexpr std::int64_t kMaxImagePixels = 89'478'485;
/// An image file may have at most this many bytes.
inline constexpr std::uint64_t kMaxImageBytes = 64ull << 20;

enum class ImageFormat { Jpeg, Png, WebP, Bmp, Gif, Heic, Avif };
const char *imageFormatName(ImageFormat format) noexcept;

/// What the headers of an image file say, or why it will not be decoded.
struct ImageProbe {
    std::optional<SkipReason> problem;  ///< empty: worth decoding
    std::string detail;                 ///< one clause, set with `problem`
    ImageFormat format = ImageFormat::Jpeg;
    int width = 0;
    int height = 0;
};

/// The decode rule's checks that need no decoder: size cap, magic allow-list, dimensions from the header,
/// and the end marker (JPEG EOI, PNG IEND, GIF trailer, RIFF/BMP length, a HEIF's extents). Content decides, never the
/// name. HEIC and AVIF are pictures where libheif was built in (readsHeif()), otherwise they are named and refused.
ImageProbe probeImage(std::span<const std::byte> bytes);

/// The same for a file, reading only what it needs (head, marker chain, tail). Never throws.
ImageProbe probeImageFile(const std::filesystem::path &path);

}  // namespace dank
