#pragma once

#include <cstdint>
#include <string>

#include "core/base/image.h"

namespace dank {

/// What a sample meme looks like. The three numbers are what its upvotes follow (core/pipeline/sample.h).
struct MemeSketch {
    int width = 480;
    int height = 480;
    double warmth = 0;      ///< -1 (cold blue) … 1 (warm orange)
    double brightness = 0;  ///< -1 (dark) … 1 (bright)
    double caption = 0;     ///< -1 (small letters) … 1 (large letters)
    std::string top;        ///< ASCII
    std::string bottom;
    std::uint64_t seed = 0;  ///< everything else: backdrop, creature, its colours and its mood
};

/// Draws the meme: a backdrop whose mean colour is
///     R = m + 0.30 warmth,  G = m + tint,  B = m - 0.30 warmth,  m = 0.52 + 0.20 brightness,  |tint| ≤ 0.06
/// (of 1, cut to 0 … 1), one invented creature in front, a caption above and below. Same sketch, same picture.
Image paintMeme(const MemeSketch &sketch);

}  // namespace dank
