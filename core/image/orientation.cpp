#include "core/image/orientation.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include <opencv2/core.hpp>

#include "core/dataset/byte_source.h"
#include "core/image/mat_view.h"

namespace dank {

int exifOrientation(std::span<const std::byte> tiff)
{
    constexpr std::size_t kHeader = 8, kEntry = 12;
    constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
    using namespace std::string_view_literals;
    const bool big = beginsWith(tiff, "MM\0*"sv);
    if (tiff.size() < kHeader || (!big && !beginsWith(tiff, "II*\0"sv)))
        return 1;
    const auto word = [&](std::size_t at) { return big ? big16(tiff, at) : little16(tiff, at); };
    const auto doubleWord = [&](std::size_t at) { return big ? big32(tiff, at) : little32(tiff, at); };
    const std::size_t directory = doubleWord(4);
    if (directory > tiff.size() - 2)
        return 1;
    std::size_t at = directory + 2;
    for (std::uint32_t left = word(directory); left > 0 && at + kEntry <= tiff.size(); --left, at += kEntry) {
        if (word(at) != kOrientation)
            continue;
        const std::uint32_t value = word(at + 8);
        return word(at + 2) == kShort && doubleWord(at + 4) == 1 && value >= 1 && value <= 8 ? static_cast<int>(value)
                                                                                             : 1;
    }
    return 1;
}

Image makeUpright(Image image, int orientation)
{
    if (orientation == 1)
        return image;
    Image out = image;
    if (orientation >= 5) {
        std::swap(out.width, out.height);
        cv::Mat transposed = matOf(out);
        cv::transpose(matOf(image), transposed);
        image = out;
    }
    // 2 mirrored, 3 turned half round, 4 mirrored downwards; 5 transposed, 6 to turn right, 7 transversed, 8 to turn
    // left.
    constexpr int kFlips[] = {1, -1, 0};
    if (const int flip = (orientation - 1) % 4; flip > 0) {
        cv::Mat flipped = matOf(out);
        cv::flip(matOf(image), flipped, kFlips[flip - 1]);
    }
    return out;
}

}  // namespace dank
