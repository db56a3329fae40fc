#include <algorithm>
#include <cstdint>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/dataset/byte_source.h"
#include "core/image/decoders.h"
#include "core/image/mat_view.h"

namespace dank::decoders {
namespace {

/// True where the header claims more pixels than the file's bytes can possibly hold: deflate packs at most 1032 to 1.
bool pngClaimsTooMuch(std::span<const std::byte> bytes)
{
    constexpr std::uint64_t kDeflateLimit = 1032;
    constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4};
    const std::uint64_t pixels = std::uint64_t{big32(bytes, 16)} * big32(bytes, 20);
    const std::uint32_t depth = byteAt(bytes, 24), type = byteAt(bytes, 25);
    const int samples = type < 7 ? kSamples[type] : 0;
    return samples == 0 || pixels * depth * static_cast<unsigned>(samples) / 8 > bytes.size() * kDeflateLimit;
}

/// The one grey that a grey PNG calls transparent (chunk tRNS), as a decoded sample; OpenCV sees to it for RGB and
/// palettes only.
std::optional<std::uint16_t> pngGreyKey(std::span<const std::byte> bytes)
{
    constexpr std::size_t kFirstChunk = 33, kAround = 12;  // length, name and checksum about a chunk's data
    if (byteAt(bytes, 25) != 0)
        return {};
    for (std::size_t at = kFirstChunk; at + kAround <= bytes.size();) {
        const std::size_t length = big32(bytes, at);
        if (length > bytes.size() - at - kAround || beginsWith(bytes, "IDAT", at + 4))
            break;
        if (beginsWith(bytes, "tRNS", at + 4) && length == 2) {
            const unsigned key = big16(bytes, at + 8), depth = byteAt(bytes, 24);
            const unsigned most = (1u << std::min(depth, 16u)) - 1;
            // Low depths are stretched to 8 bits.
            return static_cast<std::uint16_t>(depth < 8 ? (key & most) * 255u / std::max(most, 1u) : key & most);
        }
        at += length + kAround;
    }
    return {};
}

std::uint8_t toByte(std::uint8_t sample)
{
    return sample;
}
std::uint8_t toByte(std::uint16_t sample)
{
    return static_cast<std::uint8_t>((sample * 255u + 32895u) >> 16);
}

/// Grey, BGR or BGRA of either depth to RGB8 over white.
template <typename Sample>
void toRgb(const cv::Mat &mat, std::optional<std::uint16_t> greyKey, std::uint8_t *to)
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
            else if (channels == 1 && greyKey && red == *greyKey)
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
    return bytes.size() > 20 && beginsWith(bytes, "VP8X", 12) && (byteAt(bytes, 20) & 0x02);
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
        const std::optional<std::uint16_t> key = png ? pngGreyKey(bytes) : std::nullopt;
        if (mat.type() == CV_8UC3) {  // by far the most: nothing to lay over white
            cv::Mat rgb = matOf(image);
            cv::mixChannels(mat, rgb, {0, 2, 1, 1, 2, 0});
        } else if (mat.depth() == CV_16U)
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
