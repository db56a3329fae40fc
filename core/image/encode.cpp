#include "core/image/encode.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <turbojpeg.h>

#include "core/base/error.h"
#include "core/image/mat_view.h"

namespace dank {
namespace {

void requirePixels(const Image &image)
{
    if (!image.isWhole())
        throw Error(ErrorKind::Shape, "A picture to encode must have pixels.");
}

std::vector<std::byte> copyBytes(const unsigned char *data, std::size_t size)
{
    const auto *first = reinterpret_cast<const std::byte *>(data);
    return {first, first + size};
}

}  // namespace

std::vector<std::byte> encodeJpeg(const Image &image, int quality)
{
    requirePixels(image);
    const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitCompress(), tjDestroy);
    if (!handle)
        throw Error(ErrorKind::Memory, "The JPEG encoder could not be started.");
    unsigned char *data = nullptr;
    unsigned long size = 0;
    const int result = tjCompress2(handle.get(), image.rgb.data(), image.width, 0, image.height, TJPF_RGB, &data, &size,
                                   TJSAMP_420, std::clamp(quality, 1, 100), 0);
    const std::unique_ptr<unsigned char, void (*)(unsigned char *)> owned(data, tjFree);
    if (result != 0)
        throw Error(ErrorKind::Format,
                    std::string("The picture cannot be written as JPEG: ") + tjGetErrorStr2(handle.get()) + ".");
    return copyBytes(data, size);
}

std::vector<std::byte> encodePng(const Image &image)
{
    requirePixels(image);
    try {
        cv::Mat bgr;
        cv::cvtColor(matOf(image), bgr, cv::COLOR_RGB2BGR);
        std::vector<unsigned char> data;
        if (!cv::imencode(".png", bgr, data))
            throw Error(ErrorKind::Format, "The picture cannot be written as PNG.");
        return copyBytes(data.data(), data.size());
    } catch (const cv::Exception &failure) {
        throw Error(failure.code == cv::Error::StsNoMem ? ErrorKind::Memory : ErrorKind::Format,
                    "The picture cannot be written as PNG: " + failure.err + ".");
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to write a picture as PNG.");
    }
}

}  // namespace dank
