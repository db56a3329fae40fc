#pragma once

#include <QStyledItemDelegate>

namespace dank::ui {

/// Paints a row of the ScoreModel as a card: picture, name, bar, number and where it stands.
class ScoreDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    static constexpr int kCardHeight = 100, kSkippedHeight = 64, kGap = 8;

    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

}  // namespace dank::ui
