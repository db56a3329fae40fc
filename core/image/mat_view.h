#pragma once

#include <opencv2/core.hpp>

#include "core/base/image.h"

namespace dank {

/// A picture's pixels as OpenCV sees them, in the order RGB. The picture must outlive it; a const one is not to be
/// written to.
inline cv::Mat matOf(const Image &image)
{
    return cv::Mat(image.height, image.width, CV_8UC3, const_cast<std::uint8_t *>(image.rgb.data()));
}

}  // namespace dank
