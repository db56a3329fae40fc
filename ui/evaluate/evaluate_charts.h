#pragma once

#include <memory>

#include "core/evaluate/evaluation.h"
#include "core/evaluate/residuals.h"
#include "ui/charts/calibration_chart.h"
#include "ui/charts/row_chart.h"
#include "ui/widgets/card.h"

class QComboBox;

namespace dank::ui {

/// How far simpler ways of guessing get on the same memes, by the order or by another figure.
class BaselinesCard : public Card {
    Q_OBJECT
public:
    explicit BaselinesCard(QWidget *parent = nullptr);
    /// Null clears.
    void setEvaluation(std::shared_ptr<const Evaluation> evaluation);
    RowChart *chart() { return m_chart; }

private:
    void fill();

    std::shared_ptr<const Evaluation> m_evaluation;
    RowChart *m_chart;
    QComboBox *m_figure;
    TextLabel *m_caption;
};

/// Whether memes get what was predicted for them.
class CalibrationCard : public Card {
    Q_OBJECT
public:
    explicit CalibrationCard(QWidget *parent = nullptr);
    void setEvaluation(const Evaluation &evaluation);
    CalibrationChart *chart() { return m_chart; }

private:
    CalibrationChart *m_chart;
    TextLabel *m_caption;
};

/// Errors by group, author or month; a sentence where there is nothing to tell apart.
class ResidualsCard : public Card {
    Q_OBJECT
public:
    explicit ResidualsCard(QWidget *parent = nullptr);
    void setEvaluation(const Evaluation &evaluation, const Dataset *dataset);
    RowChart *chart() { return m_chart; }
    bool any() const { return m_any; }

private:
    RowChart *m_chart;
    TextLabel *m_caption;
    bool m_any = false;
};

}  // namespace dank::ui
