#pragma once

#include <QWidget>

#include <vector>

#include "core/dataset/label.h"
#include "ui/train/train_fields.h"

class QComboBox;

namespace dank::ui {

/// What is learnt: upvotes as a number from 0 to 1, or one of the labels that the open dataset offers, with its counts.
class TargetField : public QWidget {
    Q_OBJECT
public:
    explicit TargetField(QWidget *parent = nullptr);

    /// What the dataset offers; a label that it does not know stays in the list.
    void setChoices(std::vector<LabelChoice> choices, bool hasUpvotes);
    void show(const TrainConfig &config);
    /// The chosen target, with the loss that suits it where that changes between upvotes and classes.
    void apply(TrainConfig &config) const;
    /// For people: "percentile", "hateful".
    QString nameOf(const TrainConfig &config) const;

    QComboBox *list() { return m_list; }

signals:
    void edited();

private:
    void rebuild();

    std::vector<LabelChoice> m_choices;
    bool m_hasUpvotes = true;
    TrainConfig m_shown;
    QComboBox *m_list;
};

}  // namespace dank::ui
