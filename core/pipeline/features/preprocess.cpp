#include "core/pipeline/features/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/image/resize.h"

namespace dank {

namespace {

constexpr std::uint8_t kMidGrey = 128;

/// Python's round(): halves go to the even neighbour.
int roundHalfEven(int twice)
{
    return twice % 2 == 0 ? twice / 2 : (twice / 2 + 1) / 2 * 2;
}

/// side × side of mid grey with the picture's corner at (x, y). Where the picture is larger, what sticks out is cut
/// off.
Image placed(const Image &from, int side, int x, int y)
{
    Image square{side, side, std::vector<std::uint8_t>(static_cast<std::size_t>(side) * side * 3, kMidGrey)};
    for (int row = std::max(y, 0); row < std::min(side, y + from.height); ++row) {
        const auto source = (static_cast<std::size_t>(row - y) * from.width + std::max(-x, 0)) * 3;
        const auto target = (static_cast<std::size_t>(row) * side + std::max(x, 0)) * 3;
        std::memcpy(&square.rgb[target], &from.rgb[source], static_cast<std::size_t>(std::min(from.width, side)) * 3);
    }
    return square;
}

/// What a rule makes of a picture's size before it is placed on the square, its corner at (x, y).
struct Placing {
    int width = 0, height = 0, x = 0, y = 0;
};

Placing placing(int width, int height, ResizeRule rule, int side, int cropSide)
{
    if (rule == ResizeRule::Letterbox) {
        const double scale = static_cast<double>(side) / std::max(width, height);
        const auto scaled = [&](int length) {
            return std::clamp(static_cast<int>(std::lround(length * scale)), 1, side);
        };
        const int fittedWidth = scaled(width), fittedHeight = scaled(height);
        return {fittedWidth, fittedHeight, (side - fittedWidth) / 2, (side - fittedHeight) / 2};
    }
    // An extreme strip must not ask for a giant intermediate; it comes out squeezed instead.
    constexpr int kMaxLong = 16'384;
    const int shorter = std::min(width, height), longer = std::max(width, height);
    const auto longSide =
        static_cast<int>(std::min<std::int64_t>(static_cast<std::int64_t>(cropSide) * longer / shorter, kMaxLong));
    const bool wide = width >= height;
    const int fittedWidth = wide ? longSide : cropSide, fittedHeight = wide ? cropSide : longSide;
    return {fittedWidth, fittedHeight, -roundHalfEven(fittedWidth - side), -roundHalfEven(fittedHeight - side)};
}

}  // namespace

Image preprocess(const Image &image, ResizeRule rule, int side, int cropSide)
{
    if (rule == ResizeRule::Whole)
        return image;
    if (rule == ResizeRule::Warp)
        return resizeTriangle(image, side, side);
    const Placing at = placing(image.width, image.height, rule, side, cropSide);
    return placed(resizeTriangle(image, at.width, at.height), side, at.x, at.y);
}

ShareRect inputRegion(int width, int height, ResizeRule rule, int side, int cropSide)
{
    if (rule == ResizeRule::Whole || rule == ResizeRule::Warp)
        return {};
    const Placing at = placing(width, height, rule, side, cropSide);
    const double fittedWidth = at.width, fittedHeight = at.height;
    return {-at.x / fittedWidth, -at.y / fittedHeight, side / fittedWidth, side / fittedHeight};
}

PreparedPicture preparePicture(const std::filesystem::path &file, ResizeRule rule, const BackboneSpec &spec, bool look)
{
    PreparedPicture prepared;
    std::vector<std::byte> bytes;
    try {
        bytes = readFile(file, kMaxImageBytes);
    } catch (const Error &error) {
        prepared.problem = SkipReason::ImageUnreadable;
        prepared.detail = error.what();
        return prepared;
    }
    prepared.hash = hashBytes(bytes);
    const Decoded decoded = decodeImage(bytes);
    prepared.problem = decoded.problem;
    prepared.detail = decoded.detail;
    if (decoded.problem)
        return prepared;
    if (look)
        prepared.look = lookAt(bytes, decoded.image);
    prepared.image = preprocess(decoded.image, rule, spec.inputSide, spec.cropSide);
    return prepared;
}

}  // namespace dank
