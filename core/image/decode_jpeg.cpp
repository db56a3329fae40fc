#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <libexif/exif-data.h>
#include <opencv2/core.hpp>
#include <turbojpeg.h>

#include "core/image/decoders.h"
#include "core/image/mat_view.h"

namespace dank::decoders {
namespace {

using Handle = std::unique_ptr<void, int (*)(tjhandle)>;

const unsigned char *raw(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

/// The EXIF orientation 1 … 8; 1 where there is none or it makes no sense.
int readOrientation(std::span<const std::byte> bytes)
{
    const std::unique_ptr<ExifData, void (*)(ExifData *)> data(exif_data_new(), exif_data_unref);
    if (!data)
        return 1;
    // As found: following the specification would have the library invent missing entries.
    exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_set_option(data.get(), EXIF_DATA_OPTION_DONT_CHANGE_MAKER_NOTE);
    exif_data_load_data(data.get(), raw(bytes), static_cast<unsigned int>(bytes.size()));
    const ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (!entry || !entry->data || entry->format != EXIF_FORMAT_SHORT || entry->size < 2)
        return 1;
    const int value = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
    return value >= 1 && value <= 8 ? value : 1;
}

/// The picture as it is meant to be looked at. 5 … 8 swap width and height.
Image makeUpright(Image image, int orientation)
{
    if (orientation == 1)
        return image;
    Image out = image;
    if (orientation >= 5) {
        std::swap(out.width, out.height);
        cv::Mat transposed = matOf(out);
        cv::transpose(matOf(image), transposed);
        image = out;
    }
    // 2 mirrored, 3 turned half round, 4 mirrored downwards; 5 transposed, 6 to turn right, 7 transversed, 8 to turn
    // left.
    constexpr int kFlips[] = {1, -1, 0};
    if (const int flip = (orientation - 1) % 4; flip > 0) {
        cv::Mat flipped = matOf(out);
        cv::flip(matOf(image), flipped, kFlips[flip - 1]);
    }
    return out;
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
        // Stray bytes and the like are tolerated; a picture that ends early is not, even with an end marker.
        const std::string message = lastMessage(handle);
        if (message.find("remature end") != std::string::npos)
            return refuse(SkipReason::ImageTruncated, message);
    }
    if (fourInks)
        cmykToRgb(inks, image.rgb);
    return {makeUpright(std::move(image), readOrientation(bytes)), {}, {}};
}

}  // namespace dank::decoders
