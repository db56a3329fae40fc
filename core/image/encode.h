#pragma once

#include <cstddef>
#include <vector>

#include "core/base/image.h"

namespace dank {

/// Encoded bytes of a picture. Same picture, same bytes on one machine. `quality` is 1..100.
std::vector<std::byte> encodeJpeg(const Image &image, int quality);
std::vector<std::byte> encodePng(const Image &image);

}  // namespace dank
