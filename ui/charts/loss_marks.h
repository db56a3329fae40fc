#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/learn/train_config.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// What stands on a loss chart beside the curves: the ring and label of the best epoch, the dashed line of what
/// predicting the mean gives, a band for each pause. The plot must outlive it.
class LossMarks {
public:
    /// Adds its graph and items to the plot, above the graphs that are there.
    explicit LossMarks(QCustomPlot &plot);

    void setBaseline(double loss);         ///< 0: none
    void setBest(const EpochStats *best);  ///< nullptr: none
    void setPauses(const std::vector<std::pair<int, int>> &pauses);
    void restyle(const Tokens &tokens);

    double baseline() const { return m_baseline; }
    /// Where the ring is: epoch and its validation loss; nothing while there is none.
    std::optional<QPointF> best() const { return m_best; }

private:
    void placeBestLabel();
    void placeBaselineLabel();
    bool isCrossed(const QRectF &rect) const;

    QCustomPlot &m_plot;
    double m_baseline = 0;
    std::optional<QPointF> m_best;
    std::vector<std::pair<int, int>> m_pauses;
    QColor m_bandColour;
    QCPGraph *m_ring;
    QCPItemLine *m_line;
    QCPItemText *m_lineLabel, *m_bestLabel;
    QCPItemTracer *m_bestAnchor;
    std::vector<QCPItemRect *> m_bands;
};

}  // namespace dank::ui
