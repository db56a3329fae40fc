#pragma once

#include <vector>

#include "core/evaluate/calibration.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// What memes get on average beside what was predicted for them, in bins of equal count, with the diagonal on which a
/// calibrated model's lie. Pointing or the arrow keys read a bin out.
class CalibrationChart : public Plot {
    Q_OBJECT
public:
    explicit CalibrationChart(QWidget *parent = nullptr);

    /// Fewer than two bins: `why` instead. `subset` is for the title of an export.
    void setBins(std::vector<CalibrationBin> bins, const QString &subset, const QString &why);
    const std::vector<CalibrationBin> &bins() const { return m_bins; }

    void resetView() override;
    int items() const override { return int(m_bins.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override;
    QVector<LegendEntry> legendEntries(const Tokens &tokens) const override;
    ChartTable table() const override;

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int index) override;

private:
    std::vector<CalibrationBin> m_bins;
    QString m_subset;
    QCPGraph *m_points, *m_middles;
    QCPErrorBars *m_whiskers;
    QCPItemStraightLine *m_diagonal;
};

}  // namespace dank::ui
