#include <algorithm>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <png.h>

#include "core/dataset/byte_source.h"
#include "core/image/decoders.h"
#include "core/image/orientation.h"
#include "core/image/over_white.h"

namespace dank::decoders {
namespace {

/// True where the header claims more pixels than the file's bytes can possibly hold: deflate packs at most 1032 to 1.
bool claimsTooMuch(std::span<const std::byte> bytes)
{
    constexpr std::uint64_t kDeflateLimit = 1032;
    constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4};
    const std::uint64_t pixels = std::uint64_t{big32(bytes, 16)} * big32(bytes, 20);
    const std::uint32_t depth = byteAt(bytes, 24), type = byteAt(bytes, 25);
    const int samples = type < 7 ? kSamples[type] : 0;
    return samples == 0 || pixels * depth * static_cast<unsigned>(samples) / 8 > bytes.size() * kDeflateLimit;
}

/// What a picture is read with. libpng leaves by longjmp: all that has to be freed lies here, outside of what it jumps
/// over.
struct Reading {
    explicit Reading(std::span<const std::byte> bytes) : rest(bytes) {}
    Reading(const Reading &) = delete;
    Reading &operator=(const Reading &) = delete;
    ~Reading() { png_destroy_read_struct(&png, &info, nullptr); }

    std::span<const std::byte> rest;
    png_structp png = nullptr;
    png_infop info = nullptr;
    Image image;
    std::vector<std::uint8_t> samples;  ///< what is not yet RGB8: one row, or all of an interlaced picture
    bool allRows = false;
    bool noMemory = false;
    bool endsEarly = false;
    char message[128] = "";
};

Reading &readingOf(png_structp png)
{
    return *static_cast<Reading *>(png_get_error_ptr(png));
}

[[noreturn]] void fail(png_structp png, png_const_charp message)
{
    Reading &reading = readingOf(png);
    std::strncpy(reading.message, message, sizeof reading.message - 1);
    png_longjmp(png, 1);
}

void ignoreWarning(png_structp, png_const_charp) {}

void readSome(png_structp png, png_bytep to, png_size_t wanted)
{
    Reading &reading = readingOf(png);
    if (wanted > reading.rest.size()) {
        reading.endsEarly = true;
        png_error(png, "the file ends before its picture does");
    }
    std::memcpy(to, reading.rest.data(), wanted);
    reading.rest = reading.rest.subspan(wanted);
}

png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    void *memory = std::malloc(size);
    if (!memory)
        static_cast<Reading *>(png_get_mem_ptr(png))->noMemory = true;
    return memory;
}

void release(png_structp, png_voidp memory)
{
    std::free(memory);
}

/// All rows as RGB8 over white. False where libpng gave up; with `allRows`, only behind the picture.
bool readPicture(Reading &reading)
{
    png_structp png = reading.png;
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_read_fn(png, nullptr, readSome);
    png_set_chunk_malloc_max(png, kMaxImageBytes);
    // Only what decides over pixels is looked at: IHDR, PLTE, tRNS, IDAT, and where the top is.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, reinterpret_cast<png_const_bytep>("eXIf"), 1);
    png_read_info(png, reading.info);
    png_set_expand(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reading.info);

    const png_uint_32 width = png_get_image_width(png, reading.info);
    const png_uint_32 height = png_get_image_height(png, reading.info);
    const int channels = png_get_channels(png, reading.info);
    const bool wide = png_get_bit_depth(png, reading.info) == 16;
    const std::size_t rowBytes = png_get_rowbytes(png, reading.info);
    Image &image = reading.image;
    image.width = static_cast<int>(width);
    image.height = static_cast<int>(height);
    image.rgb.resize(image.offset(0, image.height));
    const bool direct = !wide && channels == 3;  // by far the most: nothing to lay over white
    if (!direct)
        reading.samples.resize(rowBytes * (passes > 1 ? height : 1));
    const auto sampleRow = [&](png_uint_32 y) { return reading.samples.data() + (passes > 1 ? y * rowBytes : 0); };
    const auto toRgb = [&](png_uint_32 y) {
        layOverWhite(sampleRow(y), width, channels, wide, image.rgb.data() + image.offset(0, static_cast<int>(y)));
    };
    for (int pass = 0; pass < passes; ++pass)
        for (png_uint_32 y = 0; y < height; ++y) {
            png_read_row(png, direct ? image.rgb.data() + image.offset(0, static_cast<int>(y)) : sampleRow(y), nullptr);
            if (!direct && passes == 1)
                toRgb(y);
        }
    for (png_uint_32 y = 0; !direct && passes > 1 && y < height; ++y)
        toRgb(y);
    reading.allRows = true;
    png_read_end(png, reading.info);  // an eXIf may stand behind the picture
    return true;
}

}  // namespace

Decoded decodePng(std::span<const std::byte> bytes)
{
    constexpr std::size_t kHeader = 33;
    if (bytes.size() < kHeader || claimsTooMuch(bytes))
        return refuse(SkipReason::ImageCorrupt, "its header claims more than its bytes can hold");
    Reading reading(bytes);
    reading.png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &reading, fail, ignoreWarning, &reading, allocate, release);
    reading.info = reading.png ? png_create_info_struct(reading.png) : nullptr;
    if (!reading.info)
        throw std::bad_alloc();
    if (!readPicture(reading) && !reading.allRows) {
        if (reading.noMemory)
            throw std::bad_alloc();
        return refuse(reading.endsEarly ? SkipReason::ImageTruncated : SkipReason::ImageCorrupt,
                      std::string("the PNG decoder says: ") + reading.message);
    }
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    const bool hasExif = png_get_eXIf_1(reading.png, reading.info, &size, &exif) != 0;
    const int orientation = hasExif ? exifOrientation(std::as_bytes(std::span(exif, size))) : 1;
    return {makeUpright(std::move(reading.image), orientation), {}, {}};
}

}  // namespace dank::decoders
