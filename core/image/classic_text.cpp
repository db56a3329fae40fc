#include <array>
#include <tuple>

#include <opencv2/imgproc.hpp>

#include "core/dataset/duplicates.h"
#include "core/image/classic_parts.h"

namespace dank::classic {
namespace {

constexpr int kCells = 3;
constexpr int kSmallestLetter = 5;  // pixels of the reading copy
constexpr std::size_t kMostLetters = 2'000;

struct Letter {
    cv::Rect box;
    int area = 0;  ///< stroke pixels
};

struct Line {
    cv::Rect box;
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
std::vector<Letter> lettersOf(const cv::Mat &mask)
{
    cv::Mat labels, stats, centres;
    // 16-bit labels: OpenCV labels them on the caller's thread, 32-bit ones on many.
    const int count = cv::connectedComponentsWithStats(mask, labels, stats, centres, 8, CV_16U, cv::CCL_SAUF);
    std::vector<Letter> letters;
    for (int i = 1; i < count; ++i) {
        const int *s = stats.ptr<int>(i);
        const int left = s[cv::CC_STAT_LEFT], top = s[cv::CC_STAT_TOP];
        const int width = s[cv::CC_STAT_WIDTH], height = s[cv::CC_STAT_HEIGHT], area = s[cv::CC_STAT_AREA];
        const double fill = static_cast<double>(area) / (static_cast<double>(width) * height);
        if (height < kSmallestLetter || 4 * height > mask.rows || 10 * width > 9 * mask.cols || width > 12 * height
            || 12 * width < height || fill < 0.12 || (fill > 0.95 && width > height))
            continue;
        letters.push_back({{left, top, width, height}, area});
    }
    std::sort(letters.begin(), letters.end(), [](const Letter &a, const Letter &b) {
        return std::tie(b.area, a.box.y, a.box.x) < std::tie(a.area, b.box.y, b.box.x);
    });
    if (letters.size() > kMostLetters)
        letters.resize(kMostLetters);
    return letters;
}

/// True where two letters can stand beside each other in a line: much the same height, on a level, close.
bool beside(const cv::Rect &a, const cv::Rect &b)
{
    const int least = std::min(a.height, b.height), most = std::max(a.height, b.height);
    const int overlap = std::min(a.br().y, b.br().y) - std::max(a.y, b.y);
    const int gap = std::max(a.x, b.x) - std::min(a.br().x, b.br().x);
    return most <= 2 * least && 2 * overlap >= least && 2 * gap <= 3 * most;
}

std::vector<Line> linesOf(std::vector<Letter> letters)
{
    std::sort(letters.begin(), letters.end(), [](const Letter &a, const Letter &b) {
        return std::tie(a.box.x, a.box.y, a.box.width, a.box.height)
               < std::tie(b.box.x, b.box.y, b.box.width, b.box.height);
    });
    UnionFind sets(letters.size());
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const cv::Rect &box = letters[i].box;
        for (std::size_t j = i + 1; j < letters.size() && letters[j].box.x - box.br().x <= 3 * box.height; ++j)
            if (beside(box, letters[j].box))
                sets.unite(i, j);
    }
    std::vector<Line> lines(letters.size());  // each at its first letter
    std::vector<int> members(letters.size());
    const std::vector<std::size_t> lineOf = sets.lowestMembers();
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const cv::Rect &box = letters[i].box;
        Line &line = lines[lineOf[i]];
        line.box |= box;
        line.letters += std::max(1.0, box.width / (0.8 * box.height));
        line.letterHeight += box.height;
        ++members[lineOf[i]];
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
        lines[i].letterHeight /= std::max(1, members[i]);
    // Text is a row: at least three letters, longer than high, no pile of things of many heights.
    std::erase_if(lines, [](const Line &line) {
        return line.letters < 3 || line.box.width < 2 * line.box.height || line.box.height > 2 * line.letterHeight;
    });
    return lines;
}

/// Takes out of `lines` those that lie for the most part in a larger one of `others`: a caption's outline is as thin as
/// its letters, and of the other kind.
void dropOutlines(std::vector<Line> &lines, const std::vector<Line> &others)
{
    std::erase_if(lines, [&](const Line &line) {
        return std::any_of(others.begin(), others.end(), [&](const Line &other) {
            const int area = line.box.area();
            return 2 * (line.box & other.box).area() > area && other.box.area() > area;
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
        const double middle = (line.box.y + line.box.br().y) / 2.0;
        if (middle < from || middle >= to)
            continue;
        sum += line.letterHeight * line.box.width;
        weight += line.box.width;
    }
    return weight > 0 ? sum / weight : 0;
}

}  // namespace

void putText(const Picture &picture, Row &row)
{
    const Plane &plane = picture.reading;
    const cv::Mat grey(plane.height, plane.width, CV_8UC1, const_cast<std::uint8_t *>(plane.values.data()));
    const cv::Mat masks[] = {strokes(grey, true), strokes(grey, false)};
    std::vector<Line> found[] = {linesOf(lettersOf(masks[0])), linesOf(lettersOf(masks[1]))};
    const std::vector<Line> bright = found[0];
    dropOutlines(found[0], found[1]);
    dropOutlines(found[1], bright);
    std::vector<Line> lines;
    cv::Mat all = cv::Mat::zeros(grey.size(), CV_8UC1);
    double covers[2] = {};
    for (std::size_t way = 0; way < 2; ++way) {
        cv::Mat mine = cv::Mat::zeros(grey.size(), CV_8UC1);
        for (const Line &line : found[way]) {
            all(line.box) = 255;
            mine(line.box) = 255;
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
        across += line.box.width / width;
        offCentre += std::abs((line.box.x + line.box.br().x) / width - 1);
        highest = std::min<double>(highest, line.box.y);
        lowest = std::max<double>(lowest, line.box.br().y);
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
