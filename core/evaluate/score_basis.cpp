#include "core/evaluate/score_basis.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/base/error.h"
#include "core/evaluate/quantile.h"

namespace dank {

namespace {

constexpr std::size_t kMaxFile = 4096;

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

/// A product such as 21 * 0.95 must not fall on the wrong side of a whole number.
constexpr double kRounding = 1e-9;

bool stays(const std::string &file)
{
    if (file.size() > kMaxFile || file.find('\0') != std::string::npos)
        return false;
    const std::filesystem::path path(file);
    return path.is_relative() && std::none_of(path.begin(), path.end(), [](const auto &part) { return part == ".."; });
}

bool isHash(const std::string &text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::optional<ConformalInterval> ConformalInterval::fit(std::span<const double> residuals, double level)
{
    const std::size_t count = residuals.size();
    if (count < kLeastRows
        || !std::all_of(residuals.begin(), residuals.end(), [](double r) { return std::isfinite(r); }))
        return std::nullopt;
    std::vector<double> sorted(residuals.begin(), residuals.end());
    std::sort(sorted.begin(), sorted.end());
    const double tail = (1 - level) / 2;
    const auto ranks = static_cast<double>(count + 1);
    const double low = std::floor(ranks * tail + kRounding), high = std::ceil(ranks * (1 - tail) - kRounding);
    if (low < 1 || high > static_cast<double>(count))
        return std::nullopt;  // a tail this thin was never seen
    ConformalInterval interval;
    interval.level = level;
    interval.rows = count;
    interval.below = std::min(0.0, sorted[static_cast<std::size_t>(low) - 1]);
    interval.above = std::max(0.0, sorted[static_cast<std::size_t>(high) - 1]);
    return interval;
}

void ConformalInterval::validate() const
{
    if (!(level > 0 && level < 1))
        refuse("its interval's level is not between 0 and 1");
    if (rows < kLeastRows)
        refuse("its interval was fitted on too few memes");
    if (!(below >= -1 && below <= 0 && above >= 0 && above <= 1))
        refuse("its interval does not hold its own answer");
}

double distanceFromMiddle(std::span<const float> row, std::span<const float> mean, std::span<const float> scale)
{
    double sum = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        const double z = (static_cast<double>(row[c]) - mean[c]) / scale[c];
        sum += z * z;
    }
    return row.empty() ? 0 : std::sqrt(sum / static_cast<double>(row.size()));
}

std::optional<TrainingRange> TrainingRange::fit(const FeatureMatrix &features, std::span<const std::size_t> train,
                                                std::span<const std::size_t> heldOut, std::span<const float> mean,
                                                std::span<const float> scale)
{
    if (heldOut.size() < kLeastRows || train.empty())
        return std::nullopt;
    TrainingRange range;
    if (mean.empty()) {
        const std::size_t columns = features.columns;
        std::vector<double> middle(columns), squares(columns);
        double count = 0;
        for (const std::size_t row : train) {
            const auto values = features.row(row);
            count += 1;
            for (std::size_t c = 0; c < columns; ++c) {
                const double step = values[c] - middle[c];  // Welford 1962
                middle[c] += step / count;
                squares[c] += step * (values[c] - middle[c]);
            }
        }
        for (std::size_t c = 0; c < columns; ++c) {
            const double deviation = std::sqrt(squares[c] / count);
            range.mean.push_back(static_cast<float>(middle[c]));
            range.scale.push_back(deviation > 1e-6 * std::abs(middle[c]) ? static_cast<float>(deviation) : 1.0f);
            if (!(range.scale.back() > 0))  // a deviation below the smallest float
                range.scale.back() = 1;
        }
        mean = range.mean;
        scale = range.scale;
    }
    for (const std::size_t row : heldOut)
        range.distances.push_back(static_cast<float>(distanceFromMiddle(features.row(row), mean, scale)));
    if (!std::all_of(range.distances.begin(), range.distances.end(), [](float d) { return std::isfinite(d); }))
        return std::nullopt;
    std::sort(range.distances.begin(), range.distances.end());
    if (range.distances.size() > kMaxDistances) {
        std::vector<float> kept;
        for (std::size_t i = 0; i < kMaxDistances; ++i)
            kept.push_back(static_cast<float>(sortedQuantile(range.distances, double(i) / (kMaxDistances - 1))));
        range.distances = std::move(kept);
    }
    return range;
}

double TrainingRange::edge() const
{
    return std::max(sortedQuantile(distances, kShare), 1e-12);
}

void TrainingRange::validate(std::size_t columns, bool raw) const
{
    const auto finite = [](std::span<const float> values) {
        return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
    };
    const std::size_t expected = raw ? columns : 0;
    if (mean.size() != expected || scale.size() != expected)
        refuse("its training range is about another number of features");
    if (!finite(mean) || !finite(scale) || !std::all_of(scale.begin(), scale.end(), [](float s) { return s > 0; }))
        refuse("a mean or scale of its training range is not finite or not above 0");
    if (distances.size() < kLeastRows || distances.size() > kMaxDistances)
        refuse("its training range has too few or too many distances");
    if (!finite(distances) || distances.front() < 0 || !std::is_sorted(distances.begin(), distances.end()))
        refuse("the distances of its training range are not ascending numbers from 0");
}

void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows)
{
    if (pictures.size() > kMaxTrainPictures)
        refuse("it keeps more training pictures than it may");
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const TrainPicture &picture = pictures[i];
        if (picture.row >= trainRows || (i > 0 && picture.row <= pictures[i - 1].row))
            refuse("its training pictures are not of its training memes");
        if (!isHash(picture.hash))
            refuse("the hash of a training picture is none");
        if (picture.upvotes < 0)
            refuse("a training picture has fewer than 0 upvotes");
        if (!stays(picture.file))
            refuse("a training picture lies outside its dataset's folder");
    }
}

}  // namespace dank
