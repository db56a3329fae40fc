#include "core/image/image_statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "core/image/resize.h"

namespace dank {

namespace {

constexpr int kGrid = 12;

float luma(const std::uint8_t *pixel)
{
    return static_cast<float>((299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 255000.0);
}

struct Sums {
    double hueCos = 0, hueSin = 0, saturation = 0, saturationSquares = 0, value = 0, valueSquares = 0;

    /// HSV as a hexcone (Smith 1978).
    void add(const std::uint8_t *pixel)
    {
        const double r = pixel[0] / 255.0, g = pixel[1] / 255.0, b = pixel[2] / 255.0;
        const double most = std::max({r, g, b});
        const double range = most - std::min({r, g, b});
        value += most;
        valueSquares += most * most;
        if (range <= 0)
            return;
        const double sixths = most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range;
        const double hue = sixths * std::numbers::pi / 3;
        const double s = range / most;
        hueCos += s * std::cos(hue);
        hueSin += s * std::sin(hue);
        saturation += s;
        saturationSquares += s * s;
    }
};

double deviation(double sum, double squares, double count)
{
    return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));
}

}  // namespace

ImageStatistics imageStatistics(const Image &upright, double pixels, std::size_t bytes)
{
    if (!upright.isWhole())
        throw Error(ErrorKind::Shape, "A picture to describe must have pixels.");
    const std::size_t count = upright.rgb.size() / 3;
    ImageStatistics result{};
    auto out = result.begin();
    const Image grid = resizeTriangle(upright, kGrid, kGrid);
    for (std::size_t i = 0; i < kGrid * kGrid; ++i)
        *out++ = luma(grid.rgb.data() + 3 * i);

    // Some hundred thousand pixels tell as much as all.
    const std::size_t step = std::max<std::size_t>(1, count / 100'000);
    Sums sums;
    double looked = 0;
    for (std::size_t i = 0; i < count; i += step, ++looked)
        sums.add(upright.rgb.data() + 3 * i);
    for (const double value : {sums.hueCos / looked, sums.hueSin / looked, sums.saturation / looked,
                               deviation(sums.saturation, sums.saturationSquares, looked), sums.value / looked,
                               deviation(sums.value, sums.valueSquares, looked)})
        *out++ = static_cast<float>(value);

    const double area = std::max(1.0, pixels);
    const double size = std::max<double>(1, static_cast<double>(bytes));
    for (const double value :
         {std::log(area) / 2, std::log(double(upright.width) / upright.height), std::log(size), std::log(size / area)})
        *out++ = static_cast<float>(value);
    return result;
}

}  // namespace dank
