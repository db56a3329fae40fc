#include <array>

#include <opencv2/imgproc.hpp>

#include "core/image/classic_parts.h"
#include "core/image/mat_view.h"

namespace dank::classic {
namespace {

/// Mean, deviation and cube root of the third central moment of whole numbers from 0 to 255, on a scale where 255 is
/// `unit` (Stricker & Orengo 1995).
struct Moments {
    double mean = 0, deviation = 0, skew = 0;
};

Moments momentsOf(const std::array<std::uint32_t, 256> &histogram, double unit)
{
    double total = 0, sum = 0, second = 0, third = 0;
    for (int v = 0; v < 256; ++v) {
        total += histogram[v];
        sum += static_cast<double>(histogram[v]) * v;
    }
    const double mean = sum / total;
    for (int v = 0; v < 256; ++v) {
        second += histogram[v] * (v - mean) * (v - mean);
        third += histogram[v] * (v - mean) * (v - mean) * (v - mean);
    }
    const double scale = unit / 255;
    return {mean * scale, std::sqrt(second / total) * scale, std::cbrt(third / total) * scale};
}

using Histogram = std::array<std::uint32_t, 256>;

std::array<Histogram, 3> histograms(const cv::Mat &mat)
{
    std::array<Histogram, 3> counts{};
    const std::uint8_t *from = mat.ptr<std::uint8_t>();
    for (std::size_t i = 0; i < mat.total(); ++i, from += 3)
        for (std::size_t c = 0; c < 3; ++c)
            ++counts[c][from[c]];
    return counts;
}

void putRgb(const std::array<Histogram, 3> &counts, Row &row)
{
    std::array<Moments, 3> moments;
    std::transform(counts.begin(), counts.end(), moments.begin(), [](const Histogram &h) { return momentsOf(h, 1); });
    for (const Moments &m : moments)
        row.put(m.mean);
    for (const Moments &m : moments)
        row.put(m.deviation);
}

/// Saturation summed by hue: all that the hue numbers need.
std::array<double, 256> saturationByHue(const cv::Mat &hsv)
{
    std::array<std::uint32_t, 256> sums{};
    const std::uint8_t *from = hsv.ptr<std::uint8_t>();
    for (std::size_t i = 0; i < hsv.total(); ++i, from += 3)
        sums[from[0]] += from[1];
    std::array<double, 256> result;
    std::transform(sums.begin(), sums.end(), result.begin(), [](std::uint32_t sum) { return sum / 255.0; });
    return result;
}

void putHsv(const cv::Mat &hsv, const std::array<double, 256> &byHue, Row &row)
{
    const auto counts = histograms(hsv);
    for (const std::size_t channel : {1, 2}) {
        const Moments m = momentsOf(counts[channel], 1);
        row.put(m.mean);
        row.put(m.deviation);
        row.put(m.skew);
    }
    double x = 0, y = 0, all = 0;
    for (std::size_t h = 0; h < 256; ++h) {
        const double angle = h * 2 * M_PI / 256;  // OpenCV's full byte: 256 is once round
        x += byHue[h] * std::cos(angle);
        y += byHue[h] * std::sin(angle);
        all += byHue[h];
    }
    const auto pixels = static_cast<double>(hsv.total());
    row.put(x / pixels);
    row.put(y / pixels);
    row.put(all > 0 ? std::hypot(x, y) / all : 0);
}

// OpenCV's bytes: L × 255/100, a + 128, b + 128. Numbers here: L / 100, a / 50, b / 50.
constexpr double kChroma = 1.0 / 50;

void putLab(const cv::Mat &lab, Row &row)
{
    const auto counts = histograms(lab);
    std::array<Moments, 3> m{momentsOf(counts[0], 1), momentsOf(counts[1], 255 * kChroma),
                             momentsOf(counts[2], 255 * kChroma)};
    for (const std::size_t c : {1, 2})
        m[c].mean -= 128 * kChroma;
    for (const Moments &moments : m)
        row.put(moments.mean);
    for (const Moments &moments : m)
        row.put(moments.deviation);
    for (const Moments &moments : m)
        row.put(moments.skew);
}

/// Hasler & Süsstrunk 2003, over 100, and how warm the picture is.
void putOpponent(const Image &image, const cv::Mat &hsv, Row &row)
{
    std::int64_t sumRg = 0, sumYb = 0, sumRg2 = 0, sumYb2 = 0, sumRb = 0;  // yb doubled to stay whole
    std::uint32_t warm = 0, cold = 0, vivid = 0;
    const std::uint8_t *rgb = image.rgb.data(), *other = hsv.ptr<std::uint8_t>();
    const std::size_t pixels = hsv.total();
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3, other += 3) {
        const int rg = rgb[0] - rgb[1], yb = rgb[0] + rgb[1] - 2 * rgb[2], rb = rgb[0] - rgb[2];
        sumRg += rg;
        sumRg2 += rg * rg;
        sumYb += yb;
        sumYb2 += yb * yb;
        sumRb += rb;
        warm += rb > 20;
        cold += rb < -20;
        vivid += other[1] > 127 && other[2] > 127;
    }
    const auto n = static_cast<double>(pixels);
    const double meanRg = sumRg / n, meanYb = sumYb / n / 2;
    const double varianceRg = std::max(0.0, sumRg2 / n - meanRg * meanRg);
    const double varianceYb = std::max(0.0, sumYb2 / n / 4 - meanYb * meanYb);
    row.put(meanRg / 100);
    row.put(std::sqrt(varianceRg) / 100);
    row.put(meanYb / 100);
    row.put(std::sqrt(varianceYb) / 100);
    row.put((std::sqrt(varianceRg + varianceYb) + 0.3 * std::hypot(meanRg, meanYb)) / 100);
    row.put(sumRb / n / 255);
    row.put(warm / n);
    row.put(cold / n);
    row.put(vivid / n);
}

/// Quantiles, contrast and entropy of luma, and the mean of the dark channel (He, Sun & Tang 2009, patch 15).
void putLuma(const Picture &picture, Row &row)
{
    Histogram counts{};
    for (const std::uint8_t v : picture.luma.values)
        ++counts[v];
    const auto n = static_cast<double>(picture.luma.pixels());
    for (const double share : {0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99}) {
        double below = 0;
        int v = 0;
        for (; v < 255 && below + counts[static_cast<std::size_t>(v)] < share * n; ++v)
            below += counts[static_cast<std::size_t>(v)];
        row.put(v / 255.0);
    }
    row.put(momentsOf(counts, 1).deviation);
    row.put(entropyBits(counts) / 8);

    cv::Mat least(picture.work.height, picture.work.width, CV_8UC1), dark;
    const std::uint8_t *from = picture.work.rgb.data();
    std::uint8_t *to = least.ptr<std::uint8_t>();
    for (std::size_t i = 0; i < least.total(); ++i, from += 3)
        to[i] = std::min({from[0], from[1], from[2]});
    cv::erode(least, dark, cv::getStructuringElement(cv::MORPH_RECT, {15, 15}));
    row.put(cv::mean(dark)[0] / 255);
}

void putHue(const std::array<double, 256> &byHue, double pixels, Row &row)
{
    constexpr int kBins = 12;
    std::array<double, kBins> bins{};
    for (int h = 0; h < 256; ++h) {
        const double at = h * kBins / 256.0;
        const int bin = static_cast<int>(at);
        bins[static_cast<std::size_t>(bin)] += byHue[static_cast<std::size_t>(h)] * (bin + 1 - at);
        bins[static_cast<std::size_t>((bin + 1) % kBins)] += byHue[static_cast<std::size_t>(h)] * (at - bin);
    }
    for (const double sum : bins)
        row.put(std::sqrt(sum / pixels));
}

/// Six greys by value, then eight hues × (dark, pale, vivid).
void putPalette(const cv::Mat &hsv, Row &row)
{
    std::array<std::uint32_t, 30> bins{};
    const std::uint8_t *from = hsv.ptr<std::uint8_t>();
    for (std::size_t i = 0; i < hsv.total(); ++i, from += 3) {
        const int h = from[0], s = from[1], v = from[2];
        if (s < 38 || v < 26) {
            ++bins[static_cast<std::size_t>(v * 6 / 256)];
        } else {
            const int hue = ((h + 16) / 32) % 8;  // red in the middle of the first
            const int tone = v < 128 ? 0 : s < 128 ? 1 : 2;
            ++bins[static_cast<std::size_t>(6 + hue * 3 + tone)];
        }
    }
    for (const std::uint32_t count : bins)
        row.put(std::sqrt(count / static_cast<double>(hsv.total())));
}

/// Colours of 5 bits a channel among pixels of the unreduced picture, at most 256 × 256 of them evenly spread:
/// averaging would invent colours.
void putVariety(const Image &image, Row &row)
{
    std::vector<std::uint32_t> counts(1u << 15);
    const int columns = std::min(image.width, 256), rows = std::min(image.height, 256);
    std::uint32_t most = 0;
    std::size_t distinct = 0;
    for (int y = 0; y < rows; ++y) {
        const int line = cell(y, rows, image.height).first;
        for (int x = 0; x < columns; ++x) {
            const std::uint8_t *p = &image.rgb[image.offset(cell(x, columns, image.width).first, line)];
            std::uint32_t &count = counts[static_cast<std::size_t>((p[0] >> 3) << 10 | (p[1] >> 3) << 5 | p[2] >> 3)];
            distinct += count == 0;
            most = std::max(most, ++count);
        }
    }
    row.put(std::log2(static_cast<double>(distinct)) / 15);
    row.put(most / (static_cast<double>(columns) * rows));
    row.put(entropyBits(counts) / 15);
}

void putGrids(const cv::Mat &lab, const Plane &luma, Row &row)
{
    std::array<double, kGrid * kGrid> contrast;
    for (int i = 0; i < kGrid; ++i) {
        for (int j = 0; j < kGrid; ++j) {
            const auto [top, bottom] = cell(i, kGrid, lab.rows);
            const auto [left, right] = cell(j, kGrid, lab.cols);
            std::int64_t sums[3] = {}, sum = 0, squares = 0;
            for (int y = top; y < bottom; ++y) {
                const std::uint8_t *from = lab.ptr<std::uint8_t>(y) + 3 * left, *grey = luma.row(y);
                for (int x = left; x < right; ++x, from += 3) {
                    for (int c = 0; c < 3; ++c)
                        sums[c] += from[c];
                    sum += grey[x];
                    squares += grey[x] * grey[x];
                }
            }
            const double n = static_cast<double>(bottom - top) * (right - left), mean = sum / n;
            row.put(sums[0] / n / 255);
            row.put((sums[1] / n - 128) * kChroma);
            row.put((sums[2] / n - 128) * kChroma);
            contrast[static_cast<std::size_t>(i * kGrid + j)] =
                std::sqrt(std::max(0.0, squares / n - mean * mean)) / 64;
        }
    }
    for (const double value : contrast)
        row.put(value);
}

}  // namespace

void putColour(const Picture &picture, Row &row)
{
    const cv::Mat rgb = matOf(picture.work);
    cv::Mat hsv, lab;
    cv::cvtColor(rgb, hsv, cv::COLOR_RGB2HSV_FULL);
    cv::cvtColor(rgb, lab, cv::COLOR_RGB2Lab);
    const auto byHue = saturationByHue(hsv);
    putRgb(histograms(rgb), row);
    putHsv(hsv, byHue, row);
    putLab(lab, row);
    putOpponent(picture.work, hsv, row);
    putLuma(picture, row);
    putHue(byHue, static_cast<double>(hsv.total()), row);
    putPalette(hsv, row);
    putVariety(*picture.original, row);
    putGrids(lab, picture.luma, row);
}

}  // namespace dank::classic
