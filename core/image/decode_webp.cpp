#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <webp/decode.h>
#include <webp/demux.h>

#include "core/dataset/byte_source.h"
#include "core/image/decoders.h"
#include "core/image/orientation.h"
#include "core/image/over_white.h"

namespace dank::decoders {
namespace {

/// An iterator of libwebp's, given back.
struct Frame : WebPIterator {
    ~Frame() { WebPDemuxReleaseIterator(this); }
};
struct Chunk : WebPChunkIterator {
    ~Chunk() { WebPDemuxReleaseChunkIterator(this); }
};

int orientationOf(const WebPDemuxer *demuxer)
{
    Chunk chunk{};
    if (!WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk))
        return 1;
    std::span<const std::byte> exif = std::as_bytes(std::span(chunk.chunk.bytes, chunk.chunk.size));
    if (exif.size() >= 6 && beginsWith(exif, std::string_view("Exif\0", 5)))
        exif = exif.subspan(6);
    return exifOrientation(exif);
}

using Demuxer = std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer *)>;

/// What follows need not be there.
Demuxer demux(std::span<const std::byte> bytes)
{
    const WebPData data{reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    return {WebPDemuxPartial(&data, &state), WebPDemuxDelete};
}

/// As much as holds the picture, or the first frame.
std::span<const std::byte> upToPicture(std::span<const std::byte> bytes)
{
    constexpr std::size_t kFirst = 12, kAround = 8;
    for (std::uint64_t at = kFirst; at + kAround <= bytes.size();) {
        const auto chunk = bytes.subspan(static_cast<std::size_t>(at));
        const std::uint64_t length = little32(chunk, 4);
        at += kAround + length + length % 2;
        if (beginsWith(chunk, "VP8 ") || beginsWith(chunk, "VP8L") || beginsWith(chunk, "ANMF"))
            return bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(at, bytes.size())));
    }
    return bytes;
}

}  // namespace

Decoded decodeWebP(std::span<const std::byte> bytes)
{
    Demuxer demuxer = demux(bytes);
    if (!demuxer)  // perhaps only what is not used is damaged
        demuxer = demux(upToPicture(bytes));
    Frame frame{};
    if (!demuxer || !WebPDemuxGetFrame(demuxer.get(), 1, &frame))
        return refuse(SkipReason::ImageCorrupt, "the WebP decoder finds no picture in it");
    if (!frame.complete)
        return refuse(SkipReason::ImageTruncated, "the WebP file ends before its picture does");
    const std::int64_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
    const std::int64_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
    if (!sizeIsAllowed(width, height))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(frame.fragment.bytes, frame.fragment.size, &features) != VP8_STATUS_OK
        || features.width != frame.width || features.height != frame.height || frame.x_offset < 0 || frame.y_offset < 0
        || frame.x_offset + frame.width > width || frame.y_offset + frame.height > height)
        return refuse(SkipReason::ImageCorrupt, "the WebP decoder finds no picture in it");

    Image image{static_cast<int>(width), static_cast<int>(height), {}};
    image.rgb.resize(image.offset(0, image.height));
    const bool fillsAll = frame.width == width && frame.height == height;
    const int channels = features.has_alpha ? 4 : 3;
    const int stride = frame.width * channels;
    std::vector<std::uint8_t> pixels;
    std::uint8_t *to = image.rgb.data();
    if (channels == 4 || !fillsAll) {
        pixels.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(frame.height));
        to = pixels.data();
    }
    const auto decode = channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
    if (!decode(frame.fragment.bytes, frame.fragment.size, to,
                static_cast<std::size_t>(stride) * static_cast<std::size_t>(frame.height), stride))
        return refuse(SkipReason::ImageCorrupt, "the WebP decoder cannot read it");
    if (!pixels.empty()) {
        if (!fillsAll)
            std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{255});
        for (int y = 0; y < frame.height; ++y)
            layOverWhite(pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride),
                         static_cast<std::size_t>(frame.width), channels, false,
                         image.rgb.data() + image.offset(frame.x_offset, frame.y_offset + y));
    }
    return {makeUpright(std::move(image), orientationOf(demuxer.get())), {}, {}};
}

}  // namespace dank::decoders
