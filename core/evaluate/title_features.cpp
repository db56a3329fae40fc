#include "core/evaluate/title_features.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "core/base/hash.h"

namespace dank {

namespace {

constexpr std::size_t kMostBytes = 400;

using Counts = std::unordered_map<std::uint32_t, float>;

void count(Counts &counts, std::string_view text, std::uint64_t seed)
{
    counts[static_cast<std::uint32_t>(hash64(std::as_bytes(std::span(text)), seed) % kTitleColumns)] += 1;
}

bool isWordByte(unsigned char byte)
{
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '\'';
}

bool startsCodePoint(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

Counts countsOf(std::string_view title)
{
    std::string text = " ";  // lower case, one space between words and at both ends
    for (char byte : title.substr(0, kMostBytes)) {
        if (byte >= 'A' && byte <= 'Z')
            byte = static_cast<char>(byte - 'A' + 'a');
        if (isWordByte(static_cast<unsigned char>(byte)))
            text += byte;
        else if (text.back() != ' ')
            text += ' ';
    }
    if (text.back() != ' ')
        text += ' ';

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
