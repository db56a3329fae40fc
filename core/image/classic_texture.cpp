#include <array>
#include <bit>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "core/image/classic_parts.h"

namespace dank::classic {
namespace {

/// Weights of a point between four pixels, in whole numbers so that a plain patch stays exactly plain.
constexpr int kOne = 1 << 20;

/// Rotation-invariant uniform patterns of 8 points (Ojala, Pietikäinen & Mäenpää 2002, LBP^riu2): bins 0 … 8 by the
/// number of points not darker than the centre, 9 for patterns that change more than twice around. Pixels nearer the
/// border than `radius` are left out.
void putLbp(const Plane &plane, int radius, Row &row)
{
    std::array<std::uint8_t, 256> binOf{};
    for (unsigned pattern = 0; pattern < 256; ++pattern) {
        const unsigned turned = (pattern << 1 | pattern >> 7) & 255u;
        binOf[pattern] = static_cast<std::uint8_t>(std::popcount(pattern ^ turned) <= 2 ? std::popcount(pattern) : 9);
    }
    std::array<std::uint32_t, 10> bins{};
    const double diagonal = radius * M_SQRT1_2;
    const int inner = static_cast<int>(diagonal);
    const double part = diagonal - inner;
    const auto weight = [&](double w) { return static_cast<std::int32_t>(std::lround(w * kOne)); };
    const std::int32_t far = weight(part * part), side = weight(part * (1 - part)), near = kOne - far - 2 * side;
    for (int y = radius; y < plane.height - radius; ++y) {
        const std::uint8_t *middle = plane.row(y);
        const std::uint8_t *rows[] = {plane.row(y - inner), plane.row(y - inner - 1), plane.row(y + inner),
                                      plane.row(y + inner + 1)};
        const std::uint8_t *above = plane.row(y - radius), *below = plane.row(y + radius);
        for (int x = radius; x < plane.width - radius; ++x) {
            const int centre = middle[x];
            const auto corner = [&](int vertical, int sign) {
                const std::uint8_t *nearRow = rows[vertical], *farRow = rows[vertical + 1];
                const int nearX = x + sign * inner, farX = nearX + sign;
                return near * nearRow[nearX] + side * (nearRow[farX] + farRow[nearX]) + far * farRow[farX]
                       >= centre * kOne;
            };
            const unsigned pattern =
                static_cast<unsigned>(middle[x + radius] >= centre) | static_cast<unsigned>(corner(0, 1)) << 1
                | static_cast<unsigned>(above[x] >= centre) << 2 | static_cast<unsigned>(corner(0, -1)) << 3
                | static_cast<unsigned>(middle[x - radius] >= centre) << 4 | static_cast<unsigned>(corner(2, -1)) << 5
                | static_cast<unsigned>(below[x] >= centre) << 6 | static_cast<unsigned>(corner(2, 1)) << 7;
            ++bins[binOf[pattern]];
        }
    }
    double all = 0;
    for (const std::uint32_t count : bins)
        all += count;
    for (const std::uint32_t count : bins)
        row.put(all > 0 ? std::sqrt(count / all) : 0);
}

/// Luma of the middle of the unreduced picture, at most 512 × 512, beginning at a multiple of 8 as JPEG's blocks do.
Plane middleOf(const Image &image)
{
    constexpr int kSide = 512, kBlock = 8;
    const int width = std::min(image.width, kSide), height = std::min(image.height, kSide);
    const int left = (image.width - width) / 2 / kBlock * kBlock, top = (image.height - height) / 2 / kBlock * kBlock;
    Plane plane{width, height, {}};
    plane.values.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        const std::uint8_t *from = image.rgb.data() + image.offset(left, top + y);
        for (int x = 0; x < width; ++x, from += 3)
            plane.values.push_back(luma(from));
    }
    return plane;
}

cv::Mat view(const Plane &plane)
{
    return cv::Mat(plane.height, plane.width, CV_8UC1, const_cast<std::uint8_t *>(plane.values.data()));
}

/// Variance of the Laplacian (Pech-Pacheco et al. 2000), in powers of ten.
double sharpness(const Plane &plane)
{
    cv::Mat laplacian;
    cv::Laplacian(view(plane), laplacian, CV_16S, 1, 1, 0, cv::BORDER_REPLICATE);
    cv::Scalar mean, deviation;
    cv::meanStdDev(laplacian, mean, deviation);
    return std::log10(1 + deviation[0] * deviation[0]) / 4;
}

/// Noise after Immerkær 1996: the mean of |I * N| inside, as a deviation in grey levels; ln(1 + σ) / 3.
double noise(const Plane &plane)
{
    if (plane.width < 3 || plane.height < 3)
        return 0;
    std::int64_t sum = 0;
    for (int y = 1; y < plane.height - 1; ++y) {
        const std::uint8_t *a = plane.row(y - 1), *b = plane.row(y), *c = plane.row(y + 1);
        for (int x = 1; x < plane.width - 1; ++x)
            sum += std::abs(a[x - 1] - 2 * a[x] + a[x + 1] - 2 * b[x - 1] + 4 * b[x] - 2 * b[x + 1] + c[x - 1]
                            - 2 * c[x] + c[x + 1]);
    }
    const double sigma = std::sqrt(M_PI / 2) / 6 * static_cast<double>(sum)
                         / (static_cast<double>(plane.width - 2) * (plane.height - 2));
    return std::log1p(sigma) / 3;
}

/// How much larger the steps across JPEG's block borders are than the others: ln of the ratio of means, half a grey
/// level added to both (after Wang, Sheikh & Bovik 2002). Across columns, then across rows.
void putBlockiness(const Plane &plane, Row &row)
{
    std::int64_t sums[2][2] = {}, counts[2][2] = {};  // [across columns, across rows][inside, at a border]
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *line = plane.row(y), *next = y + 1 < plane.height ? plane.row(y + 1) : nullptr;
        const int rowBorder = (y + 1) % 8 == 0;
        for (int x = 0; x < plane.width; ++x) {
            if (x + 1 < plane.width) {
                const int border = (x + 1) % 8 == 0;
                sums[0][border] += std::abs(line[x + 1] - line[x]);
                ++counts[0][border];
            }
            if (next)
                sums[1][rowBorder] += std::abs(next[x] - line[x]);
        }
        if (next)
            counts[1][rowBorder] += plane.width;
    }
    for (int way = 0; way < 2; ++way) {
        const auto mean = [&](int border) {
            return counts[way][border] > 0
                       ? static_cast<double>(sums[way][border]) / static_cast<double>(counts[way][border])
                       : 0;
        };
        row.put(counts[way][1] > 0 ? std::log((mean(1) + 0.5) / (mean(0) + 0.5)) : 0);
    }
}

/// Share of pixels whose neighbours on all four sides are equal: drawings have many, photographs few.
double flatShare(const Plane &plane)
{
    std::size_t flat = 0;
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *above = plane.row(std::max(y - 1, 0)), *line = plane.row(y);
        const std::uint8_t *below = plane.row(std::min(y + 1, plane.height - 1));
        for (int x = 0; x < plane.width; ++x) {
            const int v = line[x];
            flat += line[std::max(x - 1, 0)] == v && line[std::min(x + 1, plane.width - 1)] == v && above[x] == v
                    && below[x] == v;
        }
    }
    return static_cast<double>(flat) / static_cast<double>(plane.pixels());
}

/// Grey level co-occurrence (Haralick, Shanmugam & Dinstein 1973): 16 levels, neighbours at distance 1 in four
/// directions, both ways, in one matrix.
void putGlcm(const Plane &plane, Row &row)
{
    constexpr int kLevels = 16;
    std::array<std::uint32_t, kLevels * kLevels> counts{};
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *line = plane.row(y), *next = y + 1 < plane.height ? plane.row(y + 1) : nullptr;
        for (int x = 0; x < plane.width; ++x) {
            const auto count = [&](int other) {
                ++counts[static_cast<std::size_t>(line[x] / 16 * kLevels + other / 16)];
            };
            if (x + 1 < plane.width)
                count(line[x + 1]);
            if (!next)
                continue;
            count(next[x]);
            if (x > 0)
                count(next[x - 1]);
            if (x + 1 < plane.width)
                count(next[x + 1]);
        }
    }
    std::array<std::uint32_t, kLevels * kLevels> both{};
    double all = 0, mean = 0;
    for (int i = 0; i < kLevels; ++i)
        for (int j = 0; j < kLevels; ++j) {
            const std::uint32_t count =
                counts[static_cast<std::size_t>(i * kLevels + j)] + counts[static_cast<std::size_t>(j * kLevels + i)];
            both[static_cast<std::size_t>(i * kLevels + j)] = count;
            all += count;
            mean += static_cast<double>(count) * i;
        }
    if (all == 0) {  // a single pixel: plain
        for (const double value : {0.0, 1.0, 1.0, 1.0, 0.0})
            row.put(value);
        return;
    }
    mean /= all;
    double contrast = 0, homogeneity = 0, moment = 0, variance = 0, covariance = 0;
    for (int i = 0; i < kLevels; ++i)
        for (int j = 0; j < kLevels; ++j) {
            const double p = both[static_cast<std::size_t>(i * kLevels + j)] / all;
            contrast += p * (i - j) * (i - j);
            homogeneity += p / (1 + (i - j) * (i - j));
            moment += p * p;
            variance += p * (i - mean) * (i - mean);
            covariance += p * (i - mean) * (j - mean);
        }
    row.put(contrast / 8);
    row.put(homogeneity);
    row.put(std::sqrt(moment));
    row.put(variance > 1e-12 ? covariance / variance : 1);
    row.put(entropyBits(both) / 8);
}

/// Mean energy of the cosine transform of the square in eight rings, in powers of ten.
void putSpectrum(const Plane &square, Row &row)
{
    constexpr int kEdges[] = {1, 2, 4, 8, 12, 16, 24, 32, 91};
    cv::Mat grey, spectrum;
    view(square).convertTo(grey, CV_64F, 1.0 / 255);
    cv::dct(grey, spectrum);
    std::array<double, 8> energy{}, count{};
    for (int v = 0; v < kSquare; ++v)
        for (int u = 0; u < kSquare; ++u) {
            const int distance = u * u + v * v;
            for (std::size_t ring = 0; ring < energy.size(); ++ring)
                if (distance >= kEdges[ring] * kEdges[ring] && distance < kEdges[ring + 1] * kEdges[ring + 1]) {
                    energy[ring] += spectrum.at<double>(v, u) * spectrum.at<double>(v, u);
                    ++count[ring];
                }
        }
    for (std::size_t ring = 0; ring < energy.size(); ++ring)
        row.put((std::log10(1e-6 + energy[ring] / count[ring]) + 3) / 3);
}

}  // namespace

void putTexture(const Picture &picture, Row &row)
{
    putLbp(picture.luma, 1, row);
    putLbp(picture.luma, 2, row);
    const Plane middle = middleOf(*picture.original);
    row.put(sharpness(picture.luma));
    row.put(sharpness(middle));
    row.put(noise(middle));
    putBlockiness(middle, row);
    row.put(flatShare(picture.luma));
    putGlcm(picture.luma, row);
    putSpectrum(picture.square, row);
}

}  // namespace dank::classic
