#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/image/decoders.h"

namespace dank::decoders {
namespace {

std::uint32_t bigEndian(std::span<const std::byte> bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

std::uint8_t byteAt(std::span<const std::byte> bytes, std::size_t at)
{
    return std::to_integer<std::uint8_t>(bytes[at]);
}

/// True where the header claims more pixels than the file's bytes can possibly hold: deflate packs at most 1032 to 1.
bool pngClaimsTooMuch(std::span<const std::byte> bytes)
{
    constexpr std::uint64_t kDeflateLimit = 1032;
    constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4};
    const std::uint64_t pixels = std::uint64_t{bigEndian(bytes, 16)} * bigEndian(bytes, 20);
    const std::uint8_t depth = byteAt(bytes, 24), type = byteAt(bytes, 25);
    const int samples = type < 7 ? kSamples[type] : 0;
    return samples == 0 || pixels * depth * static_cast<unsigned>(samples) / 8 > bytes.size() * kDeflateLimit;
}

/// The one colour that a grey or RGB PNG calls transparent (chunk tRNS), which OpenCV leaves opaque.
struct ColourKey {
    bool present = false;
    std::uint16_t red = 0, green = 0, blue = 0;  ///< as stored, in the file's own depth
};

ColourKey pngColourKey(std::span<const std::byte> bytes)
{
    const std::uint8_t type = byteAt(bytes, 25);
    const std::size_t wanted = type == 0 ? 2 : type == 2 ? 6 : 0;
    for (std::size_t at = 33; wanted && at + 12 <= bytes.size();) {
        const std::size_t length = bigEndian(bytes, at);
        const char *name = reinterpret_cast<const char *>(bytes.data()) + at + 4;
        if (length > bytes.size() - at - 12 || std::memcmp(name, "IDAT", 4) == 0)
            break;
        if (std::memcmp(name, "tRNS", 4) == 0 && length == wanted) {
            const auto sample = [&](std::size_t i) {
                return static_cast<std::uint16_t>(byteAt(bytes, at + 8 + 2 * i) << 8 | byteAt(bytes, at + 9 + 2 * i));
            };
            return type == 0 ? ColourKey{true, sample(0), sample(0), sample(0)}
                             : ColourKey{true, sample(0), sample(1), sample(2)};
        }
        at += length + 12;
    }
    return {};
}

/// What the key looks like in decoded samples: low depths are stretched to 8 bits.
ColourKey stretched(ColourKey key, int depth)
{
    if (key.present && depth < 8) {
        const unsigned most = (1u << depth) - 1;
        key.red = key.green = key.blue = static_cast<std::uint16_t>((key.red & most) * 255u / most);
    }
    return key;
}

std::uint8_t toByte(std::uint8_t sample) { return sample; }
std::uint8_t toByte(std::uint16_t sample) { return static_cast<std::uint8_t>((sample * 255u + 32895u) >> 16); }

/// Grey, BGR or BGRA of either depth to RGB8 over white.
template <typename Sample>
void toRgb(const cv::Mat &mat, const ColourKey &key, std::uint8_t *to)
{
    const int channels = mat.channels();
    for (int y = 0; y < mat.rows; ++y) {
        const Sample *from = mat.ptr<Sample>(y);
        for (int x = 0; x < mat.cols; ++x, from += channels, to += 3) {
            const Sample red = from[channels >= 3 ? 2 : 0], green = from[channels >= 3 ? 1 : 0], blue = from[0];
            unsigned alpha = 255;
            if (channels == 4)
                alpha = toByte(from[3]);
            else if (channels == 2)
                alpha = toByte(from[1]);
            else if (key.present && red == key.red && green == key.green && blue == key.blue)
                alpha = 0;
            const auto over = [&](Sample sample) {
                return static_cast<std::uint8_t>((toByte(sample) * alpha + 255u * (255u - alpha) + 127u) / 255u);
            };
            to[0] = over(red);
            to[1] = over(green);
            to[2] = over(blue);
        }
    }
}

bool isAnimatedWebP(std::span<const std::byte> bytes)
{
    return bytes.size() > 20 && std::memcmp(bytes.data() + 12, "VP8X", 4) == 0 && (byteAt(bytes, 20) & 0x02);
}

void silenceLogging()
{
    static std::once_flag once;
    std::call_once(once, [] { cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT); });
}

}  // namespace

Decoded decodeOther(std::span<const std::byte> bytes, ImageFormat format)
{
    silenceLogging();
    const bool png = format == ImageFormat::Png;
    if (png && (bytes.size() < 33 || pngClaimsTooMuch(bytes)))
        return refuse(SkipReason::ImageCorrupt, "its header claims more than its bytes can hold");
    if (format == ImageFormat::WebP && isAnimatedWebP(bytes))
        return refuse(SkipReason::ImageCorrupt, "it is an animated WebP, which is not supported");
    try {
        const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::byte *>(bytes.data()));
        const cv::Mat mat = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
        if (mat.empty())
            return refuse(SkipReason::ImageCorrupt,
                          std::string("the ") + imageFormatName(format) + " decoder cannot read it");
        if (!sizeIsAllowed(mat.cols, mat.rows))
            return refuse(SkipReason::ImageTooLarge, "it has more pixels than a picture may have");
        if (mat.depth() != CV_8U && mat.depth() != CV_16U)
            return refuse(SkipReason::ImageCorrupt, "its samples are neither 8 nor 16 bits");
        Image image{mat.cols, mat.rows, {}};
        image.rgb.resize(mat.total() * 3);
        const ColourKey key = png ? stretched(pngColourKey(bytes), byteAt(bytes, 24)) : ColourKey{};
        if (mat.depth() == CV_16U)
            toRgb<std::uint16_t>(mat, key, image.rgb.data());
        else
            toRgb<std::uint8_t>(mat, key, image.rgb.data());
        return {std::move(image), {}, {}};
    } catch (const cv::Exception &failure) {
        if (failure.code == cv::Error::StsNoMem)
            throw std::bad_alloc();
        return refuse(SkipReason::ImageCorrupt, "the decoder refused it: " + failure.err);
    }
}

}  // namespace dank::decoders
