#include "core/image/text_views.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/mat_view.h"

namespace dank {
namespace {

constexpr double kMagnified = 2;
constexpr int kLeastSide = 8;      // of a picture that may hold a letter
constexpr int kMostSide = 16'384;  // text readers count pixels in 16 bits
// Every channel at least, or at most. White text is looked for twice: strictly on bright ground, widely where it is
// blurred.
constexpr int kWhite = 240;
constexpr int kNearWhite = 200;
constexpr int kNearBlack = 60;

GreyImage greyImage(const cv::Mat &levels)
{
    return {levels.cols, levels.rows, {levels.datastart, levels.dataend}};
}

double scaleFor(const Image &picture, std::size_t maxPixels)
{
    const double pixels = static_cast<double>(picture.width) * picture.height;
    return std::min({kMagnified, std::sqrt(static_cast<double>(maxPixels) / pixels),
                     static_cast<double>(kMostSide) / std::max(picture.width, picture.height)});
}

}  // namespace

TextViews textViews(const Image &picture, std::size_t maxPixels)
{
    TextViews views;
    if (!picture.isWhole() || std::min(picture.width, picture.height) < kLeastSide)
        return views;
    views.scale = scaleFor(picture, maxPixels);
    const cv::Size size(static_cast<int>(std::lround(picture.width * views.scale)),
                        static_cast<int>(std::lround(picture.height * views.scale)));
    if (std::min(size.width, size.height) < kLeastSide)
        return views;
    try {
        cv::Mat scaled, grey, mask;
        cv::resize(matOf(picture), scaled, size, 0, 0, views.scale > 1 ? cv::INTER_CUBIC : cv::INTER_AREA);
        cv::cvtColor(scaled, grey, cv::COLOR_RGB2GRAY);
        views.images.push_back(greyImage(grey));
        cv::bitwise_not(grey, grey);
        views.images.push_back(greyImage(grey));
        const auto blackOnWhite = [&](const cv::Scalar &least, const cv::Scalar &most) {
            cv::inRange(scaled, least, most, mask);
            cv::bitwise_not(mask, mask);
            views.images.push_back(greyImage(mask));
        };
        blackOnWhite(cv::Scalar::all(kWhite), cv::Scalar::all(255));
        blackOnWhite(cv::Scalar::all(kNearWhite), cv::Scalar::all(255));
        blackOnWhite(cv::Scalar::all(0), cv::Scalar::all(kNearBlack));
    } catch (const std::bad_alloc &) {
        throw Error(ErrorKind::Memory, "There is not enough memory to read a picture's text.");
    } catch (const cv::Exception &) {  // sizes are checked: what is left is memory
        throw Error(ErrorKind::Memory, "There is not enough memory to read a picture's text.");
    }
    return views;
}

}  // namespace dank
