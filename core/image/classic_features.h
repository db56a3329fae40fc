#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/base/image.h"

namespace dank {

/// How many numbers describe a picture.
inline constexpr int kClassicColumns = 441;

/// Grows whenever any number's meaning changes: features of two versions must never meet.
inline constexpr int kClassicVersion = 1;

/// Columns that describe one side of a picture.
struct ClassicFamily {
    const char *name;                          ///< "colours", "layout", …
    std::vector<std::pair<int, int>> columns;  ///< first and count
};
/// Size, colours, layout, edges, texture and text: each column in one of them.
const std::vector<ClassicFamily> &classicFamilies();

/// Describes an upright picture of any size by well-known descriptors of colour, gradients, texture, text, frame and
/// layout, which need no weights. `out` has kClassicColumns places. Most numbers lie between -2 and 2, all are finite.
///
/// Give it the picture as decoded: it is reduced here (antialiased, aspect kept) to at most 230,400 pixels for text
/// and 65,536 for the rest; a few texture numbers look at the middle of the unreduced picture. Time beyond the
/// reduction is bounded.
///
/// Thread-safe; same picture, same bits on one machine. Everything runs on the caller's thread, whatever OpenCV's
/// number of threads: only functions that do not share work out are used, or pictures too small for them to do so.
/// Throws Error{Shape} for a picture without pixels or an `out` of another length, Error{Memory}.
void classicFeatures(const Image &upright, std::span<float> out);

}  // namespace dank
