#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <turbojpeg.h>

#include "core/dataset/byte_source.h"
#include "core/dataset/jpeg_scans.h"
#include "core/image/decoders.h"
#include "core/image/orientation.h"

namespace dank::decoders {
namespace {

using Handle = std::unique_ptr<void, int (*)(tjhandle)>;

const unsigned char *raw(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

/// What the first EXIF segment tells, wherever it stands before the picture.
int readOrientation(std::span<const std::byte> bytes)
{
    for (std::size_t at = 2; at + 4 <= bytes.size() && byteAt(bytes, at) == 0xff;) {
        const std::uint32_t marker = byteAt(bytes, at + 1);
        if (marker == 0xff) {  // fill byte
            ++at;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
            at += 2;
            continue;
        }
        const std::size_t length = big16(bytes, at + 2);
        if (marker == 0xda || length < 2 || length > bytes.size() - at - 2)
            break;
        const auto body = bytes.subspan(at + 4, length - 2);
        if (marker == 0xe1 && body.size() >= 6 && beginsWith(body, std::string_view("Exif\0", 5)))
            return exifOrientation(body.subspan(6));
        at += 2 + length;
    }
    return 1;
}

/// CMYK as Adobe writes it into JPEG (inverted: 255 is no ink) to RGB by Pillow's arithmetic.
void cmykToRgb(const std::vector<std::uint8_t> &cmyk, std::vector<std::uint8_t> &rgb)
{
    const auto times = [](unsigned a, unsigned b) {
        const unsigned product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    };
    for (std::size_t from = 0, to = 0; from + 3 < cmyk.size(); from += 4, to += 3) {
        const unsigned light = cmyk[from + 3];
        for (std::size_t c = 0; c < 3; ++c)
            rgb[to + c] = static_cast<std::uint8_t>(light - times(255u - cmyk[from + c], light));
    }
}

std::string lastMessage(const Handle &handle)
{
    return std::string("the JPEG decoder says: ") + tjGetErrorStr2(handle.get());
}

}  // namespace

int jpegDivisor(int width, int height, int targetSide)
{
    int divisor = 1;
    if (targetSide > 0) {
        const std::int64_t least = 2 * static_cast<std::int64_t>(targetSide);
        while (divisor < 8 && (width + 2 * divisor - 1) / (2 * divisor) >= least
               && (height + 2 * divisor - 1) / (2 * divisor) >= least)
            divisor *= 2;
    }
    return divisor;
}

Decoded decodeJpeg(std::span<const std::byte> bytes, int targetSide)
{
    const Handle handle(tjInitDecompress(), tjDestroy);
    if (!handle)
        throw std::bad_alloc();
    int width = 0, height = 0, subsampling = -1, colours = -1;
    const auto size = static_cast<unsigned long>(bytes.size());
    // An odd subsampling makes this call fail after it has told everything that decoding needs.
    if (tjDecompressHeader3(handle.get(), raw(bytes), size, &width, &height, &subsampling, &colours) != 0
        && (width <= 0 || height <= 0 || colours < 0))
        return refuse(SkipReason::ImageCorrupt, lastMessage(handle));
    if (!sizeIsAllowed(width, height))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");

    const int divisor = jpegDivisor(width, height, targetSide);
    const tjscalingfactor factor{1, divisor};
    Image image{TJSCALED(width, factor), TJSCALED(height, factor), {}};
    const std::size_t pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    const bool fourInks = colours == TJCS_CMYK || colours == TJCS_YCCK;
    image.rgb.resize(pixels * 3);
    std::vector<std::uint8_t> inks(fourInks ? pixels * 4 : 0);
    // A limit on scans keeps a crafted progressive file from taking minutes.
    if (tjDecompress2(handle.get(), raw(bytes), size, fourInks ? inks.data() : image.rgb.data(), image.width, 0,
                      image.height, fourInks ? TJPF_CMYK : TJPF_RGB, TJFLAG_LIMITSCANS)
        != 0) {
        if (tjGetErrorCode(handle.get()) != TJERR_WARNING)
            return refuse(SkipReason::ImageCorrupt, lastMessage(handle));
        // Stray bytes and the like are tolerated, and where all rows are there an end marker is not missed; a picture
        // that ends early is not, even with an end marker.
        const std::string message = lastMessage(handle);
        const bool wantsEndMarker = message.find("Premature end of JPEG file") != std::string::npos;
        if (wantsEndMarker ? !jpegHasAllRows({bytes.begin(), bytes.end()})
                           : message.find("premature end") != std::string::npos)
            return refuse(SkipReason::ImageTruncated, message);
    }
    if (fourInks)
        cmykToRgb(inks, image.rgb);
    return {makeUpright(std::move(image), readOrientation(bytes)), {}, {}};
}

}  // namespace dank::decoders
