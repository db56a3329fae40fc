#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/explain/explanation.h"

namespace dank {

/// The map as a drawing: picture, cells with their points as titles, legend and what the checks say. `png`: the picture
/// alone, encoded; it is carried inside. Cells stay shapes, so that a viewer can change their opacity.
std::string mapSvg(const Explanation &explanation, std::span<const std::byte> png);

/// The lines under a map, as PNG and SVG carry them: score, scale, warnings. ASCII, so that any font has them.
std::vector<std::string> mapCaption(const Explanation &explanation);

}  // namespace dank
