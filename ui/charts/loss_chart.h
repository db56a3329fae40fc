#pragma once

#include <optional>
#include <vector>

#include "core/learn/train_config.h"
#include "ui/charts/loss_marks.h"
#include "ui/charts/loss_overlays.h"
#include "ui/charts/plot.h"
#include "ui/charts/smoothed_series.h"
#include "ui/session/run_chart.h"

namespace dank::ui {

/// Training and validation loss over the epochs: raw faint, smoothed thick, predict-the-mean dashed, best epoch
/// ringed, pauses shaded, epochs without a finite loss as gaps with a cross. New epochs of the same run are
/// appended, so that a hundred thousand stay cheap.
class LossChart : public Plot {
    Q_OBJECT
public:
    enum class Axis { Auto, Linear, Logarithmic };

    explicit LossChart(QWidget *parent = nullptr);

    /// Shows a run; cheap when it is the shown one with more epochs.
    void setTraining(const TrainingView &view);
    const TrainConfig &config() const { return m_config; }

    /// Validation curves of other runs, drawn beside the shown one's; the run shown is left out.
    void setOverlays(std::vector<RunCurve> curves);
    const LossOverlays &overlays() const { return m_overlays; }

    /// 0 (raw only) … 0.99. 0.6 at first.
    void setSmoothing(double weight);
    double smoothing() const { return m_smoothing; }

    void setAxis(Axis axis);
    Axis axis() const { return m_axis; }
    bool isLogarithmic() const { return m_logarithmic; }
    /// Ctrl+L: to the other scale than the one shown, from then on by hand.
    void toggleAxis();

    /// While on, the view keeps to the whole curve; the user's pan or zoom ends it.
    void setFollow(bool on);
    bool follow() const { return m_follow; }

    /// The rule of the automatic axis: all finite losses positive, and the greatest over 100 times the least.
    static bool wantsLogAxis(double leastPositive, double greatest, bool anyNotPositive);

    /// Where the ring is: epoch and its validation loss; nothing while there is none.
    std::optional<QPointF> bestMarker() const { return m_marks.best(); }
    /// Epochs drawn as gaps.
    int gaps() const { return m_gapCount; }
    /// Moves the crosshair to the curve's nearest epoch and shows its exact figures.
    void showEpoch(int epoch) { showItem(indexOf(epoch)); }
    /// "Epoch 104 of 141: training 0.0052, validation 0.0075; best validation 0.0075 at epoch 104"
    QString summary() const;

    void resetView() override;
    int items() const override { return int(m_curve.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override;
    QVector<LegendEntry> legendEntries(const Tokens &tokens) const override;
    ChartTable table() const override;

signals:
    void axisChanged();
    void followChanged(bool on);

protected:
    int itemAt(const QPoint &position) const override;
    void readItem(int index) override;
    void keyPressEvent(QKeyEvent *event) override;
    void fillContextMenu(QMenu &menu) override;

private:
    void clearCurve();
    void append(const EpochStats &stats);
    void appendSmoothed(const EpochStats &stats);
    int indexOf(int epoch) const;  ///< of the nearest in m_curve; 0 where there is none
    void updateMarks(const TrainingView &view);
    void updateAxis();
    void updateRange();
    LossExtremes extremes() const;
    double plannedEnd() const;

    // The run shown.
    std::int64_t m_run = 0;
    TrainConfig m_config;
    std::vector<EpochStats> m_curve;
    bool m_live = false;

    LossExtremes m_own;  ///< of the shown run, kept while appending
    int m_gapCount = 0;

    double m_smoothing = 0.6;
    SmoothedSeries m_trainSmooth, m_validationSmooth;
    Axis m_axis = Axis::Auto;
    bool m_logarithmic = false;
    bool m_follow = true;

    QCPGraph *m_trainRaw, *m_validationRaw, *m_train, *m_validation, *m_gaps;
    LossOverlays m_overlays;
    LossMarks m_marks;
    QSharedPointer<LossTicker> m_lossTicker;
};

}  // namespace dank::ui
