#pragma once

#include <memory>

#include "core/evaluate/evaluation.h"
#include "ui/widgets/card.h"

class QSlider;

namespace dank::ui {

class ErrorsByGroup;
class ThresholdChart;

/// The threshold of two classes, and what it means for memes like the judged ones: precision, recall, how many of a
/// thousand are flagged, wrongly flagged and missed, and the errors by group. All follow the slider.
class ThresholdPanel : public Card {
    Q_OBJECT
public:
    /// `evaluation` has classes, two of them. Begins at its threshold.
    explicit ThresholdPanel(std::shared_ptr<const Evaluation> evaluation, QWidget *parent = nullptr);

    double threshold() const { return m_threshold; }
    void setThreshold(double threshold);
    ThresholdChart *chart() { return m_chart; }

signals:
    void thresholdChanged(double threshold);

private:
    void fill();

    const std::shared_ptr<const Evaluation> m_evaluation;
    std::vector<double> m_predicted;
    std::vector<std::int64_t> m_places;
    double m_threshold;
    QSlider *m_slider;
    ThresholdChart *m_chart;
    TextLabel *m_precision, *m_recall, *m_meaning;
    ErrorsByGroup *m_groups;
};

}  // namespace dank::ui
