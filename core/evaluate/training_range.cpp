#include "core/evaluate/training_range.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/evaluate/quantile.h"

namespace dank {

namespace {

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

}  // namespace

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

}  // namespace dank
