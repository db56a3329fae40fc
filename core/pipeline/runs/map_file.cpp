#include "core/pipeline/runs/map_file.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/explain/heat_map.h"
#include "core/explain/map_svg.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/image/resize.h"

namespace dank {

namespace {

constexpr double kOpacity = 0.7;
constexpr Colour kInk{26, 26, 26};

/// The picture under its map, with the scale and what the checks say below.
Image drawn(const Explanation &explanation)
{
    constexpr int kLeast = 640, kMargin = 16, kLine = 20;
    constexpr double kLetters = 9;
    Explanation large = explanation;
    if (large.picture.width < kLeast)
        large.picture = resizeTriangle(
            large.picture, kLeast,
            std::clamp(static_cast<int>(static_cast<double>(large.picture.height) * kLeast / large.picture.width), 1,
                       8 * kLeast));
    const Image map = overlaid(large, kOpacity);
    const std::vector<std::string> lines = mapCaption(explanation);
    Image page = blankImage(map.width, map.height + 70 + kLine * static_cast<int>(lines.size()), {255, 255, 255});
    std::copy(map.rgb.begin(), map.rgb.end(), page.rgb.begin());

    Canvas canvas(page);
    const double top = map.height + kMargin, width = map.width - 2 * kMargin;
    for (int x = 0; x < static_cast<int>(width); ++x) {
        const auto colour = heatColour(2 * (x + 0.5) / width - 1);
        canvas.rectangle({kMargin + static_cast<double>(x), top}, {1, 12}, {colour[0], colour[1], colour[2]});
    }
    const double end = scaleEnd(explanation);
    const int digits = end < 1 ? 2 : 0;
    std::string low("-"), high("+");
    low += fixed(end, digits);
    high += fixed(end, digits);
    canvas.label(low, {kMargin, top + 28}, kLetters, kInk);
    canvas.label("0", {map.width / 2.0 - 4, top + 28}, kLetters, kInk);
    canvas.label(high, {map.width - kMargin - Canvas::labelWidth(high, kLetters), top + 28}, kLetters, kInk);
    for (std::size_t i = 0; i < lines.size(); ++i)
        canvas.label(lines[i], {kMargin, top + 54 + static_cast<double>(i) * kLine}, kLetters, kInk);
    return page;
}

}  // namespace

void writeMap(const Explanation &explanation, const std::filesystem::path &file)
{
    std::string end = file.extension().string();
    std::ranges::transform(end, end.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (end == ".png") {
        writeFileAtomically(file, encodePng(drawn(explanation)));
    } else if (end == ".svg") {
        const std::string svg = mapSvg(explanation, encodePng(explanation.picture));
        writeFileAtomically(file, svg);
    } else {
        throw Error(ErrorKind::File, "A map is written as .png or .svg, not as \"" + displayPath(file) + "\".", file);
    }
}

}  // namespace dank
