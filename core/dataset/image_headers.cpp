#include "core/dataset/image_headers.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace dank {

ImageProbe &refuse(ImageProbe &probe, SkipReason reason, std::string detail)
{
    probe.problem = reason;
    probe.detail = std::move(detail);
    return probe;
}

ImageProbe &truncated(ImageProbe &probe)
{
    return refuse(probe, SkipReason::ImageTruncated,
                  std::string("the ") + imageFormatName(probe.format) + " file ends before its picture does");
}

namespace {

ImageProbe &corrupt(ImageProbe &probe, const std::string &what)
{
    return refuse(probe, SkipReason::ImageCorrupt,
                  std::string("the ") + imageFormatName(probe.format) + " file is damaged: " + what);
}

/// Checks and sets the size; false where it was refused.
bool setSize(ImageProbe &probe, std::int64_t width, std::int64_t height)
{
    const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
    if (width <= 0 || height <= 0) {
        corrupt(probe, "it claims to have " + size);
        return false;
    }
    // Widths and heights have 32 bits at most, so the product cannot overflow 64.
    if (width > kMaxImagePixels || height > kMaxImagePixels || width * height > kMaxImagePixels) {
        refuse(probe, SkipReason::ImageTooLarge,
               "it claims to have " + size + ", more than the " + std::to_string(kMaxImagePixels)
                   + " in all that a picture may have");
        return false;
    }
    probe.width = static_cast<int>(width);
    probe.height = static_cast<int>(height);
    return true;
}

/// Is there an end marker FF D9 in [from, to)?
bool hasEndOfImage(ByteSource &source, std::uint64_t from, std::uint64_t to)
{
    std::uint32_t last = 0;
    while (from < to) {
        const auto piece =
            source.upTo(from, static_cast<std::size_t>(std::min<std::uint64_t>(ByteSource::kWindow, to - from)));
        if (piece.empty())
            return false;
        for (const std::byte byte : piece) {
            const auto value = std::to_integer<std::uint32_t>(byte);
            if (last == 0xff && value == 0xd9)
                return true;
            last = value;
        }
        from += piece.size();
    }
    return false;
}

/// Steps over a GIF's data blocks; false where the file ends first.
bool skipBlocks(ByteSource &source, std::uint64_t &at)
{
    for (;;) {
        const auto length = source.at(at, 1);
        if (length.empty())
            return false;
        at += 1 + byteAt(length, 0);
        if (byteAt(length, 0) == 0)
            return true;
    }
}

std::uint64_t colourTableBytes(std::uint32_t flags)
{
    return flags & 0x80 ? 3ull << ((flags & 7) + 1) : 0;
}

}  // namespace

void probeJpeg(ByteSource &source, ImageProbe &probe)
{
    constexpr int kMaxSegments = 20'000;
    std::uint64_t at = 2;
    bool sized = false;
    for (int segment = 0; segment < kMaxSegments; ++segment) {
        auto head = source.at(at, 2);
        if (head.empty()) {
            truncated(probe);
            return;
        }
        if (byteAt(head, 0) != 0xff) {
            corrupt(probe, "no marker where one should be");
            return;
        }
        const std::uint32_t marker = byteAt(head, 1);
        if (marker == 0xff) {  // fill byte
            ++at;
            continue;
        }
        at += 2;
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7))
            continue;
        if (marker == 0x00 || marker == 0xd8 || marker == 0xd9) {
            corrupt(probe, "it ends before it begins");
            return;
        }
        head = source.at(at, 2);
        if (head.empty()) {
            truncated(probe);
            return;
        }
        const std::uint32_t length = big16(head, 0);
        if (length < 2) {
            corrupt(probe, "a segment of impossible length");
            return;
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && !sized) {
            const auto frame = source.at(at, 7);
            if (frame.empty()) {
                truncated(probe);
                return;
            }
            if (length < 8) {
                corrupt(probe, "its frame header is too short");
                return;
            }
            if (!setSize(probe, big16(frame, 5), big16(frame, 3)))
                return;
            sized = true;
        }
        at += length;
        if (marker == 0xda) {
            if (!sized) {
                corrupt(probe, "it does not say how large its picture is");
                return;
            }
            // Nearly always the end marker is at the end; a phone may have hung a film behind it.
            constexpr std::uint64_t kTail = 4 << 10;
            const std::uint64_t tail = source.size() > at + kTail ? source.size() - kTail : at;
            if (!hasEndOfImage(source, tail, source.size()) && !hasEndOfImage(source, at, tail + 1))
                truncated(probe);
            return;
        }
    }
    corrupt(probe, "too many segments before the picture");
}

void probePng(ByteSource &source, ImageProbe &probe)
{
    const auto header = source.at(8, 25);
    if (header.empty()) {
        truncated(probe);
        return;
    }
    if (big32(header, 0) != 13 || !beginsWith(header, "IHDR", 4)) {
        corrupt(probe, "its header is missing");
        return;
    }
    if (!setSize(probe, big32(header, 8), big32(header, 12)))
        return;
    bool hasData = false;
    for (std::uint64_t at = 33;;) {
        const auto chunk = source.at(at, 8);
        if (chunk.empty()) {
            truncated(probe);
            return;
        }
        const std::uint64_t length = big32(chunk, 0);
        for (std::size_t i = 4; i < 8; ++i) {
            const std::uint32_t letter = byteAt(chunk, i) & ~0x20u;
            if (letter < 'A' || letter > 'Z') {
                corrupt(probe, "no chunk where one should be");
                return;
            }
        }
        hasData = hasData || beginsWith(chunk, "IDAT", 4);
        const bool isEnd = beginsWith(chunk, "IEND", 4);
        at += 12 + length;  // 32 bits each: no overflow
        if (at > source.size()) {
            truncated(probe);
            return;
        }
        if (isEnd) {
            if (!hasData)
                corrupt(probe, "it holds no picture");
            return;
        }
    }
}

void probeGif(ByteSource &source, ImageProbe &probe)
{
    const auto screen = source.at(6, 7);
    if (screen.empty()) {
        truncated(probe);
        return;
    }
    std::uint64_t at = 13 + colourTableBytes(byteAt(screen, 4));
    if (!setSize(probe, little16(screen, 0), little16(screen, 2)))
        return;
    for (bool hasFrame = false;;) {
        const auto kind = source.at(at, 1);
        if (kind.empty()) {
            truncated(probe);
            return;
        }
        ++at;
        switch (byteAt(kind, 0)) {
        case 0x3b:
            if (!hasFrame)
                corrupt(probe, "it holds no picture");
            return;
        case 0x21: ++at; break;
        case 0x2c: {
            const auto frame = source.at(at, 9);
            if (frame.empty()) {
                truncated(probe);
                return;
            }
            ImageProbe size = probe;
            if (!setSize(size, little16(frame, 4), little16(frame, 6))) {
                refuse(probe, *size.problem, size.detail);
                return;
            }
            at += 9 + colourTableBytes(byteAt(frame, 8)) + 1;
            hasFrame = true;
            break;
        }
        default: corrupt(probe, "an unknown block in it"); return;
        }
        if (!skipBlocks(source, at)) {
            truncated(probe);
            return;
        }
    }
}

void probeWebP(ByteSource &source, ImageProbe &probe)
{
    const auto head = source.at(0, 30);
    if (head.empty()) {
        truncated(probe);
        return;
    }
    const std::uint64_t riff = little32(head, 4);
    const std::uint64_t chunk = little32(head, 16);
    if (riff < 22 || chunk < 10 - (beginsWith(head, "VP8L", 12) ? 5 : 0)) {
        corrupt(probe, "its header is too short");
        return;
    }
    if (riff + 8 > source.size() || chunk + 20 > source.size()) {
        truncated(probe);
        return;
    }
    if (beginsWith(head, "VP8 ", 12)) {
        if ((byteAt(head, 20) & 1) != 0 || byteAt(head, 23) != 0x9d || byteAt(head, 24) != 0x01
            || byteAt(head, 25) != 0x2a) {
            corrupt(probe, "its first frame has no start code");
            return;
        }
        setSize(probe, little16(head, 26) & 0x3fff, little16(head, 28) & 0x3fff);
    } else if (beginsWith(head, "VP8L", 12)) {
        if (byteAt(head, 20) != 0x2f) {
            corrupt(probe, "its picture has no signature");
            return;
        }
        const std::uint32_t bits = little32(head, 21);
        setSize(probe, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
    } else if (beginsWith(head, "VP8X", 12)) {
        setSize(probe, (little16(head, 24) | byteAt(head, 26) << 16) + 1,
                (little16(head, 27) | byteAt(head, 29) << 16) + 1);
    } else {
        corrupt(probe, "it holds no picture");
    }
}

void probeBmp(ByteSource &source, ImageProbe &probe)
{
    const auto head = source.at(0, 26);
    if (head.empty()) {
        truncated(probe);
        return;
    }
    const std::uint32_t headerSize = little32(head, 14);
    if (headerSize != 12 && (headerSize < 40 || headerSize > 256)) {
        refuse(probe, SkipReason::NotAnImage, "it begins with the letters BM but is no BMP picture");
        return;
    }
    const std::uint64_t pixels = little32(head, 10);
    const std::uint64_t length = little32(head, 2);
    std::int64_t width, height;
    std::uint32_t depth, compression = 0;
    if (headerSize == 12) {
        width = little16(head, 18);
        height = little16(head, 20);
        depth = little16(head, 24);
    } else {
        const auto info = source.at(14, 40);
        if (info.empty()) {
            truncated(probe);
            return;
        }
        width = static_cast<std::int32_t>(little32(info, 4));
        height =
            std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(little32(info, 8))));  // < 0: top row first
        depth = little16(info, 14);
        compression = little32(info, 16);
    }
    if (!setSize(probe, width, height))
        return;
    constexpr std::array<std::uint32_t, 7> kDepths{1, 2, 4, 8, 16, 24, 32};
    if (std::find(kDepths.begin(), kDepths.end(), depth) == kDepths.end()) {
        corrupt(probe, "it has " + std::to_string(depth) + " bits a pixel");
        return;
    }
    if (pixels < 14 + headerSize) {
        corrupt(probe, "its pixels begin inside its header");
        return;
    }
    // Plain or bit-field pixels tell how long the file must be; otherwise only what the header claims does.
    const bool plain = compression == 0 || compression == 3 || compression == 6;
    const auto row = (static_cast<std::uint64_t>(width) * depth + 31) / 32 * 4;
    const std::uint64_t needed =
        plain ? pixels + row * static_cast<std::uint64_t>(height) : std::max(length, pixels + 1);
    if (needed > source.size())
        truncated(probe);
}

}  // namespace dank
