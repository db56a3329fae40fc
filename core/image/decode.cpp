#include "core/image/decode.h"

#include <atomic>
#include <new>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/dataset/image_probe.h"
#include "core/image/decoders.h"

namespace dank {
namespace {

std::atomic<std::size_t> decodes = 0;

}  // namespace

namespace decoders {

Decoded refuse(SkipReason reason, std::string detail)
{
    return {{}, reason, std::move(detail)};
}

bool sizeIsAllowed(std::int64_t width, std::int64_t height)
{
    return width > 0 && height > 0 && width <= kMaxImagePixels && height <= kMaxImagePixels / width;
}

}  // namespace decoders

Decoded decodeImage(std::span<const std::byte> bytes, int targetSide)
{
    try {
        ImageProbe probe = probeImage(bytes);
        if (probe.problem)
            return decoders::refuse(*probe.problem, std::move(probe.detail));
        ++decodes;
        switch (probe.format) {
        case ImageFormat::Jpeg: return decoders::decodeJpeg(bytes, targetSide);
        case ImageFormat::Gif: return decoders::decodeGif(bytes);
        case ImageFormat::Png: return decoders::decodePng(bytes);
        case ImageFormat::WebP: return decoders::decodeWebP(bytes);
        case ImageFormat::Bmp: return decoders::decodeBmp(bytes);
        case ImageFormat::Heic:
        case ImageFormat::Avif: return decoders::decodeHeif(bytes, probe.format);
        }
        return decoders::refuse(SkipReason::NotAnImage, "it is of no known format");
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to decode a picture.");
    }
}

bool decodesSmaller(std::span<const std::byte> bytes, int targetSide)
{
    const ImageProbe probe = probeImage(bytes);
    return !probe.problem && probe.format == ImageFormat::Jpeg
           && decoders::jpegDivisor(probe.width, probe.height, targetSide) > 1;
}

std::size_t decodedPictures() noexcept
{
    return decodes;
}

Decoded decodeImageFile(const std::filesystem::path &path, int targetSide)
{
    std::vector<std::byte> bytes;
    try {
        bytes = readFile(path, kMaxImageBytes);
    } catch (const Error &failure) {
        if (failure.kind() == ErrorKind::Memory)
            throw;
        return decoders::refuse(SkipReason::ImageUnreadable, failure.what());
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to read a picture.", path);
    }
    return decodeImage(bytes, targetSide);
}

}  // namespace dank
