#pragma once

#include <QWidget>

#include <span>

#include "core/learn/target_preview.h"
#include "ui/charts/histogram_chart.h"

namespace dank::ui {

/// The targets that would be learnt, 0 to 1 in bins of 0.05, with a line on top that says which they are.
class TargetChart : public QWidget {
    Q_OBJECT
public:
    /// `compact`: for a narrow place, without words at the axes.
    explicit TargetChart(bool compact, QWidget *parent = nullptr);

    /// `within`: what the groups are that they are measured within; empty for none.
    void setTargets(TargetKind kind, const QString &within, std::span<const float> targets);
    /// The same of a preview; its problem in place of bars where it has one. Null: nothing yet.
    void setPreview(const TargetPreview *preview);

    BarPlot *plot() { return m_plot; }
    QString caption() const;

private:
    BarPlot *m_plot;
    TextLabel *m_caption;
    bool m_compact;
};

/// "percentile", "log of upvotes", "upvotes / most".
QString targetName(TargetKind kind);

}  // namespace dank::ui
