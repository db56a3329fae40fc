#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <gif_lib.h>

#include "core/image/decoders.h"

namespace dank::decoders {
namespace {

struct Reader {
    std::span<const std::byte> rest;
};

int readSome(GifFileType *gif, GifByteType *to, int wanted)
{
    auto *reader = static_cast<Reader *>(gif->UserData);
    const std::size_t count = std::min(static_cast<std::size_t>(std::max(wanted, 0)), reader->rest.size());
    std::memcpy(to, reader->rest.data(), count);
    reader->rest = reader->rest.subspan(count);
    return static_cast<int>(count);
}

struct CloseGif {
    void operator()(GifFileType *gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

Decoded failed(int code)
{
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM)
        throw std::bad_alloc();
    const char *text = GifErrorString(code);
    const bool endsEarly = code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON;
    return refuse(endsEarly ? SkipReason::ImageTruncated : SkipReason::ImageCorrupt,
                  std::string("the GIF decoder says: ") + (text ? text : "not a GIF it can read"));
}

/// Reads an extension whole; keeps the transparent colour of a graphics control block. False on an error.
bool readExtension(GifFileType *gif, int &transparent)
{
    int function = 0;
    GifByteType *block = nullptr;
    if (DGifGetExtension(gif, &function, &block) == GIF_ERROR)
        return false;
    while (block) {
        GraphicsControlBlock control;
        if (function == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            transparent = control.TransparentColor;
        if (DGifGetExtensionNext(gif, &block) == GIF_ERROR)
            return false;
    }
    return true;
}

/// The picture whose descriptor was just read, drawn on a white screen at its place.
Decoded readPicture(GifFileType *gif, int transparent)
{
    const GifImageDesc place = gif->Image;
    // A frame that leaves its screen makes the screen grow, as browsers and Pillow have it.
    const std::int64_t width = std::max<std::int64_t>(gif->SWidth, std::int64_t{place.Left} + place.Width);
    const std::int64_t height = std::max<std::int64_t>(gif->SHeight, std::int64_t{place.Top} + place.Height);
    if (place.Width <= 0 || place.Height <= 0 || place.Left < 0 || place.Top < 0)
        return refuse(SkipReason::ImageCorrupt, "its first frame has no size");
    if (!sizeIsAllowed(width, height))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    const ColorMapObject *map = place.ColorMap ? place.ColorMap : gif->SColorMap;
    if (!map || !map->Colors)
        return refuse(SkipReason::ImageCorrupt, "it has no colours");

    Image image{static_cast<int>(width), static_cast<int>(height), {}};
    image.rgb.assign(static_cast<std::size_t>(width * height) * 3, 255);
    std::vector<GifPixelType> line(static_cast<std::size_t>(place.Width));
    const auto drawLine = [&](int y) {
        if (DGifGetLine(gif, line.data(), place.Width) == GIF_ERROR)
            return false;
        std::uint8_t *to = image.rgb.data() + image.offset(place.Left, place.Top + y);
        for (const GifPixelType index : line) {
            if (index != transparent) {
                const GifColorType colour = index < map->ColorCount ? map->Colors[index] : GifColorType{0, 0, 0};
                to[0] = colour.Red;
                to[1] = colour.Green;
                to[2] = colour.Blue;
            }
            to += 3;
        }
        return true;
    };
    constexpr int kStart[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (place.Interlace ? 4 : 1); ++pass)
        for (int y = place.Interlace ? kStart[pass] : 0; y < place.Height; y += place.Interlace ? kStep[pass] : 1)
            if (!drawLine(y))
                return failed(gif->Error);
    return {std::move(image), {}, {}};
}

}  // namespace

Decoded decodeGif(std::span<const std::byte> bytes)
{
    Reader reader{bytes};
    int error = 0;
    const Gif gif(DGifOpen(&reader, readSome, &error));
    if (!gif)
        return failed(error);
    int transparent = NO_TRANSPARENT_COLOR;
    for (;;) {
        // Some programs leave bytes of nothing between the blocks. The library reads through `reader`, without a buffer
        // of its own.
        while (!reader.rest.empty() && reader.rest.front() == std::byte{0})
            reader.rest = reader.rest.subspan(1);
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(gif.get(), &type) == GIF_ERROR)
            return failed(gif->Error);
        switch (type) {
        case IMAGE_DESC_RECORD_TYPE:
            if (DGifGetImageDesc(gif.get()) == GIF_ERROR)
                return failed(gif->Error);
            return readPicture(gif.get(), transparent);
        case EXTENSION_RECORD_TYPE:
            if (!readExtension(gif.get(), transparent))
                return failed(gif->Error);
            break;
        case TERMINATE_RECORD_TYPE: return refuse(SkipReason::ImageCorrupt, "it holds no picture");
        default: return refuse(SkipReason::ImageCorrupt, "it holds a block of an unknown kind");
        }
    }
}

}  // namespace dank::decoders
