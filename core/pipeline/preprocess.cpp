#include "core/pipeline/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/data/image_probe.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

namespace dank {

namespace {

constexpr std::uint8_t kMidGrey = 128;

/// Copies `from` into a side × side square so that both middles meet; what does not fit is cut, what is not covered
/// is mid grey.
Image centred(const Image &from, int side)
{
    Image square{side, side, std::vector<std::uint8_t>(static_cast<std::size_t>(side) * side * 3, kMidGrey)};
    const int width = std::min(from.width, side);
    const int height = std::min(from.height, side);
    const int fromX = (from.width - width) / 2, fromY = (from.height - height) / 2;
    const int toX = (side - width) / 2, toY = (side - height) / 2;
    for (int y = 0; y < height; ++y) {
        const auto source = (static_cast<std::size_t>(fromY + y) * from.width + fromX) * 3;
        const auto target = (static_cast<std::size_t>(toY + y) * side + toX) * 3;
        std::memcpy(&square.rgb[target], &from.rgb[source], static_cast<std::size_t>(width) * 3);
    }
    return square;
}

}  // namespace

Image preprocess(const Image &image, ResizeRule rule, int side)
{
    if (rule == ResizeRule::Warp)
        return resizeTriangle(image, side, side);
    // Crop: the short side becomes `side`; letterbox: the long one. A picture's aspect is bounded so that an extreme
    // strip cannot ask for a giant intermediate.
    const double fit = rule == ResizeRule::Crop ? std::min(image.width, image.height)
                                                : std::max(image.width, image.height);
    const double scale = side / fit;
    constexpr int kMaxSide = 16'384;
    const auto scaled = [&](int length) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), 1, kMaxSide);
    };
    return centred(resizeTriangle(image, scaled(image.width), scaled(image.height)), side);
}

PreparedPicture preparePicture(const MemeRecord &record, ResizeRule rule, int side)
{
    PreparedPicture prepared;
    const auto skip = [&](SkipReason reason, const std::string &detail) {
        prepared.skipped = Skipped{record.id, reason, displayPath(record.image.filename()) + ": " + detail};
        return prepared;
    };
    std::vector<std::byte> bytes;
    try {
        bytes = readFile(record.image, kMaxImageBytes);
    } catch (const Error &error) {
        return skip(SkipReason::ImageUnreadable, error.what());
    }
    prepared.hash = hashBytes(bytes);
    const Decoded decoded = decodeImage(bytes, side);
    if (decoded.problem)
        return skip(*decoded.problem, decoded.detail);
    prepared.image = preprocess(decoded.image, rule, side);
    return prepared;
}

}  // namespace dank
