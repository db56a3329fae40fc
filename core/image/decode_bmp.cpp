#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/dataset/byte_source.h"
#include "core/image/decoders.h"
#include "core/image/over_white.h"

namespace dank::decoders {
namespace {

enum Compression : std::uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kRle24 = 4, kAlphaBitFields = 6 };

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kOs2First = 12, kOs2Second = 64;  ///< sizes of OS/2's headers

/// One colour in the bits of a pixel.
struct Field {
    int shift = 0;
    std::uint32_t most = 0;

    explicit Field(std::uint32_t mask = 0) : shift(mask ? std::countr_zero(mask) : 0), most(mask >> shift) {}
    bool isContiguous() const { return (most & (most + std::uint64_t{1})) == 0; }
    std::uint32_t of(std::uint32_t pixel) const
    {
        const std::uint64_t value = pixel >> shift & most;
        return most == 0 ? 0 : static_cast<std::uint32_t>(value * 255 / most);
    }
};

/// What the headers of every version say, in one form.
struct Header {
    std::uint32_t size = 0, depth = 0, compression = kPlain, coloursUsed = 0;
    std::int32_t width = 0, height = 0;
    bool topDown = false;
    std::size_t palette = 0;  ///< where it begins
    std::size_t paletteEntry = 4;
    std::size_t pixels = 0;                ///< where they begin
    std::array<std::uint32_t, 4> masks{};  ///< red, green, blue, alpha; no alpha where none is declared
};

/// Bytes that passed probeImage(): the header is there, its sizes are allowed.
Header readHeader(std::span<const std::byte> bytes)
{
    Header header;
    header.size = little32(bytes, kFileHeader);
    header.pixels = little32(bytes, 10);
    const auto field = [&](std::size_t offset) -> std::uint32_t {
        const bool isThere = offset + 4 <= header.size && kFileHeader + offset + 4 <= bytes.size();
        return isThere ? little32(bytes, kFileHeader + offset) : 0;
    };
    std::size_t behind = kFileHeader + header.size;
    if (header.size == kOs2First) {
        header.width = static_cast<std::int32_t>(little16(bytes, 18));
        header.height = static_cast<std::int32_t>(little16(bytes, 20));
        header.depth = little16(bytes, 24);
        header.paletteEntry = 3;
    } else {
        header.width = static_cast<std::int32_t>(field(4));
        const auto height = static_cast<std::int32_t>(field(8));
        header.topDown = height < 0;
        header.height = std::abs(height);
        header.depth = field(12) >> 16;
        header.compression = field(16);
        header.coloursUsed = field(32);
    }
    if (header.depth == 16)
        header.masks = {0x7c00, 0x03e0, 0x001f, 0};
    else
        header.masks = {0xff0000, 0x00ff00, 0x0000ff, 0};
    const bool three = header.compression == kBitFields, four = header.compression == kAlphaBitFields;
    if (header.size != kOs2Second && (three || four)) {
        // In the header since its second version, alpha since its third; behind the first one.
        const std::size_t inHeader = std::min<std::size_t>((std::max(header.size, 40u) - 40) / 4, 4);
        const std::size_t behindHeader = inHeader > 0 ? 0 : three ? 3 : 4;
        for (std::size_t i = 0; i < std::max(inHeader, behindHeader); ++i)
            if (const std::size_t at = kFileHeader + 40 + 4 * i; at + 4 <= bytes.size())
                header.masks[i] = little32(bytes, at);
        behind += 4 * behindHeader;
    }
    header.palette = behind;
    return header;
}

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;
};

std::vector<Colour> readPalette(std::span<const std::byte> bytes, const Header &header)
{
    std::vector<Colour> colours(std::size_t{1} << header.depth);
    // As many as are said, as there may be, and as have room before the pixels.
    const std::size_t end = std::min(header.pixels, bytes.size());
    std::size_t count = header.coloursUsed ? std::min<std::size_t>(header.coloursUsed, colours.size()) : colours.size();
    count = std::min(count, end > header.palette ? (end - header.palette) / header.paletteEntry : 0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto *entry = reinterpret_cast<const std::uint8_t *>(&bytes[header.palette + i * header.paletteEntry]);
        colours[i] = {entry[2], entry[1], entry[0]};
    }
    return colours;
}

/// The picture that is being filled, white until then.
class Rows {
public:
    Rows(const Header &header) : m_topDown(header.topDown)
    {
        image.width = header.width;
        image.height = header.height;
        image.rgb.assign(image.offset(0, image.height), 255);
    }

    /// `y` counts as the file does.
    std::uint8_t *at(int x, int y) { return image.rgb.data() + image.offset(x, m_topDown ? y : image.height - 1 - y); }
    void put(int x, int y, Colour colour)
    {
        std::uint8_t *to = at(x, y);
        to[0] = colour.red;
        to[1] = colour.green;
        to[2] = colour.blue;
    }

    Image image;

private:
    bool m_topDown;
};

void readIndices(std::span<const std::byte> bytes, const Header &header, std::size_t stride, Rows &rows)
{
    const std::vector<Colour> colours = readPalette(bytes, header);
    const std::uint32_t most = (1u << header.depth) - 1;
    for (int y = 0; y < header.height; ++y) {
        const auto row = bytes.subspan(header.pixels + static_cast<std::size_t>(y) * stride, stride);
        for (int x = 0; x < header.width; ++x) {
            const std::size_t bit = static_cast<std::size_t>(x) * header.depth;
            const std::uint32_t index = byteAt(row, bit / 8) >> (8 - header.depth - bit % 8) & most;
            rows.put(x, y, colours[index]);
        }
    }
}

void readColours(std::span<const std::byte> bytes, const Header &header, std::size_t stride, Rows &rows)
{
    const Field red(header.masks[0]), green(header.masks[1]), blue(header.masks[2]), alpha(header.masks[3]);
    const std::size_t size = header.depth / 8;
    const auto pixelAt = [&](int x, int y) -> std::uint32_t {
        const std::size_t at =
            header.pixels + static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x) * size;
        return size == 2   ? little16(bytes, at)
               : size == 3 ? little16(bytes, at) | byteAt(bytes, at + 2) << 16
                           : little32(bytes, at);
    };
    // Many programs declare alpha and leave it 0 everywhere: browsers show those pictures, so no pixel has alpha then.
    bool hasAlpha = false;
    for (int y = 0; alpha.most && !hasAlpha && y < header.height; ++y)
        for (int x = 0; !hasAlpha && x < header.width; ++x)
            hasAlpha = alpha.of(pixelAt(x, y)) != 0;
    for (int y = 0; y < header.height; ++y) {
        std::uint8_t *to = rows.at(0, y);
        for (int x = 0; x < header.width; ++x, to += 3) {
            const std::uint32_t pixel = pixelAt(x, y), opacity = hasAlpha ? alpha.of(pixel) : 255;
            to[0] = overWhite(red.of(pixel), opacity);
            to[1] = overWhite(green.of(pixel), opacity);
            to[2] = overWhite(blue.of(pixel), opacity);
        }
    }
}

/// Run-length codes of 4, 8 or 24 bits a pixel. Pixels that are passed over stay white. False where the file ends
/// before the picture does.
bool readRuns(std::span<const std::byte> bytes, const Header &header, Rows &rows)
{
    const std::vector<Colour> colours = header.depth <= 8 ? readPalette(bytes, header) : std::vector<Colour>();
    std::size_t at = std::min(header.pixels, bytes.size());
    int x = 0, y = 0;
    const auto put = [&](Colour colour) {
        if (x < header.width)
            rows.put(x++, y, colour);
    };
    const auto indexed = [&](std::uint32_t index) { return index < colours.size() ? colours[index] : Colour(); };
    const auto full = [&](std::size_t from) {
        return Colour{static_cast<std::uint8_t>(byteAt(bytes, from + 2)),
                      static_cast<std::uint8_t>(byteAt(bytes, from + 1)),
                      static_cast<std::uint8_t>(byteAt(bytes, from))};
    };
    // A pixel's colour in data that begin at `from`.
    const auto colourAt = [&](std::size_t from, std::uint32_t i) {
        if (header.depth == 24)
            return full(from + 3 * std::size_t{i});
        if (header.depth == 8)
            return indexed(byteAt(bytes, from + i));
        return indexed(byteAt(bytes, from + i / 2) >> (i % 2 ? 0 : 4) & 0x0f);
    };
    const auto size = [&](std::uint32_t count) { return (std::size_t{count} * header.depth + 7) / 8; };
    const std::size_t runBytes = header.depth == 24 ? 3 : 1;
    while (y < header.height) {
        if (y == header.height - 1 && x >= header.width)
            return true;  // all rows are there: no end marker is missed
        if (at + 2 > bytes.size())
            return false;
        const std::uint32_t count = byteAt(bytes, at), code = byteAt(bytes, at + 1);
        if (count > 0) {
            if (at + 1 + runBytes > bytes.size())
                return false;
            for (std::uint32_t i = 0; i < count; ++i)
                put(colourAt(at + 1, header.depth == 4 ? i % 2 : 0));
            at += 1 + runBytes;
            continue;
        }
        at += 2;
        if (code == 0) {
            x = 0;
            ++y;
        } else if (code == 1) {
            return true;
        } else if (code == 2) {
            if (at + 2 > bytes.size())
                return false;
            x = std::min(x + static_cast<int>(byteAt(bytes, at)), header.width);
            y += static_cast<int>(byteAt(bytes, at + 1));
            at += 2;
        } else {
            if (at + size(code) > bytes.size())
                return false;
            for (std::uint32_t i = 0; i < code; ++i)
                put(colourAt(at, i));
            at += size(code) + size(code) % 2;
        }
    }
    return true;
}

}  // namespace

Decoded decodeBmp(std::span<const std::byte> bytes)
{
    const Header header = readHeader(bytes);
    if (!sizeIsAllowed(header.width, header.height))
        return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
    const bool os2 = header.size == kOs2Second;
    const bool runs = (header.compression == kRle8 && header.depth == 8)
                      || (header.compression == kRle4 && header.depth == 4)
                      || (os2 && header.compression == kRle24 && header.depth == 24);
    const bool fields = !os2 && (header.compression == kBitFields || header.compression == kAlphaBitFields)
                        && (header.depth == 16 || header.depth == 32);
    if (!runs && !fields && header.compression != kPlain)
        return refuse(SkipReason::ImageCorrupt, "its " + std::to_string(header.depth)
                                                    + " bits a pixel are packed in a way ("
                                                    + std::to_string(header.compression) + ") that is not BMP's");
    if (!std::all_of(header.masks.begin(), header.masks.end(), [](auto mask) { return Field(mask).isContiguous(); }))
        return refuse(SkipReason::ImageCorrupt, "the bits of its colours are scattered");

    const std::size_t stride = (static_cast<std::size_t>(header.width) * header.depth + 31) / 32 * 4;
    if (!runs
        && (header.pixels > bytes.size()
            || (bytes.size() - header.pixels) / stride < static_cast<std::size_t>(header.height)))
        return refuse(SkipReason::ImageTruncated, "the BMP file ends before its picture does");
    Rows rows(header);
    if (runs) {
        if (!readRuns(bytes, header, rows))
            return refuse(SkipReason::ImageTruncated, "the BMP file ends before its picture does");
    } else if (header.depth <= 8) {
        readIndices(bytes, header, stride, rows);
    } else {
        readColours(bytes, header, stride, rows);
    }
    return {std::move(rows.image), {}, {}};
}

}  // namespace dank::decoders
