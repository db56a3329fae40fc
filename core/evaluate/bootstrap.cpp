#include "core/evaluate/bootstrap.h"

#include <algorithm>
#include <utility>

#include "core/base/random.h"
#include "core/base/rows.h"
#include "core/evaluate/weighted_rows.h"

namespace dank {

std::vector<std::span<const double>> JudgedRows::answers() const
{
    return bySeed.empty() ? std::vector{predicted} : std::vector<std::span<const double>>(bySeed.begin(), bySeed.end());
}

Resamples::Resamples(std::size_t rows, std::span<const std::size_t> clusters, const BootstrapOptions &options,
                     const JobContext &job)
    : m_rows(rows), m_count(options.resamples)
{
    if (!clusters.empty() && clusters.size() != rows)
        throw Error(ErrorKind::Shape, "There are " + std::to_string(clusters.size()) + " clusters for "
                                          + std::to_string(rows) + " rows.");
    const auto members = rowsByKey(rows, [&](std::size_t row) { return clusters.empty() ? row : clusters[row]; });
    m_clusters = members.size();
    m_weights.resize(m_count * rows);
    Random random(options.seed);
    for (std::size_t resample = 0; resample < m_count; ++resample) {
        job.cancel.check();
        const auto weights = std::span(m_weights).subspan(resample * rows, rows);
        for (std::size_t draw = 0; draw < m_clusters; ++draw)
            for (const std::size_t row : members[random.below(m_clusters)])
                weights[row] += weights[row] < 255;
    }
}

std::vector<std::optional<Interval>> bootstrapIntervals(const JudgedRows &rows, std::span<const FigureWanted> wanted,
                                                        const Resamples &resamples, const JobContext &job)
{
    std::vector<std::optional<Interval>> intervals(wanted.size());
    if (rows.actual.empty() || resamples.clusters() < 2)
        return intervals;
    const bool needsGroups = std::any_of(wanted.begin(), wanted.end(), [](const auto &one) { return one.within; });
    std::vector<WeightedRows> pooled;
    std::vector<GroupedRows> within;
    for (const std::span<const double> predicted : rows.answers()) {
        pooled.emplace_back(predicted, rows.actual, rows.upvotes);
        if (needsGroups && !rows.groups.empty())
            within.emplace_back(predicted, rows.actual, rows.upvotes, rows.groups);
    }

    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].within && (within.empty() || within.front().groups() == 0))
            continue;
        std::vector<double> values;
        values.reserve(resamples.count());
        for (std::size_t resample = 0; resample < resamples.count(); ++resample) {
            job.cancel.check();
            const auto weights = resamples.weights(resample);
            const std::size_t seed = resample % pooled.size();
            const std::optional<double> value = wanted[i].within ? within[seed].value(wanted[i].figure, weights)
                                                                 : pooled[seed].value(wanted[i].figure, weights);
            if (value)
                values.push_back(*value);
        }
        intervals[i] = percentileInterval(std::move(values), resamples.count());
    }
    return intervals;
}

}  // namespace dank
