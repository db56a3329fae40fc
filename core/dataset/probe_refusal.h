#pragma once

#include <cstdint>
#include <string>

#include "core/dataset/image_probe.h"

// What the readers of headers behind probeImage() throw, and nothing else than them sees.
namespace dank {

/// Why a picture will not be decoded.
struct Refusal {
    SkipReason reason;
    std::string detail;
};

inline Refusal damaged(ImageFormat format, const std::string &what)
{
    return {SkipReason::ImageCorrupt, std::string("the ") + imageFormatName(format) + " file is damaged: " + what};
}

/// For a file that ends before its picture does.
inline Refusal endsEarly(ImageFormat format)
{
    return {SkipReason::ImageTruncated,
            std::string("the ") + imageFormatName(format) + " file ends before its picture does"};
}

/// Throws Refusal where a picture of this size is none, or is too large. Widths and heights have 32 bits at most.
inline void checkPictureSize(ImageFormat format, std::int64_t width, std::int64_t height)
{
    const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
    if (width <= 0 || height <= 0)
        throw damaged(format, "it claims to have " + size);
    if (width > kMaxImagePixels || height > kMaxImagePixels || width * height > kMaxImagePixels)
        throw Refusal{SkipReason::ImageTooLarge, "it claims to have " + size + ", more than the "
                                                     + std::to_string(kMaxImagePixels)
                                                     + " in all that a picture may have"};
}

}  // namespace dank
