#pragma once

#include <cstdint>
#include <string>

#include "core/base/image.h"

namespace dank {

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;
};

/// A point or a size in pixels; fractions are kept by what is drawn smoothly.
struct Point {
    double x = 0, y = 0;
};

/// A small drawing surface over a picture, enough to draw the sample's memes. Shapes are smoothed at their edges and
/// cut off at the picture's. The picture must outlive the canvas. Not thread-safe.
class Canvas {
public:
    explicit Canvas(Image &image) : m_image(image) {}

    int width() const { return m_image.width; }
    int height() const { return m_image.height; }

    /// A vertical run from one colour to another over the whole picture.
    void gradient(Colour top, Colour bottom);
    void rectangle(Point corner, Point size, Colour colour);
    void circle(Point centre, double radius, Colour colour);
    void ellipse(Point centre, Point radii, double degrees, Colour colour);
    /// Part of an ellipse's outline, angles in degrees clockwise from the right.
    void arc(Point centre, Point radii, double from, double to, double thickness, Colour colour);
    void line(Point from, Point to, double thickness, Colour colour);
    void triangle(Point a, Point b, Point c, Colour colour);

    /// White outlined capitals, wrapped to the picture's width and centred, `letterHeight` pixels high, hung from the
    /// top or stood on the bottom. Letters shrink where a word or the lines would not fit a quarter of the picture.
    /// ASCII only.
    void caption(const std::string &text, double letterHeight, bool atBottom);
    /// One line of plain letters, its left end at `baseline`. ASCII only.
    void label(const std::string &text, Point baseline, double letterHeight, Colour colour);
    static double labelWidth(const std::string &text, double letterHeight);

private:
    Image &m_image;
};

/// An empty picture of one colour.
Image blankImage(int width, int height, Colour colour);

}  // namespace dank
