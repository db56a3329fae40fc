#include <array>

#include "core/image/classic_parts.h"

namespace dank::classic {
namespace {

/// Half of the central differences, the border repeated.
struct Gradients {
    int width = 0, height = 0;
    std::vector<float> x, y, size;
};

Gradients gradientsOf(const Plane &plane)
{
    Gradients g{plane.width, plane.height, {}, {}, {}};
    g.x.resize(plane.pixels());
    g.y.resize(plane.pixels());
    g.size.resize(plane.pixels());
    std::size_t i = 0;
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *above = plane.row(std::max(y - 1, 0)), *row = plane.row(y);
        const std::uint8_t *below = plane.row(std::min(y + 1, plane.height - 1));
        for (int x = 0; x < plane.width; ++x, ++i) {
            const int dx = row[std::min(x + 1, plane.width - 1)] - row[std::max(x - 1, 0)];
            const int dy = below[x] - above[x];
            g.x[i] = static_cast<float>(dx) / 2;
            g.y[i] = static_cast<float>(dy) / 2;
            g.size[i] = std::sqrt(static_cast<float>(dx * dx + dy * dy)) / 2;
        }
    }
    return g;
}

/// Histograms of oriented gradients (Dalal & Triggs 2005): unsigned directions, each gradient shared by the two
/// nearest bins, one block over the whole square, L2-Hys. Bin k lies around k × 22.5°, so that upright and level edges
/// fall in the middle of a bin.
void putHog(const Gradients &g, Row &row)
{
    constexpr int kBins = 8, kCell = kSquare / kGrid;
    constexpr double kFlat = 64;  // what a cell must hold to count as more than noise
    std::array<double, kGrid * kGrid * kBins> bins{};
    for (int y = 0; y < kSquare; ++y) {
        for (int x = 0; x < kSquare; ++x) {
            const auto i = static_cast<std::size_t>(y * kSquare + x);
            if (g.size[i] == 0)
                continue;
            double turn = std::atan2(static_cast<double>(g.y[i]), static_cast<double>(g.x[i])) / M_PI;
            turn = (turn < 0 ? turn + 1 : turn) * kBins;
            const int bin = static_cast<int>(turn);
            const double part = turn - bin;
            double *cellBins = &bins[static_cast<std::size_t>((y / kCell * kGrid + x / kCell) * kBins)];
            cellBins[bin % kBins] += g.size[i] * (1 - part);
            cellBins[(bin + 1) % kBins] += g.size[i] * part;
        }
    }
    const auto normalise = [&](double least) {
        double sum = 0;
        for (const double v : bins)
            sum += v * v;
        for (double &v : bins)
            v /= std::sqrt(sum + least * least);
    };
    normalise(kFlat);
    for (double &v : bins)
        v = std::min(v, 0.2);
    normalise(1e-3);
    for (const double v : bins)
        row.put(v * std::sqrt(static_cast<double>(bins.size())));
}

void putGrid(const Gradients &g, Row &row)
{
    for (int i = 0; i < kGrid; ++i) {
        for (int j = 0; j < kGrid; ++j) {
            const auto [top, bottom] = cell(i, kGrid, g.height);
            const auto [left, right] = cell(j, kGrid, g.width);
            double sum = 0;
            for (int y = top; y < bottom; ++y)
                for (int x = left; x < right; ++x)
                    sum += g.size[static_cast<std::size_t>(y) * static_cast<std::size_t>(g.width)
                                  + static_cast<std::size_t>(x)];
            row.put(sum / ((bottom - top) * (right - left)) / 16);
        }
    }
}

/// Level edges in eight bands from top to bottom, upright edges in eight bands from left to right.
void putBands(const Gradients &g, Row &row)
{
    constexpr int kBands = 8;
    std::vector<double> rows(static_cast<std::size_t>(g.height)), columns(static_cast<std::size_t>(g.width));
    std::size_t i = 0;
    for (double &rowSum : rows) {
        for (double &columnSum : columns) {
            rowSum += std::abs(g.y[i]);
            columnSum += std::abs(g.x[i]);
            ++i;
        }
    }
    const auto put = [&](const std::vector<double> &sums, std::size_t across) {
        for (int b = 0; b < kBands; ++b) {
            const auto [first, end] = cell(b, kBands, static_cast<int>(sums.size()));
            double sum = 0;
            for (int k = first; k < end; ++k)
                sum += sums[static_cast<std::size_t>(k)];
            row.put(sum / (static_cast<double>(end - first) * static_cast<double>(across)) / 8);
        }
    };
    put(rows, columns.size());
    put(columns, rows.size());
}

/// Pearson's correlation of the picture with its mirror image; 1 for a plain one.
double symmetry(const Plane &plane, bool leftRight)
{
    double sum = 0, squares = 0, products = 0;
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *row = plane.row(y), *other = plane.row(leftRight ? y : plane.height - 1 - y);
        std::int64_t s = 0, s2 = 0, p = 0;
        for (int x = 0; x < plane.width; ++x) {
            const int mirrored = other[leftRight ? plane.width - 1 - x : x];
            s += row[x];
            s2 += row[x] * row[x];
            p += row[x] * mirrored;
        }
        sum += static_cast<double>(s);
        squares += static_cast<double>(s2);
        products += static_cast<double>(p);
    }
    const auto n = static_cast<double>(plane.pixels());
    const double mean = sum / n, variance = squares / n - mean * mean;
    return variance > 1e-9 ? (products / n - mean * mean) / variance : 1;
}

void putLayout(const Picture &picture, const Gradients &g, Row &row)
{
    double all = 0, across = 0, upAndDown = 0, nearAxis = 0;
    std::size_t edges = 0, strong = 0;
    for (std::size_t i = 0; i < g.size.size(); ++i) {
        const double x = std::abs(g.x[i]), y = std::abs(g.y[i]), size = g.size[i];
        all += size;
        across += x;
        upAndDown += y;
        edges += size > 16;
        strong += size > 48;
        if (std::min(x, y) < 0.19891 * std::max(x, y))  // tan 11.25°
            nearAxis += size;
    }
    const auto n = static_cast<double>(g.size.size());
    row.put(edges / n);
    row.put(strong / n);
    row.put(all > 0 ? upAndDown / (across + upAndDown) : 0.5);
    row.put(all > 0 ? nearAxis / all : 0);
    row.put(symmetry(picture.luma, true));
    row.put(symmetry(picture.luma, false));

    // Where the edges are, on [-1, 1] × [-1, 1], by column and by row. The pull of a point is the edges' share there
    // over a plain picture's: a Gaussian of deviation 1/6 of the side around it.
    constexpr double kDeviation = 1.0 / 3;
    const auto place = [](int i, int length) { return (2 * i + 1.0) / length - 1; };
    const auto pull = [&](double at, double point) {
        return std::exp(-(at - point) * (at - point) / (2 * kDeviation * kDeviation));
    };
    struct Place {
        double at, thirds, middle;
    };
    const auto places = [&](int length) {
        std::vector<Place> result;
        for (int i = 0; i < length; ++i) {
            const double at = place(i, length);
            result.push_back({at, pull(at, -1.0 / 3) + pull(at, 1.0 / 3), pull(at, 0)});
        }
        return result;
    };
    const std::vector<Place> xs = places(g.width), ys = places(g.height);
    double thirds = 0, middle = 0, plainThirds = 0, plainMiddle = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
    std::size_t i = 0;
    for (const Place &y : ys) {
        for (const Place &x : xs) {
            const double size = g.size[i++];
            thirds += size * x.thirds * y.thirds;
            middle += size * x.middle * y.middle;
            plainThirds += x.thirds * y.thirds;
            plainMiddle += x.middle * y.middle;
            x1 += size * x.at;
            y1 += size * y.at;
            x2 += size * x.at * x.at;
            y2 += size * y.at * y.at;
        }
    }
    const auto overPlain = [&](double sum, double plain) { return all > 0 ? sum / all / (plain / n) : 1; };
    row.put(overPlain(thirds, plainThirds));
    row.put(overPlain(middle, plainMiddle));
    const double meanX = all > 0 ? x1 / all : 0, meanY = all > 0 ? y1 / all : 0;
    row.put(meanX);
    row.put(meanY);
    row.put(all > 0 ? std::sqrt(std::max(0.0, x2 / all - meanX * meanX)) : 0);
    row.put(all > 0 ? std::sqrt(std::max(0.0, y2 / all - meanY * meanY)) : 0);
}

}  // namespace

void putEdges(const Picture &picture, Row &row)
{
    putHog(gradientsOf(picture.square), row);
    const Gradients gradients = gradientsOf(picture.luma);
    putGrid(gradients, row);
    putBands(gradients, row);
    putLayout(picture, gradients, row);
}

}  // namespace dank::classic
