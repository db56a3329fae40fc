#include "core/evaluate/classes/class_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/names.h"

namespace dank {

namespace {

constexpr const char *kNames[kClassFigures] = {"auc",   "pr_auc",   "balanced_accuracy", "recall_at_precision_90",
                                               "brier", "spearman", "quadratic_kappa",   "class_error"};
constexpr ClassFigure kOfTwo[] = {ClassFigure::Auc, ClassFigure::PrAuc, ClassFigure::BalancedAccuracy,
                                  ClassFigure::RecallAtPrecision, ClassFigure::Brier};
constexpr ClassFigure kOfSeveral[] = {ClassFigure::Spearman, ClassFigure::Kappa, ClassFigure::ClassError};

}  // namespace

const char *classFigureName(ClassFigure figure) noexcept
{
    return nameIn(kNames, figure);
}

std::span<const ClassFigure> classFiguresOf(std::size_t classes) noexcept
{
    return classes == 2 ? std::span<const ClassFigure>(kOfTwo) : std::span<const ClassFigure>(kOfSeveral);
}

bool isError(ClassFigure figure) noexcept
{
    return figure == ClassFigure::Brier || figure == ClassFigure::ClassError;
}

std::size_t ClassMetrics::rows() const
{
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

double ClassMetrics::baseRate() const
{
    return rows() > 0 ? static_cast<double>(counts.back()) / static_cast<double>(rows()) : 0;
}

ClassRows::ClassRows(std::span<const double> predicted, std::span<const std::int64_t> places, std::size_t classes,
                     double threshold)
    : m_predicted(predicted.begin(), predicted.end()), m_actual(places.begin(), places.end()),
      m_order(predicted.size()), m_classes(classes), m_threshold(threshold)
{
    if (predicted.size() != places.size())
        throw Error(ErrorKind::Shape, "There are " + std::to_string(predicted.size()) + " predictions for "
                                          + std::to_string(places.size()) + " classes.");
    for (const std::int64_t place : places) {
        if (classes < 2 || place < 0 || static_cast<std::size_t>(place) >= classes)
            throw Error(ErrorKind::Shape, "A row is of class " + std::to_string(place) + " where there are "
                                              + std::to_string(classes) + '.');
        m_places.push_back(static_cast<std::uint32_t>(place));
    }
    if (!std::ranges::all_of(predicted, [](double value) { return std::isfinite(value); }))
        throw Error(ErrorKind::Shape, "A prediction is not finite.");
    if (classes > 2)
        m_ranked.emplace(m_predicted, m_actual, std::span<const std::int64_t>());
    std::iota(m_order.begin(), m_order.end(), 0u);
    std::ranges::stable_sort(m_order, std::greater(), [this](std::uint32_t row) { return m_predicted[row]; });
}

/// One walk from the most to the least likely row, equal predictions at once.
std::optional<double> ClassRows::curve(ClassFigure figure, std::span<const std::uint8_t> weights) const
{
    double positive = 0, negative = 0;
    for (std::size_t row = 0; row < m_places.size(); ++row)
        (m_places[row] == 1 ? positive : negative) += weights[row];
    if (positive == 0 || negative == 0)
        return std::nullopt;
    double hits = 0, misses = 0, area = 0, precision = 0, recall = 0;
    for (std::size_t first = 0; first < m_order.size();) {
        double newHits = 0, newMisses = 0;
        std::size_t last = first;
        for (; last < m_order.size() && m_predicted[m_order[last]] == m_predicted[m_order[first]]; ++last)
            (m_places[m_order[last]] == 1 ? newHits : newMisses) += weights[m_order[last]];
        first = last;
        area += newMisses * (hits + newHits / 2);
        hits += newHits;
        misses += newMisses;
        if (hits + misses == 0)
            continue;
        const double precisionHere = hits / (hits + misses);
        precision += newHits * precisionHere;
        if (precisionHere >= kPrecisionWanted)
            recall = hits / positive;
    }
    switch (figure) {
    case ClassFigure::Auc: return area / (positive * negative);
    case ClassFigure::PrAuc: return precision / positive;
    default: return recall;
    }
}

/// 1 - sum w O / sum w E, where w is the squared distance of the classes (Cohen 1968).
std::optional<double> ClassRows::kappa(std::span<const std::uint8_t> weights) const
{
    const auto highest = static_cast<double>(m_classes - 1);
    std::vector<double> called(m_classes), actual(m_classes);
    double rows = 0, observed = 0;
    for (std::size_t row = 0; row < m_places.size(); ++row) {
        const double nearest = std::round(std::clamp(m_predicted[row], 0.0, 1.0) * highest);
        const double off = nearest - m_actual[row];
        called[static_cast<std::size_t>(nearest)] += weights[row];
        actual[m_places[row]] += weights[row];
        observed += weights[row] * off * off;
        rows += weights[row];
    }
    double expected = 0;
    for (std::size_t a = 0; a < m_classes; ++a)
        for (std::size_t b = 0; b < m_classes; ++b) {
            const double off = static_cast<double>(a) - static_cast<double>(b);
            expected += called[a] * actual[b] * off * off;
        }
    return expected > 0 ? std::optional(1 - observed * rows / expected) : std::nullopt;
}

std::optional<double> ClassRows::value(ClassFigure figure, std::span<const std::uint8_t> weights) const
{
    double rows = 0;
    for (const std::uint8_t weight : weights)
        rows += weight;
    if (rows == 0)
        return std::nullopt;
    switch (figure) {
    case ClassFigure::Auc:
    case ClassFigure::PrAuc:
    case ClassFigure::RecallAtPrecision: return curve(figure, weights);
    case ClassFigure::BalancedAccuracy: {
        double right[2] = {}, all[2] = {};
        for (std::size_t row = 0; row < m_places.size(); ++row) {
            const bool called = m_predicted[row] >= m_threshold;
            all[m_places[row]] += weights[row];
            right[m_places[row]] += called == (m_places[row] == 1) ? weights[row] : 0;
        }
        if (all[0] == 0 || all[1] == 0)
            return std::nullopt;
        return (right[0] / all[0] + right[1] / all[1]) / 2;
    }
    case ClassFigure::Brier:
    case ClassFigure::ClassError: {
        const auto highest = static_cast<double>(m_classes - 1);
        double sum = 0;
        for (std::size_t row = 0; row < m_places.size(); ++row) {
            const double off = figure == ClassFigure::Brier
                                   ? m_predicted[row] - m_actual[row]
                                   : std::round(std::clamp(m_predicted[row], 0.0, 1.0) * highest) - m_actual[row];
            sum += weights[row] * (figure == ClassFigure::Brier ? off * off : std::abs(off));
        }
        return sum / rows;
    }
    case ClassFigure::Spearman: return m_ranked ? m_ranked->value(Figure::Spearman, weights) : std::nullopt;
    case ClassFigure::Kappa: return kappa(weights);
    }
    return std::nullopt;
}

ClassMetrics ClassRows::metrics() const
{
    const std::vector<std::uint8_t> ones(m_places.size(), 1);
    ClassMetrics metrics;
    metrics.counts.resize(m_classes);
    for (const std::uint32_t place : m_places)
        ++metrics.counts[place];
    for (const ClassFigure figure : classFiguresOf(m_classes))
        metrics.figures[static_cast<std::size_t>(figure)] = value(figure, ones);
    return metrics;
}

}  // namespace dank
