#include "core/evaluate/calibration.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"

namespace dank {

namespace {

/// For each row its bin, as numpy.searchsorted(edges, prediction, side="left") says.
std::vector<std::size_t> binOf(const std::vector<double> &predicted, std::size_t bins)
{
    std::vector<double> sorted = predicted;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> edges;
    for (std::size_t edge = 1; edge < bins; ++edge)
        edges.push_back(sortedQuantile(sorted, static_cast<double>(edge) / static_cast<double>(bins)));
    std::vector<std::size_t> found;
    for (const double value : predicted)
        found.push_back(static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), value) - edges.begin()));
    return found;
}

}  // namespace

std::size_t calibrationBinCount(std::size_t rows) noexcept
{
    return std::clamp<std::size_t>(rows / kCalibrationRows, 1, 10);
}

std::vector<CalibrationBin> calibrationBins(std::span<const double> predicted, std::span<const double> actual,
                                            std::span<const std::size_t> clusters, std::size_t bins,
                                            const BootstrapOptions &options)
{
    if (predicted.size() != actual.size() || (!clusters.empty() && clusters.size() != actual.size()))
        throw Error(ErrorKind::Shape, "There are " + std::to_string(predicted.size()) + " predictions and "
                                          + std::to_string(clusters.size()) + " clusters for "
                                          + std::to_string(actual.size()) + " rows.");
    std::vector<double> x, y;
    std::vector<std::size_t> from;
    for (std::size_t row = 0; row < actual.size(); ++row) {
        if (!std::isfinite(predicted[row]) || !std::isfinite(actual[row]))
            continue;
        x.push_back(predicted[row]);
        y.push_back(actual[row]);
        from.push_back(clusters.empty() ? row : clusters[row]);
    }
    if (x.empty() || bins == 0)
        return {};

    const std::vector<std::size_t> of = binOf(x, bins);
    std::vector<CalibrationBin> all(bins);
    for (std::size_t row = 0; row < x.size(); ++row) {
        CalibrationBin &bin = all[of[row]];
        bin.least = bin.rows == 0 ? x[row] : std::min(bin.least, x[row]);
        bin.most = bin.rows == 0 ? x[row] : std::max(bin.most, x[row]);
        ++bin.rows;
        bin.predicted += x[row];
        bin.actual += y[row];
    }
    for (CalibrationBin &bin : all) {
        bin.predicted /= static_cast<double>(std::max<std::size_t>(1, bin.rows));
        bin.actual /= static_cast<double>(std::max<std::size_t>(1, bin.rows));
    }

    const Resamples resamples(x.size(), from, options);
    std::vector<std::vector<double>> means(bins);
    std::vector<double> sums(bins), counts(bins);
    for (std::size_t resample = 0; resamples.clusters() > 1 && resample < resamples.count(); ++resample) {
        std::fill(sums.begin(), sums.end(), 0.0);
        std::fill(counts.begin(), counts.end(), 0.0);
        const auto weights = resamples.weights(resample);
        for (std::size_t row = 0; row < x.size(); ++row) {
            sums[of[row]] += weights[row] * y[row];
            counts[of[row]] += weights[row];
        }
        for (std::size_t bin = 0; bin < bins; ++bin)
            if (counts[bin] > 0)
                means[bin].push_back(sums[bin] / counts[bin]);
    }
    for (std::size_t bin = 0; bin < bins; ++bin)
        all[bin].interval = percentileInterval(std::move(means[bin]), resamples.count());
    std::erase_if(all, [](const CalibrationBin &bin) { return bin.rows == 0; });
    return all;
}

}  // namespace dank
