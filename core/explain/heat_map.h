#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/image.h"
#include "core/explain/explanation.h"

namespace dank {

/// The colour of a share of the scale, -1..1: blue (lowers the score) over white to orange (raises it), which people
/// with any of the common kinds of colour blindness tell apart.
std::array<std::uint8_t, 3> heatColour(double share);

/// What the scale's ends stand for: the grid's greatest distance from 0, rounded up to 1, 2 or 5 times a power of ten.
double scaleEnd(const Explanation &explanation);

/// The picture with the map over it. The picture goes grey under the map, so that its own colours are not taken for the
/// scale's. `opacity` 0..1: 0 is the picture alone.
Image overlaid(const Explanation &explanation, double opacity);

/// "+3.2", "−0.4", "0.0": points as they are written everywhere.
std::string pointsText(double points);

}  // namespace dank
