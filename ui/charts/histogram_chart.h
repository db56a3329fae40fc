#pragma once

#include <QWidget>

#include <memory>

#include "core/dataset/dataset.h"
#include "core/dataset/histogram.h"
#include "core/learn/target.h"
#include "core/learn/target_preview.h"
#include "ui/charts/plot.h"

namespace dank::ui {

class TargetChart;
class TextLabel;

/// Bars over bins, each as wide as the next whatever the bins span; the axis is labelled at round values.
class BarPlot : public Plot {
    Q_OBJECT
public:
    explicit BarPlot(QWidget *parent = nullptr);

    /// `unit` names what the bins hold ("upvotes"); with `ramp` the bars take the dankness colours.
    void setHistogram(const Histogram &histogram, BinScale scale, const QString &unit, bool ramp);
    void setExportTitle(const QString &title) { m_title = title; }
    /// Round values inside the range and where they stand, in bins; as many as have room for their labels.
    QVector<std::pair<double, QString>> ticks() const;

    void resetView() override;
    int items() const override { return int(m_histogram.counts.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override { return m_title; }
    ChartTable table() const override;

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int bin) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    double position(double value) const;
    void placeTicks();

    Histogram m_histogram;
    BinScale m_scale = BinScale::Linear;
    QString m_unit, m_title;
    bool m_ramp = false;
    int m_room = 0;                 ///< pixels that the bins have; 0 before the plot has a size
    std::vector<QCPBars *> m_bars;  ///< one per ramp colour, or a single one
};

/// The upvotes of a dataset (the paper's first figure) and beside them what the network learns to predict, so that
/// the effect of the target is seen at once.
class HistogramChart : public QWidget {
    Q_OBJECT
public:
    explicit HistogramChart(QWidget *parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset);
    void setTarget(TargetKind target);
    /// What the settings would make of this dataset; shown while it is about the target that is looked at, so that it
    /// comes with their groups.
    void setPreview(std::shared_ptr<const TargetPreview> preview);
    void setScale(BinScale scale);
    TargetKind target() const { return m_target; }
    BinScale scale() const { return m_scale; }

    BarPlot *upvotes() { return m_upvotes; }
    BarPlot *dankness();

private:
    void rebuild();

    std::shared_ptr<const Dataset> m_dataset;
    TargetKind m_target = TargetKind::Percentile;
    BinScale m_scale = BinScale::Log;
    std::shared_ptr<const TargetPreview> m_preview;
    BarPlot *m_upvotes;
    TargetChart *m_targets;
    TextLabel *m_upvotesCaption;
};

}  // namespace dank::ui
