#pragma once

#include "ui/charts/loss_chart.h"
#include "ui/widgets/card.h"

namespace dank::ui {

/// The loss chart with its legend and the chips that steer it: axis, smoothing, follow. Its verdict line says in
/// words how the run stands against predicting the mean.
class LossCard : public Card {
    Q_OBJECT
public:
    explicit LossCard(QWidget *parent = nullptr);

    LossChart *chart() { return m_chart; }
    void setTraining(const TrainingView &view);
    /// Other runs' validation curves; the legend under the title names them.
    void setOverlays(std::vector<RunCurve> curves);
    /// An icon of resources/icons, a sentence and its tone; an empty sentence hides the line.
    void setVerdict(const QString &iconName, const QString &text, TextLabel::Tone tone);
    QString verdict() const { return m_verdict->text(); }

private:
    void showAxis();
    void showLegend();
    void restyle();

    LossChart *m_chart;
    TextLabel *m_training, *m_validation;
    QLabel *m_trainingDot, *m_validationDot, *m_verdictIcon;
    Chip *m_axis, *m_smoothing, *m_follow;
    TextLabel *m_verdict;
    TextLabel *m_legend;  ///< of the compared runs' lines; hidden while there is none
    QString m_verdictIconName;
};

/// How a curve's best epoch stands against predicting the mean: 0.23 for 23 % less loss, negative for more; nothing
/// while either is unknown.
std::optional<double> gainOverMean(double bestValidationLoss, double meanPredictorLoss);

/// A round dot for labels and tables.
QPixmap dotPixmap(const QColor &colour, int side, qreal ratio, qreal margin = 0.5);

}  // namespace dank::ui
