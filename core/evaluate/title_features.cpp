#include "core/evaluate/title_features.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/code_points.h"
#include "core/base/hash.h"

namespace dank {

namespace {

constexpr std::size_t kMostBytes = 2000;

using Counts = std::unordered_map<std::uint32_t, float>;

void count(Counts &counts, std::string_view text, std::uint64_t seed)
{
    counts[static_cast<std::uint32_t>(hash64(std::as_bytes(std::span(text)), seed) % kTitleColumns)] += 1;
}

bool startsCodePoint(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

/// Letters and digits of any script, and what is drawn (emoji), but no spaces and no punctuation.
bool isOfWord(char32_t point)
{
    if (point < 0x80)
        return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z')
               || point == '\'';
    const bool punctuation = point <= 0xbf || (point >= 0x2000 && point <= 0x206f)  // Latin-1's and General Punctuation
                             || (point >= 0x3000 && point <= 0x3004) || (point >= 0x3008 && point <= 0x3020)
                             || (point >= 0xfe00 && point <= 0xfe0f)  // variation selectors
                             || (point >= 0xff01 && point <= 0xff0f) || point == 0xfeff || point == 0xfffd;
    return !punctuation || point == 0xaa || point == 0xb5 || point == 0xba;
}

/// In lower case, with one space between words and at both ends.
std::string wordsOf(std::string_view raw)
{
    std::string words = " ";
    for (std::size_t at = 0; at < raw.size() && words.size() < kMostBytes;) {
        const char32_t point = nextCodePoint(raw, at);
        if (isOfWord(point))
            appendCodePoint(words, lowerCase(point));
        else if (words.back() != ' ')
            words += ' ';
    }
    if (words.back() != ' ')
        words += ' ';
    return words;
}

Counts countsOf(std::string_view raw)
{
    const std::string text = wordsOf(raw);
    Counts counts;
    std::size_t previous = 0;
    for (std::size_t begin = 1; begin < text.size();) {
        const std::size_t end = text.find(' ', begin);
        count(counts, std::string_view(text).substr(begin, end - begin), 1);
        if (previous > 0)
            count(counts, std::string_view(text).substr(previous, end - previous), 2);
        previous = begin;
        begin = end + 1;
    }
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (startsCodePoint(text[i]))
            points.push_back(i);
    points.push_back(text.size());
    for (std::size_t length = 3; length <= 5; ++length)
        for (std::size_t i = 0; i + length < points.size(); ++i)
            count(counts, std::string_view(text).substr(points[i], points[i + length] - points[i]), 3);
    return counts;
}

}  // namespace

TitleFeatures::TitleFeatures(std::span<const std::string> titles, std::span<const std::size_t> trainRows)
{
    for (const std::size_t row : trainRows)
        for (const auto &[column, times] : countsOf(titles[row]))
            m_rarity[column] += 1;
    for (double &documents : m_rarity)
        documents = std::log((1 + static_cast<double>(trainRows.size())) / (1 + documents)) + 1;
}

SparseRow TitleFeatures::of(std::string_view title) const
{
    const Counts counts = countsOf(title);
    SparseRow row(counts.begin(), counts.end());
    std::sort(row.begin(), row.end());
    double squares = 0;
    for (auto &[column, value] : row) {
        value = static_cast<float>((1 + std::log(value)) * m_rarity[column]);
        squares += double{value} * value;
    }
    for (auto &[column, value] : row)
        value = static_cast<float>(value / std::sqrt(squares));
    return row;
}

double wordAnswer(const SparseRow &row, std::span<const float> weight, double bias)
{
    for (const auto &[column, value] : row)
        bias += static_cast<double>(weight[column]) * value;
    return bias;
}

std::vector<double> titlePredictions(std::span<const std::string> titles, std::span<const float> targets,
                                     const BaselineRows &rows, const JobContext &job)
{
    if (titles.size() != targets.size() || rows.train.empty())
        throw Error(ErrorKind::Shape, "Titles were to be learnt from for " + std::to_string(titles.size())
                                          + " memes with " + std::to_string(targets.size()) + " targets.");
    const RidgeSides sides = ridgeSides(rows, kMaxKernelRows);
    const TitleFeatures features(titles, sides.train);
    std::vector<SparseRow> trained;
    for (const std::size_t row : sides.train)
        trained.push_back(features.of(titles[row]));
    std::vector<float> dense(kTitleColumns);
    const auto kernel = [&](std::span<const std::size_t> which, std::span<double> products) {
        auto product = products.begin();
        for (const std::size_t row : which) {
            job.cancel.check();
            const SparseRow words = features.of(titles[row]);
            for (const auto &[column, value] : words)
                dense[column] = value;
            for (const SparseRow &other : trained) {
                double sum = 0;
                for (const auto &[column, value] : other)
                    sum += value * dense[column];
                *product++ = sum;
            }
            std::ranges::fill(dense, 0.0f);
        }
    };
    return kernelRidgePredictions(kernel, std::vector<double>(targets.begin(), targets.end()), sides, rows.judged, job);
}

}  // namespace dank
