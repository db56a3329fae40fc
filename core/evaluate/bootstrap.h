#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/quantile.h"

namespace dank {

struct BootstrapOptions {
    std::size_t resamples = 1000;
    std::uint64_t seed = 1;
};

/// Rows to judge, as views that outlive the call. `upvotes` and `groups` may be empty; `clusters` may be empty, then
/// each row is its own.
struct JudgedRows {
    std::span<const double> predicted;
    std::span<const double> actual;
    std::span<const std::int64_t> upvotes;
    std::span<const std::string> groups;
    std::span<const std::size_t> clusters;  ///< rows of one author or of one picture share a number
    /// What trainings that differ in their seed only said, in place of `predicted`: each resample takes the next one's
    /// answers, so an interval holds the doubt about the seed beside that about the memes. Empty: `predicted` alone.
    std::span<const std::vector<double>> bySeed = {};

    /// Each seed's, or `predicted` alone.
    std::vector<std::span<const double>> answers() const;
};

/// One figure whose interval is wanted.
struct FigureWanted {
    Figure figure = Figure::Spearman;
    bool within = false;  ///< inside the groups, as in computeWithin()
};

/// The rows that each resample draws: as many clusters as there are, drawn with replacement, each with all its rows.
/// Seeded; the same for every set of predictions on the same rows, so baselines meet the model on equal draws.
/// Rows count weights[resample * rows + row] times.
class Resamples {
public:
    /// `clusters` may be empty: then `rows` of their own. Throws Error{Shape} when lengths differ, and Cancelled.
    Resamples(std::size_t rows, std::span<const std::size_t> clusters, const BootstrapOptions &options,
              const JobContext &job = {});

    std::size_t count() const { return m_count; }
    std::size_t clusters() const { return m_clusters; }
    std::span<const std::uint8_t> weights(std::size_t resample) const
    {
        return std::span(m_weights).subspan(resample * m_rows, m_rows);
    }

private:
    std::size_t m_rows = 0;
    std::size_t m_clusters = 0;
    std::size_t m_count = 0;
    std::vector<std::uint8_t> m_weights;  ///< [count, rows]
};

/// 95 % percentile intervals (Efron 1979, linear between order statistics as NumPy's percentile) of the figures asked
/// for, in that order. Resamples where a figure is undefined are left out; with fewer than half of them left, or fewer
/// than two clusters, the interval is empty. Throws Cancelled.
std::vector<std::optional<Interval>> bootstrapIntervals(const JudgedRows &rows, std::span<const FigureWanted> wanted,
                                                        const Resamples &resamples, const JobContext &job = {});

}  // namespace dank
