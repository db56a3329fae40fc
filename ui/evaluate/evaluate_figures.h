#pragma once

#include <array>

#include "core/evaluate/cross_validation.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/target.h"
#include "ui/charts/plot.h"
#include "ui/widgets/card.h"

class QTableWidget;
class QTableWidgetItem;

namespace dank::ui {

QString figureTitle(Figure figure);
/// What it says, in plain words.
QString figureHelp(Figure figure);
/// A value of it; with `points`, errors are percentile points. Wild values are shortened ("-1e14").
QString figureText(Figure figure, double value, bool points);
/// Why `metrics` has no such figure.
QString whyUndefined(Figure figure, const Metrics &metrics);

/// The order to read them in: the order of memes first, the errors after.
inline constexpr Figure kFigureOrder[] = {
    Figure::Spearman,   Figure::Kendall,   Figure::Pairwise, Figure::RocAucTop25, Figure::PrAucTop25,
    Figure::RocAucTop5, Figure::PrAucTop5, Figure::R2,       Figure::Mae,         Figure::Rmse};

/// "0.33 to 0.48".
QString figureRangeText(Figure figure, const Interval &interval, bool points);
/// For the first column of a table: "MAE, points".
QString shortFigureTitle(Figure figure, bool points);
/// A table of figures, one a row: to read only, as high as its rows once fitFigureTable() was called.
QTableWidget *newFigureTable(const QString &name, const QString &objectName, QWidget *parent);
void fitFigureTable(QTableWidget &table);
/// A cell of it. `column`: its header, read out with the text.
QTableWidgetItem *newFigureItem(const QString &text, const QString &tip, const QString &column, bool muted);

class MetricCard;

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

/// The same for a file: figure, scope (within, pooled), value, low, high, mean_predictor, base_rate, memes. With
/// `cross`, its figures follow as scopes of their own, "cross_validated_…", with sd and seeds.
ChartTable figuresForExport(const Evaluation &evaluation, const CrossValidation *cross = nullptr);

}  // namespace dank::ui
