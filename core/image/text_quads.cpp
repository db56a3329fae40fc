#include "core/image/text_quads.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/image/mat_view.h"

namespace dank {
namespace {

constexpr std::size_t kMostQuads = 1000;
constexpr float kLeastSide = 3;  // of a line in the map

template <typename Body>
auto translated(Body &&body)
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
    } catch (const cv::Exception &) {  // sizes are checked: what is left is memory
    }
    throw Error(ErrorKind::Memory, "There is not enough memory to read a picture's text.");
}

double distance(const QuadPoint &a, const QuadPoint &b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

/// From the one that is nearest to the picture's top left, clockwise: left two by x, each pair by y.
std::array<QuadPoint, 4> inOrder(const cv::RotatedRect &box)
{
    std::array<cv::Point2f, 4> points;
    box.points(points.data());
    std::sort(points.begin(), points.end(), [](const cv::Point2f &a, const cv::Point2f &b) { return a.x < b.x; });
    if (points[0].y > points[1].y)
        std::swap(points[0], points[1]);
    if (points[2].y > points[3].y)
        std::swap(points[2], points[3]);
    const auto point = [](const cv::Point2f &p) { return QuadPoint{p.x, p.y}; };
    return {point(points[0]), point(points[2]), point(points[3]), point(points[1])};
}

/// Mean of the map inside a rectangle.
double meanInside(const cv::Mat &map, const cv::RotatedRect &box)
{
    const cv::Rect around = box.boundingRect() & cv::Rect(0, 0, map.cols, map.rows);
    if (around.empty())
        return 0;
    cv::Mat inside = cv::Mat::zeros(around.size(), CV_8UC1);
    std::array<cv::Point2f, 4> corners;
    box.points(corners.data());
    std::array<cv::Point, 4> points;
    for (std::size_t i = 0; i < 4; ++i)
        points[i] = cv::Point(cvRound(corners[i].x) - around.x, cvRound(corners[i].y) - around.y);
    cv::fillConvexPoly(inside, points.data(), 4, cv::Scalar(1));
    return cv::mean(map(around), inside)[0];
}

}  // namespace

double TextQuad::width() const
{
    return std::max(distance(corners[0], corners[1]), distance(corners[3], corners[2]));
}

double TextQuad::height() const
{
    return std::max(distance(corners[0], corners[3]), distance(corners[1], corners[2]));
}

TextQuad TextQuad::turned() const
{
    return {{corners[3], corners[0], corners[1], corners[2]}, score};
}

TextQuad TextQuad::trimmed(double share) const
{
    const auto between = [](const QuadPoint &a, const QuadPoint &b, double along) {
        return QuadPoint{a.x + along * (b.x - a.x), a.y + along * (b.y - a.y)};
    };
    return {{between(corners[0], corners[3], share), between(corners[1], corners[2], share),
             between(corners[2], corners[1], share), between(corners[3], corners[0], share)},
            score};
}

std::vector<TextQuad> textQuads(std::span<const float> map, int width, int height, const QuadRule &rule)
{
    if (width <= 0 || height <= 0 || map.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
        throw Error(ErrorKind::Shape, "A map of text has another size than is said.");
    return translated([&] {
        const cv::Mat levels(height, width, CV_32FC1, const_cast<float *>(map.data()));
        const cv::Mat isText = levels > rule.least;
        std::vector<std::vector<cv::Point>> outlines;
        cv::findContours(isText, outlines, cv::RETR_LIST, cv::CHAIN_APPROX_SIMPLE);
        std::vector<TextQuad> quads;
        for (const std::vector<cv::Point> &outline : outlines) {
            cv::RotatedRect box = cv::minAreaRect(outline);
            if (std::min(box.size.width, box.size.height) < kLeastSide)
                continue;
            const double score = meanInside(levels, box);
            if (score < rule.leastScore)
                continue;
            // A rectangle pushed out by a distance on all sides, its corners round, fits into this one.
            const double area = static_cast<double>(box.size.area());
            const double out = area * rule.unclip / (2.0 * (box.size.width + box.size.height));
            box.size.width += static_cast<float>(2 * out);
            box.size.height += static_cast<float>(2 * out);
            quads.push_back({inOrder(box), score});
            if (quads.size() == kMostQuads)
                break;
        }
        return quads;
    });
}

Image cutOut(const Image &picture, const TextQuad &quad, int height, int mostWidth)
{
    return translated([&] {
        const double aspect = quad.width() / std::max(quad.height(), 1.0);
        const int width = std::clamp(static_cast<int>(std::lround(aspect * height)), 1, mostWidth);
        std::array<cv::Point2f, 4> from;
        for (std::size_t i = 0; i < 4; ++i)
            from[i] = cv::Point2f(static_cast<float>(quad.corners[i].x), static_cast<float>(quad.corners[i].y));
        // First at its own size: one that is much larger than asked for has to be made smaller with care.
        const double shrink = std::max(1.0, quad.height() / height);
        const cv::Size own(std::max(1, static_cast<int>(std::lround(width * shrink))),
                           std::max(1, static_cast<int>(std::lround(height * shrink))));
        const auto right = static_cast<float>(own.width), bottom = static_cast<float>(own.height);
        const std::array<cv::Point2f, 4> to{cv::Point2f(0, 0), cv::Point2f(right, 0), cv::Point2f(right, bottom),
                                            cv::Point2f(0, bottom)};
        cv::Mat cut;
        cv::warpPerspective(matOf(picture), cut, cv::getPerspectiveTransform(from.data(), to.data()), own,
                            cv::INTER_CUBIC, cv::BORDER_REPLICATE);
        Image image{width, height,
                    std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
        cv::Mat out = matOf(image);
        cv::resize(cut, out, out.size(), 0, 0, shrink > 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        return image;
    });
}

Image stretched(const Image &picture, int width, int height)
{
    return translated([&] {
        Image image{width, height,
                    std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
        cv::Mat out = matOf(image);
        const bool smaller = width < picture.width && height < picture.height;
        cv::resize(matOf(picture), out, out.size(), 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
        return image;
    });
}

}  // namespace dank
