#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/learn/train_config.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// A level across a loss chart, with its words at one end.
struct LossLine {
    explicit LossLine(QCustomPlot &plot);

    void set(double level, const QString &words);  ///< 0: none
    void restyle(const QPen &pen, const QColor &words, const QFont &font);

    double loss = 0;
    QCPItemLine *line;
    QCPItemText *label;
};

/// What stands on a loss chart beside the curves: the ring and label of the best epoch, the dashed lines of what
/// predicting the mean and the whole blended head give, a band for each pause. The plot must outlive it.
class LossMarks {
public:
    /// Adds its graph and items to the plot, above the graphs that are there.
    explicit LossMarks(QCustomPlot &plot);

    void setBaseline(double loss);         ///< 0: none
    void setBlend(double loss);            ///< 0: none
    void setBest(const EpochStats *best);  ///< nullptr: none
    void setPauses(const std::vector<std::pair<int, int>> &pauses);
    void restyle(const Tokens &tokens);

    double baseline() const { return m_baseline.loss; }
    double blend() const { return m_blend.loss; }
    /// Where the ring is: epoch and its validation loss; nothing while there is none.
    std::optional<QPointF> best() const { return m_best; }

private:
    void placeBestLabel();
    QRectF placeLabel(const LossLine &line, bool right, const QRectF &taken);
    bool isCrossed(const QRectF &rect) const;

    QCustomPlot &m_plot;
    std::optional<QPointF> m_best;
    std::vector<std::pair<int, int>> m_pauses;
    QColor m_bandColour;
    QCPGraph *m_ring;
    LossLine m_baseline, m_blend;
    QCPItemText *m_bestLabel;
    QCPItemTracer *m_bestAnchor;
    std::vector<QCPItemRect *> m_bands;
};

}  // namespace dank::ui
