#include "ui/memes/title_delegate.h"

#include <QApplication>
#include <QPainter>

#include "ui/memes/meme_model.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

void TitleDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const MarkedText hit = m_memes.rowHit(index);
    if (hit.text.isEmpty()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    cell.text.clear();
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &cell, cell.widget) + 1;
    painter->save();
    painter->setFont(cell.font);
    painter->setLayoutDirection(cell.direction);
    drawMarked(*painter, cell.rect.adjusted(margin, 0, -margin, 0), hit, tokensFor(cell.palette).text, cell.palette);
    painter->restore();
}

}  // namespace dank::ui
