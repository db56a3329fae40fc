#pragma once

#include <QWidget>

#include <optional>
#include <vector>

#include "core/data/evaluation.h"
#include "ui/widgets/card.h"

class QVBoxLayout;

namespace dank::ui {

/// One way of guessing: its name, its order (Spearman's ρ) with a 95 % interval.
struct GuessRow {
    QString name;
    std::optional<double> value;
    std::optional<Interval> interval;
    bool isModel = false;
};

/// The model first, then the baselines, within groups where the evaluation is judged there.
std::vector<GuessRow> guessRows(const Evaluation &evaluation);

/// The rows as dots with whiskers on one axis, painted; read out as a list.
class GuessPlot : public QWidget {
    Q_OBJECT
public:
    explicit GuessPlot(QWidget *parent = nullptr);
    void setRows(std::vector<GuessRow> rows);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<GuessRow> m_rows;
};

/// How far simpler ways of guessing get on the same memes. Hidden while nothing was compared.
class BaselinesCard : public Card {
    Q_OBJECT
public:
    explicit BaselinesCard(QWidget *parent = nullptr);
    void setEvaluation(const Evaluation *evaluation);

private:
    GuessPlot *m_plot;
    TextLabel *m_caption;
};

}  // namespace dank::ui
