#pragma once

#include <vector>

#include "core/evaluate/evaluation.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// Precision and recall of every threshold, and the threshold of now as a line, which a click or a drag moves. Pointing
/// or the arrow keys read a threshold out.
class ThresholdChart : public Plot {
    Q_OBJECT
public:
    explicit ThresholdChart(QWidget *parent = nullptr);

    /// `predicted` and `places` are of the same memes; `subset` is for the title of an export.
    void setMemes(std::span<const double> predicted, std::span<const std::int64_t> places, const QString &subset);
    void setThreshold(double threshold);

    void resetView() override;
    int items() const override { return int(m_steps.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override;
    ChartTable table() const override;

signals:
    void thresholdPicked(double threshold);

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int index) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;

private:
    void pick(const QPoint &position);

    struct Step {
        double threshold = 0;
        ThresholdFigures figures;
    };
    std::vector<Step> m_steps;
    QString m_subset;
    QCPGraph *m_precision, *m_recall;
    QCPItemLine *m_line;
};

/// A share in percent, "84 %"; a dash for none.
QString shareText(const std::optional<double> &share);

}  // namespace dank::ui
