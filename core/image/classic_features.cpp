#include "core/image/classic_features.h"

#include <new>

#include <opencv2/core.hpp>

#include "core/base/error.h"
#include "core/image/classic_parts.h"
#include "core/image/resize.h"

namespace dank {
namespace classic {

Plane lumaPlane(const Image &image)
{
    Plane plane{image.width, image.height, {}};
    plane.values.resize(image.rgb.size() / 3);
    const std::uint8_t *from = image.rgb.data();
    for (std::uint8_t &value : plane.values) {
        value = luma(from);
        from += 3;
    }
    return plane;
}

double entropyBits(std::span<const std::uint32_t> histogram)
{
    double total = 0, sum = 0;
    for (const std::uint32_t count : histogram)
        total += count;
    for (const std::uint32_t count : histogram)
        if (count > 0)
            sum -= count / total * std::log2(count / total);
    return sum;
}

namespace {

/// Reduced, aspect kept, to at most so many pixels and to sides of at most kLongestSide.
Image reduced(const Image &image, int maxPixels)
{
    const double area = static_cast<double>(image.width) * image.height;
    const double scale = std::min(
        {1.0, std::sqrt(maxPixels / area), static_cast<double>(kLongestSide) / std::max(image.width, image.height)});
    if (scale >= 1)
        return image;
    // The small summand keeps 256 from becoming 255 where the product is a hair too small.
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(length * scale + 1e-6)); };
    return resizeTriangle(image, scaled(image.width), scaled(image.height));
}

void putSize(const Image &image, Row &row)
{
    const double width = image.width, height = image.height;
    row.put(std::log2(width / 512));
    row.put(std::log2(height / 512));
    row.put(std::log(width / height));
    row.put(std::abs(std::log(width / height)));
    row.put(std::log2(1 + width * height / 1e6));
}

void describe(const Image &upright, Row &row)
{
    Picture picture;
    picture.original = &upright;
    const Image reading = reduced(upright, kReadingPixels);
    picture.work = reduced(reading, kWorkPixels);
    picture.luma = lumaPlane(picture.work);
    picture.square = lumaPlane(resizeTriangle(picture.work, kSquare, kSquare));
    picture.reading = lumaPlane(reading);
    putSize(upright, row);
    putColour(picture, row);
    putEdges(picture, row);
    putTexture(picture, row);
    putText(picture, row);
    putFrame(picture, row);
}

}  // namespace
}  // namespace classic

const std::vector<ClassicFamily> &classicFamilies()
{
    // By the groups of docs/classic.md: grid_lab, grid_contrast, layout, frame and panels say where things are.
    static const std::vector<ClassicFamily> families{
        {"colours", {{5, 88}}},  {"layout", {{93, 64}, {317, 12}, {413, 28}}},
        {"edges", {{157, 160}}}, {"texture", {{329, 39}}},
        {"text", {{368, 45}}},   {"size", {{0, 5}}},
    };
    return families;
}

void classicFeatures(const Image &upright, std::span<float> out)
{
    if (!upright.isWhole())
        throw Error(ErrorKind::Shape, "A picture to describe must have pixels.");
    if (out.size() != kClassicColumns)
        throw Error(ErrorKind::Shape, "A picture's description has " + std::to_string(kClassicColumns)
                                          + " numbers, and room for " + std::to_string(out.size()) + " was given.");
    classic::Row row(out);
    try {
        classic::describe(upright, row);
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to describe a picture.");
    } catch (const cv::Exception &failure) {
        if (failure.code == cv::Error::StsNoMem)
            throw Error(ErrorKind::Memory, "There is not enough memory to describe a picture.");
        throw Error(ErrorKind::Shape, "OpenCV could not describe a picture: " + failure.err);
    }
    if (row.written() != kClassicColumns)
        throw Error(ErrorKind::Shape, "A picture's description came out with " + std::to_string(row.written())
                                          + " numbers instead of " + std::to_string(kClassicColumns) + ".");
}

}  // namespace dank
