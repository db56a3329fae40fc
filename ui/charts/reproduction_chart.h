#pragma once

#include <vector>

#include "core/learn/reproduction.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// The paper's loss over the epochs, run again: a line a seed, the paper's printed numbers as rings, predict-the-mean
/// dashed. The loss axis is logarithmic.
class ReproductionChart : public Plot {
    Q_OBJECT
public:
    explicit ReproductionChart(QWidget *parent = nullptr);

    /// `curves`: [seeds], each as far as it has come. `predictMean`: 0 while it is not known.
    void setCurves(const std::vector<std::vector<double>> &curves, int epochs, double predictMean);

    void resetView() override;
    int items() const override;  ///< the epochs of the longest curve
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override;
    QVector<LegendEntry> legendEntries(const Tokens &tokens) const override;
    ChartTable table() const override;

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int index) override;

private:
    std::vector<std::vector<double>> m_curves;
    int m_epochs = 1000;
    double m_mean = 0;
    std::vector<QCPGraph *> m_lines;
    QCPGraph *m_paper;
    QCPItemLine *m_meanLine;
    QCPItemText *m_meanLabel;
};

}  // namespace dank::ui
