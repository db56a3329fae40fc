#pragma once

#include <array>

#include <QWidget>

#include "core/evaluate/classes/class_evaluation.h"
#include "ui/charts/plot.h"
#include "ui/widgets/card.h"

class QTableWidget;

namespace dank::ui {

class MetricCard;

QString classFigureTitle(ClassFigure figure);
/// What it says, in plain words.
QString classFigureHelp(ClassFigure figure);

/// The figures to look at first where classes were learnt: in place of KeyFigures.
class ClassKeyFigures : public QWidget {
    Q_OBJECT
public:
    explicit ClassKeyFigures(QWidget *parent = nullptr);
    void setClasses(const ClassEvaluation &classes);

private:
    std::array<MetricCard *, 4> m_cards;
};

/// Every figure of the model and of what stands beside it.
class ClassTable : public Card {
    Q_OBJECT
public:
    explicit ClassTable(QWidget *parent = nullptr);
    void setClasses(const ClassEvaluation &classes);

private:
    QTableWidget *m_table;
};

/// Whose memes are called wrongly more often, at the threshold.
class GroupErrorsTable : public Card {
    Q_OBJECT
public:
    explicit GroupErrorsTable(QWidget *parent = nullptr);
    /// `groupName`: "subreddit". Hidden where there are fewer than two groups.
    void setClasses(const ClassEvaluation &classes, const QString &groupName);

private:
    QTableWidget *m_table;
};

/// The same for a file: who (model or a baseline), figure, value, low, high, base_rate, memes.
ChartTable classFiguresForExport(const ClassEvaluation &classes);

}  // namespace dank::ui
