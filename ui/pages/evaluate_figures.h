#pragma once

#include <array>

#include "core/data/evaluation.h"
#include "core/data/target.h"
#include "ui/charts/plot.h"
#include "ui/widgets/card.h"

class QTableWidget;

namespace dank::ui {

QString figureTitle(Figure figure);
/// What it says, in plain words.
QString figureHelp(Figure figure);
/// A value of it; with `points`, errors are percentile points. Wild values are shortened ("-1e14").
QString figureText(Figure figure, double value, bool points);
/// Why `metrics` has no such figure.
QString whyUndefined(Figure figure, const Metrics &metrics);

/// One figure, large, with its interval, what knowing nothing gets, and its meaning as a tooltip.
class MetricCard : public Card {
    Q_OBJECT
public:
    enum class Better { Yes, No, Unknown };

    explicit MetricCard(QWidget *parent = nullptr);
    /// `secondary` mutes it beside the others.
    void setFigure(const QString &name, const QString &help, bool secondary);
    void setValue(const QString &value, const QString &interval, const QString &comparison, Better better);

private:
    TextLabel *m_name, *m_value, *m_interval, *m_comparison;
};

/// The four figures to look at first: within groups where the evaluation is judged there.
class KeyFigures : public QWidget {
    Q_OBJECT
public:
    explicit KeyFigures(QWidget *parent = nullptr);
    void setEvaluation(const Evaluation &evaluation, TargetKind target);

private:
    void show(MetricCard &card, const Evaluation &evaluation, Figure figure, bool within, bool points);

    std::array<MetricCard *, 4> m_cards;
};

/// Every figure: within groups first, pooled after, each with its interval and what the mean predictor gets.
class FigureTable : public Card {
    Q_OBJECT
public:
    explicit FigureTable(QWidget *parent = nullptr);
    void setEvaluation(const Evaluation &evaluation, TargetKind target);

private:
    QTableWidget *m_table;
};

/// The same for a file: figure, scope (within, pooled), value, low, high, mean_predictor, base_rate.
ChartTable figuresForExport(const Evaluation &evaluation);

}  // namespace dank::ui
