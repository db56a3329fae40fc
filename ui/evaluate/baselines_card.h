#pragma once

#include <memory>

#include "core/evaluate/evaluation.h"
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

}  // namespace dank::ui
