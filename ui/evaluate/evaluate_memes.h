#pragma once

#include <memory>
#include <vector>

#include "core/evaluate/evaluation.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/card.h"

class QComboBox;
class QListView;

namespace dank::ui {

class WallModel;

/// The judged memes as a grid, all of them or those chosen on the chart, in an order of the user's. The grid makes only
/// what is in view.
class MemesCard : public Card {
    Q_OBJECT
public:
    enum class Order { Overrated, SleptOn, Nailed, Upvotes };

    explicit MemesCard(Thumbnails &thumbnails, QWidget *parent = nullptr);
    /// Null clears. Shows all again.
    void setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const Dataset> dataset);
    /// Indexes into the evaluation's memes; empty for all.
    void setChosen(const std::vector<int> &indexes);
    /// Marks a meme, where it is among those shown. Tells nobody.
    void showMeme(const QString &id);
    QListView *view() { return m_view; }

signals:
    void memePicked(const QString &id);
    /// The user wants all of them again.
    void allWanted();

private:
    void fill();

    std::shared_ptr<const Evaluation> m_evaluation;
    std::shared_ptr<const Dataset> m_dataset;
    std::vector<int> m_chosen;
    WallModel *m_model;
    QListView *m_view;
    QComboBox *m_order;
    Chip *m_all;
    bool m_quiet = false;
};

}  // namespace dank::ui
