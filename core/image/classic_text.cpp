#include <array>
#include <numeric>
#include <tuple>

#include <opencv2/imgproc.hpp>

#include "core/image/classic_parts.h"

namespace dank::classic {
namespace {

constexpr int kCells = 3;
constexpr int kSmallestLetter = 5;  // pixels of the reading copy
constexpr std::size_t kMostLetters = 2'000;

struct Box {
    int left = 0, top = 0, right = 0, bottom = 0;  ///< right and bottom are one behind
    int area = 0;                                  ///< stroke pixels

    int width() const { return right - left; }
    int height() const { return bottom - top; }
};

struct Line {
    Box box;
    double letters = 0;       ///< estimated
    double letterHeight = 0;  ///< mean, pixels
};

/// What is thin and nearly white (or nearly black) before something much darker (brighter): a top-hat (Serra 1982)
/// with a square wider than a caption's strokes.
cv::Mat strokes(const cv::Mat &grey, bool bright)
{
    constexpr int kContrast = 60, kNearlyWhite = 180, kNearlyBlack = 90;
    const int half = std::clamp(std::min(grey.rows, grey.cols) / 36, 1, 15);
    const cv::Mat square = cv::getStructuringElement(cv::MORPH_RECT, {2 * half + 1, 2 * half + 1});
    cv::Mat hat;
    cv::morphologyEx(grey, hat, bright ? cv::MORPH_TOPHAT : cv::MORPH_BLACKHAT, square);
    return bright ? (hat > kContrast) & (grey > kNearlyWhite) : (hat > kContrast) & (grey < kNearlyBlack);
}

/// Components of the shape of a letter or of a word whose letters touch, the largest first.
std::vector<Box> letterBoxes(const cv::Mat &mask)
{
    cv::Mat labels, stats, centres;
    // 16-bit labels: OpenCV labels them on the caller's thread, 32-bit ones on many.
    const int count = cv::connectedComponentsWithStats(mask, labels, stats, centres, 8, CV_16U, cv::CCL_SAUF);
    std::vector<Box> boxes;
    for (int i = 1; i < count; ++i) {
        const int *s = stats.ptr<int>(i);
        const int left = s[cv::CC_STAT_LEFT], top = s[cv::CC_STAT_TOP];
        const int width = s[cv::CC_STAT_WIDTH], height = s[cv::CC_STAT_HEIGHT], area = s[cv::CC_STAT_AREA];
        const double fill = static_cast<double>(area) / (static_cast<double>(width) * height);
        if (height < kSmallestLetter || 4 * height > mask.rows || 10 * width > 9 * mask.cols || width > 12 * height
            || 12 * width < height || fill < 0.12 || (fill > 0.95 && width > height))
            continue;
        boxes.push_back({left, top, left + width, top + height, area});
    }
    const auto order = [](const Box &a, const Box &b) {
        return std::tie(b.area, a.top, a.left) < std::tie(a.area, b.top, b.left);
    };
    std::sort(boxes.begin(), boxes.end(), order);
    if (boxes.size() > kMostLetters)
        boxes.resize(kMostLetters);
    return boxes;
}

/// True where two letters can stand beside each other in a line: much the same height, on a level, close.
bool beside(const Box &a, const Box &b)
{
    const int least = std::min(a.height(), b.height()), most = std::max(a.height(), b.height());
    const int overlap = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const int gap = std::max(a.left, b.left) - std::min(a.right, b.right);
    return most <= 2 * least && 2 * overlap >= least && 2 * gap <= 3 * most;
}

std::vector<Line> linesOf(std::vector<Box> boxes)
{
    std::sort(boxes.begin(), boxes.end(), [](const Box &a, const Box &b) {
        return std::tie(a.left, a.top, a.right, a.bottom) < std::tie(b.left, b.top, b.right, b.bottom);
    });
    std::vector<std::size_t> parent(boxes.size());
    std::iota(parent.begin(), parent.end(), std::size_t{0});
    const auto root = [&](std::size_t i) {
        while (parent[i] != i)
            i = parent[i] = parent[parent[i]];
        return i;
    };
    for (std::size_t i = 0; i < boxes.size(); ++i)
        for (std::size_t j = i + 1; j < boxes.size() && boxes[j].left - boxes[i].right <= 3 * boxes[i].height(); ++j)
            if (beside(boxes[i], boxes[j])) {
                const auto [first, second] = std::minmax({root(i), root(j)});
                parent[second] = first;
            }

    std::vector<Line> lines;
    std::vector<std::size_t> lineAt(boxes.size(), boxes.size()), members;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const Box &box = boxes[i];
        std::size_t &at = lineAt[root(i)];
        if (at == boxes.size()) {
            at = lines.size();
            lines.push_back({box, 0, 0});
            members.push_back(0);
        }
        Line &line = lines[at];
        line.box.left = std::min(line.box.left, box.left);
        line.box.top = std::min(line.box.top, box.top);
        line.box.right = std::max(line.box.right, box.right);
        line.box.bottom = std::max(line.box.bottom, box.bottom);
        line.letters += std::max(1.0, box.width() / (0.8 * box.height()));
        line.letterHeight += box.height();
        ++members[at];
    }
    std::vector<Line> result;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Line &line = lines[i];
        line.letterHeight /= static_cast<double>(members[i]);
        // Text is a row: at least three letters, longer than high, no pile of things of many heights.
        if (line.letters >= 3 && line.box.width() >= 2 * line.box.height()
            && line.box.height() <= 2 * line.letterHeight)
            result.push_back(line);
    }
    return result;
}

/// Takes out of `lines` those that lie for the most part in a larger one of `others`: a caption's outline is as thin as
/// its letters, and of the other kind.
void dropOutlines(std::vector<Line> &lines, const std::vector<Line> &others)
{
    const auto areaOf = [](const Box &box) { return box.width() * box.height(); };
    std::erase_if(lines, [&](const Line &line) {
        return std::any_of(others.begin(), others.end(), [&](const Line &other) {
            const Box &a = line.box, &b = other.box;
            const int width = std::min(a.right, b.right) - std::max(a.left, b.left);
            const int height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
            return width > 0 && height > 0 && 2 * width * height > areaOf(a) && areaOf(b) > areaOf(a);
        });
    });
}

using Grid = std::array<double, kCells * kCells>;

/// Share of each of 3 × 3 cells that is set in the mask.
Grid gridOf(const cv::Mat &mask)
{
    Grid grid{};
    for (int i = 0; i < kCells; ++i)
        for (int j = 0; j < kCells; ++j) {
            const auto [top, bottom] = cell(i, kCells, mask.rows);
            const auto [left, right] = cell(j, kCells, mask.cols);
            const cv::Mat part = mask(cv::Range(top, bottom), cv::Range(left, right));
            grid[static_cast<std::size_t>(i * kCells + j)] = cv::countNonZero(part) / static_cast<double>(part.total());
        }
    return grid;
}

double shareOf(const cv::Mat &mask, double from, double to)
{
    const int top = static_cast<int>(mask.rows * from);
    const int bottom = std::max(top + 1, static_cast<int>(mask.rows * to));
    const cv::Mat part = mask.rowRange(std::min(top, mask.rows - 1), std::min(bottom, mask.rows));
    return cv::countNonZero(part) / static_cast<double>(part.total());
}

/// Mean height of the letters of lines whose middle lies between two parts of the picture's height, weighted by the
/// lines' widths; 0 where there is none.
double meanLetterHeight(const std::vector<Line> &lines, double from, double to)
{
    double sum = 0, weight = 0;
    for (const Line &line : lines) {
        const double middle = (line.box.top + line.box.bottom) / 2.0;
        if (middle < from || middle >= to)
            continue;
        sum += line.letterHeight * line.box.width();
        weight += line.box.width();
    }
    return weight > 0 ? sum / weight : 0;
}

void fill(cv::Mat &mask, const Box &box)
{
    mask(cv::Range(box.top, box.bottom), cv::Range(box.left, box.right)) = 255;
}

}  // namespace

void putText(const Picture &picture, Row &row)
{
    const Plane &plane = picture.reading;
    const cv::Mat grey(plane.height, plane.width, CV_8UC1, const_cast<std::uint8_t *>(plane.values.data()));
    const cv::Mat masks[] = {strokes(grey, true), strokes(grey, false)};
    std::vector<Line> found[] = {linesOf(letterBoxes(masks[0])), linesOf(letterBoxes(masks[1]))};
    const std::vector<Line> bright = found[0];
    dropOutlines(found[0], found[1]);
    dropOutlines(found[1], bright);
    std::vector<Line> lines;
    cv::Mat all = cv::Mat::zeros(grey.size(), CV_8UC1);
    double covers[2] = {};
    for (std::size_t way = 0; way < 2; ++way) {
        cv::Mat mine = cv::Mat::zeros(grey.size(), CV_8UC1);
        for (const Line &line : found[way]) {
            fill(all, line.box);
            fill(mine, line.box);
        }
        covers[way] = shareOf(mine, 0, 1);
        lines.insert(lines.end(), found[way].begin(), found[way].end());
    }

    for (const double share : gridOf(all))
        row.put(share);
    row.put(shareOf(all, 0, 0.25));
    row.put(shareOf(all, 0.25, 0.75));
    row.put(shareOf(all, 0.75, 1));
    row.put(shareOf(all, 0, 1));
    for (const cv::Mat &mask : masks)
        for (const double share : gridOf(mask))
            row.put(share * 5);

    const double height = grey.rows, width = grey.cols, shorter = std::min(height, width);
    double letters = 0, most = 0, across = 0, offCentre = 0, highest = height, lowest = 0;
    for (const Line &line : lines) {
        letters += line.letters;
        most = std::max(most, line.letterHeight);
        across += line.box.width() / width;
        offCentre += std::abs((line.box.left + line.box.right) / width - 1);
        highest = std::min<double>(highest, line.box.top);
        lowest = std::max<double>(lowest, line.box.bottom);
    }
    const double n = std::max<double>(1, static_cast<double>(lines.size()));
    const double mean = meanLetterHeight(lines, 0, height);
    row.put(std::log1p(static_cast<double>(found[0].size())));
    row.put(std::log1p(static_cast<double>(found[1].size())));
    row.put(std::log1p(letters) / 3);
    row.put(mean / height * 10);
    row.put(mean / shorter * 10);
    row.put(most / shorter * 10);
    row.put(meanLetterHeight(lines, 0, height / 3) / shorter * 10);
    row.put(meanLetterHeight(lines, height * 2 / 3, height) / shorter * 10);
    row.put(across / n);
    row.put(offCentre / n);
    row.put(covers[0]);
    row.put(covers[1]);
    row.put(lines.empty() ? 0.5 : highest / height);
    row.put(lines.empty() ? 0.5 : lowest / height);
}

}  // namespace dank::classic
