#include "core/image/draw.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "core/image/mat_view.h"

namespace dank {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr int kShift = 4;  // OpenCV's fixed point: sixteenths of a pixel

// The picture is RGB all along, so the colour's order is kept.
cv::Scalar scalar(Colour colour)
{
    return cv::Scalar(colour.red, colour.green, colour.blue);
}

int fixed(double value)
{
    return static_cast<int>(std::lround(value * (1 << kShift)));
}

cv::Point fixed(Point point)
{
    return {fixed(point.x), fixed(point.y)};
}

cv::Point rounded(double x, double y)
{
    return {static_cast<int>(std::lround(x)), static_cast<int>(std::lround(y))};
}

int pixels(double value)
{
    return std::max(1, static_cast<int>(std::lround(value)));
}

double textWidth(const std::string &text, double scale, int thickness)
{
    int baseline = 0;
    return cv::getTextSize(text, kFont, scale, thickness, &baseline).width;
}

std::vector<std::string> wrap(const std::string &text, double scale, int thickness, double limit)
{
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!lines.empty() && textWidth(lines.back() + ' ' + word, scale, thickness) <= limit)
            lines.back() += ' ' + word;
        else
            lines.push_back(word);
    }
    return lines;
}

}  // namespace

void Canvas::gradient(Colour top, Colour bottom)
{
    for (int y = 0; y < height(); ++y) {
        const double t = height() > 1 ? static_cast<double>(y) / (height() - 1) : 0;
        const auto mix = [&](int a, int b) { return static_cast<std::uint8_t>(std::lround(a + (b - a) * t)); };
        const std::uint8_t rgb[] = {mix(top.red, bottom.red), mix(top.green, bottom.green), mix(top.blue, bottom.blue)};
        std::uint8_t *row = m_image.rgb.data() + m_image.offset(0, y);
        for (int x = 0; x < width(); ++x, row += 3)
            std::copy(rgb, rgb + 3, row);
    }
}

void Canvas::rectangle(Point corner, Point size, Colour colour)
{
    cv::rectangle(matOf(m_image), rounded(corner.x, corner.y),
                  rounded(corner.x + size.x, corner.y + size.y) - cv::Point(1, 1), scalar(colour), cv::FILLED);
}

void Canvas::circle(Point centre, double radius, Colour colour)
{
    cv::circle(matOf(m_image), fixed(centre), fixed(radius), scalar(colour), cv::FILLED, cv::LINE_AA, kShift);
}

void Canvas::ellipse(Point centre, Point radii, double degrees, Colour colour)
{
    cv::ellipse(matOf(m_image), fixed(centre), cv::Size(fixed(radii.x), fixed(radii.y)), degrees, 0, 360,
                scalar(colour), cv::FILLED, cv::LINE_AA, kShift);
}

void Canvas::arc(Point centre, Point radii, double from, double to, double thickness, Colour colour)
{
    cv::ellipse(matOf(m_image), fixed(centre), cv::Size(fixed(radii.x), fixed(radii.y)), 0, from, to, scalar(colour),
                pixels(thickness), cv::LINE_AA, kShift);
}

void Canvas::line(Point from, Point to, double thickness, Colour colour)
{
    cv::line(matOf(m_image), fixed(from), fixed(to), scalar(colour), pixels(thickness), cv::LINE_AA, kShift);
}

void Canvas::triangle(Point a, Point b, Point c, Colour colour)
{
    const std::vector<cv::Point> corners{fixed(a), fixed(b), fixed(c)};
    cv::fillConvexPoly(matOf(m_image), corners, scalar(colour), cv::LINE_AA, kShift);
}

void Canvas::caption(const std::string &text, double letterHeight, bool atBottom)
{
    constexpr double kSmallest = 6;
    const double limit = width() * 0.94;
    std::vector<std::string> lines;
    double scale = 1;
    int thickness = 1;
    for (;; letterHeight *= 0.92) {
        thickness = pixels(letterHeight / 9);
        scale = cv::getFontScaleFromHeight(kFont, pixels(letterHeight), thickness);
        lines = wrap(text, scale, thickness, limit);
        const bool wide = std::any_of(lines.begin(), lines.end(), [&](const std::string &line) {
            return textWidth(line, scale, thickness) > limit;
        });
        if (letterHeight <= kSmallest || (!wide && lines.size() * letterHeight * 1.4 < height() / 4.0))
            break;
    }
    cv::Mat mat = matOf(m_image);
    const double step = letterHeight * 1.4;
    double baseline =
        atBottom ? height() - letterHeight * 0.5 - step * (static_cast<double>(lines.size()) - 1) : letterHeight * 1.45;
    const int outline = thickness + 2 * pixels(letterHeight / 12);
    for (const std::string &line : lines) {
        const cv::Point origin = rounded((width() - textWidth(line, scale, thickness)) / 2, baseline);
        cv::putText(mat, line, origin, kFont, scale, cv::Scalar(0, 0, 0), outline, cv::LINE_AA);
        cv::putText(mat, line, origin, kFont, scale, cv::Scalar(255, 255, 255), thickness, cv::LINE_AA);
        baseline += step;
    }
}

namespace {

constexpr int kLabelFont = cv::FONT_HERSHEY_SIMPLEX;

double labelScale(double letterHeight)
{
    return cv::getFontScaleFromHeight(kLabelFont, pixels(letterHeight), 1);
}

}  // namespace

void Canvas::label(const std::string &text, Point baseline, double letterHeight, Colour colour)
{
    cv::putText(matOf(m_image), text, rounded(baseline.x, baseline.y), kLabelFont, labelScale(letterHeight),
                scalar(colour), 1, cv::LINE_AA);
}

double Canvas::labelWidth(const std::string &text, double letterHeight)
{
    int below = 0;
    return cv::getTextSize(text, kLabelFont, labelScale(letterHeight), 1, &below).width;
}

Image blankImage(int width, int height, Colour colour)
{
    Image image{width, height, {}};
    image.rgb.resize(image.offset(0, height));
    matOf(image) = scalar(colour);
    return image;
}

}  // namespace dank
