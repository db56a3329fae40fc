#include "core/image/classic_parts.h"

namespace dank::classic {
namespace {

/// One row or column of pixels seen from a side.
struct Strip {
    double mean = 0;
    int range = 0;
    double white = 0, black = 0;  ///< shares
};

enum class Way { Rows, Columns };

std::vector<Strip> stripsOf(const Plane &plane, Way way)
{
    const int count = way == Way::Rows ? plane.height : plane.width;
    const int length = way == Way::Rows ? plane.width : plane.height;
    struct Sums {
        int least = 255, most = 0, sum = 0, white = 0, black = 0;
    };
    std::vector<Sums> sums(static_cast<std::size_t>(count));
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *row = plane.row(y);
        for (int x = 0; x < plane.width; ++x) {
            Sums &s = sums[static_cast<std::size_t>(way == Way::Rows ? y : x)];
            const int v = row[x];
            s.least = std::min(s.least, v);
            s.most = std::max(s.most, v);
            s.sum += v;
            s.white += v > 230;
            s.black += v < 25;
        }
    }
    std::vector<Strip> strips;
    strips.reserve(sums.size());
    for (const Sums &s : sums)
        strips.push_back({static_cast<double>(s.sum) / length, s.most - s.least, static_cast<double>(s.white) / length,
                          static_cast<double>(s.black) / length});
    return strips;
}

struct Border {
    double depth = 0, luma = 0;
};

/// How far a plain border of one grey reaches in from the first strip.
Border plainBorder(const std::vector<Strip> &strips)
{
    constexpr int kRange = 12, kDrift = 6;
    std::size_t depth = 0;
    while (depth < strips.size() && strips[depth].range <= kRange
           && std::abs(strips[depth].mean - strips.front().mean) <= kDrift)
        ++depth;
    return {static_cast<double>(depth) / static_cast<double>(strips.size()), depth > 0 ? strips.front().mean / 255 : 0};
}

/// How far strips reach that are at least half of one colour: a bar with text in it.
double barDepth(const std::vector<Strip> &strips, double Strip::*share)
{
    std::size_t depth = 0;
    while (depth < strips.size() && strips[depth].*share >= 0.5)
        ++depth;
    return static_cast<double>(depth) / static_cast<double>(strips.size());
}

/// For each place between the first and the last 3 % the share of the way across where luma steps by more than 24.
std::vector<double> stepShares(const Plane &plane, Way way)
{
    constexpr int kStep = 24;
    const int count = way == Way::Rows ? plane.height : plane.width;
    const int length = way == Way::Rows ? plane.width : plane.height;
    std::vector<int> steps(static_cast<std::size_t>(count));
    if (way == Way::Rows) {
        for (int y = 1; y < count - 1; ++y) {
            const std::uint8_t *before = plane.row(y - 1), *after = plane.row(y + 1);
            for (int x = 0; x < length; ++x)
                steps[static_cast<std::size_t>(y)] += std::abs(after[x] - before[x]) > kStep;
        }
    } else {
        for (int y = 0; y < length; ++y) {
            const std::uint8_t *row = plane.row(y);
            for (int x = 1; x < count - 1; ++x)
                steps[static_cast<std::size_t>(x)] += std::abs(row[x + 1] - row[x - 1]) > kStep;
        }
    }
    const int margin = (count * 3 + 99) / 100;
    std::vector<double> shares(steps.size());
    for (int i = margin; i < count - margin; ++i)
        shares[static_cast<std::size_t>(i)] = static_cast<double>(steps[static_cast<std::size_t>(i)]) / length;
    return shares;
}

/// The strongest line right across, lines that reach across (touching ones count once), and where the strongest is; of
/// equals the middle.
void putAcross(const std::vector<double> &shares, Row &row)
{
    constexpr double kAcross = 0.7;
    const double strongest = *std::max_element(shares.begin(), shares.end());
    double first = -1, last = 0;
    int lines = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        lines += shares[i] > kAcross && (i == 0 || shares[i - 1] <= kAcross);
        if (shares[i] == strongest) {
            last = static_cast<double>(i);
            first = first < 0 ? last : first;
        }
    }
    row.put(strongest);
    row.put(std::log1p(lines));
    row.put(((first + last) / 2 + 0.5) / static_cast<double>(shares.size()));
}

/// The strongest line within 2.5 % of the places where panels meet.
void putAtFractions(const std::vector<double> &shares, Row &row)
{
    const auto count = static_cast<double>(shares.size());
    for (const double fraction : {1.0 / 4, 1.0 / 3, 1.0 / 2, 2.0 / 3, 3.0 / 4}) {
        double most = 0;
        for (std::size_t i = 0; i < shares.size(); ++i)
            if (std::abs((static_cast<double>(i) + 0.5) / count - fraction) <= 0.025)
                most = std::max(most, shares[i]);
        row.put(most);
    }
}

}  // namespace

void putFrame(const Picture &picture, Row &row)
{
    const std::vector<Strip> down = stripsOf(picture.luma, Way::Rows), right = stripsOf(picture.luma, Way::Columns);
    const std::vector<Strip> up(down.rbegin(), down.rend()), left(right.rbegin(), right.rend());
    const Border borders[] = {plainBorder(down), plainBorder(up), plainBorder(right), plainBorder(left)};
    for (const Border &border : borders)
        row.put(border.depth);
    for (const Border &border : borders)
        row.put(border.luma);
    row.put(barDepth(down, &Strip::white));
    row.put(barDepth(up, &Strip::white));
    row.put(barDepth(down, &Strip::black));
    row.put(barDepth(up, &Strip::black));

    const std::vector<double> rows = stepShares(picture.luma, Way::Rows);
    const std::vector<double> columns = stepShares(picture.luma, Way::Columns);
    putAcross(rows, row);
    putAcross(columns, row);
    putAtFractions(rows, row);
    putAtFractions(columns, row);
}

}  // namespace dank::classic
