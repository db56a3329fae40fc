#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// How well the order of the predictions finds the dankest share of the rows. A row is one of them when its actual
/// value is at least that of the ceil(share * rows)-th greatest, so ties at the edge all count.
struct TopShare {
    double baseRate = 0;           ///< what guessing finds: the share of the rows that count
    std::optional<double> rocAuc;  ///< scikit-learn's roc_auc_score, equal predictions count half
    std::optional<double> prAuc;   ///< scikit-learn's average_precision_score

    bool operator==(const TopShare &) const = default;
};

/// How well `predicted` follows `actual`. Undefined figures (constant input, fewer than two rows) are empty,
/// never NaN.
struct Metrics {
    std::size_t rows = 0;
    std::size_t groups = 0;  ///< within groups: how many counted; 0 for pooled figures
    double mae = 0;
    double rmse = 0;
    std::optional<double> r2;        ///< 1 - SSE / SST with SST around the mean of `actual` (scikit-learn's r2_score)
    std::optional<double> spearman;  ///< Pearson of average ranks (SciPy's spearmanr), ties averaged
    std::optional<double> kendall;   ///< Kendall's tau-b (SciPy's kendalltau)
    std::optional<double> pairwise;  ///< the share of `pairs` put in the right order; equal predictions count half
    std::uint64_t pairs = 0;         ///< of rows one of which has at least twice the other's upvotes
    TopShare topQuarter;
    TopShare topTwentieth;

    bool operator==(const Metrics &) const = default;
};

/// One number of Metrics, for what treats them all alike: intervals, tables, JSON.
enum class Figure {
    Mae,
    Rmse,
    R2,
    Spearman,
    Kendall,
    Pairwise,
    RocAucTop25,
    PrAucTop25,
    RocAucTop5,
    PrAucTop5,
};
inline constexpr Figure kFigures[] = {
    Figure::Mae,      Figure::Rmse,        Figure::R2,         Figure::Spearman,   Figure::Kendall,
    Figure::Pairwise, Figure::RocAucTop25, Figure::PrAucTop25, Figure::RocAucTop5, Figure::PrAucTop5,
};
/// The stable name: "mae", "rmse", "r2", "spearman", "kendall", "pairwise", "roc_auc_top_25", "pr_auc_top_25",
/// "roc_auc_top_5", "pr_auc_top_5".
const char *figureName(Figure figure) noexcept;
/// `metrics`' value of it; empty where undefined.
std::optional<double> figureOf(const Metrics &metrics, Figure figure);

/// MAE, RMSE and everything that is about order, and pairwise accuracy over the pairs whose upvotes (≥ 0) lie a factor
/// of two or more apart; without upvotes there are none. Throws Error{Shape} when the lengths differ; all values must
/// be finite.
Metrics computeMetrics(std::span<const double> predicted, std::span<const double> actual,
                       std::span<const std::int64_t> upvotes = {});

/// The same inside groups: what is left to know once the group is known. Rows whose group is empty and groups of one
/// member do not count. MAE, RMSE and R² are of the deviations from the group's mean, of predictions and of actual
/// values alike; Spearman, Kendall and the AUCs (with their base rates) are means over the groups where they are
/// defined, weighted by rows; pairwise accuracy is over all pairs inside a group, so weighted by pairs.
/// Empty when no group has two members. `upvotes` may be empty. Throws Error{Shape} like computeMetrics().
std::optional<Metrics> computeWithin(std::span<const double> predicted, std::span<const double> actual,
                                     std::span<const std::int64_t> upvotes, std::span<const std::string> groups);

/// Average ranks from 1, ties share their mean rank (SciPy's rankdata).
std::vector<double> averageRanks(std::span<const double> values);

/// The share of `sortedReference` below `value`, equal ones counted half, times 100. 50 for an empty reference.
double percentileOf(double value, std::span<const float> sortedReference);

/// Several runs that differ only by seed.
struct MeanAndSd {
    std::size_t runs = 0;  ///< how many had a value
    double mean = 0;
    std::optional<double> sd;  ///< of the sample (n - 1); empty for one run

    bool operator==(const MeanAndSd &) const = default;
};
/// Empty when no run had a value. Values that are not finite count as none.
std::optional<MeanAndSd> meanAndSd(std::span<const std::optional<double>> values);
/// Of a figure over the runs.
std::optional<MeanAndSd> meanAndSd(std::span<const Metrics> runs, Figure figure);

/// Each figure's mean over runs on the same rows, those left out where it is undefined. Throws Error{Shape} for no
/// runs.
Metrics meanMetrics(std::span<const Metrics> runs);

}  // namespace dank
