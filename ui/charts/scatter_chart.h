#pragma once

#include <memory>
#include <vector>

#include "core/dataset/dataset.h"
#include "core/evaluate/evaluation.h"
#include "core/learn/target.h"
#include "ui/charts/plot.h"

namespace dank::ui {

/// Predicted against actual dankness of the memes that a model was judged on, with the diagonal where a perfect
/// model's would lie. Hover or arrows name a meme, click or Enter picks it. Dragging a frame chooses memes, as do Shift
/// and the arrows; with Shift, dragging moves the view. Escape chooses none.
class ScatterChart : public Plot {
    Q_OBJECT
public:
    explicit ScatterChart(QWidget *parent = nullptr);

    /// Null clears. `dataset` gives the titles and may be null.
    void setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const Dataset> dataset,
                       TargetKind target);
    int itemAt(const QPoint &position) const override;
    /// Marks a meme (an index into the evaluation's) and shows what it is.
    void showMeme(int index);
    /// Rings these memes (indexes into the evaluation's) and pales the others; empty for all alike. Tells nobody.
    void setChosen(std::vector<int> indexes);
    const std::vector<int> &chosen() const { return m_chosen; }
    /// Chooses what lies in a rectangle of the widget, as dragging a frame does.
    void chooseInside(const QRect &frame);

    void resetView() override;
    int items() const override { return int(m_order.size()); }
    void restyle(const Tokens &tokens) override;
    QString exportTitle() const override;
    QVector<LegendEntry> legendEntries(const Tokens &tokens) const override;
    ChartTable table() const override;

signals:
    void memeActivated(const QString &id);
    /// The user chose these, by dragging or by keys.
    void memesChosen(const std::vector<int> &indexes);

protected:
    void readItem(int index) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QString nameOf(const JudgedMeme &meme) const;
    /// Of an item, a place in m_order.
    const JudgedMeme &memeOf(int item) const { return m_evaluation->memes[std::size_t(m_order[std::size_t(item)])]; }
    void choose(std::vector<int> indexes);

    std::shared_ptr<const Evaluation> m_evaluation;
    std::shared_ptr<const Dataset> m_dataset;
    std::vector<int> m_order;  ///< indexes by actual dankness, for the arrow keys
    int m_anchor = -1;         ///< place in m_order where choosing by keys began
    std::vector<int> m_chosen;
    QPoint m_pressed;
    std::vector<QCPGraph *> m_bands;  ///< one per ramp colour
    QCPGraph *m_rings, *m_mark;
    QCPItemLine *m_diagonal;
};

}  // namespace dank::ui
