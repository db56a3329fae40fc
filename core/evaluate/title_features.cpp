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

/// [rows, columns] inner products.
std::vector<double> products(const std::vector<SparseRow> &features, std::span<const std::size_t> rows,
                             std::span<const std::size_t> columns, const JobContext &job)
{
    std::vector<double> result(rows.size() * columns.size());
    std::vector<float> dense(kTitleColumns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        job.cancel.check();
        for (const auto &[column, value] : features[rows[i]])
            dense[column] = value;
        for (std::size_t j = 0; j < columns.size(); ++j) {
            double sum = 0;
            for (const auto &[column, value] : features[columns[j]])
                sum += value * dense[column];
            result[i * columns.size() + j] = sum;
        }
        for (const auto &[column, value] : features[rows[i]])
            dense[column] = 0;
    }
    return result;
}

}  // namespace

std::vector<SparseRow> titleFeatures(std::span<const std::string> titles, std::span<const std::size_t> trainRows)
{
    std::vector<SparseRow> rows;
    rows.reserve(titles.size());
    for (const std::string &title : titles) {
        const Counts counts = countsOf(title);
        SparseRow row(counts.begin(), counts.end());
        std::sort(row.begin(), row.end());
        rows.push_back(std::move(row));
    }
    std::vector<double> documents(kTitleColumns);
    for (const std::size_t row : trainRows)
        for (const auto &[column, value] : rows[row])
            documents[column] += 1;
    const auto trained = static_cast<double>(trainRows.size());
    for (SparseRow &row : rows) {
        double squares = 0;
        for (auto &[column, value] : row) {
            const double rarity = std::log((1 + trained) / (1 + documents[column])) + 1;
            value = static_cast<float>((1 + std::log(value)) * rarity);
            squares += double{value} * value;
        }
        for (auto &[column, value] : row)
            value = static_cast<float>(value / std::sqrt(squares));
    }
    return rows;
}

std::vector<double> titlePredictions(std::span<const std::string> titles, std::span<const float> targets,
                                     const BaselineRows &rows, const JobContext &job)
{
    if (titles.size() != targets.size() || rows.train.empty())
        throw Error(ErrorKind::Shape, "Titles were to be learnt from for " + std::to_string(titles.size())
                                          + " memes with " + std::to_string(targets.size()) + " targets.");
    const RidgeSides sides = ridgeSides(rows, kMaxKernelRows);
    const std::vector<SparseRow> features = titleFeatures(titles, sides.train);
    const auto kernel = [&](std::span<const std::size_t> which) { return products(features, which, sides.train, job); };
    return kernelRidgePredictions(kernel, std::vector<double>(targets.begin(), targets.end()), sides, rows.judged, job);
}

}  // namespace dank
