#include "core/dataset/image_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file_descriptor.h"
#include "core/dataset/byte_source.h"
#include "core/dataset/image_headers.h"

namespace dank {

namespace {

std::string describeForeign(std::span<const std::byte> head)
{
    if (beginsWith(head, "%PDF"))
        return "it is a PDF document";
    if (beginsWith(head, "ftyp", 4))
        return "it is a film, or a HEIC or AVIF picture, which cannot be read";
    if (beginsWith(head, "\x1a\x45\xdf\xa3"))
        return "it is a film";
    if (beginsWith(head, "II*") || beginsWith(head, "MM"))
        return "it begins like a TIFF picture, which cannot be read";
    if (beginsWith(head, "PK\x03\x04"))
        return "it is a ZIP archive";
    std::string_view text(reinterpret_cast<const char *>(head.data()), head.size());
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '<')
        return text.find("<svg") != std::string_view::npos ? "it is an SVG drawing, which cannot be read"
                                                           : "it begins like a web page";
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 || byte == '\t' || byte == '\r' || byte == '\n';
    });
    return printable ? "it begins like text" : "it is not JPEG, PNG, WebP, BMP or GIF";
}

struct Magic {
    std::string_view bytes;
    ImageFormat format;
    void (*probe)(ByteSource &, ImageProbe &);
};

constexpr std::array<Magic, 5> kMagics{{
    {"\xff\xd8\xff", ImageFormat::Jpeg, probeJpeg},
    {"\x89PNG\r\n\x1a\n", ImageFormat::Png, probePng},
    {"GIF87a", ImageFormat::Gif, probeGif},
    {"GIF89a", ImageFormat::Gif, probeGif},
    {"BM", ImageFormat::Bmp, probeBmp},
}};

ImageProbe probeSource(ByteSource &source)
{
    ImageProbe probe;
    if (source.size() == 0)
        return refuse(probe, SkipReason::ImageUnreadable, "the file is empty");
    if (source.size() > kMaxImageBytes)
        return refuse(probe, SkipReason::ImageUnreadable,
                      "the file has " + std::to_string(source.size() >> 20) + " MiB, more than the "
                          + std::to_string(kMaxImageBytes >> 20) + " MiB a picture may have");

    const auto view = source.upTo(0, 64);
    const std::vector<std::byte> head(view.begin(), view.end());
    if (beginsWith(head, "RIFF") && (head.size() < 12 || beginsWith(head, "WEBP", 8))) {
        probe.format = ImageFormat::WebP;
        probeWebP(source, probe);
        return probe;
    }
    for (const Magic &magic : kMagics) {
        if (!beginsWith(head,
                        magic.bytes.substr(0, std::max<std::size_t>(2, std::min(head.size(), magic.bytes.size())))))
            continue;
        probe.format = magic.format;
        if (head.size() < magic.bytes.size())
            return truncated(probe);
        magic.probe(source, probe);
        return probe;
    }
    return refuse(probe, SkipReason::NotAnImage, describeForeign(head));
}

ImageProbe unreadable(int errorNumber)
{
    ImageProbe probe;
    return refuse(probe, SkipReason::ImageUnreadable,
                  "the file cannot be read: " + std::error_code(errorNumber, std::generic_category()).message());
}

}  // namespace

const char *imageFormatName(ImageFormat format) noexcept
{
    switch (format) {
    case ImageFormat::Jpeg: return "JPEG";
    case ImageFormat::Png: return "PNG";
    case ImageFormat::WebP: return "WebP";
    case ImageFormat::Bmp: return "BMP";
    case ImageFormat::Gif: return "GIF";
    }
    return "unknown";
}

ImageProbe probeImage(std::span<const std::byte> bytes)
{
    ByteSource source(bytes);
    return probeSource(source);
}

ImageProbe probeImageFile(const std::filesystem::path &path)
try {
    const FileDescriptor file(path, O_RDONLY | O_NONBLOCK);  // a pipe nobody writes to cannot hang us
    if (!file) {
        const int why = errno;
        ImageProbe probe = unreadable(why);
        if (why == ENOENT)
            refuse(probe, SkipReason::ImageMissing, "there is no such file");
        return probe;
    }
    struct stat info {};
    if (::fstat(file.get(), &info) != 0)
        return unreadable(errno);
    if (!S_ISREG(info.st_mode)) {
        ImageProbe probe;
        return refuse(probe, SkipReason::ImageUnreadable, "it is not a regular file");
    }
    ByteSource source(file.get(), static_cast<std::uint64_t>(info.st_size));
    ImageProbe probe = probeSource(source);
    return source.readError() ? unreadable(source.readError()) : probe;
} catch (const std::exception &error) {
    ImageProbe probe;
    probe.problem = SkipReason::ImageUnreadable;
    probe.detail = error.what();
    return probe;
}

}  // namespace dank
