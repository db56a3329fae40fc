#include "core/dataset/foreign_file.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/dataset/byte_source.h"
#include "core/dataset/heif/media_kind.h"

namespace dank {
namespace {

using namespace std::string_view_literals;

bool isOneOf(std::string_view text, std::span<const std::string_view> list)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::string_view textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

std::string cannotBeRead(const std::string &kind)
{
    return "it is " + kind + ", which cannot be read: save it as JPEG or PNG";
}

/// Asked of HEIC and AVIF only where they are not read.
std::string baseMedia(MediaKind kind)
{
    switch (kind) {
    case MediaKind::Avif: return "it is an AVIF picture, which cannot be read without libheif: save it as JPEG or PNG";
    case MediaKind::Heic: return "it is a HEIC picture, which cannot be read without libheif: save it as JPEG or PNG";
    default: return "it is a film";
    }
}

/// A directory of icons: reserved, kind, how many, and the first one's reserved byte.
bool beginsLikeIcons(std::span<const std::byte> head)
{
    return head.size() >= 22 && (beginsWith(head, "\0\0\1\0"sv) || beginsWith(head, "\0\0\2\0"sv))
           && little16(head, 4) > 0 && byteAt(head, 5) == 0 && byteAt(head, 9) == 0;
}

/// Text without what may stand in front of it.
std::string_view trimmed(std::span<const std::byte> head)
{
    std::string_view text = textOf(head);
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

}  // namespace

std::optional<std::string> foreignPicture(std::span<const std::byte> head)
{
    static constexpr auto kJpegXl = "a JPEG XL picture";
    struct Magic {
        std::string_view bytes;
        const char *kind;
    };
    static constexpr std::array<Magic, 10> kMagics{{
        {"\0\0\0\x0cJXL \r\n\x87\n"sv, kJpegXl},
        {"\xff\x0a"sv, kJpegXl},
        {"\0\0\0\x0cjP  \r\n\x87\n"sv, "a JPEG 2000 picture"},
        {"\xff\x4f\xff\x51"sv, "a JPEG 2000 picture"},
        {"II*\0"sv, "a TIFF picture"},
        {"MM\0*"sv, "a TIFF picture"},
        {"II+\0"sv, "a TIFF picture"},
        {"MM\0+"sv, "a TIFF picture"},
        {"8BPS"sv, "a Photoshop picture"},
        {"gimp xcf"sv, "a GIMP picture"},
    }};
    for (const Magic &magic : kMagics)
        if (beginsWith(head, magic.bytes))
            return cannotBeRead(magic.kind) + (magic.kind == kJpegXl ? " (djxl of Debian's libjxl-tools does)" : "");
    if (const MediaKind kind = mediaKind(head); kind != MediaKind::None)
        return baseMedia(kind);
    if (beginsWith(head, "\x1a\x45\xdf\xa3") || (beginsWith(head, "RIFF") && beginsWith(head, "AVI ", 8)))
        return "it is a film";
    if (beginsLikeIcons(head))
        return cannotBeRead("an icon");
    if (const std::string_view text = trimmed(head);
        text.starts_with('<') && text.find("<svg") != std::string_view::npos)
        return cannotBeRead("an SVG drawing");
    return {};
}

std::string describeForeign(std::span<const std::byte> head)
{
    if (std::optional<std::string> known = foreignPicture(head))
        return *std::move(known);
    if (beginsWith(head, "%PDF"))
        return "it is a PDF document";
    if (beginsWith(head, "PK\x03\x04"))
        return "it is a ZIP archive";
    const std::string_view text = trimmed(head);
    if (text.starts_with('<'))
        return text.starts_with("<?xml") ? "it begins like XML" : "it begins like a web page";
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 || byte == '\t' || byte == '\r' || byte == '\n';
    });
    return printable ? "it begins like text" : "it is not JPEG, PNG, WebP, BMP or GIF";
}

bool isNamedLikePicture(const std::filesystem::path &path)
{
    static constexpr std::array kUnfinished{"part"sv, "partial"sv, "crdownload"sv, "download"sv, "tmp"sv};
    static constexpr std::array kExtensions{"jpg"sv,  "jpeg"sv, "jpe"sv,  "jif"sv,  "jfif"sv, "pjpeg"sv, "pjp"sv,
                                            "png"sv,  "apng"sv, "webp"sv, "bmp"sv,  "dib"sv,  "gif"sv,   "gifv"sv,
                                            "heic"sv, "heif"sv, "hif"sv,  "avif"sv, "tif"sv,  "tiff"sv,  "jxl"sv,
                                            "svg"sv,  "svgz"sv, "tga"sv,  "ico"sv,  "cur"sv,  "jp2"sv,   "j2k"sv,
                                            "jpx"sv,  "psd"sv,  "xcf"sv,  "mp4"sv,  "webm"sv, "mov"sv,   "m4v"sv};
    std::string name = path.filename().native();
    for (char &c : name)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    name.resize(std::min(name.find('?'), name.size()));
    std::size_t dot = name.rfind('.');
    if (dot == std::string::npos)
        return false;
    const std::string_view last = std::string_view(name).substr(dot + 1);
    if (isOneOf(last, kUnfinished)
        || (!last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos)) {
        name.resize(dot);
        dot = name.rfind('.');
        if (dot == std::string::npos)
            return false;
    }
    const std::string_view rest = std::string_view(name).substr(dot + 1);
    const std::size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789");
    return isOneOf(rest.substr(0, end), kExtensions);
}

}  // namespace dank
