#include "core/explain/heat_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.h"

namespace dank {

const char *explainMethodName(ExplainMethod method) noexcept
{
    return method == ExplainMethod::GradCam ? "gradcam" : "occlusion";
}

double Explanation::greatest() const
{
    double greatest = 0;
    for (const double value : grid)
        greatest = std::max(greatest, std::abs(value));
    return greatest;
}

const MapCell *Explanation::cellOf(std::size_t row, std::size_t column) const
{
    const double x = (static_cast<double>(column) + 0.5) / static_cast<double>(columns);
    const double y = (static_cast<double>(row) + 0.5) / static_cast<double>(rows);
    const auto found = std::ranges::find_if(cells, [&](const MapCell &cell) { return cell.holds(x, y); });
    return found == cells.end() ? nullptr : &*found;
}

std::array<std::uint8_t, 3> heatColour(double share)
{
    // Ends as dark as each other, so that neither sign looks stronger.
    constexpr double kLow[] = {33, 102, 172}, kHigh[] = {217, 95, 2}, kMiddle = 247;
    const double amount = std::min(std::abs(share), 1.0);
    std::array<std::uint8_t, 3> colour{};
    for (std::size_t i = 0; i < 3; ++i)
        colour[i] =
            static_cast<std::uint8_t>(std::lround(kMiddle + ((share < 0 ? kLow[i] : kHigh[i]) - kMiddle) * amount));
    return colour;
}

double scaleEnd(const Explanation &explanation)
{
    const double greatest = explanation.greatest();
    if (greatest <= 0 || !std::isfinite(greatest))
        return 1;
    const double power = std::pow(10, std::floor(std::log10(greatest)));
    for (const double step : {1.0, 2.0, 5.0})
        if (greatest <= step * power * (1 + 1e-9))
            return step * power;
    return 10 * power;
}

Image overlaid(const Explanation &explanation, double opacity)
{
    Image image = explanation.picture;
    if (!image.isWhole() || explanation.grid.empty())
        return image;
    const double end = scaleEnd(explanation);
    const auto place = [](int at, int length, std::size_t places) {
        return static_cast<std::size_t>(at) * places / static_cast<std::size_t>(length);
    };
    for (int y = 0; y < image.height; ++y) {
        const std::size_t row = place(y, image.height, explanation.rows);
        for (int x = 0; x < image.width; ++x) {
            const double share = explanation.at(row, place(x, image.width, explanation.columns)) / end;
            const auto colour = heatColour(share);
            std::uint8_t *pixel = &image.rgb[image.offset(x, y)];
            const double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
            // A place that does nothing stays clear, so that the picture can be seen there.
            const double cover = opacity * (0.15 + 0.85 * std::sqrt(std::min(1.0, std::abs(share))));
            for (std::size_t i = 0; i < 3; ++i) {
                const double under = pixel[i] + (grey - pixel[i]) * opacity;
                pixel[i] = static_cast<std::uint8_t>(std::lround(under + (colour[i] - under) * cover));
            }
        }
    }
    return image;
}

std::string pointsText(double points)
{
    const std::string digits = fixed(std::abs(points), 1);
    return digits == "0.0" ? digits : (points < 0 ? "\u2212" : "+") + digits;
}

}  // namespace dank
