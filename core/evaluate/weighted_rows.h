#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/evaluate/metrics.h"

namespace dank {

/// How often each row counts in a resample; all 1 for the rows as they are.
using RowWeights = std::span<const std::uint8_t>;

/// Sets all figures to what `figureAt` gives; mae and rmse to `otherwise` where they are undefined.
template <typename FigureAt>
void setFigures(Metrics &metrics, FigureAt figureAt, double otherwise)
{
    metrics.mae = figureAt(Figure::Mae).value_or(otherwise);
    metrics.rmse = figureAt(Figure::Rmse).value_or(otherwise);
    metrics.r2 = figureAt(Figure::R2);
    metrics.spearman = figureAt(Figure::Spearman);
    metrics.kendall = figureAt(Figure::Kendall);
    metrics.pairwise = figureAt(Figure::Pairwise);
    metrics.topQuarter.rocAuc = figureAt(Figure::RocAucTop25);
    metrics.topQuarter.prAuc = figureAt(Figure::PrAucTop25);
    metrics.topTwentieth.rocAuc = figureAt(Figure::RocAucTop5);
    metrics.topTwentieth.prAuc = figureAt(Figure::PrAucTop5);
}

/// Rows that are sorted once, so that each of the thousand resamples of a bootstrap costs one walk over them. A row of
/// weight w counts as w equal rows. Throws Error{Shape} for lengths that differ or numbers that are not finite.
class WeightedRows {
public:
    /// `upvotes` may be empty: then there are no pairs.
    WeightedRows(std::span<const double> predicted, std::span<const double> actual,
                 std::span<const std::int64_t> upvotes);

    std::size_t rows() const { return m_actual.size(); }
    /// Empty where undefined.
    std::optional<double> value(Figure figure, RowWeights weights) const;

    /// What the figures of several groups are put together from.
    struct Pairs {
        double right = 0;
        double count = 0;

        std::optional<double> value() const;
    };
    Pairs pairs(RowWeights weights) const;
    struct Deviations {
        double absolute = 0;  ///< sum of |error|
        double squared = 0;   ///< sum of error²
        double total = 0;     ///< sum of (actual - its mean)²
        double rows = 0;

        std::optional<double> value(Figure figure) const;  ///< Mae, Rmse or R2
    };
    /// Of the rows, or with `centred` of their deviations from their own means.
    Deviations deviations(RowWeights weights, bool centred) const;
    /// The share of the rows that counts as the top `share`.
    double baseRate(double share, RowWeights weights) const;

private:
    std::optional<double> spearman(RowWeights weights) const;
    std::optional<double> kendall(RowWeights weights) const;
    std::optional<double> topShare(double share, bool roc, RowWeights weights) const;
    /// The first dense rank of `actual` that belongs to the top `share`.
    std::uint32_t firstTopRank(double share, RowWeights weights) const;
    bool isActualConstant(RowWeights weights) const;

    std::vector<double> m_predicted;
    std::vector<double> m_actual;
    std::vector<std::int64_t> m_upvotes;
    std::vector<std::uint32_t> m_predictedRank;  ///< dense, from 0
    std::vector<std::uint32_t> m_actualRank;
    std::vector<std::uint32_t> m_byActual;  ///< rows by ascending actual value
    std::vector<std::uint32_t> m_byUpvotes;
    std::size_t m_predictedLevels = 0;
    std::size_t m_actualLevels = 0;
};

/// The same rows inside their groups; see computeWithin().
class GroupedRows {
public:
    GroupedRows(std::span<const double> predicted, std::span<const double> actual,
                std::span<const std::int64_t> upvotes, std::span<const std::string> groups);

    std::size_t groups() const { return m_groups.size(); }  ///< of two members or more
    std::size_t rows() const { return m_rows; }             ///< in those
    /// `weights` has one entry per row of the whole.
    std::optional<double> value(Figure figure, RowWeights weights) const;
    Metrics metrics() const;

private:
    struct Group {
        std::vector<std::size_t> members;
        WeightedRows rows;
    };
    std::vector<Group> m_groups;  ///< in order of first appearance
    std::size_t m_all = 0;
    std::size_t m_rows = 0;
};

}  // namespace dank
