#include "core/image/template_signature.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/image/resize.h"

namespace dank {

namespace {

constexpr int kSide = 400;       // more does not show in cells of a sixteenth
constexpr int kSameColour = 14;  // levels of luma that a frame may be off its colour
constexpr double kBegins = 0.9;  // share of a bar's first line that is of its colour
constexpr double kOfFrame = 0.95, kOfBar = 0.45;
constexpr double kLeastLeft = 0.25;  // of a side: more is not taken for bars
constexpr double kJump = 12;         // levels where a bar ends: a sky that grows darker is none
constexpr double kCropped = 0.1;

/// Levels of luma, 0..255.
struct Levels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;

    int at(int x, int y) const
    {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    }
};

Levels levelsOf(const Image &image)
{
    Levels levels{image.width, image.height, {}};
    levels.values.reserve(image.rgb.size() / 3);
    for (std::size_t i = 0; i < image.rgb.size(); i += 3)
        levels.values.push_back(static_cast<std::uint8_t>(
            (299 * image.rgb[i] + 587 * image.rgb[i + 1] + 114 * image.rgb[i + 2] + 500) / 1000));
    return levels;
}

/// Pixels left … right - 1, top … bottom - 1.
struct Box {
    int left = 0, right = 0, top = 0, bottom = 0;

    int width() const { return right - left; }
    int height() const { return bottom - top; }
    bool operator==(const Box &) const = default;
};

enum class Side { Top, Bottom, Left, Right };

/// The box's lines, counted from one of its sides inwards.
class Lines {
public:
    Lines(const Levels &levels, const Box &box, Side side) : m_levels(levels), m_box(box), m_side(side) {}

    int count() const { return m_side == Side::Top || m_side == Side::Bottom ? m_box.height() : m_box.width(); }
    int length() const { return m_side == Side::Top || m_side == Side::Bottom ? m_box.width() : m_box.height(); }
    int at(int line, int pixel) const
    {
        switch (m_side) {
        case Side::Top: return m_levels.at(m_box.left + pixel, m_box.top + line);
        case Side::Bottom: return m_levels.at(m_box.left + pixel, m_box.bottom - 1 - line);
        case Side::Left: return m_levels.at(m_box.left + line, m_box.top + pixel);
        default: return m_levels.at(m_box.right - 1 - line, m_box.top + pixel);
        }
    }
    double shareOf(int colour, int line) const
    {
        int same = 0;
        for (int pixel = 0; pixel < length(); ++pixel)
            same += std::abs(at(line, pixel) - colour) <= kSameColour ? 1 : 0;
        return static_cast<double>(same) / length();
    }
    /// How much levels differ on average behind a line and before it; two lines off, where JPEG blurs less.
    double jumpAt(int line) const
    {
        const int before = std::max(line - 2, 0), behind = std::min(line + 1, count() - 1);
        int sum = 0;
        for (int pixel = 0; pixel < length(); ++pixel)
            sum += std::abs(at(behind, pixel) - at(before, pixel));
        return static_cast<double>(sum) / length();
    }
    /// The median of a line.
    int colour(int line) const
    {
        std::array<int, 256> counts{};
        for (int pixel = 0; pixel < length(); ++pixel)
            ++counts[static_cast<std::size_t>(at(line, pixel))];
        int left = length() / 2, level = 0;
        while (level < 255 && (left -= counts[static_cast<std::size_t>(level)]) >= 0)
            ++level;
        return level;
    }

private:
    const Levels &m_levels;
    const Box &m_box;
    const Side m_side;
};

/// How many lines from a side are a bar of which `share` of each line is of one colour. Words may interrupt it. The
/// first line, and the one behind it, may be what JPEG and scaling made of an edge.
int barAt(const Levels &levels, const Box &box, Side side, double share)
{
    const Lines lines(levels, box, side);
    if (lines.count() < 4)
        return 0;
    const int colour = lines.colour(1);
    if (lines.shareOf(colour, 1) < kBegins)
        return 0;
    const int gap = share < kBegins ? std::max(1, lines.count() / 50) : 0;
    int bar = 1;
    for (int line = 1; line < lines.count() && line - bar <= gap; ++line)
        if (lines.shareOf(colour, line) >= share)
            bar = line + 1;
    return lines.jumpAt(bar) >= kJump ? bar + 1 : 0;
}

/// The box without its bars. What would leave too little is kept.
Box withoutBars(const Levels &levels, Box box, double share)
{
    const Box whole = box;
    constexpr int kRounds = 3;  // a frame around a bar around a frame
    for (int round = 0; round < kRounds; ++round) {
        const Box before = box;
        const int top = barAt(levels, box, Side::Top, share), bottom = barAt(levels, box, Side::Bottom, share);
        if (box.height() - top - bottom >= std::max(1.0, kLeastLeft * whole.height())) {
            box.top += top;
            box.bottom -= bottom;
        }
        const int left = barAt(levels, box, Side::Left, share), right = barAt(levels, box, Side::Right, share);
        if (box.width() - left - right >= std::max(1.0, kLeastLeft * whole.width())) {
            box.left += left;
            box.right -= right;
        }
        if (box == before)
            break;
    }
    return box;
}

/// Means of parts of a picture, out of sums over everything above and left of a place; between pixels as if each were a
/// plain square.
class Sums {
public:
    explicit Sums(const Levels &levels) : m_across(static_cast<std::size_t>(levels.width) + 1)
    {
        m_sums.resize(m_across * (static_cast<std::size_t>(levels.height) + 1));
        for (int y = 0; y < levels.height; ++y) {
            std::int64_t line = 0;
            for (int x = 0; x < levels.width; ++x) {
                line += levels.at(x, y);
                m_sums[place(x + 1, y + 1)] = m_sums[place(x + 1, y)] + line;
            }
        }
    }

    double mean(double left, double right, double top, double bottom) const
    {
        return (upTo(right, bottom) - upTo(left, bottom) - upTo(right, top) + upTo(left, top))
               / ((right - left) * (bottom - top));
    }

private:
    std::size_t place(int x, int y) const
    {
        return static_cast<std::size_t>(y) * m_across + static_cast<std::size_t>(x);
    }
    double at(int x, int y) const { return static_cast<double>(m_sums[place(x, y)]); }
    double upTo(double x, double y) const
    {
        const int width = static_cast<int>(m_across) - 1;
        const int height = static_cast<int>(m_sums.size() / m_across) - 1;
        const int column = std::clamp(static_cast<int>(x), 0, width - 1);
        const int row = std::clamp(static_cast<int>(y), 0, height - 1);
        const double right = x - column, lower = y - row;
        return at(column, row) * (1 - right) * (1 - lower) + at(column + 1, row) * right * (1 - lower)
               + at(column, row + 1) * (1 - right) * lower + at(column + 1, row + 1) * right * lower;
    }

    std::size_t m_across;
    std::vector<std::int64_t> m_sums;
};

SignatureWindow windowOf(const Sums &sums, double left, double right, double top, double bottom)
{
    constexpr std::size_t kMeans = SignatureWindow::kMeans;
    std::array<double, kMeans * kMeans> means{};
    const double width = (right - left) / kMeans, height = (bottom - top) / kMeans;
    for (std::size_t row = 0; row < kMeans; ++row)
        for (std::size_t column = 0; column < kMeans; ++column) {
            const auto x = static_cast<double>(column), y = static_cast<double>(row);
            means[row * kMeans + column] =
                sums.mean(left + x * width, left + (x + 1) * width, top + y * height, top + (y + 1) * height);
        }
    return SignatureWindow::of(means);
}

void addView(const Sums &sums, const Box &box, PictureSignature &signature)
{
    struct Cut {
        double before, behind;
    };
    constexpr Cut kCuts[] = {{0, 0}, {kCropped, 0}, {0, kCropped}};
    for (const Cut &across : kCuts)
        for (const Cut &down : kCuts)
            signature.windows.push_back(
                windowOf(sums, box.left + across.before * box.width(), box.right - across.behind * box.width(),
                         box.top + down.before * box.height(), box.bottom - down.behind * box.height()));
}

}  // namespace

PictureSignature templateSignature(const Image &upright)
{
    if (!upright.isWhole())
        throw Error(ErrorKind::Shape, "A picture to recognise must have pixels.");
    const Levels levels = levelsOf(thumbnail(upright, kSide));
    const Sums sums(levels);
    const Box whole{0, levels.width, 0, levels.height};
    const Box framed = withoutBars(levels, whole, kOfFrame), bare = withoutBars(levels, whole, kOfBar);
    PictureSignature signature;
    addView(sums, framed, signature);
    if (!(bare == framed))
        addView(sums, bare, signature);
    return signature;
}

}  // namespace dank
