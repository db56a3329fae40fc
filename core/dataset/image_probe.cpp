#include "core/dataset/image_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "core/base/file_descriptor.h"
#include "core/base/names.h"
#include "core/dataset/byte_source.h"
#include "core/dataset/foreign_file.h"
#include "core/dataset/heif/heif_boxes.h"
#include "core/dataset/heif/media_kind.h"
#include "core/dataset/jpeg_scans.h"
#include "core/dataset/probe_refusal.h"

namespace dank {

namespace {

/// Follows a format's headers as far as the end marker and sets the probe's format and size. Throws Refusal.
class Headers {
public:
    Headers(ByteSource &source, ImageProbe &probe) : m_source(source), m_probe(probe) {}

    void follow()
    {
        if (m_source.size() == 0)
            throw Refusal{SkipReason::ImageUnreadable, "the file is empty"};
        if (m_source.size() > kMaxImageBytes)
            throw Refusal{SkipReason::ImageUnreadable,
                          "the file has " + std::to_string(m_source.size() >> 20) + " MiB, more than the "
                              + std::to_string(kMaxImageBytes >> 20) + " MiB a picture may have"};
        const auto view = m_source.upTo(0, kForeignHead);
        const std::vector<std::byte> head(view.begin(), view.end());
        if (beginsWith(head, "RIFF") && (head.size() < 12 || beginsWith(head, "WEBP", 8))) {
            m_probe.format = ImageFormat::WebP;
            return followWebP();
        }
        if (const MediaKind kind = mediaKind(head);
            readsHeif() && (kind == MediaKind::Heic || kind == MediaKind::Avif)) {
            m_probe.format = kind == MediaKind::Avif ? ImageFormat::Avif : ImageFormat::Heic;
            const HeifPicture picture = lookAtHeif(m_source, m_probe.format);
            m_probe.format = picture.format;
            return setSize(picture.width, picture.height);
        }
        struct Magic {
            std::string_view bytes;
            ImageFormat format;
            void (Headers::*follow)();
        };
        static constexpr std::array<Magic, 5> kMagics{{
            {"\xff\xd8\xff", ImageFormat::Jpeg, &Headers::followJpeg},
            {"\x89PNG\r\n\x1a\n", ImageFormat::Png, &Headers::followPng},
            {"GIF87a", ImageFormat::Gif, &Headers::followGif},
            {"GIF89a", ImageFormat::Gif, &Headers::followGif},
            {"BM", ImageFormat::Bmp, &Headers::followBmp},
        }};
        for (const Magic &magic : kMagics) {
            const std::size_t length = magic.bytes.size();
            if (!beginsWith(head, magic.bytes.substr(0, std::max<std::size_t>(2, std::min(head.size(), length)))))
                continue;
            m_probe.format = magic.format;
            if (head.size() < length)
                truncated();
            return (this->*magic.follow)();
        }
        throw Refusal{SkipReason::NotAnImage, describeForeign(head)};
    }

private:
    [[noreturn]] void corrupt(const std::string &what) const { throw damaged(m_probe.format, what); }

    /// For a file that ends before its picture does.
    [[noreturn]] void truncated() const { throw endsEarly(m_probe.format); }

    /// `count` bytes at `offset`, valid until the next call.
    std::span<const std::byte> need(std::uint64_t offset, std::size_t count)
    {
        const auto bytes = m_source.at(offset, count);
        if (bytes.empty())
            truncated();
        return bytes;
    }

    void checkSize(std::int64_t width, std::int64_t height) const { checkPictureSize(m_probe.format, width, height); }

    void setSize(std::int64_t width, std::int64_t height)
    {
        checkSize(width, height);
        m_probe.width = static_cast<int>(width);
        m_probe.height = static_cast<int>(height);
    }

    /// Is there an end marker FF D9 in [from, to)?
    bool hasEndOfImage(std::uint64_t from, std::uint64_t to)
    {
        std::uint32_t last = 0;
        while (from < to) {
            const auto piece =
                m_source.upTo(from, static_cast<std::size_t>(std::min<std::uint64_t>(ByteSource::kWindow, to - from)));
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

    std::vector<std::byte> wholeFile()
    {
        std::vector<std::byte> bytes;
        bytes.reserve(static_cast<std::size_t>(m_source.size()));
        while (bytes.size() < m_source.size()) {
            const auto piece = m_source.upTo(bytes.size(), ByteSource::kWindow);
            if (piece.empty())
                truncated();
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        }
        return bytes;
    }

    void followJpeg()
    {
        constexpr int kMaxSegments = 20'000;
        std::uint64_t at = 2;
        bool sized = false;
        for (int segment = 0; segment < kMaxSegments; ++segment) {
            const auto head = need(at, 2);
            if (byteAt(head, 0) != 0xff)
                corrupt("no marker where one should be");
            const std::uint32_t marker = byteAt(head, 1);
            if (marker == 0xff) {  // fill byte
                ++at;
                continue;
            }
            at += 2;
            if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7))
                continue;
            if (marker == 0x00 || marker == 0xd8 || marker == 0xd9)
                corrupt("it ends before it begins");
            const std::uint32_t length = big16(need(at, 2), 0);
            if (length < 2)
                corrupt("a segment of impossible length");
            if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && !sized) {
                const auto frame = need(at, 7);
                if (length < 8)
                    corrupt("its frame header is too short");
                setSize(big16(frame, 5), big16(frame, 3));
                sized = true;
            }
            at += length;
            if (marker != 0xda)
                continue;
            if (!sized)
                corrupt("it does not say how large its picture is");
            // Nearly always the end marker is at the end; a phone may have hung a film behind it.
            constexpr std::uint64_t kTail = 4 << 10;
            const std::uint64_t tail = m_source.size() > at + kTail ? m_source.size() - kTail : at;
            if (!hasEndOfImage(tail, m_source.size()) && !hasEndOfImage(at, tail + 1) && !jpegHasAllRows(wholeFile()))
                truncated();
            return;
        }
        corrupt("too many segments before the picture");
    }

    void followPng()
    {
        const auto header = need(8, 25);
        if (big32(header, 0) != 13 || !beginsWith(header, "IHDR", 4))
            corrupt("its header is missing");
        setSize(big32(header, 8), big32(header, 12));
        bool hasData = false;
        for (std::uint64_t at = 33;;) {
            const auto chunk = need(at, 8);
            // The data are in one row of chunks: what comes behind it is not needed, the end marker neither.
            if (hasData && !beginsWith(chunk, "IDAT", 4))
                return;
            for (std::size_t i = 4; i < 8; ++i)
                if (const std::uint32_t letter = byteAt(chunk, i) & ~0x20u; letter < 'A' || letter > 'Z')
                    corrupt("no chunk where one should be");
            if (beginsWith(chunk, "IEND", 4))
                corrupt("it holds no picture");
            hasData = beginsWith(chunk, "IDAT", 4);
            at += 12 + std::uint64_t{big32(chunk, 0)};  // 32 bits each: no overflow
            if (at > m_source.size())
                truncated();
        }
    }

    static std::uint64_t colourTableBytes(std::uint32_t flags) { return flags & 0x80 ? 3ull << ((flags & 7) + 1) : 0; }

    void followGif()
    {
        const auto screen = need(6, 7);
        std::uint64_t at = 13 + colourTableBytes(byteAt(screen, 4));
        setSize(little16(screen, 0), little16(screen, 2));
        for (bool hasFrame = false; !hasFrame;) {  // what comes behind the first frame is not used
            const std::uint32_t kind = byteAt(need(at, 1), 0);
            ++at;
            if (kind == 0)  // nothing, between blocks
                continue;
            if (kind == 0x3b)
                corrupt("it holds no picture");
            if (kind == 0x21) {
                ++at;
            } else if (kind == 0x2c) {
                const auto frame = need(at, 9);
                checkSize(little16(frame, 4), little16(frame, 6));
                at += 9 + colourTableBytes(byteAt(frame, 8)) + 1;
                hasFrame = true;
            } else {
                corrupt("an unknown block in it");
            }
            for (std::uint32_t length = 1; length > 0; at += 1 + length)  // the block's data
                length = byteAt(need(at, 1), 0);
        }
    }

    void followWebP()
    {
        const auto head = need(0, 30);
        const std::uint64_t riff = little32(head, 4);
        const std::uint64_t chunk = little32(head, 16);
        if (riff < 22 || chunk < 10 - (beginsWith(head, "VP8L", 12) ? 5 : 0))
            corrupt("its header is too short");
        const bool extended = beginsWith(head, "VP8X", 12);
        const bool animated = extended && (byteAt(head, 20) & 0x02) != 0;
        if (beginsWith(head, "VP8 ", 12)) {
            if ((byteAt(head, 20) & 1) != 0 || !beginsWith(head, "\x9d\x01\x2a", 23))
                corrupt("its first frame has no start code");
            setSize(little16(head, 26) & 0x3fff, little16(head, 28) & 0x3fff);
        } else if (beginsWith(head, "VP8L", 12)) {
            if (byteAt(head, 20) != 0x2f)
                corrupt("its picture has no signature");
            const std::uint32_t bits = little32(head, 21);
            setSize((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
        } else if (extended) {
            setSize((little16(head, 24) | byteAt(head, 26) << 16) + 1,
                    (little16(head, 27) | byteAt(head, 29) << 16) + 1);
        } else {
            corrupt("it holds no picture");
        }
        // The picture, or the first frame, must be there; what comes behind it is not used.
        for (std::uint64_t at = 12, end = 0;; at = end) {
            const auto next = need(at, 8);
            const std::uint64_t length = little32(next, 4);
            const bool isPicture =
                animated ? beginsWith(next, "ANMF") : beginsWith(next, "VP8 ") || beginsWith(next, "VP8L");
            if (at + 8 + length > m_source.size())
                truncated();
            if (isPicture)
                return;
            end = at + 8 + length + length % 2;
        }
    }

    void followBmp()
    {
        const auto head = need(0, 26);
        const std::uint32_t headerSize = little32(head, 14);
        if (headerSize != 12 && (headerSize < 16 || headerSize > 256))
            throw Refusal{SkipReason::NotAnImage, "it begins with the letters BM but is no BMP picture"};
        const std::uint64_t pixels = little32(head, 10);
        const std::uint64_t length = little32(head, 2);
        std::int64_t width = little16(head, 18), height = little16(head, 20);
        std::uint32_t depth = little16(head, 24), compression = 0;
        if (headerSize != 12) {
            const auto info = need(14, headerSize);
            width = static_cast<std::int32_t>(little32(info, 4));
            height = std::abs(std::int64_t{static_cast<std::int32_t>(little32(info, 8))});  // < 0: top row first
            depth = little16(info, 14);
            compression = headerSize < 20 ? 0 : little32(info, 16);
        }
        setSize(width, height);
        constexpr std::array<std::uint32_t, 7> kDepths{1, 2, 4, 8, 16, 24, 32};
        if (std::find(kDepths.begin(), kDepths.end(), depth) == kDepths.end())
            corrupt("it has " + std::to_string(depth) + " bits a pixel");
        if (pixels < 14 + headerSize)
            corrupt("its pixels begin inside its header");
        // Plain or bit-field pixels tell how long the file must be; otherwise only what the header claims does.
        const bool plain = compression == 0 || compression == 3 || compression == 6;
        const auto row = (static_cast<std::uint64_t>(width) * depth + 31) / 32 * 4;
        if ((plain ? pixels + row * static_cast<std::uint64_t>(height) : std::max(length, pixels + 1))
            > m_source.size())
            truncated();
    }

    ByteSource &m_source;
    ImageProbe &m_probe;
};

ImageProbe refused(SkipReason reason, std::string detail)
{
    ImageProbe probe;
    probe.problem = reason;
    probe.detail = std::move(detail);
    return probe;
}

ImageProbe unreadable(int errorNumber)
{
    return refused(SkipReason::ImageUnreadable,
                   "the file cannot be read: " + std::error_code(errorNumber, std::generic_category()).message());
}

ImageProbe probeSource(ByteSource &source)
{
    ImageProbe probe;
    try {
        Headers(source, probe).follow();
    } catch (Refusal &refusal) {
        probe.problem = refusal.reason;
        probe.detail = std::move(refusal.detail);
    }
    return probe;
}

}  // namespace

const char *imageFormatName(ImageFormat format) noexcept
{
    static constexpr const char *kNames[] = {"JPEG", "PNG", "WebP", "BMP", "GIF", "HEIC", "AVIF"};
    return nameIn(kNames, format);
}

ImageProbe probeImage(std::span<const std::byte> bytes)
{
    ByteSource source(bytes);
    return probeSource(source);
}

ImageProbe probeImageFile(const std::filesystem::path &path)
try {
    const FileDescriptor file(path, O_RDONLY | O_NONBLOCK);  // a pipe nobody writes to cannot hang us
    if (!file)
        return errno == ENOENT ? refused(SkipReason::ImageMissing, "there is no such file") : unreadable(errno);
    if (!file.isRegular())
        return refused(SkipReason::ImageUnreadable, "it is not a regular file");
    ByteSource source(file.get(), file.size(path));
    ImageProbe probe = probeSource(source);
    return source.readError() ? unreadable(source.readError()) : probe;
} catch (const std::exception &error) {
    return refused(SkipReason::ImageUnreadable, error.what());
}

}  // namespace dank
