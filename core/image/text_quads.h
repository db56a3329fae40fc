#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/base/image.h"

namespace dank {

struct QuadPoint {
    double x = 0, y = 0;
};

/// A slanted rectangle around a line of text, in pixels: top left, top right, bottom right, bottom left of the text as
/// it is read. Corners may lie outside the picture.
struct TextQuad {
    std::array<QuadPoint, 4> corners;
    double score = 0;  ///< mean of the map inside, 0..1

    double width() const;   ///< of the text as it is read
    double height() const;  ///< likewise
    /// The same read from below upwards: its left side becomes the bottom.
    TextQuad turned() const;
    /// The same without this share of its height above and below, 0 … 0.5.
    TextQuad trimmed(double share) const;
};

/// How lines are found in a map.
struct QuadRule {
    double least = 0.3;       ///< of a pixel of text
    double leastScore = 0.5;  ///< of a line
    double unclip = 2.4;  ///< the map shows the lines' core: it is widened by area × this / perimeter. Chosen on memes:
                          ///< the network's authors take 1.5, which cuts commas off
};

/// The lines of text in a map that says of each pixel how likely it belongs to one (Liao et al. 2020, "Real-time scene
/// text detection with differentiable binarization"). `map` is [height, width]; corners are in its pixels. At most a
/// thousand, those of less than three pixels left out. Throws Error{Memory}, Error{Shape} for a map of another size.
std::vector<TextQuad> textQuads(std::span<const float> map, int width, int height, const QuadRule &rule);

/// What a quad shows, upright, scaled to `height` and a width of at least 1 that keeps its aspect. What lies outside
/// the picture is the nearest of it. Throws Error{Memory}.
Image cutOut(const Image &picture, const TextQuad &quad, int height, int mostWidth);

/// The picture stretched to another size. Throws Error{Memory}.
Image stretched(const Image &picture, int width, int height);

}  // namespace dank
