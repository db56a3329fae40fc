#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/evaluate/weighted_rows.h"

namespace dank {

/// What is told of a model that learned classes. The first five are of two classes, the last three of an order.
enum class ClassFigure {
    Auc,                ///< scikit-learn's roc_auc_score; equal predictions count half
    PrAuc,              ///< average_precision_score; what guessing reaches is the base rate
    BalancedAccuracy,   ///< balanced_accuracy_score of what is called at the threshold: 0.5 is a coin's
    RecallAtPrecision,  ///< the greatest recall of a threshold whose precision is at least kPrecisionWanted; 0: none is
    Brier,              ///< brier_score_loss, the mean squared error of the probability
    Spearman,           ///< of the place of the class
    Kappa,              ///< cohen_kappa_score with quadratic weights, of the class nearest to the prediction
    ClassError,         ///< by how many classes that one is off, on average
};
inline constexpr std::size_t kClassFigures = 8;
inline constexpr double kPrecisionWanted = 0.9;

/// The stable name: "auc", "pr_auc", "balanced_accuracy", "recall_at_precision_90", "brier", "spearman",
/// "quadratic_kappa", "class_error".
const char *classFigureName(ClassFigure figure) noexcept;
/// Those that are told of so many classes.
std::span<const ClassFigure> classFiguresOf(std::size_t classes) noexcept;
/// Better when less.
bool isError(ClassFigure figure) noexcept;

/// How well predictions of 0..1 find the classes. A plain value.
struct ClassMetrics {
    std::vector<std::size_t> counts;                           ///< rows of each class
    std::array<std::optional<double>, kClassFigures> figures;  ///< by ClassFigure; empty where undefined or not told

    std::size_t rows() const;
    /// The share of the highest class.
    double baseRate() const;
    const std::optional<double> &of(ClassFigure figure) const { return figures[static_cast<std::size_t>(figure)]; }

    bool operator==(const ClassMetrics &) const = default;
};

/// Rows of known classes with predictions, sorted once, so that each resample of a bootstrap costs one walk.
class ClassRows {
public:
    /// `predicted` 0..1: the probability of the higher of two classes, or the place among several as a share of the
    /// highest; `places` from 0. `threshold`: from which on it is called the higher one. Throws Error{Shape} for lists
    /// of different lengths, numbers that are not finite, places that are none, fewer than two classes.
    ClassRows(std::span<const double> predicted, std::span<const std::int64_t> places, std::size_t classes,
              double threshold);

    /// A row of weight w counts as w equal rows. Empty where undefined.
    std::optional<double> value(ClassFigure figure, std::span<const std::uint8_t> weights) const;
    ClassMetrics metrics() const;

private:
    std::optional<double> curve(ClassFigure figure, std::span<const std::uint8_t> weights) const;
    std::optional<double> kappa(std::span<const std::uint8_t> weights) const;

    std::vector<double> m_predicted;
    std::vector<std::uint32_t> m_places;
    std::vector<double> m_actual;        ///< the places, for the ranks
    std::vector<std::uint32_t> m_order;  ///< rows by descending prediction
    std::size_t m_classes;
    double m_threshold;
    std::optional<WeightedRows> m_ranked;  ///< of more than two classes
};

}  // namespace dank
