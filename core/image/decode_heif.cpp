#include "core/image/decoders.h"

#ifdef DANK_HEIF

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <libheif/heif.h>

#include "core/dataset/heif/heif_boxes.h"
#include "core/dataset/probe_refusal.h"
#include "core/image/orientation.h"
#include "core/image/over_white.h"

namespace dank::decoders {
namespace {

using Context = std::unique_ptr<heif_context, void (*)(heif_context *)>;
using Handle = std::unique_ptr<const heif_image_handle, void (*)(const heif_image_handle *)>;
using Picture = std::unique_ptr<const heif_image, void (*)(const heif_image *)>;
using Options = std::unique_ptr<heif_decoding_options, void (*)(heif_decoding_options *)>;

struct Decoding {
    Picture picture{nullptr, heif_image_release};
    heif_error error{};
};

Decoding decodeAs(const heif_image_handle *handle, heif_chroma chroma)
{
    const Options options(heif_decoding_options_alloc(), heif_decoding_options_free);
    heif_image *picture = nullptr;
    Decoding decoding;
    decoding.error = heif_decode_image(handle, &picture, heif_colorspace_RGB, chroma, options.get());
    decoding.picture.reset(picture);
    return decoding;
}

Decoded refusal(const heif_error &error, ImageFormat format)
{
    const std::string name = imageFormatName(format);
    switch (error.subcode) {
    case heif_suberror_End_of_data:
        return refuse(SkipReason::ImageTruncated, "the " + name + " file ends before its picture does");
    case heif_suberror_Security_limit_exceeded:
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    case heif_suberror_Unsupported_codec:
        return refuse(SkipReason::ImageUnreadable, "libheif is here without its decoder for " + name);
    default: return refuse(SkipReason::ImageCorrupt, "the " + name + " decoder cannot read it");
    }
}

/// A row of 16-bit samples of which `bits` are used, the high byte first, to bytes.
void narrow(const std::uint8_t *from, std::size_t samples, int bits, std::uint8_t *to)
{
    const std::uint32_t most = (1u << bits) - 1;
    for (std::size_t i = 0; i < samples; ++i) {
        const std::uint32_t sample = std::min<std::uint32_t>(from[2 * i] << 8 | from[2 * i + 1], most);
        to[i] = static_cast<std::uint8_t>((sample * 255 + most / 2) / most);
    }
}

/// A row of RGBA whose colours hold their alpha already, over white.
void addWhite(const std::uint8_t *from, std::size_t pixels, std::uint8_t *to)
{
    for (; pixels > 0; --pixels, from += 4, to += 3)
        for (int c = 0; c < 3; ++c)
            to[c] = static_cast<std::uint8_t>(std::min(255, from[c] + 255 - from[3]));
}

Decoded toImage(const heif_image *picture, bool hasAlpha, bool isPremultiplied)
{
    const std::int64_t width = heif_image_get_width(picture, heif_channel_interleaved);
    const std::int64_t height = heif_image_get_height(picture, heif_channel_interleaved);
    if (!sizeIsAllowed(width, height))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    int stride = 0;
    const std::uint8_t *const plane = heif_image_get_plane_readonly(picture, heif_channel_interleaved, &stride);
    const int bits = heif_image_get_bits_per_pixel_range(picture, heif_channel_interleaved);
    const std::size_t channels = hasAlpha ? 4 : 3, samples = static_cast<std::size_t>(width) * channels;
    if (!plane || bits < 8 || bits > 16 || stride < 0
        || static_cast<std::size_t>(stride) < samples * (bits > 8 ? 2 : 1))
        return refuse(SkipReason::ImageCorrupt, "the decoder finds no picture in it");
    Image image{static_cast<int>(width), static_cast<int>(height), {}};
    image.rgb.resize(image.offset(0, image.height));
    std::vector<std::uint8_t> row(samples);
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t *const from = plane + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride);
        if (bits > 8)
            narrow(from, samples, bits, row.data());
        else
            std::memcpy(row.data(), from, samples);
        std::uint8_t *const to = image.rgb.data() + image.offset(0, y);
        if (isPremultiplied)
            addWhite(row.data(), static_cast<std::size_t>(width), to);
        else
            layOverWhite(row.data(), static_cast<std::size_t>(width), static_cast<int>(channels), false, to);
    }
    return {std::move(image), {}, {}};
}

/// Crops, turns and mirrors as the file's boxes say; EXIF in a HEIF file only tells of that. Not left to libheif 1.15,
/// which turns transparency twice where it has such boxes too, as libavif writes them: it does not see them.
Image changed(Image image, const std::vector<HeifChange> &changes)
{
    for (const HeifChange &change : changes) {
        if (change.width > 0) {
            const int width = static_cast<int>(std::min<std::int64_t>(change.width, image.width - change.left));
            const int height = static_cast<int>(std::min<std::int64_t>(change.height, image.height - change.top));
            if (width <= 0 || height <= 0)
                return {};
            Image cropped{width, height, {}};
            cropped.rgb.resize(cropped.offset(0, height));
            for (int y = 0; y < height; ++y)
                std::memcpy(cropped.rgb.data() + cropped.offset(0, y),
                            image.rgb.data()
                                + image.offset(static_cast<int>(change.left), static_cast<int>(change.top) + y),
                            static_cast<std::size_t>(width) * 3);
            image = std::move(cropped);
        }
        image = makeUpright(std::move(image), change.orientation);
    }
    return image;
}

/// The file as libheif gets to see it: it would read and unpack what is in there and no picture, however large it
/// becomes.
std::span<const std::byte> withoutTheRest(std::span<const std::byte> bytes, const HeifPicture &picture,
                                          std::vector<std::byte> &copy)
{
    if (picture.unneeded.empty())
        return bytes;
    copy.assign(bytes.begin(), bytes.end());
    for (const HeifExtent &piece : picture.unneeded)
        std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(piece.offset), piece.length, std::byte{0});
    return copy;
}

Decoded decode(std::span<const std::byte> bytes, ImageFormat format)
{
    static const heif_error ready = heif_init(nullptr);
    if (ready.code != heif_error_Ok)
        return refuse(SkipReason::ImageUnreadable, "libheif cannot be started here");
    ByteSource source(bytes);
    const HeifPicture looked = lookAtHeif(source, format);
    std::vector<std::byte> copy;
    bytes = withoutTheRest(bytes, looked, copy);
    const Context context(heif_context_alloc(), heif_context_free);
    // Each side of each picture in it; what they may be together was checked above.
    heif_context_set_maximum_image_size_limit(context.get(), 1 << 16);
    heif_context_set_max_decoding_threads(context.get(), 0);  // the callers have threads
    heif_error error = heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr);
    if (error.code != heif_error_Ok)
        return refusal(error, format);
    heif_image_handle *primary = nullptr;
    error = heif_context_get_primary_image_handle(context.get(), &primary);
    if (error.code != heif_error_Ok)
        return refusal(error, format);
    const Handle handle(primary, heif_image_handle_release);
    if (!sizeIsAllowed(heif_image_handle_get_width(primary), heif_image_handle_get_height(primary)))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    const bool hasAlpha = heif_image_handle_has_alpha_channel(primary) != 0;
    const bool isPremultiplied = hasAlpha && heif_image_handle_is_premultiplied_alpha(primary) != 0;
    Decoding decoding;
    if (heif_image_handle_get_luma_bits_per_pixel(primary) > 8)  // rounded here: libheif cuts bits off
        decoding =
            decodeAs(primary, hasAlpha ? heif_chroma_interleaved_RRGGBBAA_BE : heif_chroma_interleaved_RRGGBB_BE);
    else
        decoding = decodeAs(primary, hasAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
    if (decoding.error.code != heif_error_Ok || !decoding.picture)
        return refusal(decoding.error, format);
    Decoded decoded = toImage(decoding.picture.get(), hasAlpha, isPremultiplied);
    if (decoded.problem)
        return decoded;
    decoded.image = changed(std::move(decoded.image), looked.changes);
    if (decoded.image.empty())
        return refuse(SkipReason::ImageCorrupt, "nothing of its picture is left by its crop");
    return decoded;
}

}  // namespace

Decoded decodeHeif(std::span<const std::byte> bytes, ImageFormat format)
try {
    return decode(bytes, format);
} catch (const std::bad_alloc &) {
    throw;
} catch (Refusal &refusal) {
    return refuse(refusal.reason, std::move(refusal.detail));
} catch (const std::exception &) {  // libheif's own
    return refuse(SkipReason::ImageCorrupt, std::string("the ") + imageFormatName(format) + " decoder gives up on it");
}

}  // namespace dank::decoders

#else

namespace dank::decoders {

Decoded decodeHeif(std::span<const std::byte> /*bytes*/, ImageFormat /*format*/)
{
    return refuse(SkipReason::NotAnImage, "it cannot be read without libheif");
}

}  // namespace dank::decoders

#endif
